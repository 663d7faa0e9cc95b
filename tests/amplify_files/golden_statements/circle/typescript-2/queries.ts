/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const person = /* GraphQL */ `query Person {
  person {
    friend {
      __typename
    }
    group {
      name
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.PersonQueryVariables, APITypes.PersonQuery>;
export const group = /* GraphQL */ `query Group {
  group {
    members {
      __typename
    }
    parent {
      name
      __typename
    }
    name
    __typename
  }
}
` as GeneratedQuery<APITypes.GroupQueryVariables, APITypes.GroupQuery>;
export const self = /* GraphQL */ `query Self {
  self {
    person {
      __typename
    }
    group {
      name
      __typename
    }
    self {
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.SelfQueryVariables, APITypes.SelfQuery>;

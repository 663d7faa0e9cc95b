/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const notice = /* GraphQL */ `query Notice($id: ID!) {
  notice(id: $id) {
    id
    body
    title
    sections {
      heading
      number
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.NoticeQueryVariables, APITypes.NoticeQuery>;
export const old = /* GraphQL */ `query Old {
  old {
    id
    body
    title
    sections {
      heading
      number
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.OldQueryVariables, APITypes.OldQuery>;
export const newest = /* GraphQL */ `query Newest {
  newest {
    id
    body
    title
    sections {
      heading
      number
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.NewestQueryVariables, APITypes.NewestQuery>;

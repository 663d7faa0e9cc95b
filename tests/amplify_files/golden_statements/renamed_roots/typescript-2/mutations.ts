/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedMutation<InputType, OutputType> = string & {
  __generatedMutationInput: InputType;
  __generatedMutationOutput: OutputType;
};

export const remove = /* GraphQL */ `mutation Remove($id: ID!) {
  remove(id: $id) {
    at
    __typename
  }
}
` as GeneratedMutation<
  APITypes.RemoveMutationVariables,
  APITypes.RemoveMutation
>;
export const reads = /* GraphQL */ `mutation Reads {
  reads {
    mutation {
      at
      __typename
    }
    _reads
    ALL_CAPS
    snake_case_name
    byURL2
    __typename
  }
}
` as GeneratedMutation<APITypes.ReadsMutationVariables, APITypes.ReadsMutation>;

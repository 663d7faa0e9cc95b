/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const mutation = /* GraphQL */ `query Mutation {
  mutation {
    at
    __typename
  }
}
` as GeneratedQuery<APITypes.MutationQueryVariables, APITypes.MutationQuery>;
export const _reads = /* GraphQL */ `query _reads {
  _reads
}
` as GeneratedQuery<APITypes._readsQueryVariables, APITypes._readsQuery>;
export const ALL_CAPS = /* GraphQL */ `query ALL_CAPS {
  ALL_CAPS
}
` as GeneratedQuery<APITypes.ALL_CAPSQueryVariables, APITypes.ALL_CAPSQuery>;
export const snake_case_name = /* GraphQL */ `query Snake_case_name {
  snake_case_name
}
` as GeneratedQuery<
  APITypes.Snake_case_nameQueryVariables,
  APITypes.Snake_case_nameQuery
>;
export const byURL2 = /* GraphQL */ `query ByURL2 {
  byURL2
}
` as GeneratedQuery<APITypes.ByURL2QueryVariables, APITypes.ByURL2Query>;

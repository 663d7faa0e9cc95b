/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedMutation<InputType, OutputType> = string & {
  __generatedMutationInput: InputType;
  __generatedMutationOutput: OutputType;
};

export const mMMM = /* GraphQL */ `mutation MMMM {
  mMMM
}
` as GeneratedMutation<APITypes.MMMMMutationVariables, APITypes.MMMMMutation>;
export const mMMMM = /* GraphQL */ `mutation MMMMM {
  mMMMM
}
` as GeneratedMutation<APITypes.MMMMMMutationVariables, APITypes.MMMMMMutation>;
export const mMMMMM = /* GraphQL */ `mutation MMMMMM {
  mMMMMM
}
` as GeneratedMutation<
  APITypes.MMMMMMMutationVariables,
  APITypes.MMMMMMMutation
>;

/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedMutation<InputType, OutputType> = string & {
  __generatedMutationInput: InputType;
  __generatedMutationOutput: OutputType;
};

export const createPhoto = /* GraphQL */ `mutation CreatePhoto($file: S3ObjectInput!) {
  createPhoto(file: $file) {
    id
    file {
      bucket
      region
      key
      __typename
    }
    album {
      id
      __typename
    }
    __typename
  }
}
` as GeneratedMutation<
  APITypes.CreatePhotoMutationVariables,
  APITypes.CreatePhotoMutation
>;

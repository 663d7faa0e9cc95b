/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedSubscription<InputType, OutputType> = string & {
  __generatedSubscriptionInput: InputType;
  __generatedSubscriptionOutput: OutputType;
};

export const onPhoto = /* GraphQL */ `subscription OnPhoto {
  onPhoto {
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
` as GeneratedSubscription<
  APITypes.OnPhotoSubscriptionVariables,
  APITypes.OnPhotoSubscription
>;

/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedSubscription<InputType, OutputType> = string & {
  __generatedSubscriptionInput: InputType;
  __generatedSubscriptionOutput: OutputType;
};

export const groupChanged = /* GraphQL */ `subscription GroupChanged {
  groupChanged {
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
` as GeneratedSubscription<
  APITypes.GroupChangedSubscriptionVariables,
  APITypes.GroupChangedSubscription
>;

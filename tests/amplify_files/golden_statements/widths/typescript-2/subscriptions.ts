/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedSubscription<InputType, OutputType> = string & {
  __generatedSubscriptionInput: InputType;
  __generatedSubscriptionOutput: OutputType;
};

export const m = /* GraphQL */ `subscription M {
  m
}
` as GeneratedSubscription<
  APITypes.MSubscriptionVariables,
  APITypes.MSubscription
>;
export const mM = /* GraphQL */ `subscription MM {
  mM
}
` as GeneratedSubscription<
  APITypes.MMSubscriptionVariables,
  APITypes.MMSubscription
>;

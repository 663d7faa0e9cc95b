/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const latest = /* GraphQL */ `query Latest {
  latest {
    at
    value
    quality
    history {
      at
      value
      quality
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.LatestQueryVariables, APITypes.LatestQuery>;
export const between = /* GraphQL */ `query Between(
  $from: AWSDateTime!
  $to: AWSDateTime!
  $qualities: [Quality!]
  $sensors: [ID]!
) {
  between(from: $from, to: $to, qualities: $qualities, sensors: $sensors) {
    at
    value
    quality
    history {
      at
      value
      quality
      __typename
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.BetweenQueryVariables, APITypes.BetweenQuery>;
export const bestQuality = /* GraphQL */ `query BestQuality {
  bestQuality
}
` as GeneratedQuery<
  APITypes.BestQualityQueryVariables,
  APITypes.BestQualityQuery
>;
export const sensors = /* GraphQL */ `query Sensors {
  sensors
}
` as GeneratedQuery<APITypes.SensorsQueryVariables, APITypes.SensorsQuery>;
export const maximum = /* GraphQL */ `query Maximum($of: Celsius) {
  maximum(of: $of)
}
` as GeneratedQuery<APITypes.MaximumQueryVariables, APITypes.MaximumQuery>;

/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const latest = /* GraphQL */ `
  query Latest {
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
`;
export const between = /* GraphQL */ `
  query Between(
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
`;
export const bestQuality = /* GraphQL */ `
  query BestQuality {
    bestQuality
  }
`;
export const sensors = /* GraphQL */ `
  query Sensors {
    sensors
  }
`;
export const maximum = /* GraphQL */ `
  query Maximum($of: Celsius) {
    maximum(of: $of)
  }
`;

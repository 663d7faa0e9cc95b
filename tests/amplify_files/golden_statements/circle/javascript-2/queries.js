/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const person = /* GraphQL */ `
  query Person {
    person {
      friend {
        __typename
      }
      group {
        name
        __typename
      }
      __typename
    }
  }
`;
export const group = /* GraphQL */ `
  query Group {
    group {
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
`;
export const self = /* GraphQL */ `
  query Self {
    self {
      person {
        __typename
      }
      group {
        name
        __typename
      }
      self {
        __typename
      }
      __typename
    }
  }
`;

/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const groupChanged = /* GraphQL */ `
  subscription GroupChanged {
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
`;

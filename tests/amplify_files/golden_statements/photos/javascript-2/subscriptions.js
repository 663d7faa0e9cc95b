/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const onPhoto = /* GraphQL */ `
  subscription OnPhoto {
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
`;

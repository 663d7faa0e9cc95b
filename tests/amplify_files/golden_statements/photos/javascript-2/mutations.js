/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const createPhoto = /* GraphQL */ `
  mutation CreatePhoto($file: S3ObjectInput!) {
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
`;

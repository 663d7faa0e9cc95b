// @flow
// this is an auto generated file. This will be overwritten

export const getPhoto = /* GraphQL */ `
  query GetPhoto($id: ID!) {
    getPhoto(id: $id) {
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
export const getAlbum = /* GraphQL */ `
  query GetAlbum($id: ID!) {
    getAlbum(id: $id) {
      id
      cover {
        bucket
        region
        key
        __typename
      }
      photos {
        id
        __typename
      }
      __typename
    }
  }
`;
export const getFile = /* GraphQL */ `
  query GetFile($key: String!) {
    getFile(key: $key) {
      bucket
      region
      key
      album {
        id
        __typename
      }
      __typename
    }
  }
`;

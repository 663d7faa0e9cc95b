/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const notice = /* GraphQL */ `
  query Notice($id: ID!) {
    notice(id: $id) {
      id
      body
      title
      sections {
        heading
        number
        __typename
      }
      __typename
    }
  }
`;
export const old = /* GraphQL */ `
  query Old {
    old {
      id
      body
      title
      sections {
        heading
        number
        __typename
      }
      __typename
    }
  }
`;
export const newest = /* GraphQL */ `
  query Newest {
    newest {
      id
      body
      title
      sections {
        heading
        number
        __typename
      }
      __typename
    }
  }
`;

/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const remove = /* GraphQL */ `
  mutation Remove($id: ID!) {
    remove(id: $id) {
      at
      __typename
    }
  }
`;
export const reads = /* GraphQL */ `
  mutation Reads {
    reads {
      mutation {
        at
        __typename
      }
      _reads
      ALL_CAPS
      snake_case_name
      byURL2
      __typename
    }
  }
`;

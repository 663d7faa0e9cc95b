/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const mutation = /* GraphQL */ `
  query Mutation {
    mutation {
      at
      __typename
    }
  }
`;
export const _reads = /* GraphQL */ `
  query _reads {
    _reads
  }
`;
export const ALL_CAPS = /* GraphQL */ `
  query ALL_CAPS {
    ALL_CAPS
  }
`;
export const snake_case_name = /* GraphQL */ `
  query Snake_case_name {
    snake_case_name
  }
`;
export const byURL2 = /* GraphQL */ `
  query ByURL2 {
    byURL2
  }
`;

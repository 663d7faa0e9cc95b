// @flow
// this is an auto generated file. This will be overwritten

export const mMMM = /* GraphQL */ `
  mutation MMMM {
    mMMM
  }
`;
export const mMMMM = /* GraphQL */ `
  mutation MMMMM {
    mMMMM
  }
`;
export const mMMMMM = /* GraphQL */ `
  mutation MMMMMM {
    mMMMMM
  }
`;

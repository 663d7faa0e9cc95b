/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const m = /* GraphQL */ `
  subscription M {
    m
  }
`;
export const mM = /* GraphQL */ `
  subscription MM {
    mM
  }
`;

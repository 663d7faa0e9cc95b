// @flow
// this is an auto generated file. This will be overwritten

export const mMMMMMMMM = /* GraphQL */ `
  query MMMMMMMMM {
    mMMMMMMMM
  }
`;
export const mMMMMMMMMM = /* GraphQL */ `
  query MMMMMMMMMM {
    mMMMMMMMMM
  }
`;
export const v78 = /* GraphQL */ `
  query V78($axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int) {
    v78(
      axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ) {
      id
      __typename
    }
  }
`;
export const v79 = /* GraphQL */ `
  query V79(
    $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int
  ) {
    v79(
      axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ) {
      id
      __typename
    }
  }
`;
export const v80 = /* GraphQL */ `
  query V80(
    $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int
  ) {
    v80(
      axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ) {
      id
      __typename
    }
  }
`;
export const v81 = /* GraphQL */ `
  query V81(
    $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int
  ) {
    v81(
      axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ) {
      id
      __typename
    }
  }
`;
export const f76 = /* GraphQL */ `
  query F76($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f76(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
      id
      __typename
    }
  }
`;
export const f77y = /* GraphQL */ `
  query F77y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f77y(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
      id
      __typename
    }
  }
`;
export const f78 = /* GraphQL */ `
  query F78($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f78(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
      id
      __typename
    }
  }
`;
export const f79y = /* GraphQL */ `
  query F79y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f79y(
      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    ) {
      id
      __typename
    }
  }
`;
export const f80 = /* GraphQL */ `
  query F80($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f80(
      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    ) {
      id
      __typename
    }
  }
`;
export const f81y = /* GraphQL */ `
  query F81y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
    f81y(
      bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    ) {
      id
      __typename
    }
  }
`;
export const g78 = /* GraphQL */ `
  query G78($cccccccccccccccccccccccccccccccccc: Int, $d: Int) {
    g78(
      cccccccccccccccccccccccccccccccccc: $cccccccccccccccccccccccccccccccccc
      d: $d
    )
  }
`;
export const g80 = /* GraphQL */ `
  query G80($ccccccccccccccccccccccccccccccccccc: Int, $d: Int) {
    g80(
      ccccccccccccccccccccccccccccccccccc: $ccccccccccccccccccccccccccccccccccc
      d: $d
    )
  }
`;
export const g82 = /* GraphQL */ `
  query G82($cccccccccccccccccccccccccccccccccccc: Int, $d: Int) {
    g82(
      cccccccccccccccccccccccccccccccccccc: $cccccccccccccccccccccccccccccccccccc
      d: $d
    )
  }
`;
export const hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh = /* GraphQL */ `
  query Hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh {
    hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh {
      id
      __typename
    }
  }
`;
export const iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii = /* GraphQL */ `
  query Iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii(
    $id: ID!
  ) {
    iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii(
      id: $id
    ) {
      id
      __typename
    }
  }
`;
export const j = /* GraphQL */ `
  query J(
    $kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: Int
  ) {
    j(
      kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: $kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
    ) {
      id
      __typename
    }
  }
`;

/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const mMMMMMMMM = /* GraphQL */ `query MMMMMMMMM {
  mMMMMMMMM
}
` as GeneratedQuery<APITypes.MMMMMMMMMQueryVariables, APITypes.MMMMMMMMMQuery>;
export const mMMMMMMMMM = /* GraphQL */ `query MMMMMMMMMM {
  mMMMMMMMMM
}
` as GeneratedQuery<
  APITypes.MMMMMMMMMMQueryVariables,
  APITypes.MMMMMMMMMMQuery
>;
export const v78 = /* GraphQL */ `query V78($axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int) {
  v78(
    axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.V78QueryVariables, APITypes.V78Query>;
export const v79 = /* GraphQL */ `query V79($axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int) {
  v79(
    axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.V79QueryVariables, APITypes.V79Query>;
export const v80 = /* GraphQL */ `query V80($axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int) {
  v80(
    axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.V80QueryVariables, APITypes.V80Query>;
export const v81 = /* GraphQL */ `query V81(
  $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: Int
) {
  v81(
    axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: $axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.V81QueryVariables, APITypes.V81Query>;
export const f76 = /* GraphQL */ `query F76($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f76(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F76QueryVariables, APITypes.F76Query>;
export const f77y = /* GraphQL */ `query F77y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f77y(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F77yQueryVariables, APITypes.F77yQuery>;
export const f78 = /* GraphQL */ `query F78($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f78(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F78QueryVariables, APITypes.F78Query>;
export const f79y = /* GraphQL */ `query F79y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f79y(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F79yQueryVariables, APITypes.F79yQuery>;
export const f80 = /* GraphQL */ `query F80($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f80(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F80QueryVariables, APITypes.F80Query>;
export const f81y = /* GraphQL */ `query F81y($bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: Int) {
  f81y(
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb: $bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.F81yQueryVariables, APITypes.F81yQuery>;
export const g78 = /* GraphQL */ `query G78($cccccccccccccccccccccccccccccccccc: Int, $d: Int) {
  g78(
    cccccccccccccccccccccccccccccccccc: $cccccccccccccccccccccccccccccccccc
    d: $d
  )
}
` as GeneratedQuery<APITypes.G78QueryVariables, APITypes.G78Query>;
export const g80 = /* GraphQL */ `query G80($ccccccccccccccccccccccccccccccccccc: Int, $d: Int) {
  g80(
    ccccccccccccccccccccccccccccccccccc: $ccccccccccccccccccccccccccccccccccc
    d: $d
  )
}
` as GeneratedQuery<APITypes.G80QueryVariables, APITypes.G80Query>;
export const g82 = /* GraphQL */ `query G82($cccccccccccccccccccccccccccccccccccc: Int, $d: Int) {
  g82(
    cccccccccccccccccccccccccccccccccccc: $cccccccccccccccccccccccccccccccccccc
    d: $d
  )
}
` as GeneratedQuery<APITypes.G82QueryVariables, APITypes.G82Query>;
export const hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh = /* GraphQL */ `query Hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh {
  hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh {
    id
    __typename
  }
}
` as GeneratedQuery<
  APITypes.HhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhQueryVariables,
  APITypes.HhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhQuery
>;
export const iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii = /* GraphQL */ `query Iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii(
  $id: ID!
) {
  iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii(
    id: $id
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<
  APITypes.IiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiQueryVariables,
  APITypes.IiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiQuery
>;
export const j = /* GraphQL */ `query J(
  $kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: Int
) {
  j(
    kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: $kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk
  ) {
    id
    __typename
  }
}
` as GeneratedQuery<APITypes.JQueryVariables, APITypes.JQuery>;

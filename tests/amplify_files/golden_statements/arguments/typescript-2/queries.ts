/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const plain = /* GraphQL */ `query Plain($a: Int, $b: Int!, $c: [Int], $d: [Int!], $e: [Int]!, $f: [Int!]!) {
  plain(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f)
}
` as GeneratedQuery<APITypes.PlainQueryVariables, APITypes.PlainQuery>;
export const nested = /* GraphQL */ `query Nested($a: [Int], $b: [Int!]!, $c: [Int!], $d: [Int!]!) {
  nested(a: $a, b: $b, c: $c, d: $d)
}
` as GeneratedQuery<APITypes.NestedQueryVariables, APITypes.NestedQuery>;
export const numbers = /* GraphQL */ `query Numbers(
  $a: Int = 5
  $b: Int
  $c: Int = -3
  $d: Float = 1.5
  $e: Float = 1e+30
  $f: Float = 1e-7
) {
  numbers(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f)
}
` as GeneratedQuery<APITypes.NumbersQueryVariables, APITypes.NumbersQuery>;
export const words = /* GraphQL */ `query Words(
  $a: String = metre
  $b: String
  $c: ID = 7
  $d: ID = 7
  $e: String
  $f: String = {}
) {
  words(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f)
}
` as GeneratedQuery<APITypes.WordsQueryVariables, APITypes.WordsQuery>;
export const choices = /* GraphQL */ `query Choices(
  $a: Boolean = true
  $b: Boolean
  $c: Unit = FOOT
  $d: [Unit!] = FOOT
  $e: [Int]
  $f: [Int] = 4
) {
  choices(a: $a, b: $b, c: $c, d: $d, e: $e, f: $f)
}
` as GeneratedQuery<APITypes.ChoicesQueryVariables, APITypes.ChoicesQuery>;
export const inputs = /* GraphQL */ `query Inputs($range: Range!, $ranges: [Range!]) {
  inputs(range: $range, ranges: $ranges)
}
` as GeneratedQuery<APITypes.InputsQueryVariables, APITypes.InputsQuery>;

/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const add = /* GraphQL */ `
  mutation Add($text: String!) {
    add(text: $text) {
      ... on Note {
        id
        author {
          name
          __typename
        }
        text
      }
      ... on Picture {
        id
        author {
          name
          __typename
        }
        url
        shows {
          name
          __typename
        }
      }
      ... on Holder {
        empty {
          ... on Note {
            id
            text
          }
        }
        thing {
          ... on Note {
            id
            text
          }
          ... on Picture {
            id
            url
          }
        }
      }
    }
  }
`;

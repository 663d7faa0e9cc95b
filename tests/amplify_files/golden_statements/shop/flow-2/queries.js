// @flow
// this is an auto generated file. This will be overwritten

export const getProduct = /* GraphQL */ `
  query GetProduct($id: ID!) {
    getProduct(id: $id) {
      id
      name
      price
      status
      details
      reviews {
        nextToken
        __typename
      }
      category {
        id
        title
        __typename
      }
      createdAt
      updatedAt
      categoryProductsId
      __typename
    }
  }
`;
export const listProducts = /* GraphQL */ `
  query ListProducts(
    $filter: ModelProductFilterInput
    $limit: Int
    $nextToken: String
  ) {
    listProducts(filter: $filter, limit: $limit, nextToken: $nextToken) {
      items {
        id
        name
        price
        status
        details
        createdAt
        updatedAt
        categoryProductsId
        __typename
      }
      nextToken
      __typename
    }
  }
`;
export const reviewsByProductIdAndStars = /* GraphQL */ `
  query ReviewsByProductIdAndStars(
    $productId: ID!
    $stars: ModelStringInput
    $sortDirection: ModelSortDirection
    $filter: ModelReviewFilterInput
    $limit: Int
    $nextToken: String
  ) {
    reviewsByProductIdAndStars(
      productId: $productId
      stars: $stars
      sortDirection: $sortDirection
      filter: $filter
      limit: $limit
      nextToken: $nextToken
    ) {
      items {
        id
        stars
        text
        owner
        __typename
      }
      nextToken
      __typename
    }
  }
`;
export const statuses = /* GraphQL */ `
  query Statuses($of: [ID!]!) {
    statuses(of: $of)
  }
`;
export const ping = /* GraphQL */ `
  query Ping {
    ping
  }
`;

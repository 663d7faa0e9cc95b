/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const onCreateProduct = /* GraphQL */ `
  subscription OnCreateProduct(
    $filter: ModelSubscriptionProductFilterInput
    $owner: String
  ) {
    onCreateProduct(filter: $filter, owner: $owner) {
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
export const onDeleteProduct = /* GraphQL */ `
  subscription OnDeleteProduct($filter: ModelSubscriptionProductFilterInput) {
    onDeleteProduct(filter: $filter) {
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

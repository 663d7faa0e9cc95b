/* eslint-disable */
// this is an auto generated file. This will be overwritten

export const createProduct = /* GraphQL */ `
  mutation CreateProduct(
    $input: CreateProductInput!
    $condition: ModelProductConditionInput
  ) {
    createProduct(input: $input, condition: $condition) {
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
export const deleteProduct = /* GraphQL */ `
  mutation DeleteProduct(
    $input: DeleteProductInput!
    $condition: ModelProductConditionInput
  ) {
    deleteProduct(input: $input, condition: $condition) {
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

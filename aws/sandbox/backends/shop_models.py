"""The sample shop's models: as somebody wrote them, and as the transformer compiles them."""

from aws.sandbox.backends.compiled_schema import Model, compiled

_PUBLIC = {
    "Category": "{ allow: public }",
    "Product": "{ allow: public }",
    "Order": "{ allow: public, operations: [create, read] }",
}
_SIGNED_IN = {
    "Category": '{ allow: private, operations: [read] }, { allow: groups, groups: ["Admins", "Editors"] }',
    "Product": '{ allow: private, operations: [read] }, { allow: groups, groups: ["Admins", "Editors"] }',
    "Order": '{ allow: owner }, { allow: groups, groups: ["Admins"], operations: [read, update] }',
}

_TEXT = """\
enum OrderStatus {
  NEW
  PAID
  SHIPPED
  RETURNED
}

type Category @model @auth(rules: [%(Category)s]) {
  id: ID!
  name: String!
  position: Int
  products: [Product] @hasMany(indexName: "byCategory", fields: ["id"])
}

type Product @model @auth(rules: [%(Product)s]) {
  id: ID!
  name: String!
  description: String
  price: Float!
  available: Boolean
  categoryID: ID! @index(name: "byCategory", queryField: "productsByCategory")
  category: Category @belongsTo(fields: ["categoryID"])
  orders: [Order] @hasMany(indexName: "byProduct", fields: ["id"])
}

type Order @model @auth(rules: [%(Order)s]) {
  id: ID!
  quantity: Int!
  status: OrderStatus!
  note: String
  productID: ID! @index(name: "byProduct", queryField: "ordersByProduct")
  product: Product @belongsTo(fields: ["productID"])
}
"""

MODEL_NAMES = ("Category", "Product", "Order")


def written(*, signed_in: bool) -> str:
    return _TEXT % (_SIGNED_IN if signed_in else _PUBLIC)


def compiled_schema(*, signed_in: bool) -> str:
    category = Model(
        "Category",
        "Categories",
        {"id": "ID!", "name": "String!", "position": "Int"},
        many={"products": "Product"},
        one={},
        by={},
    )
    product = Model(
        "Product",
        "Products",
        {
            "id": "ID!",
            "name": "String!",
            "description": "String",
            "price": "Float!",
            "available": "Boolean",
            "categoryID": "ID!",
        },
        many={"orders": "Order"},
        one={"category": "Category"},
        by={"productsByCategory": "categoryID"},
    )
    order = Model(
        "Order",
        "Orders",
        {"id": "ID!", "quantity": "Int!", "status": "OrderStatus!", "note": "String", "productID": "ID!"},
        many={},
        one={"product": "Product"},
        by={"ordersByProduct": "productID"},
        owned=signed_in,
    )
    return compiled((category, product, order), {"OrderStatus": ("NEW", "PAID", "SHIPPED", "RETURNED")})

import { a, defineData, type ClientSchema } from "@aws-amplify/backend";

const schema = a.schema({
  Status: a.enum(["OPEN", "CLOSED"]),
  Product: a
    .model({
      id: a.id().required(),
      name: a.string().required(),
      status: a.ref("Status").required(),
      stock: a.integer().default(3),
      author: a.string(),
      editors: a.string().required().array().required(),
      teams: a.string().array(),
      team: a.string(),
      address: a.ref("Address"),
      // matrix: [[Int]] has no words in Gen 2.
      cost: a.float().authorization((allow) => [
        allow.group("Managers"),
      ]),
      // secret has rules of its own that grant nothing; in Gen 2 it is left out, or open as its model.
      // secret: a.string(),
      reviews: a.hasMany("Review", ["productReviewsId", "productReviewsName"]),
      orders: a.hasMany("Order", "productID").authorization((allow) => [
        allow.authenticated().to(["read"]),
      ]),
      // tags: Gen 2 has no manyToMany; write the model that joins both, with two belongsTo.
      // createdAt is added by Gen 2.
      // search was answered by @function: write a custom query for it.
    })
    .identifier(["id", "name"])
    .secondaryIndexes((index) => [
      index("team").sortKeys(["name"]).name("byTeam").queryField("productsByTeam"),
    ])
    .authorization((allow) => [
      allow.owner(),
      allow.ownerDefinedIn("author").identityClaim("user_id").to(["read", "update"]),
      allow.ownersDefinedIn("editors", "oidc"),
      allow.groups(["Managers", "Ad\"mins"]).to(["read", "update"]),
      allow.group("Ops").withClaimIn("roles"),
      allow.groupsDefinedIn("teams").to(["get", "list"]),
      allow.groupDefinedIn("team", "oidc"),
      // Rule 8 grants no operation, and is left out.
      allow.authenticated("identityPool"),
      allow.authenticated("oidc"),
      allow.publicApiKey().to(["read"]),
      allow.guest(),
      allow.custom(),
      // Rule 14 is not complete or not allowed in Gen 1, and left out.
      // Rule 15 says owner, but with groups it is one for the groups only.
      allow.group("Editors"),
    ]),
  // Review has no rules of its own: those of the schema, below, hold for it.
  Review: a
    .model({
      id: a.id().required(),
      stars: a.integer(),
      product: a.belongsTo("Product", ["productReviewsId", "productReviewsName"]),
      productReviewsId: a.id(),
      productReviewsName: a.string(),
    }),
  Order: a
    .model({
      id: a.id().required(),
      productID: a.id().required(),
      product: a.belongsTo("Product", "productID"),
      at: a.timestamp(),
    })
    .secondaryIndexes((index) => [
      index("productID").name("byProduct"),
    ])
    .authorization((allow) => [
      allow.authenticated(),
    ]),
  Tag: a
    .model({
      id: a.id().required(),
      label: a.string().required(),
      // products: Gen 2 has no manyToMany; write the model that joins both, with two belongsTo.
    })
    .authorization((allow) => [
      // Rule 1 names groups, which have no effect on it.
      allow.authenticated(),
    ]),
  Address: a.customType({
    street: a.string().required(),
    // zip had rules of its own; on custom types Gen 2 has none: whoever reads the item reads it.
    zip: a.string(),
  }),
  // count: a.query() with its arguments, .returns() and .handler();
  //   .authorization((allow) => [ allow.group("Managers"), allow.custom(), ])
  // now: a.query() with its arguments, .returns() and .handler();
  //   no rules: Gen 2 wants one.
  // interface Node: Gen 2 has no interfaces; write its fields into each type.
  // union Thing: Gen 2 has no unions; a.json() holds any of them.
  // scalar Odd: Gen 2 has no scalars of your own; a.json() or a.string() holds it.
  // input In: Gen 2 writes inputs as the arguments of a custom operation.
}).authorization((allow) => [
  allow.publicApiKey(),
]);

export type Schema = ClientSchema<typeof schema>;

export const data = defineData({
  schema,
  authorizationModes: {
    defaultAuthorizationMode: "userPool",
    apiKeyAuthorizationMode: { expiresInDays: 30 },
  },
});

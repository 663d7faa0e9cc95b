import { a, defineData, type ClientSchema } from "@aws-amplify/backend";

const schema = a.schema({
  Post: a
    .model({
      id: a.id().required(),
      title: a.string().required(),
      comments: a.hasMany("Comment", "postId"),
      cover: a.hasOne("Picture", "postCoverId"),
    })
    .secondaryIndexes((index) => [
      index("title").name("byTitle"),
    ])
    .authorization((allow) => [
      allow.owner(),
    ]),
  Comment: a
    .model({
      id: a.id().required(),
      postId: a.id(),
      post: a.belongsTo("Post", "postId"),
      body: a.json().required(),
    })
    .authorization((allow) => [
      allow.authenticated().to(["read", "create"]),
    ]),
  // Picture has no rule that grants anything; Gen 2 wants one.
  Picture: a
    .model({
      id: a.id().required(),
      url: a.url(),
      post: a.belongsTo("Post", "postCoverId"),
      postCoverId: a.id(),
    }),
  // Note has no rules: nobody could reach it in Gen 1. Gen 2 wants a rule here.
  Note: a
    .model({
      id: a.id().required(),
      text: a.string(),
    }),
});

export type Schema = ClientSchema<typeof schema>;

export const data = defineData({
  schema,
  // Say here which authorization mode is the default: authorizationModes: { … }
});

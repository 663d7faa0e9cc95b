// referenceAuth of @aws-amplify/backend cannot be used yet. It also requires:
// - an identity pool, with its authenticated and its unauthenticated role
// Link them to this environment, then take this file again.
// Warning: referenceAuth refuses a user pool with alias attributes, and this user pool has them.
//
// Known so far:
// userPoolId: "eu-west-1_Zq3LmN0pA"
// userPoolClientId: "5kq0example0web"

export {};

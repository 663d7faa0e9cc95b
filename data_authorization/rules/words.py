"""What the words of `@auth` are called where people choose among them."""

from data_authorization.graphql_schema.vocabulary import Provider, Strategy

STRATEGY_WORDS: dict[str, str] = {
    Strategy.OWNER: "Owner of the item",
    Strategy.GROUPS: "Groups",
    Strategy.PRIVATE: "Any signed-in user",
    Strategy.PUBLIC: "Anyone",
    Strategy.CUSTOM: "Custom Lambda",
}
STRATEGY_HINTS: dict[str, str] = {
    Strategy.OWNER: "Whoever a field of the item names: usually its creator.",
    Strategy.GROUPS: "Users in the groups you pick, or in the groups that the item names.",
    Strategy.PRIVATE: "Everybody who has an account, whatever their groups.",
    Strategy.PUBLIC: "Also people without an account: whoever has the API key, or guests.",
    Strategy.CUSTOM: "A Lambda function of yours decides about each request.",
}
PROVIDER_WORDS: dict[str, str] = {
    Provider.USER_POOLS: "Cognito user pool",
    Provider.OIDC: "OpenID Connect",
    Provider.IDENTITY_POOL: "Identity pool (IAM)",
    Provider.IAM: "IAM, the old name of identity pool",
    Provider.API_KEY: "API key",
    Provider.FUNCTION: "Lambda authorizer",
}
OPERATION_WORDS = {
    "create": "Create",
    "read": "Read",
    "update": "Update",
    "delete": "Delete",
    "get": "Get one item by its id",
    "list": "List items",
    "listen": "Listen to changes (subscriptions)",
    "search": "Search",
    "sync": "Sync (DataStore)",
}

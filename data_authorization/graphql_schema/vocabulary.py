"""The words of `@auth` and what goes with what (Amplify project format, sections 9.1 and 9.2)."""

from enum import StrEnum


class Strategy(StrEnum):
    OWNER = "owner"
    GROUPS = "groups"
    PRIVATE = "private"
    PUBLIC = "public"
    CUSTOM = "custom"


class Provider(StrEnum):
    USER_POOLS = "userPools"
    OIDC = "oidc"
    IDENTITY_POOL = "identityPool"
    IAM = "iam"
    """Deprecated; the same as `identityPool` to the transformer."""
    API_KEY = "apiKey"
    FUNCTION = "function"


class Operation(StrEnum):
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    GET = "get"
    LIST = "list"
    LISTEN = "listen"
    SEARCH = "search"
    SYNC = "sync"


class Mode(StrEnum):
    """How an API lets callers in, as AppSync names it."""

    USER_POOLS = "AMAZON_COGNITO_USER_POOLS"
    API_KEY = "API_KEY"
    IAM = "AWS_IAM"
    OIDC = "OPENID_CONNECT"
    LAMBDA = "AWS_LAMBDA"


READS = (Operation.GET, Operation.LIST, Operation.LISTEN, Operation.SEARCH, Operation.SYNC)
"""What `read` stands for."""
COARSE = (Operation.CREATE, Operation.READ, Operation.UPDATE, Operation.DELETE)

DEFAULT_PROVIDER = {
    Strategy.OWNER: Provider.USER_POOLS,
    Strategy.GROUPS: Provider.USER_POOLS,
    Strategy.PRIVATE: Provider.USER_POOLS,
    Strategy.PUBLIC: Provider.API_KEY,
    Strategy.CUSTOM: Provider.FUNCTION,
}
ALLOWED_PROVIDERS = {
    Strategy.OWNER: (Provider.USER_POOLS, Provider.OIDC),
    Strategy.GROUPS: (Provider.USER_POOLS, Provider.OIDC),
    Strategy.PRIVATE: (Provider.USER_POOLS, Provider.OIDC, Provider.IDENTITY_POOL, Provider.IAM),
    Strategy.PUBLIC: (Provider.API_KEY, Provider.IDENTITY_POOL, Provider.IAM),
    Strategy.CUSTOM: (Provider.FUNCTION,),
}
MODE_OF = {
    Provider.USER_POOLS: Mode.USER_POOLS,
    Provider.OIDC: Mode.OIDC,
    Provider.IDENTITY_POOL: Mode.IAM,
    Provider.IAM: Mode.IAM,
    Provider.API_KEY: Mode.API_KEY,
    Provider.FUNCTION: Mode.LAMBDA,
}
MODE_WORDS = {
    Mode.USER_POOLS: "Cognito user pool",
    Mode.API_KEY: "API key",
    Mode.IAM: "IAM",
    Mode.OIDC: "OpenID Connect",
    Mode.LAMBDA: "Lambda authorizer",
}
ARGUMENTS = (
    "allow", "provider", "ownerField", "identityClaim", "groupClaim", "groups", "groupsField", "operations",
)  # fmt: skip
"""Those of a rule, in the order in which they are written."""
DEFAULT_OWNER_FIELD = "owner"
DEFAULT_IDENTITY_CLAIM = "sub::username"
DEFAULT_GROUP_CLAIM = "cognito:groups"
ROOT_TYPES = ("Query", "Mutation", "Subscription")
BUILT_IN_SCALARS = frozenset({"ID", "String", "Int", "Float", "Boolean"})
APPSYNC_SCALARS = frozenset(
    {
        "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp", "AWSEmail", "AWSJSON", "AWSURL", "AWSPhone",
        "AWSIPAddress",
    }
)  # fmt: skip

"""What the sample account holds, by name: every scenario with its identifiers and what its import is expected to say.

This module needs neither moto nor a server, so that tests, documents and demonstrations can refer to the account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.sandbox import catalogue_backends, ids
from aws.sandbox.catalogue_lab import LAB
from aws.sandbox.ids import HOME_REGION, OTHER_REGION

AMPLIFY_APP_NAME = catalogue_backends.SHOP
AMPLIFY_APP_ID = ids.app_id(AMPLIFY_APP_NAME)

#: The environments the console's sample project is connected to, each with the name of its root stack (Amplify project
#: format, section 6.1). The others of `catalogue_backends` are there for people and tests to connect.
AMPLIFY_STACKS: Mapping[str, str] = {
    name: catalogue_backends.backend(name, AMPLIFY_APP_NAME).stack_name for name in ("dev", "prod")
}

#: An AppSync API that belongs to no backend here: its compiled schema and its ways in, the good pool and an API key.
GRAPHQL_API_NAME = "shop-orders"
GRAPHQL_API_ID = ids.graphql_api_id(f"api {GRAPHQL_API_NAME}")

#: Roles of the account the console may be told to assume, and what each allows.
CONSOLE_ROLES: Mapping[str, tuple[str, ...]] = {
    "console-full": (
        "cognito-idp:*",
        "cognito-identity:*",
        "iam:*",
        "amplify:*",
        "s3:*",
        "cloudformation:*",
        "ssm:*",
        "appsync:*",
        "lambda:*",
    ),
    "console-read-user-pools-only": ("cognito-idp:Describe*", "cognito-idp:List*", "cognito-idp:Get*"),
}


@dataclass(frozen=True)
class Scenario:
    """One planted user pool, for one thing an import can meet.

    expected: ids of the checks that do not pass when web and native client (and identity pool) are chosen in a
    standalone environment of eu-west-1, with the severity under the `admin-ui` rules. Advice about Gen 2 beyond
    what is listed may come too.
    """

    key: str
    shows: str
    pool_name: str
    web_client: str | None = "web"
    native_client: str | None = "mobile"
    identity_pool_name: str | None = None
    region: str = HOME_REGION
    expected: Mapping[str, str] = field(default_factory=dict)

    @property
    def pool_id(self) -> str:
        return ids.pool_id(self.region, self.pool_name)

    def client_id(self, name: str) -> str:
        """The id of one of the pool's clients, by the short name the seeder knows it by: "web", "mobile", "third"."""
        return ids.client_id(f"{self.region} {self.pool_name} {name}")

    @property
    def web_client_id(self) -> str | None:
        return self.web_client and self.client_id(self.web_client)

    @property
    def native_client_id(self) -> str | None:
        return self.native_client and self.client_id(self.native_client)

    @property
    def identity_pool_id(self) -> str | None:
        return self.identity_pool_name and ids.identity_pool_id(self.region, self.identity_pool_name)


_MAIN = (
    Scenario(
        key="good",
        shows="Everything right: hosted UI, Google, groups, 250 users, identity pool with guests",
        pool_name="shop-users",
        identity_pool_name="shop_identity",
    ),
    Scenario(
        key="user-pool-only",
        shows="Everything right, without federation and without identity pool",
        pool_name="newsletter-readers",
    ),
    Scenario(
        key="alias-attributes",
        shows="Alias attributes, MFA optional with authenticator apps and SMS",
        pool_name="loyalty-members",
        identity_pool_name="loyalty_identity",
        expected={"pool.alias-attributes": "info", "gen2.no-alias": "info"},
    ),
    Scenario(
        key="mfa-on",
        shows="MFA required, authenticator apps only",
        pool_name="finance-portal",
        identity_pool_name="finance_identity",
    ),
    Scenario(
        key="many-clients",
        shows="Forty app clients",
        pool_name="wholesale-portal",
        identity_pool_name="wholesale_identity",
    ),
    Scenario(
        key="other-region",
        shows="A pool of another Region, not to be found from eu-west-1",
        pool_name="us-store-users",
        identity_pool_name="us_store_identity",
        region=OTHER_REGION,
        expected={"pool.exists": "fail"},
    ),
    Scenario(
        key="other-region-second",
        shows="A second pool of another Region",
        pool_name="us-partners",
        region=OTHER_REGION,
        expected={"pool.exists": "fail"},
    ),
)

SCENARIOS: tuple[Scenario, ...] = _MAIN + tuple(
    Scenario(
        key=entry.key,
        shows=entry.shows,
        pool_name=entry.pool_name or f"lab-{entry.key}",
        web_client=entry.web_client,
        native_client=entry.native_client,
        identity_pool_name=f"lab_{entry.key.replace('-', '_')}_identity" if entry.identity_pool else None,
        expected=entry.expected,
    )
    for entry in LAB
)

_BY_KEY = {scenario.key: scenario for scenario in SCENARIOS}


def scenario(key: str) -> Scenario:
    """The scenario of that key. Raises KeyError for an unknown one."""
    return _BY_KEY[key]

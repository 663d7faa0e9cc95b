"""A good observation, and short ways to spoil one thing in it."""

import json
from dataclasses import replace
from typing import Any

from auth_import.findings import Finding, RuleSet
from auth_import.observation import Choice, Observation, Setting
from auth_import.rules import RULES, trust_policy
from aws.errors import Fault, FaultKind
from aws.resources import (
    AppClient,
    AppClientSummary,
    Group,
    IdentityPool,
    IdentityPoolRoles,
    IdentityProvider,
    MfaConfig,
    Role,
    SchemaAttribute,
    UserPool,
    UserPoolProvider,
)

REGION = "eu-west-1"
POOL_ID = "eu-west-1_Zq3LmN0pA"
WEB_ID = "5kq0example0web"
NATIVE_ID = "7tq0example0nat"
THIRD_ID = "9zz0example0third"
IDENTITY_POOL_ID = "eu-west-1:0b1f2c3d-1111-4222-8333-944455556666"
OTHER_IDENTITY_POOL_ID = "eu-west-1:9b1f2c3d-1111-4222-8333-944455556666"
PROVIDER = f"cognito-idp.{REGION}.amazonaws.com/{POOL_ID}"
AUTH_ARN = "arn:aws:iam::111122223333:role/service-role/ShopAuth"
GUEST_ARN = "arn:aws:iam::111122223333:role/ShopUnauth"

POOL = UserPool(
    id=POOL_ID,
    name="shop-users",
    estimated_users=250,
    domain="shop-users",
    username_attributes=("email",),
    schema=(
        SchemaAttribute("sub", required=True, mutable=False, data_type="String"),
        SchemaAttribute("email", required=True, mutable=True, data_type="String"),
        SchemaAttribute("name", required=False, mutable=True, data_type="String"),
    ),
    mfa_configuration="OPTIONAL",
    auto_verified_attributes=("email",),
    deletion_protection=True,
    email_account="DEVELOPER",
    recovery_mechanisms=("verified_email",),
    case_sensitive=False,
)
WEB = AppClient(
    id=WEB_ID,
    name="shop-web",
    user_pool_id=POOL_ID,
    supported_identity_providers=("COGNITO", "Google"),
    callback_urls=("https://shop.example.com/", "shop://in"),
    logout_urls=("https://shop.example.com/out",),
    oauth_flows=("code",),
    oauth_scopes=("openid", "email"),
    oauth_enabled=True,
    auth_flows=("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"),
    prevent_user_existence_errors=True,
    token_revocation=True,
    access_token_validity="60 minutes",
    id_token_validity="60 minutes",
    refresh_token_validity="30 days",
    write_attributes=("email", "name"),
)
NATIVE = replace(WEB, id=NATIVE_ID, name="shop-native", secret="sample-secret-1234")
THIRD = replace(WEB, id=THIRD_ID, name="shop-third")
IDENTITY_POOL = IdentityPool(
    id=IDENTITY_POOL_ID,
    name="shop_identity",
    allow_unauthenticated=True,
    user_pool_providers=(
        UserPoolProvider(PROVIDER, WEB_ID, server_side_token_check=True),
        UserPoolProvider(PROVIDER, NATIVE_ID, server_side_token_check=True),
    ),
    supported_login_providers=(("accounts.google.com", "1234-goog.apps.example.com"),),
)
ROLES = IdentityPoolRoles(authenticated_arn=AUTH_ARN, unauthenticated_arn=GUEST_ARN)
AUTH_ROLE = Role(arn=AUTH_ARN, name="ShopAuth", trust_policy=trust_policy(IDENTITY_POOL_ID, "authenticated"))
GUEST_ROLE = Role(arn=GUEST_ARN, name="ShopUnauth", trust_policy=trust_policy(IDENTITY_POOL_ID, "unauthenticated"))
STANDALONE = Setting(
    kind="standalone", region=REGION, project_name="shop", environment_name="dev", resource_name="shop"
)
AMPLIFY = replace(STANDALONE, kind="amplify")

GOOD = Observation(
    choice=Choice(POOL_ID, WEB_ID, NATIVE_ID, IDENTITY_POOL_ID),
    setting=STANDALONE,
    pool=POOL,
    clients=(AppClientSummary(WEB_ID, "shop-web"), AppClientSummary(NATIVE_ID, "shop-native")),
    web_client=WEB,
    native_client=NATIVE,
    mfa=MfaConfig(configuration="OPTIONAL", totp_present=True, totp_enabled=True),
    identity_providers=(IdentityProvider("Google", "Google", (("email", "email"), ("username", "sub"))),),
    groups=(Group("Admins", precedence=1, role_arn=AUTH_ARN), Group("Editors", precedence=2, role_arn=GUEST_ARN)),
    identity_pool=IDENTITY_POOL,
    identity_pool_roles=ROLES,
    authenticated_role=AUTH_ROLE,
    unauthenticated_role=GUEST_ROLE,
)
USER_POOL_ONLY = replace(
    GOOD,
    choice=replace(GOOD.choice, identity_pool_id=""),
    identity_pool=None,
    identity_pool_roles=None,
    authenticated_role=None,
    unauthenticated_role=None,
)

_CODES: dict[FaultKind, str] = {
    "not-found": "ResourceNotFoundException",
    "denied": "AccessDeniedException",
    "rejected": "InvalidParameterException",
    "throttled": "TooManyRequestsException",
    "unavailable": "ConnectTimeout",
}


def fault(kind: FaultKind, action: str) -> Fault:
    return Fault(kind=kind, code=_CODES[kind], message="Sample message", action=action)


def in_amplify(observation: Observation = GOOD, **changes: Any) -> Observation:
    return replace(
        observation, setting=replace(observation.setting, kind="amplify", **{"backend_read": True, **changes})
    )


def setting(observation: Observation = GOOD, **changes: Any) -> Observation:
    return replace(observation, setting=replace(observation.setting, **changes))


def pool(**changes: Any) -> Observation:
    return replace(GOOD, pool=replace(POOL, **changes))


def web(**changes: Any) -> Observation:
    return replace(GOOD, web_client=replace(WEB, **changes))


def native(**changes: Any) -> Observation:
    return replace(GOOD, native_client=replace(NATIVE, **changes))


def both(**changes: Any) -> Observation:
    return replace(GOOD, web_client=replace(WEB, **changes), native_client=replace(NATIVE, **changes))


def one_client_for_both() -> Observation:
    return replace(
        GOOD,
        choice=replace(GOOD.choice, native_client_id=WEB_ID),
        native_client=WEB,
        other_clients=(NATIVE,),
    )


def with_third(client: AppClient = THIRD) -> Observation:
    assert isinstance(GOOD.clients, tuple)
    return replace(GOOD, clients=(*GOOD.clients, AppClientSummary(client.id, client.name)), other_clients=(client,))


def identity_pool(observation: Observation = GOOD, **changes: Any) -> Observation:
    return replace(observation, identity_pool=replace(IDENTITY_POOL, **changes))


def entries(*client_ids: str, provider: str = PROVIDER, checked: bool = True) -> tuple[UserPoolProvider, ...]:
    return tuple(UserPoolProvider(provider, client_id, checked) for client_id in client_ids)


def roles(observation: Observation = GOOD, **changes: Any) -> Observation:
    return replace(observation, identity_pool_roles=replace(ROLES, **changes))


def auth_trust(policy: object) -> Observation:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    return replace(GOOD, authenticated_role=replace(AUTH_ROLE, trust_policy=text))


def guest_trust(policy: object) -> Observation:
    text = policy if isinstance(policy, str) else json.dumps(policy)
    return replace(GOOD, unauthenticated_role=replace(GUEST_ROLE, trust_policy=text))


_BY_ID = {rule.id: rule for rule in RULES}


def found(rule_id: str, observation: Observation, rule_set: RuleSet = RuleSet.ADMIN_UI) -> Finding:
    return _BY_ID[rule_id].check(observation, rule_set)


def answers(rule_id: str, observation: Observation) -> str:
    """`admin-ui/cli` in one word, `!` after a failure that may be overridden: "fail!/warn"."""
    own, genuine = found(rule_id, observation), found(rule_id, observation, RuleSet.CLI)
    assert not genuine.overridable
    return f"{own.severity}{'!' if own.overridable else ''}/{genuine.severity}"

"""Observations of every shape: good, spoiled, half-answered."""

from dataclasses import replace

from hypothesis import strategies as st

from auth_import.observation import Choice, Observation, OtherLink, Setting
from auth_import.rules import trust_policy
from aws.errors import Fault
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
)
from tests.auth_import.rules.rule_observations import (
    AUTH_ARN,
    GOOD,
    GUEST_ARN,
    IDENTITY_POOL_ID,
    NATIVE_ID,
    OTHER_IDENTITY_POOL_ID,
    POOL,
    POOL_ID,
    PROVIDER,
    REGION,
    THIRD_ID,
    WEB,
    WEB_ID,
    entries,
    fault,
)

HOSTILE = (
    "shop",
    "<script>alert(1)</script>",
    "'; rm -rf ~ #",
    "-x",
    "file:///etc/hosts",
    "\u202eevil",
    "💥 $(id) `id`",
)
NAMES = st.sampled_from(HOSTILE)
KINDS = st.sampled_from(["not-found", "denied", "rejected", "throttled", "unavailable"])


def faults(action: str) -> st.SearchStrategy[Fault]:
    return st.builds(fault, KINDS, st.just(action))


def lists(*values: str) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(values), max_size=2).map(tuple)


SETTINGS = st.builds(
    Setting,
    kind=st.sampled_from(["standalone", "amplify"]),
    region=st.sampled_from([REGION, REGION, REGION, REGION, "us-east-1"]),
    project_name=st.sampled_from(["shop", "my_shop"]) | NAMES,
    environment_name=st.just("dev"),
    resource_name=st.sampled_from(["shop", "my_shop"]),
    existing_auth=st.sampled_from(["", "", "", "", "imported", "managed"]),
    other_links=st.lists(st.builds(OtherLink, NAMES, st.booleans()), max_size=2).map(tuple),
    needs_guests=st.sampled_from([(), ("Storage",)]),
    needs_identity_pool=st.sampled_from([(), ("Storage",)]),
    has_rest_api=st.booleans(),
    backend_read=st.booleans(),
)
POOLS = st.builds(
    replace,
    st.just(POOL),
    name=NAMES,
    estimated_users=st.none() | st.integers(0, 100),
    domain=st.sampled_from(["", "shop-users"]),
    custom_domain=st.sampled_from(["", "auth.example.com"]),
    username_attributes=lists("email", "phone_number"),
    alias_attributes=lists("email"),
    schema=st.sampled_from([(), (SchemaAttribute("custom:x", True, True, "String"),), POOL.schema]),
    mfa_configuration=st.sampled_from([None, "OFF", "ON", "OPTIONAL"]),
    lambda_triggers=st.sampled_from([(), (("PreSignUp", "arn:f"),), (("DefineAuthChallenge", "arn:f"),)]),
    deletion_protection=st.booleans(),
    email_account=st.sampled_from(["COGNITO_DEFAULT", "DEVELOPER"]),
    recovery_mechanisms=lists("admin_only", "verified_email"),
    case_sensitive=st.booleans(),
)


def clients(client_id: str) -> st.SearchStrategy[AppClient]:
    """Settings of few values, so that two clients often match, but not always."""
    return st.builds(
        replace,
        st.just(replace(WEB, id=client_id)),
        name=NAMES,
        secret=st.sampled_from(["", "", "sample-secret-1234"]),
        supported_identity_providers=st.sampled_from([None, (), ("COGNITO",), ("COGNITO",), ("SampleCorp",)]),
        callback_urls=st.sampled_from([("https://a.example.com/", "a://in"), ("a://in", "https://a.example.com/")])
        | st.sampled_from([None, ("a://in",), ("https://a.example.com/", "a://in")]),
        logout_urls=st.sampled_from([("a://out",), ("a://out",), None]),
        oauth_enabled=st.sampled_from([True, True, True, False, None]),
        auth_flows=lists("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "CUSTOM_AUTH_FLOW_ONLY"),
        prevent_user_existence_errors=st.booleans(),
        token_revocation=st.booleans(),
        access_token_validity=st.sampled_from(["", "5 minutes", "odd"]),
        write_attributes=lists("email", "name"),
    )


IDENTITY_POOLS = st.builds(
    IdentityPool,
    id=st.just(IDENTITY_POOL_ID),
    name=NAMES,
    allow_unauthenticated=st.booleans(),
    allow_classic_flow=st.booleans(),
    user_pool_providers=st.builds(
        lambda ids, provider, checked: entries(*ids, provider=provider, checked=checked),
        st.lists(st.sampled_from([WEB_ID, WEB_ID, NATIVE_ID, THIRD_ID]), max_size=3, unique=True),
        st.sampled_from([PROVIDER, PROVIDER, PROVIDER, "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"]),
        st.booleans(),
    ),
    supported_login_providers=st.sampled_from([(), (("accounts.google.com", "1234"),)]),
)
ARNS = st.sampled_from([AUTH_ARN, GUEST_ARN, GUEST_ARN, "", "arn:aws:iam::111122223333:NoSlash", "no-arn/at-all", "x"])
ROLES = st.builds(IdentityPoolRoles, ARNS, ARNS, st.sampled_from([(), ("graph.example.com",)]))
TRUST = st.sampled_from([
    trust_policy(IDENTITY_POOL_ID, "authenticated"),
    trust_policy(IDENTITY_POOL_ID, "unauthenticated"),
    trust_policy(OTHER_IDENTITY_POOL_ID, "authenticated"),
    "{}",
    "{broken",
])  # fmt: skip
IAM_ROLES = st.builds(Role, st.sampled_from([AUTH_ARN, GUEST_ARN, "x"]), NAMES, TRUST)
GROUPS = st.lists(
    st.builds(Group, NAMES, NAMES, st.none() | st.integers(0, 1), st.sampled_from(["", AUTH_ARN, GUEST_ARN])),
    max_size=3,
).map(tuple)
PROVIDERS = st.lists(
    st.builds(
        IdentityProvider, st.sampled_from(["SampleCorp", "COGNITO"]), st.just("SAML"), st.just((("email", "mail"),))
    ),
    max_size=2,
).map(tuple)
USELESS_FAULTS = st.lists(faults("iam:GetRole") | faults("cognito-idp:ListGroups"), max_size=2).map(tuple)
LISTED = (AppClientSummary(WEB_ID, "web"), AppClientSummary(NATIVE_ID, "native"), AppClientSummary(THIRD_ID, "third"))


def _like(web: object) -> st.SearchStrategy[object]:
    """A native client with the web client's OAuth settings, so that many generated pairs match."""
    if not isinstance(web, AppClient):
        return clients(NATIVE_ID)
    secrets = st.sampled_from(["", "sample-secret-1234"])
    return st.builds(replace, st.just(replace(web, id=NATIVE_ID)), name=NAMES, secret=secrets)


_SPOILT: dict[str, st.SearchStrategy[object]] = {
    "setting": SETTINGS,
    "pool": POOLS | faults("cognito-idp:DescribeUserPool"),
    "clients": st.sampled_from([LISTED[1:], LISTED[:1], LISTED[:2]]) | faults("cognito-idp:ListUserPoolClients"),
    "web_client": clients(WEB_ID) | clients(WEB_ID) | faults("cognito-idp:DescribeUserPoolClient"),
    "native_client": clients(NATIVE_ID) | faults("cognito-idp:DescribeUserPoolClient"),
    "other_clients": clients(THIRD_ID).map(lambda client: (client,)),
    "mfa": st.just(MfaConfig("ON", totp_present=True)) | faults("cognito-idp:GetUserPoolMfaConfig"),
    "identity_providers": PROVIDERS | faults("cognito-idp:ListIdentityProviders"),
    "groups": GROUPS | faults("cognito-idp:ListGroups"),
    "identity_pool": IDENTITY_POOLS | IDENTITY_POOLS | faults("cognito-identity:DescribeIdentityPool"),
    "identity_pool_roles": ROLES | faults("cognito-identity:GetIdentityPoolRoles"),
    "authenticated_role": st.none() | IAM_ROLES | faults("iam:GetRole"),
    "unauthenticated_role": st.none() | IAM_ROLES | faults("iam:GetRole"),
    "faults": USELESS_FAULTS,
}
_IDENTITY = ("identity_pool", "identity_pool_roles", "authenticated_role", "unauthenticated_role")


@st.composite
def complete_observations(draw: st.DrawFn, *, spoilt: int = 3) -> Observation:
    """A good observation with up to `spoilt` things changed.

    It is what AWS could answer: each call that was made succeeded or failed, and every client was looked at.
    """
    names = draw(st.lists(st.sampled_from(sorted(_SPOILT)), max_size=spoilt, unique=True))
    changes: dict[str, object] = {"clients": LISTED, "other_clients": (replace(WEB, id=THIRD_ID),)}
    changes |= {name: draw(_SPOILT[name]) for name in names}
    web = changes.get("web_client", GOOD.web_client)
    native_id = draw(st.sampled_from([NATIVE_ID, NATIVE_ID, WEB_ID]))
    if native_id == WEB_ID:
        changes["native_client"] = web
        others = changes["other_clients"]
        assert isinstance(others, tuple)
        changes["other_clients"] = (*others, draw(clients(NATIVE_ID)))
    elif "native_client" not in names:
        changes["native_client"] = draw(_like(web))
    identity_pool_id = draw(st.sampled_from([IDENTITY_POOL_ID, IDENTITY_POOL_ID, ""]))
    if not identity_pool_id:
        changes |= dict.fromkeys(_IDENTITY)
    changes["choice"] = Choice(POOL_ID, WEB_ID, native_id, identity_pool_id)
    return replace(GOOD, **changes)  # type: ignore[arg-type]


@st.composite
def torn_observations(draw: st.DrawFn) -> Observation:
    """Any answer, any fault, or nothing at all in every position, whether AWS could answer so or not."""
    observation = draw(complete_observations(spoilt=len(_SPOILT)))
    pool_id = draw(st.sampled_from([POOL_ID, "", "nonsense", "us-east-1_Other"]))
    changes: dict[str, object] = {
        "choice": replace(observation.choice, user_pool_id=pool_id, web_client_id=draw(st.sampled_from([WEB_ID, ""]))),
        "clients_complete": draw(st.booleans()),
    }
    for name in ("pool", "clients", "web_client", "native_client", "mfa", "identity_providers", "groups", *_IDENTITY):
        if draw(st.booleans()):
            changes[name] = draw(_NOTHING[name] | faults("") | faults("x:y"))
    return replace(observation, **changes)  # type: ignore[arg-type]


_NOTHING: dict[str, st.SearchStrategy[object]] = {
    "pool": faults("cognito-idp:DescribeUserPool"),
    "clients": st.just(()),
    "web_client": st.none(),
    "native_client": st.none(),
    "mfa": st.none(),
    "identity_providers": st.just(()),
    "groups": st.just(()),
    **dict.fromkeys(_IDENTITY, st.none()),
}

"""How a pool of the sample account differs from a good one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.sandbox.ids import ACCOUNT_ID
from aws.sandbox.people_of_note import Person

Overrides = Mapping[str, Any]

SES_SENDER = f"arn:aws:ses:eu-west-1:{ACCOUNT_ID}:identity/accounts@example.com"

_WRITABLE = ["email", "family_name", "given_name", "name", "phone_number"]

GOOD_POOL: Overrides = {
    "UsernameAttributes": ["email"],
    "AutoVerifiedAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "DeletionProtection": "ACTIVE",
    "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": SES_SENDER,
        "From": "Sample Shop <accounts@example.com>",
    },
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 12,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": False,
        }
    },
    "Schema": [{"Name": "email", "Required": True, "Mutable": True}],
}

GOOD_CLIENT: Overrides = {
    "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "ReadAttributes": [*_WRITABLE, "email_verified"],
    "WriteAttributes": _WRITABLE,
    "AccessTokenValidity": 60,
    "IdTokenValidity": 60,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
}

OAUTH: Overrides = {
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://shop.example.com/signed-in", "sampleshop://signed-in"],
    "LogoutURLs": ["https://shop.example.com/signed-out", "sampleshop://signed-out"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "AllowedOAuthFlowsUserPoolClient": True,
}


@dataclass(frozen=True)
class Group:
    name: str
    description: str = ""
    precedence: int | None = None
    role: str | None = None


@dataclass(frozen=True)
class Provider:
    name: str
    kind: str
    details: Mapping[str, str]
    mapping: Mapping[str, str]


GOOGLE = Provider(
    "Google",
    "Google",
    {
        "client_id": "123456789012-sampleshop.apps.googleusercontent.com",
        "client_secret": "sample-google-client-secret",
        "authorize_scopes": "openid email profile",
    },
    {"email": "email", "given_name": "given_name", "family_name": "family_name", "username": "sub"},
)
SAML = Provider(
    "CorporateLogin",
    "SAML",
    {"MetadataURL": "https://login.example.org/saml/metadata", "IDPSignout": "true"},
    {"email": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"},
)
OIDC = Provider(
    "PartnerLogin",
    "OIDC",
    {
        "client_id": "sample-partner",
        "client_secret": "sample-partner-client-secret",
        "oidc_issuer": "https://login.example.net",
        "authorize_scopes": "openid email",
        "attributes_request_method": "GET",
    },
    {"email": "email", "username": "sub"},
)


@dataclass(frozen=True)
class Identity:
    """An identity pool. `authenticated`/`unauthenticated` name a trust below, or None where there is no role."""

    clients: tuple[str, ...] = ("web", "mobile")
    other_pool: bool = False
    guests: bool = True
    token_check: bool = True
    authenticated: str | None = "right"
    unauthenticated: str | None = "right"
    logins: Mapping[str, str] = field(default_factory=dict)
    role_prefix: str | None = None


@dataclass(frozen=True)
class Recipe:
    """Differences from the good pool. In overrides, None takes a setting away; a client of None is not made."""

    pool: Overrides = field(default_factory=dict)
    both: Overrides = field(default_factory=dict)
    web: Overrides | None = field(default_factory=dict)
    native: Overrides | None = field(default_factory=dict)
    third: Overrides | None = None
    more_clients: tuple[str, ...] = ()
    native_secret: bool = True
    oauth: bool = True
    providers: tuple[Provider, ...] = ()
    domain: str | None = "prefix"
    domain_prefix: str | None = None
    mfa: Overrides = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    identity: Identity = field(default_factory=Identity)
    client_names: Mapping[str, str] = field(default_factory=dict)
    people: int = 0
    people_of_note: tuple[Person, ...] = ()
    sign_ins: bool = False


def merged(*layers: Overrides) -> dict[str, Any]:
    """The layers laid over each other; a None takes the setting away."""
    result: dict[str, Any] = {}
    for layer in layers:
        result.update(layer)
    return {key: value for key, value in result.items() if value is not None}


def trust_policy(kind: str, trust: str, identity_pool_id: str, other_pool_id: str) -> str:
    """The trust policy of a role for `kind` "authenticated" or "unauthenticated", right or wrong in a named way."""
    audiences: Any = {"other": other_pool_id, "shared": [identity_pool_id, other_pool_id]}.get(trust, identity_pool_id)
    amr = (
        {"authenticated": "unauthenticated", "unauthenticated": "authenticated"}[kind] if trust == "wrong-amr" else kind
    )
    condition: dict[str, Any] = {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr}}
    if trust != "open":
        condition["StringEquals"] = {"cognito-identity.amazonaws.com:aud": audiences}
    allow = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    statements = [allow]
    if trust == "deny":
        statements.append({**allow, "Effect": "Deny"})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})

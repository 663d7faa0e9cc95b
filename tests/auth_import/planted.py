"""Cognito resources of a test's own in the sandbox account, so that no test meets what another one changed."""

import json
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import Any

import boto3

from auth_import.observation import Choice
from auth_import.rules.trust import trust_policy
from aws.sandbox.catalogue import scenario

REGION = "eu-west-1"
OAUTH = {
    "SupportedIdentityProviders": ["COGNITO"],
    "CallbackURLs": ["https://app.example.com/in"],
    "LogoutURLs": ["https://app.example.com/out"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email"],
    "AllowedOAuthFlowsUserPoolClient": True,
}
CLIENT = {
    "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
}

_numbers = count(1)


def choice_of(key: str) -> Choice:
    """The choice of a scenario of the sample account; a client it lacks is the other one."""
    found = scenario(key)
    web, native = found.web_client_id or found.native_client_id, found.native_client_id or found.web_client_id
    assert web, f"{key} has no app client"
    assert native
    return Choice(found.pool_id, web, native, found.identity_pool_id or "")


@cache
def _client(url: str, region: str, service: str) -> Any:
    """Making a client costs more than most calls, so each is made once."""
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="planting",
        aws_secret_access_key="planting",
    )


@dataclass(frozen=True)
class Planted:
    """A user pool with a web and a native client, and mostly an identity pool with two roles that trust it."""

    choice: Choice
    name: str
    secret: str
    roles: tuple[str, str] = ("", "")

    @property
    def user_pool_only(self) -> Choice:
        return replace(self.choice, identity_pool_id="")


class Account:
    """The account as its owner sees it, past the console: plants, changes behind the console's back, compares."""

    def __init__(self, url: str, region: str = REGION) -> None:
        self.url = url
        self.region = region

    def client(self, service: str) -> Any:
        return _client(self.url, self.region, service)

    def plant(self, *, name: str = "", identity_pool: bool = True, **pool: Any) -> Planted:
        cognito = self.client("cognito-idp")
        name = name or f"planted-{next(_numbers)}"
        pool.setdefault("UsernameConfiguration", {"CaseSensitive": False})
        pool_id = cognito.create_user_pool(PoolName=name, DeletionProtection="ACTIVE", **pool)["UserPool"]["Id"]
        web = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName=f"{name}-web", **CLIENT, **OAUTH)
        native = cognito.create_user_pool_client(
            UserPoolId=pool_id, ClientName=f"{name}-mobile", GenerateSecret=True, **CLIENT, **OAUTH
        )
        choice = Choice(pool_id, web["UserPoolClient"]["ClientId"], native["UserPoolClient"]["ClientId"])
        secret = native["UserPoolClient"]["ClientSecret"]
        if not identity_pool:
            return Planted(choice, name, secret)
        identity = self.client("cognito-identity").create_identity_pool(
            IdentityPoolName=name.replace("-", "_"),
            AllowUnauthenticatedIdentities=True,
            CognitoIdentityProviders=[
                self.entry(pool_id, one) for one in (choice.web_client_id, choice.native_client_id)
            ],
        )["IdentityPoolId"]
        arns = tuple(self.plant_role(identity, amr) for amr in ("authenticated", "unauthenticated"))
        self.name_roles(identity, *arns)
        return Planted(replace(choice, identity_pool_id=identity), name, secret, (arns[0], arns[1]))

    def entry(self, pool_id: str, client_id: str, *, checked: bool = True) -> dict[str, Any]:
        provider = f"cognito-idp.{self.region}.amazonaws.com/{pool_id}"
        return {"ProviderName": provider, "ClientId": client_id, "ServerSideTokenCheck": checked}

    def plant_role(self, identity_pool_id: str, amr: Any, *, trusts: str = "") -> str:
        role = self.client("iam").create_role(
            RoleName=f"planted-{amr}-{next(_numbers)}",
            AssumeRolePolicyDocument=trust_policy(trusts or identity_pool_id, amr),
        )
        return str(role["Role"]["Arn"])

    def name_roles(self, identity_pool_id: str, authenticated: str = "", unauthenticated: str = "") -> None:
        roles = {"authenticated": authenticated, "unauthenticated": unauthenticated}
        self.client("cognito-identity").set_identity_pool_roles(
            IdentityPoolId=identity_pool_id, Roles={key: arn for key, arn in roles.items() if arn}
        )

    def change_client(self, choice: Choice, client_id: str, **changes: Any) -> None:
        """Changes only what is named; what AWS would reset is sent back as it is."""
        cognito = self.client("cognito-idp")
        now = self.describe_client(choice, client_id)
        sent = {key: now[key] for key in (*CLIENT, *OAUTH) if key in now} | changes
        cognito.update_user_pool_client(
            UserPoolId=choice.user_pool_id, ClientId=client_id, ClientName=now["ClientName"], **sent
        )

    def describe_client(self, choice: Choice, client_id: str) -> dict[str, Any]:
        found = self.client("cognito-idp").describe_user_pool_client(UserPoolId=choice.user_pool_id, ClientId=client_id)
        return dict(found["UserPoolClient"])

    def describe_pool(self, choice: Choice) -> dict[str, Any]:
        return dict(self.client("cognito-idp").describe_user_pool(UserPoolId=choice.user_pool_id)["UserPool"])

    def describe_identity_pool(self, choice: Choice) -> dict[str, Any]:
        identity = self.client("cognito-identity")
        found = identity.describe_identity_pool(IdentityPoolId=choice.identity_pool_id)
        return {key: value for key, value in found.items() if key != "ResponseMetadata"}

    def roles_of(self, identity_pool_id: str) -> dict[str, str]:
        found = self.client("cognito-identity").get_identity_pool_roles(IdentityPoolId=identity_pool_id)
        return dict(found.get("Roles", {}))

    def trust_of(self, arn: str) -> dict[str, Any]:
        document = self.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
        return dict(json.loads(document) if isinstance(document, str) else document)

    def everything(self, choice: Choice) -> dict[str, Any]:
        """The whole of what a choice names, for saying that nothing else has changed."""
        whole: dict[str, Any] = {
            "pool": self.describe_pool(choice),
            "web": self.describe_client(choice, choice.web_client_id),
            "native": self.describe_client(choice, choice.native_client_id),
        }
        if choice.identity_pool_id:
            roles = self.roles_of(choice.identity_pool_id)
            whole |= {
                "identity": self.describe_identity_pool(choice),
                "roles": roles,
                "trust": {kind: self.trust_of(arn) for kind, arn in roles.items()},
            }
        return whole

"""What AWS answers about one set of resources, as its own documents: to be shuffled, changed and read again."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from auth_import import rules
from auth_import.findings import RuleSet
from auth_import.models import CognitoLink
from auth_import.observation import Choice, Observation, Setting
from auth_import.outputs import readable_outputs
from auth_import.preflight import digest_of_secret
from auth_import.records import baseline_of
from auth_import.rules.trust import trust_policy
from auth_import.watch.judging import Seen
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
    UserPool,
)

POOL, WEB, NATIVE = "eu-west-1_Sample", "webclient", "nativeclient"
IDENTITY = "eu-west-1:00000000-0000-4000-8000-000000000001"
CHOICE = Choice(POOL, WEB, NATIVE, IDENTITY)
SETTING = Setting("standalone", "eu-west-1", "Shop", "dev", "shop")
ROLE = "arn:aws:iam::123456789012:role/{}"
THEN = datetime(2026, 3, 1, tzinfo=UTC)
Document = dict[str, Any]


def client(client_id: str, **more: Any) -> Document:
    return {
        "ClientId": client_id,
        "ClientName": client_id,
        "UserPoolId": POOL,
        "SupportedIdentityProviders": ["COGNITO", "Google"],
        "CallbackURLs": ["https://shop.example.com/in", "shop://in"],
        "LogoutURLs": ["https://shop.example.com/out", "shop://out"],
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "CreationDate": THEN,
        "LastModifiedDate": THEN,
        **more,
    }


def answers() -> dict[str, Document]:
    """By the place in the observation. Everything passes, and most lists have more than one item."""
    providers = [
        {"ProviderName": f"cognito-idp.eu-west-1.amazonaws.com/{POOL}", "ClientId": one, "ServerSideTokenCheck": True}
        for one in (WEB, NATIVE)
    ]
    return {
        "pool": {
            "Id": POOL,
            "Name": "shop-users",
            "CreationDate": THEN,
            "LastModifiedDate": THEN,
            "EstimatedNumberOfUsers": 12,
            "Domain": "shop",
            "CustomDomain": "login.example.com",
            "UsernameAttributes": ["email", "phone_number"],
            "SchemaAttributes": [
                {"Name": "email", "Required": True, "Mutable": True, "AttributeDataType": "String"},
                {"Name": "name", "Required": True, "Mutable": True, "AttributeDataType": "String"},
                {"Name": "sub", "Required": False, "Mutable": False, "AttributeDataType": "String"},
            ],
            "Policies": {"PasswordPolicy": {"MinimumLength": 12, "RequireNumbers": True}},
            "MfaConfiguration": "OPTIONAL",
            "AutoVerifiedAttributes": ["email", "phone_number"],
            "DeletionProtection": "ACTIVE",
            "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER"},
            "AccountRecoverySetting": {
                "RecoveryMechanisms": [
                    {"Priority": 1, "Name": "verified_email"},
                    {"Priority": 2, "Name": "verified_phone_number"},
                ]
            },
            "LambdaConfig": {"PreSignUp": "arn:aws:lambda:eu-west-1:123456789012:function:hello"},
            "UserPoolTags": {"team": "shop", "stage": "dev"},
        },
        "web_client": client(WEB),
        "native_client": client(NATIVE, ClientSecret="sample-secret"),
        "mfa": {
            "MfaConfiguration": "OPTIONAL",
            "SmsMfaConfiguration": {"SmsConfiguration": {"SnsCallerArn": ROLE.format("sms")}},
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
        },
        "groups": {
            "Groups": [
                {"GroupName": "Admins", "Precedence": 1, "RoleArn": ROLE.format("admins"), "CreationDate": THEN},
                {"GroupName": "Editors", "Precedence": 2, "CreationDate": THEN, "LastModifiedDate": THEN},
                {"GroupName": "Readers", "CreationDate": THEN},
            ]
        },
        "identity_providers": {
            "Providers": [
                {"ProviderName": "Google", "ProviderType": "Google", "CreationDate": THEN, "LastModifiedDate": THEN},
                {"ProviderName": "Facebook", "ProviderType": "Facebook", "CreationDate": THEN},
            ]
        },
        "identity_pool": {
            "IdentityPoolId": IDENTITY,
            "IdentityPoolName": "shop_identity",
            "AllowUnauthenticatedIdentities": True,
            "CognitoIdentityProviders": providers,
            "SupportedLoginProviders": {"accounts.google.com": "1", "graph.facebook.com": "2"},
        },
        "identity_pool_roles": {
            "IdentityPoolId": IDENTITY,
            "Roles": {"authenticated": ROLE.format("in"), "unauthenticated": ROLE.format("guest")},
        },
        "authenticated_role": role("in", "authenticated"),
        "unauthenticated_role": role("guest", "unauthenticated"),
    }


def role(name: str, amr: Any) -> Document:
    return {
        "Arn": ROLE.format(name),
        "RoleName": name,
        "CreateDate": THEN,
        "AssumeRolePolicyDocument": json.loads(trust_policy(IDENTITY, amr)),
    }


_READ: dict[str, Any] = {
    "pool": UserPool.from_api,
    "web_client": AppClient.from_api,
    "native_client": AppClient.from_api,
    "mfa": MfaConfig.from_api,
    "groups": lambda answer: tuple(Group.from_api(one) for one in answer["Groups"]),
    "identity_providers": lambda answer: tuple(IdentityProvider.from_api(one) for one in answer["Providers"]),
    "identity_pool": IdentityPool.from_api,
    "identity_pool_roles": IdentityPoolRoles.from_api,
    "authenticated_role": Role.from_api,
    "unauthenticated_role": Role.from_api,
}


def seen(documents: Mapping[str, Document | Fault | None], *, whole: bool = False) -> Seen:
    """What the watch makes of these answers; with `whole`, what *Check now* does, which lists all app clients too."""
    values: dict[str, Any] = {
        place: _READ[place](answer) if isinstance(answer, dict) else answer for place, answer in documents.items()
    }
    listed = (values["web_client"], values["native_client"]) if whole else ()
    clients = tuple(AppClientSummary(one.id, one.name) for one in listed if isinstance(one, AppClient))
    observation = Observation(choice=CHOICE, setting=SETTING, clients=clients, clients_complete=whole, **values)
    return Seen(observation, rules.run(observation, RuleSet.ADMIN_UI))


def link_of(documents: dict[str, Document]) -> CognitoLink:
    """The link that was made when AWS answered this; not saved."""
    looked = seen(deepcopy(documents))
    outputs, _ = readable_outputs(looked.observation)
    return CognitoLink(
        user_pool_id=POOL,
        web_client_id=WEB,
        native_client_id=NATIVE,
        identity_pool_id=IDENTITY,
        outputs=json.loads(json.dumps(outputs)),
        baseline=baseline_of(looked.findings),
        secret_digest=digest_of_secret("sample-secret"),
    )

"""New Cognito resources as a CloudFormation template. Pure.

Sources: CloudFormation's reference of the resource types, Amplify's defaults for auth that it manages, and Amazon
Cognito's developer guide, "Role trust and permissions".
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from auth_import.observation import Choice
from auth_import.rules.trust import PRINCIPAL, Amr, trust_statement
from aws.stack_documents import AUTH_STACKS
from deployments.scratch.new_auth import (
    STANDARD,
    AttributeType,
    CustomAttribute,
    Mfa,
    NewAuth,
    PasswordPolicy,
    SignIn,
)

__all__ = [
    "RESOURCES",
    "STANDARD",
    "AttributeType",
    "CustomAttribute",
    "Mfa",
    "NewAuth",
    "PasswordPolicy",
    "SignIn",
    "choice_of",
    "render",
    "stack_name",
    "template",
]

Template = dict[str, Any]

SCOPES = ("phone", "email", "openid", "profile", "aws.cognito.signin.user.admin")
"""Amplify's default scopes."""

RESOURCES = {
    "UserPool": "AWS::Cognito::UserPool",
    "WebClient": "AWS::Cognito::UserPoolClient",
    "NativeClient": "AWS::Cognito::UserPoolClient",
    "IdentityPool": "AWS::Cognito::IdentityPool",
    "AuthenticatedRole": "AWS::IAM::Role",
    "UnauthenticatedRole": "AWS::IAM::Role",
    "Roles": "AWS::Cognito::IdentityPoolRoleAttachment",
    "Domain": "AWS::Cognito::UserPoolDomain",
}
"""All that a stack of the console's own may hold, by logical id. Anything else was put there by somebody."""

_NUMBERS = ("updated_at",)
_POOL_ID = {"Ref": "UserPool"}


def stack_name(new: NewAuth, suffix: str) -> str:
    """The stack's name, at most 128 characters; `suffix` (letters, digits) tells it from an earlier one of this name.

    CloudFormation makes the roles' names of it. It begins as the documented policy demands.
    """
    return f"{AUTH_STACKS}{re.sub('[^A-Za-z0-9]+', '-', new.name).strip('-')}-{suffix}"


def render(new: NewAuth) -> str:
    """The template as JSON text, the same for the same wishes."""
    return json.dumps(template(new), indent=2)


def template(new: NewAuth) -> Template:
    """The template of a user pool, two app clients, an identity pool and its two roles.

    Raises ValueError when there is something wrong with `new`, in words (`NewAuth.problems`).
    """
    problems = new.problems()
    if problems:
        raise ValueError(" ".join(problems.values()))
    resources = {
        "UserPool": _user_pool(new),
        "WebClient": _client(new, f"{new.name}_web", secret=False),
        "NativeClient": _client(new, f"{new.name}_native", secret=True),
        "IdentityPool": _identity_pool(new),
        "AuthenticatedRole": _role(new, "authenticated"),
        "UnauthenticatedRole": _role(new, "unauthenticated"),
        "Roles": _roles(),
    }
    if new.domain:
        resources["Domain"] = _resource("UserPoolDomain", {"Domain": new.domain, "UserPoolId": _POOL_ID})
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Sign-in for {new.name}, made by the console. Deleting this stack deletes the users.",
        "Resources": resources,
        "Outputs": {name: {"Description": words, "Value": value} for name, words, value in _outputs(new)},
    }


def choice_of(outputs: Mapping[str, str]) -> Choice:
    """What was made, as it is linked. `outputs` are the stack's; raises KeyError when one is missing."""
    return Choice(
        user_pool_id=outputs["UserPoolId"],
        web_client_id=outputs["WebClientId"],
        native_client_id=outputs["NativeClientId"],
        identity_pool_id=outputs["IdentityPoolId"],
    )


def _resource(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": f"AWS::Cognito::{kind}", "Properties": properties}


def _user_pool(new: NewAuth) -> dict[str, Any]:
    policy = new.password
    properties: dict[str, Any] = {
        "UserPoolName": f"{new.name}_users",
        "DeletionProtection": "ACTIVE" if new.deletion_protection else "INACTIVE",
        **_names_to_sign_in_with(new.sign_in),
        # Somebody who types Ana@example.com is the same person as ana@example.com; this can never be changed.
        "UsernameConfiguration": {"CaseSensitive": False},
        "Schema": [*map(_required, new.required), *map(_custom, new.custom)],
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False},
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": policy.minimum_length,
                "RequireLowercase": policy.lowercase,
                "RequireUppercase": policy.uppercase,
                "RequireNumbers": policy.numbers,
                "RequireSymbols": policy.symbols,
                "TemporaryPasswordValidityDays": policy.temporary_days,
            }
        },
        "MfaConfiguration": str(new.mfa),
    }
    if new.mfa is not Mfa.OFF:
        properties["EnabledMfas"] = ["SOFTWARE_TOKEN_MFA"]
    return _resource("UserPool", properties)


def _names_to_sign_in_with(ways: tuple[SignIn, ...]) -> dict[str, Any]:
    """Addresses are user names themselves, or aliases of a user name; a pool cannot have both."""
    attributes = {SignIn.EMAIL: "email", SignIn.PHONE: "phone_number"}
    addresses = [attributes[way] for way in attributes if way in ways]
    if not addresses:
        return {}
    return {"AliasAttributes" if SignIn.USERNAME in ways else "UsernameAttributes": addresses}


def _required(name: str) -> dict[str, Any]:
    # CloudFormation sends the schema with every update, and Cognito refuses entries without a type there.
    kind = AttributeType.NUMBER if name in _NUMBERS else AttributeType.STRING
    return {"Name": name, "AttributeDataType": str(kind), "Required": True, "Mutable": True}


def _custom(attribute: CustomAttribute) -> dict[str, Any]:
    return {
        "Name": attribute.name,
        "AttributeDataType": str(attribute.type),
        "Required": False,
        "Mutable": attribute.mutable,
    }


def _client(new: NewAuth, name: str, *, secret: bool) -> dict[str, Any]:
    """One of the two app clients. They differ in nothing but the secret, as an import demands."""
    properties: dict[str, Any] = {
        "ClientName": name,
        "UserPoolId": _POOL_ID,
        "GenerateSecret": secret,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        # Whoever types a wrong name or a wrong password is told the same.
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {"RefreshToken": "days"},
    }
    if new.domain:
        properties |= {
            "SupportedIdentityProviders": ["COGNITO"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": list(SCOPES),
            "CallbackURLs": list(new.callback_urls),
            "LogoutURLs": list(new.logout_urls),
        }
    return _resource("UserPoolClient", properties)


def _identity_pool(new: NewAuth) -> dict[str, Any]:
    providers = [
        {
            "ProviderName": {"Fn::GetAtt": ["UserPool", "ProviderName"]},
            "ClientId": {"Ref": client},
            # Whoever is disabled or signed out everywhere gets no new AWS credentials.
            "ServerSideTokenCheck": True,
        }
        for client in ("WebClient", "NativeClient")
    ]
    return _resource(
        "IdentityPool",
        {
            "IdentityPoolName": f"{new.name}_identity",
            "AllowUnauthenticatedIdentities": new.guests,
            "CognitoIdentityProviders": providers,
        },
    )


def _role(new: NewAuth, amr: Amr) -> dict[str, Any]:
    statement = trust_statement("", amr)
    statement["Condition"]["StringEquals"] = {f"{PRINCIPAL}:aud": {"Ref": "IdentityPool"}}
    who = "people who signed in" if amr == "authenticated" else "guests"
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Description": f"Role of {new.name}_identity for {who}. Grants nothing by itself.",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        },
    }


def _roles() -> dict[str, Any]:
    """Both roles, with guests or without: the Amplify CLI imports no identity pool that lacks one."""
    roles = {
        "authenticated": {"Fn::GetAtt": ["AuthenticatedRole", "Arn"]},
        "unauthenticated": {"Fn::GetAtt": ["UnauthenticatedRole", "Arn"]},
    }
    return _resource("IdentityPoolRoleAttachment", {"IdentityPoolId": {"Ref": "IdentityPool"}, "Roles": roles})


def _outputs(new: NewAuth) -> list[tuple[str, str, Any]]:
    """Every id that was made. The native client's secret is none: outputs can be read by many."""
    rows: list[tuple[str, str, Any]] = [
        ("UserPoolId", "The user pool", _POOL_ID),
        ("UserPoolArn", "The user pool's ARN", {"Fn::GetAtt": ["UserPool", "Arn"]}),
        ("WebClientId", "The app client without a secret, for browsers", {"Ref": "WebClient"}),
        ("NativeClientId", "The app client with a secret, for mobile apps and servers", {"Ref": "NativeClient"}),
        ("IdentityPoolId", "The identity pool", {"Ref": "IdentityPool"}),
        ("AuthRoleArn", "The role of people who signed in", {"Fn::GetAtt": ["AuthenticatedRole", "Arn"]}),
        ("UnauthRoleArn", "The role of guests", {"Fn::GetAtt": ["UnauthenticatedRole", "Arn"]}),
    ]
    if new.domain:
        # Ref of a domain is its prefix, and the output so waits for the domain.
        rows.append(("HostedUIDomain", "The prefix of the hosted sign-in page's address", {"Ref": "Domain"}))
    return rows

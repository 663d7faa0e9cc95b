"""User pools, app clients, domains and groups as CloudFormation makes them, in the account's own Cognito.

Which change makes a new resource, and what Ref and Fn::GetAtt answer: CloudFormation's reference of the types.
"""

from collections.abc import Mapping
from typing import Any, cast

from moto.cognitoidp.models import CognitoIdpUserPoolAttribute, cognitoidp_backends

from aws.sandbox import user_groups
from aws.sandbox.cloudformation.cognito_errors import gone_already, handled, refused
from aws.sandbox.cloudformation.kinds import Kind, Made, Properties, generated_name
from aws.sandbox.cloudformation.records import Stack
from aws.sandbox.ids import ACCOUNT_ID
from aws.sandbox.request_rules import check_request
from aws.sandbox.user_pool_backend import SandboxUserPoolBackend
from aws.sandbox.user_pools import IMMUTABLE, SandboxUserPool, SandboxUserPoolClient

_SERVICE = "CognitoIdentityProvider"
#: Properties of the resource that no call of the pool itself takes; EnabledMfas goes into SetUserPoolMfaConfig.
_NOT_OF_THE_POOL = ("UserPoolName", "EnabledMfas")
_STANDARD = CognitoIdpUserPoolAttribute.STANDARD_SCHEMA


def _backend(stack: Stack) -> SandboxUserPoolBackend:
    return cast(SandboxUserPoolBackend, cognitoidp_backends[ACCOUNT_ID][stack.region])


def _pool(stack: Stack, pool_id: str) -> SandboxUserPool:
    return cast(SandboxUserPool, _backend(stack).describe_user_pool(pool_id))


def _previous(stack: Stack, physical_id: str) -> Properties:
    """The properties before the update that is being made."""
    return next(one.properties for one in stack.resources.values() if one.physical_id == physical_id)


# User pools


def _settings(stack: Stack, properties: Properties) -> dict[str, Any]:
    """The parameters of CreateUserPool and UpdateUserPool; a stack's tags are given to what it makes."""
    settings = {name: value for name, value in properties.items() if name not in _NOT_OF_THE_POOL}
    tags = {tag["Key"]: tag["Value"] for tag in stack.tags} | dict(properties.get("UserPoolTags", {}))
    return {**settings, "UserPoolTags": tags} if tags else settings


def _check_pool(properties: Properties) -> None:
    if properties.get("AliasAttributes") and properties.get("UsernameAttributes"):
        raise refused("Only one of the aliasAttributes or usernameAttributes can be set in a user pool.")
    has_way = properties.get("EnabledMfas") or properties.get("SmsConfiguration")
    if properties.get("MfaConfiguration", "OFF") != "OFF" and not has_way:
        raise refused(
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
        )


def _set_mfa(stack: Stack, pool: SandboxUserPool, properties: Properties) -> None:
    """CloudFormation follows up with SetUserPoolMfaConfig; a method that is not enabled is not in the answer."""
    ways = properties.get("EnabledMfas", [])
    sms = {"SmsConfiguration": properties.get("SmsConfiguration", {})} if "SMS_MFA" in ways else None
    totp = {"Enabled": True} if "SOFTWARE_TOKEN_MFA" in ways else None
    # moto's annotations know no None, but its pools begin with it.
    wanted: dict[str, Any] = {"sms_config": sms, "token_config": totp}
    _backend(stack).set_user_pool_mfa_config(pool.id, mfa_config=properties.get("MfaConfiguration", "OFF"), **wanted)


def _made_pool(stack: Stack, pool: SandboxUserPool) -> Made:
    provider = f"cognito-idp.{stack.region}.amazonaws.com/{pool.id}"
    attributes = {
        "Arn": pool.arn,
        "ProviderName": provider,
        "ProviderURL": f"https://{provider}",
        "UserPoolId": pool.id,
    }
    return Made(pool.id, attributes)


def _create_pool(stack: Stack, logical_id: str, properties: Properties) -> Made:
    name = properties.get("UserPoolName") or generated_name(stack, logical_id, longest=128)
    settings = _settings(stack, properties)
    with handled(_SERVICE):
        _check_pool(properties)
        check_request("CreateUserPool", {"PoolName": name, **settings})
        pool = cast(SandboxUserPool, _backend(stack).create_user_pool(name, settings))
        _set_mfa(stack, pool, properties)
    return _made_pool(stack, pool)


def _update_pool(stack: Stack, physical_id: str, properties: Properties) -> Made:
    before, settings = _previous(stack, physical_id), _settings(stack, properties)
    with handled(_SERVICE):
        pool = _pool(stack, physical_id)
        for name in IMMUTABLE:
            if before.get(name) != properties.get(name):
                raise refused(f"Updates are not allowed for property - {name}.")
        _check_pool(properties)
        added = _new_attributes(before.get("Schema", []), properties.get("Schema", []))
        pool.update({**settings, "PoolName": properties.get("UserPoolName")})
        for schema in added:
            attribute = CognitoIdpUserPoolAttribute(schema["Name"], True, schema)
            pool.schema_attributes[attribute.name] = attribute
        _set_mfa(stack, pool, properties)
    return _made_pool(stack, pool)


def _new_attributes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The custom attributes to add. Raises ResourceFailed when others are changed or missing, as Cognito refuses it."""
    known = {schema["Name"]: schema for schema in before}
    if any(known[name] not in after for name in known):
        raise refused("Existing schema attributes cannot be modified or deleted.")
    added = [schema for schema in after if schema["Name"] not in known]
    if any(schema["Name"] in _STANDARD or schema.get("Required") for schema in added):
        raise refused("Required custom attributes are not supported currently.")
    return added


def _delete_pool(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        _backend(stack).delete_user_pool(physical_id)


# App clients


def _client_settings(properties: Properties) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in ("GenerateSecret", "UserPoolId")}


def _made_client(client: SandboxUserPoolClient) -> Made:
    attributes = {"ClientId": client.id, "Name": client.extended_config.get("ClientName")}
    if client.generate_secret:
        attributes["ClientSecret"] = client.secret
    return Made(client.id, attributes)


def _create_client(stack: Stack, logical_id: str, properties: Properties) -> Made:
    settings = _client_settings(properties)
    settings.setdefault("ClientName", generated_name(stack, logical_id, longest=128))
    secret = bool(properties.get("GenerateSecret", False))
    with handled(_SERVICE):
        check_request("CreateUserPoolClient", {"UserPoolId": properties["UserPoolId"], **settings})
        _check_oauth(properties)
        client = _backend(stack).create_user_pool_client(properties["UserPoolId"], secret, settings)
    return _made_client(cast(SandboxUserPoolClient, client))


def _check_oauth(properties: Properties) -> None:
    if not properties.get("AllowedOAuthFlowsUserPoolClient"):
        return
    if not properties.get("AllowedOAuthFlows") or not properties.get("AllowedOAuthScopes"):
        raise refused(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )
    if not properties.get("CallbackURLs") and properties["AllowedOAuthFlows"] != ["client_credentials"]:
        raise refused("CallbackURLs are required for the code and implicit flows.")


def _update_client(stack: Stack, physical_id: str, properties: Properties) -> Made:
    with handled(_SERVICE):
        _check_oauth(properties)
        client = _backend(stack).update_user_pool_client(
            properties["UserPoolId"], physical_id, _client_settings(properties)
        )
    return _made_client(cast(SandboxUserPoolClient, client))


def _delete_client(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        _backend(stack).delete_user_pool_client(properties["UserPoolId"], physical_id)


# Domains


def _create_domain(stack: Stack, logical_id: str, properties: Properties) -> Made:
    with handled(_SERVICE):
        check_request("CreateUserPoolDomain", {name: properties[name] for name in ("Domain", "UserPoolId")})
        _backend(stack).create_user_pool_domain(
            properties["UserPoolId"], properties["Domain"], properties.get("CustomDomainConfig")
        )
    return _made_domain(stack, properties["Domain"], properties)


def _made_domain(stack: Stack, physical_id: str, properties: Properties) -> Made:
    # Only a custom domain has a distribution of its own.
    served = {"CloudFrontDistribution": "d111111abcdef8.cloudfront.net"} if "CustomDomainConfig" in properties else {}
    return Made(physical_id, served)


def _delete_domain(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        _backend(stack).delete_user_pool_domain(physical_id)


# Groups


def _group_parameters(stack: Stack, logical_id: str, properties: Properties) -> dict[str, Any]:
    named: Mapping[str, Any] = {"GroupName": generated_name(stack, logical_id, longest=128), **properties}
    return dict(named)


def _create_group(stack: Stack, logical_id: str, properties: Properties) -> Made:
    parameters = _group_parameters(stack, logical_id, properties)
    with handled(_SERVICE):
        check_request("CreateGroup", parameters)
        user_groups.create_group(_pool(stack, properties["UserPoolId"]), parameters)
    return Made(parameters["GroupName"], {})


def _update_group(stack: Stack, physical_id: str, properties: Properties) -> Made:
    with handled(_SERVICE):
        user_groups.update_group(_pool(stack, properties["UserPoolId"]), {**properties, "GroupName": physical_id})
    return Made(physical_id, {})


def _delete_group(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        user_groups.delete_group(_pool(stack, properties["UserPoolId"]), {"GroupName": physical_id})


KINDS = {
    "AWS::Cognito::UserPool": Kind(_create_pool, _update_pool, _delete_pool),
    "AWS::Cognito::UserPoolClient": Kind(
        _create_client, _update_client, _delete_client, frozenset({"GenerateSecret", "UserPoolId"})
    ),
    "AWS::Cognito::UserPoolDomain": Kind(
        _create_domain, _made_domain, _delete_domain, frozenset({"Domain", "UserPoolId"})
    ),
    "AWS::Cognito::UserPoolGroup": Kind(
        _create_group, _update_group, _delete_group, frozenset({"GroupName", "UserPoolId"})
    ),
}

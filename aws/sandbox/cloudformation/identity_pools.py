"""Identity pools and their roles as CloudFormation makes them, in the account's own Cognito."""

from typing import Any, cast

from moto.cognitoidentity.models import cognitoidentity_backends

from aws.sandbox.cloudformation.cognito_errors import gone_already, handled
from aws.sandbox.cloudformation.kinds import Kind, Made, Properties, generated_name
from aws.sandbox.cloudformation.records import Stack
from aws.sandbox.identity_pools import SandboxIdentityPool, SandboxIdentityPoolBackend
from aws.sandbox.ids import ACCOUNT_ID

_SERVICE = "CognitoIdentity"
#: Properties that belong to Cognito Sync, which this account does not have.
_OF_SYNC = ("CognitoEvents", "CognitoStreams", "PushSync")


def _backend(stack: Stack) -> SandboxIdentityPoolBackend:
    return cast(SandboxIdentityPoolBackend, cognitoidentity_backends[ACCOUNT_ID][stack.region])


def _settings(stack: Stack, name: str, properties: Properties) -> dict[str, Any]:
    settings = {key: value for key, value in properties.items() if key not in _OF_SYNC}
    own_tags = settings.pop("IdentityPoolTags", None) or []
    tags = {tag["Key"]: tag["Value"] for tag in (*stack.tags, *own_tags)}
    return {**settings, "IdentityPoolName": name, "IdentityPoolTags": tags}


def _made(pool: SandboxIdentityPool) -> Made:
    return Made(pool.identity_pool_id, {"Id": pool.identity_pool_id, "Name": pool.identity_pool_name})


def _create(stack: Stack, logical_id: str, properties: Properties) -> Made:
    name = properties.get("IdentityPoolName") or generated_name(stack, logical_id, longest=128)
    with handled(_SERVICE):
        return _made(_backend(stack).create(_settings(stack, name, properties)))


def _update(stack: Stack, physical_id: str, properties: Properties) -> Made:
    with handled(_SERVICE):
        pool = _backend(stack).pool(physical_id)
        name = properties.get("IdentityPoolName") or pool.identity_pool_name
        return _made(_backend(stack).update(physical_id, _settings(stack, name, properties)))


def _delete(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        _backend(stack).delete_identity_pool(physical_id)


def _attach(stack: Stack, physical_id: str, properties: Properties) -> Made:
    # A template names the provider inside the mapping, or as its key where that can be written down.
    mappings = {
        mapping.get("IdentityProvider", key): {
            name: value for name, value in mapping.items() if name != "IdentityProvider"
        }
        for key, mapping in properties.get("RoleMappings", {}).items()
    }
    with handled(_SERVICE):
        _backend(stack).set_roles(properties["IdentityPoolId"], properties.get("Roles", {}), mappings)
    return Made(physical_id, {"Id": physical_id})


def _create_attachment(stack: Stack, logical_id: str, properties: Properties) -> Made:
    return _attach(stack, generated_name(stack, logical_id, longest=128), properties)


def _detach(stack: Stack, physical_id: str, properties: Properties) -> None:
    with handled(_SERVICE), gone_already():
        _backend(stack).set_roles(properties["IdentityPoolId"], {}, {})


KINDS = {
    "AWS::Cognito::IdentityPool": Kind(_create, _update, _delete),
    "AWS::Cognito::IdentityPoolRoleAttachment": Kind(
        _create_attachment, _attach, _detach, frozenset({"IdentityPoolId"})
    ),
}

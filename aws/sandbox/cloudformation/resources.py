"""The resource types a stack can hold: those made for real in this account, and all others, which are only noted."""

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, iam_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import S3Backend, s3_backends

from aws.sandbox import ids
from aws.sandbox.cloudformation import graphql_api, identity_pools, user_pools
from aws.sandbox.cloudformation.errors import ResourceFailed
from aws.sandbox.cloudformation.kinds import Kind, Made, Properties, generated_name
from aws.sandbox.cloudformation.records import Stack
from aws.sandbox.ids import ACCOUNT_ID


def _iam() -> IAMBackend:
    return iam_backends[ACCOUNT_ID]["aws"]


def _s3() -> S3Backend:
    return s3_backends[ACCOUNT_ID]["aws"]


def _create_role(stack: Stack, logical_id: str, properties: Properties) -> Made:
    name = properties.get("RoleName") or generated_name(stack, logical_id, longest=64)
    trust = json.dumps(properties["AssumeRolePolicyDocument"])
    role = _iam().create_role(
        name, trust, properties.get("Path", "/"), None, properties.get("Description", ""), list(stack.tags), "3600"
    )
    for policy in properties.get("Policies", []):
        _iam().put_role_policy(name, policy["PolicyName"], json.dumps(policy["PolicyDocument"]))
    return Made(name, {"Arn": role.arn, "RoleId": role.id})


def _update_role(stack: Stack, physical_id: str, properties: Properties) -> Made:
    role = _iam().get_role(physical_id)
    _iam().update_assume_role_policy(physical_id, json.dumps(properties["AssumeRolePolicyDocument"]))
    role.description = properties.get("Description", "")
    return Made(physical_id, {"Arn": role.arn, "RoleId": role.id})


def _delete_role(stack: Stack, physical_id: str, properties: Properties) -> None:
    if not any(role.name == physical_id for role in _iam().get_roles()):
        return
    for policy in properties.get("Policies", []):
        _iam().delete_role_policy(physical_id, policy["PolicyName"])
    _iam().delete_role(physical_id)


def _put_policy(stack: Stack, physical_id: str, properties: Properties) -> Made:
    for role in properties.get("Roles", []):
        _iam().put_role_policy(role, properties["PolicyName"], json.dumps(properties["PolicyDocument"]))
    return Made(physical_id, {})


def _create_policy(stack: Stack, logical_id: str, properties: Properties) -> Made:
    suffix = ids.physical_suffix(stack.draw(logical_id))
    return _put_policy(stack, f"{stack.name[:5]}-{logical_id[:4]}-{suffix}", properties)


def _delete_policy(stack: Stack, physical_id: str, properties: Properties) -> None:
    roles = {role.name for role in _iam().get_roles()}
    for role in properties.get("Roles", []):
        if role in roles and properties["PolicyName"] in _iam().list_role_policies(role):
            _iam().delete_role_policy(role, properties["PolicyName"])


def _create_bucket(stack: Stack, logical_id: str, properties: Properties) -> Made:
    name = properties.get("BucketName") or generated_name(stack, logical_id, longest=63, lower=True)
    _s3().create_bucket(name, stack.region)
    return _update_bucket(stack, name, properties)


def _update_bucket(stack: Stack, physical_id: str, properties: Properties) -> Made:
    wanted = properties.get("VersioningConfiguration", {}).get("Status")
    if wanted:
        _s3().put_bucket_versioning(physical_id, wanted)
    return Made(
        physical_id,
        {
            "Arn": f"arn:aws:s3:::{physical_id}",
            "DomainName": f"{physical_id}.s3.amazonaws.com",
            "RegionalDomainName": f"{physical_id}.s3.{stack.region}.amazonaws.com",
        },
    )


def _delete_bucket(stack: Stack, physical_id: str, properties: Properties) -> None:
    if _s3().delete_bucket(physical_id) is None:
        raise ResourceFailed("The bucket you tried to delete is not empty")


def _put_bucket_policy(stack: Stack, physical_id: str, properties: Properties) -> Made:
    try:
        _s3().put_bucket_policy(properties["Bucket"], json.dumps(properties["PolicyDocument"]).encode())
    except MissingBucket as error:
        raise ResourceFailed("The specified bucket does not exist") from error
    return Made(str(properties["Bucket"]), {})


def _delete_bucket_policy(stack: Stack, physical_id: str, properties: Properties) -> None:
    if physical_id in _s3().buckets:
        _s3().delete_bucket_policy(physical_id)


def _create_graphql_api(stack: Stack, logical_id: str, properties: Properties) -> Made:
    return Made(*graphql_api.create(stack.region, stack.draw(logical_id), properties))


def _update_graphql_api(stack: Stack, physical_id: str, properties: Properties) -> Made:
    return Made(*graphql_api.update(stack.region, physical_id, properties))


def _delete_graphql_api(stack: Stack, physical_id: str, properties: Properties) -> None:
    graphql_api.delete(stack.region, physical_id)


def _schema() -> Kind:
    """The stack keeps it as it keeps what is only noted; besides, the API tells it to whoever asks."""
    noted = _note("AWS::AppSync::GraphQLSchema")

    def create(stack: Stack, logical_id: str, properties: Properties) -> Made:
        graphql_api.put_schema(stack.region, properties)
        return noted.create(stack, logical_id, properties)

    def update(stack: Stack, physical_id: str, properties: Properties) -> Made:
        graphql_api.put_schema(stack.region, properties)
        return noted.update(stack, physical_id, properties)

    return Kind(create, update, noted.delete, noted.replaces)


def _create_api_key(stack: Stack, logical_id: str, properties: Properties) -> Made:
    return Made(*graphql_api.create_key(stack.region, stack.draw(logical_id), properties))


def _update_api_key(stack: Stack, physical_id: str, properties: Properties) -> Made:
    return Made(*graphql_api.update_key(stack.region, physical_id, properties))


def _delete_api_key(stack: Stack, physical_id: str, properties: Properties) -> None:
    graphql_api.delete_key(stack.region, physical_id)


def _note(type_: str) -> Kind:
    """A type this account does not make: the stack keeps its properties, and attributes are made up."""
    service, _, what = type_.removeprefix("AWS::").partition("::")

    def attributes(stack: Stack, physical_id: str) -> dict[str, Any]:
        if type_ == "AWS::Lambda::Function":
            return {"Arn": f"arn:aws:lambda:{stack.region}:{ACCOUNT_ID}:function:{physical_id}"}
        arn = f"arn:aws:{service.lower()}:{stack.region}:{ACCOUNT_ID}:{what.lower()}/{physical_id}"
        return {"Arn": arn, "*": physical_id}

    def create(stack: Stack, logical_id: str, properties: Properties) -> Made:
        named = properties.get(f"{what}Name") or properties.get("Name")
        name = str(named or generated_name(stack, logical_id, longest=64))
        return Made(name, attributes(stack, name))

    def update(stack: Stack, physical_id: str, properties: Properties) -> Made:
        return Made(physical_id, attributes(stack, physical_id))

    return Kind(create, update, lambda stack, physical_id, properties: None, frozenset({f"{what}Name"}))


_KINDS: dict[str, Kind] = {
    "AWS::IAM::Role": Kind(_create_role, _update_role, _delete_role, frozenset({"RoleName", "Path"})),
    "AWS::IAM::Policy": Kind(_create_policy, _put_policy, _delete_policy),
    "AWS::S3::Bucket": Kind(_create_bucket, _update_bucket, _delete_bucket, frozenset({"BucketName"})),
    "AWS::S3::BucketPolicy": Kind(
        lambda stack, logical_id, properties: _put_bucket_policy(stack, "", properties),
        _put_bucket_policy,
        _delete_bucket_policy,
        frozenset({"Bucket"}),
    ),
    "AWS::AppSync::GraphQLApi": Kind(_create_graphql_api, _update_graphql_api, _delete_graphql_api),
    "AWS::AppSync::GraphQLSchema": _schema(),
    "AWS::AppSync::ApiKey": Kind(_create_api_key, _update_api_key, _delete_api_key, frozenset({"ApiId"})),
    **user_pools.KINDS,
    **identity_pools.KINDS,
}


def kind_of(type_: str) -> Kind:
    return _KINDS.get(type_) or _note(type_)


def reason_of(error: Exception) -> str:
    """What an event says of an error of another service."""
    if isinstance(error, ResourceFailed):
        return str(error)
    if isinstance(error, ServiceException):
        return str(error.message)
    return f"{type(error).__name__}: {error}"

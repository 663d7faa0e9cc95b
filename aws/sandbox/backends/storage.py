"""File storage (S3) of the sample backends, with access for guests (Amplify project format, section 8.3)."""

from typing import Any

from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.texts import json_text
from aws.sandbox.catalogue_backends import Backend

_SUB = "${cognito-identity.amazonaws.com:sub}"
_FULL = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]


def _policy(name: str, role: str, path: str, actions: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Policy",
        "DependsOn": ["S3Bucket"],
        "Properties": {
            "PolicyName": {"Ref": name},
            "Roles": [{"Ref": role}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": actions,
                        "Resource": [{"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "S3Bucket"}, f"/{path}/*"]]}],
                    }
                ],
            },
        },
    }


def _actions(parameter: str) -> dict[str, Any]:
    return {"Fn::Split": [",", {"Ref": parameter}]}


def _bucket_name() -> dict[str, Any]:
    end_of_stack = {"Fn::Select": [3, {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}
    return {"Fn::Join": ["", [{"Ref": "bucketName"}, end_of_stack, "-", {"Ref": "env"}]]}


def _template(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "S3 resource stack creation using Amplify CLI",
        "Parameters": {**{name: {"Type": "String"} for name in parameters}, "env": {"Type": "String"}},
        "Conditions": {"HasGuests": {"Fn::Not": [{"Fn::Equals": [{"Ref": "GuestAllowList"}, "DISALLOW"]}]}},
        "Resources": {
            "S3Bucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {"BucketName": _bucket_name()},
            },
            "S3AuthPublicPolicy": _policy(
                "s3PublicPolicy", "authRoleName", "public", _actions("s3PermissionsAuthenticatedPublic")
            ),
            "S3AuthProtectedPolicy": _policy(
                "s3ProtectedPolicy",
                "authRoleName",
                f"protected/{_SUB}",
                _actions("s3PermissionsAuthenticatedProtected"),
            ),
            "S3AuthPrivatePolicy": _policy(
                "s3PrivatePolicy", "authRoleName", f"private/{_SUB}", _actions("s3PermissionsAuthenticatedPrivate")
            ),
            "S3AuthReadPolicy": _policy("s3ReadPolicy", "authRoleName", "protected", "s3:GetObject"),
            "S3GuestPublicPolicy": {
                **_policy("s3PublicPolicy", "unauthRoleName", "public", _actions("s3PermissionsGuestPublic")),
                "Condition": "HasGuests",
            },
            "S3GuestReadPolicy": {
                **_policy("s3ReadPolicy", "unauthRoleName", "protected", "s3:GetObject"),
                "Condition": "HasGuests",
            },
        },
        "Outputs": {
            "BucketName": {"Value": {"Ref": "S3Bucket"}, "Description": "Bucket name for the S3 bucket"},
            "Region": {"Value": {"Ref": "AWS::Region"}},
        },
    }


def storage(backend: Backend, name: str = "photos") -> Resource:
    policy = "7c1d90ab"
    cli_inputs = {
        "resourceName": name,
        "policyUUID": policy,
        "bucketName": f"{backend.app}{name}",
        "storageAccess": "authAndGuest",
        "guestAccess": ["READ"],
        "authAccess": ["CREATE_AND_UPDATE", "READ", "DELETE"],
        "groupAccess": {},
    }
    parameters: dict[str, Any] = {
        "bucketName": f"{backend.app}{name}",
        "selectedGuestPermissions": ["s3:GetObject", "s3:ListBucket"],
        "selectedAuthenticatedPermissions": [*_FULL, "s3:ListBucket"],
        "unauthRoleName": {"Ref": "UnauthRoleName"},
        "authRoleName": {"Ref": "AuthRoleName"},
        "s3PrivatePolicy": f"Private_policy_{policy}",
        "s3ProtectedPolicy": f"Protected_policy_{policy}",
        "s3PublicPolicy": f"Public_policy_{policy}",
        "s3ReadPolicy": f"read_policy_{policy}",
        "s3UploadsPolicy": f"Uploads_policy_{policy}",
        "authPolicyName": f"s3_amplify_{policy}",
        "unauthPolicyName": f"s3_amplify_{policy}",
        "AuthenticatedAllowList": "ALLOW",
        "GuestAllowList": "ALLOW",
        "s3PermissionsAuthenticatedPrivate": ",".join(_FULL),
        "s3PermissionsAuthenticatedProtected": ",".join(_FULL),
        "s3PermissionsAuthenticatedPublic": ",".join(_FULL),
        "s3PermissionsAuthenticatedUploads": "s3:PutObject",
        "s3PermissionsGuestPublic": "s3:GetObject",
        "s3PermissionsGuestUploads": "DISALLOW",
    }
    nested = {
        **{key: ",".join(value) if isinstance(value, list) else value for key, value in parameters.items()},
        "env": backend.environment,
    }
    template = json_text(_template(parameters))
    return Resource(
        "storage",
        name,
        {"dependsOn": [], "providerPlugin": "awscloudformation", "service": "S3"},
        {
            "cli-inputs.json": json_text(cli_inputs),
            "build/cloudformation-template.json": template,
            "build/parameters.json": json_text(parameters),
        },
        templates={"storage/cloudformation-template.json": template},
        nested_parameters=nested,
        nested_template="storage/cloudformation-template.json",
    )

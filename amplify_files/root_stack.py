"""The root stack of a new Amplify environment, and the files its deployment bucket starts with.

Amplify project format, sections 6.1, 6.2 and 6.5.
"""

import re

from amplify_files import team_provider_info
from amplify_files.context import EnvironmentStack
from amplify_files.javascript_json import stringify
from amplify_files.resource_name import is_amplify_environment_name

TEMPLATE_FILE = "awscloudformation/build/root-cloudformation-stack.json"

_SUFFIX = re.compile(r"[0-9a-f]{5}")
_OUTSIDE_NAME = re.compile(r"[^-a-z0-9]")
# The names of the roles, which may have 64 characters, are no longer than that of the bucket.
_LONGEST_BUCKET_NAME = 63

_PARAMETERS = {
    "DeploymentBucketName": "The name of the bucket that keeps the backend's state and templates",
    "AuthRoleName": "The name of the role for signed-in users",
    "UnauthRoleName": "The name of the role for guests",
}
_OUTPUTS: dict[str, tuple[str, dict[str, object]]] = {
    "Region": ("The Region of the root stack", {"Ref": "AWS::Region"}),
    "StackName": ("The name of the root stack", {"Ref": "AWS::StackName"}),
    "StackId": ("The ID of the root stack", {"Ref": "AWS::StackId"}),
    "DeploymentBucketName": (_PARAMETERS["DeploymentBucketName"], {"Ref": "DeploymentBucketName"}),
    "AuthRoleArn": ("The ARN of the role for signed-in users", {"Fn::GetAtt": ["AuthRole", "Arn"]}),
    "UnauthRoleArn": ("The ARN of the role for guests", {"Fn::GetAtt": ["UnauthRole", "Arn"]}),
    "AuthRoleName": (_PARAMETERS["AuthRoleName"], {"Ref": "AuthRole"}),
    "UnauthRoleName": (_PARAMETERS["UnauthRoleName"], {"Ref": "UnauthRole"}),
}


def stack_name(project: str, environment: str, suffix: str) -> str:
    """The root stack's name. The suffix, five hexadecimal digits, keeps apart what has the same names elsewhere.

    Raises ``ValueError`` where nothing of the project's name can be part of a stack's name, or too much of it.
    """
    if not is_amplify_environment_name(environment):
        raise ValueError(f"“{environment}” cannot be an environment's name: 2 to 10 lower-case letters.")
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError(f"“{suffix}” must be five lower-case hexadecimal digits.")
    stripped = _OUTSIDE_NAME.sub("", project.lower())
    name = f"amplify-{stripped}-{environment}-{suffix}"
    if not stripped.strip("-") or len(parameters(name)["DeploymentBucketName"]) > _LONGEST_BUCKET_NAME:
        raise ValueError(f"“{project}” cannot name a stack: use 3 to 20 letters and digits.")
    return name


def parameters(stack: str) -> dict[str, str]:
    """The values of the template's parameters for a stack of this name."""
    return {
        "DeploymentBucketName": f"{stack}-deployment",
        "AuthRoleName": f"{stack}-authRole",
        "UnauthRoleName": f"{stack}-unauthRole",
    }


def content() -> dict[str, object]:
    """The template as an object. Nested stacks of other categories are added by whoever pushes them."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Root stack of an Amplify backend environment",
        "Parameters": {name: {"Type": "String", "Description": words} for name, words in _PARAMETERS.items()},
        "Resources": {
            # The bucket holds the only copy of the backend's state, so it outlives the stack.
            "DeploymentBucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {"BucketName": {"Ref": "DeploymentBucketName"}},
            },
            "DeploymentBucketBlockHTTP": _tls_only(),
            "AuthRole": _role("AuthRoleName"),
            "UnauthRole": _role("UnauthRoleName"),
        },
        "Outputs": {
            name: {"Description": words, "Value": value, "Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-{name}"}}}
            for name, (words, value) in _OUTPUTS.items()
        },
    }


def template() -> str:
    """The template's text: two-space indent, no trailing newline."""
    return stringify(content(), indent=2)


def initial_files(stack: EnvironmentStack) -> dict[str, str]:
    """What ``#current-cloud-backend.zip`` of a new backend without resources holds: paths and texts."""
    return {
        "amplify-meta.json": stringify(
            {"providers": {"awscloudformation": team_provider_info.stack_block(stack)}}, indent=2
        ),
        "backend-config.json": "{}",
        # The words in braces are put in by the CLI, when it tags resources.
        "tags.json": stringify(
            [
                {"Key": "user:Stack", "Value": "{project-env}"},
                {"Key": "user:Application", "Value": "{project-name}"},
            ],
            indent=2,
        ),
        TEMPLATE_FILE: template(),
    }


def _tls_only() -> dict[str, object]:
    bucket = "arn:${AWS::Partition}:s3:::${DeploymentBucketName}"
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "DeploymentBucket"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [{"Fn::Sub": bucket}, {"Fn::Sub": f"{bucket}/*"}],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }


def _role(name_parameter: str) -> dict[str, object]:
    """A role nobody can assume yet: managed auth replaces the trust when it is pushed, imported auth brings its own."""
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Ref": name_parameter},
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "",
                        "Effect": "Deny",
                        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                        "Action": "sts:AssumeRoleWithWebIdentity",
                    }
                ],
            },
        },
    }

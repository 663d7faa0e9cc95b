"""The root stack of a backend (Amplify project format, section 6.2), as `amplify init` makes it."""

from collections.abc import Mapping
from typing import Any

Template = dict[str, Any]


def _denied(role: str) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
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
            "RoleName": {"Ref": role},
        },
    }


def _block_http() -> dict[str, Any]:
    arn = ["arn:aws:s3:::", {"Ref": "DeploymentBucketName"}]
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "DeploymentBucketName"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Action": "s3:*",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Resource": [{"Fn::Join": ["", [*arn, "/*"]]}, {"Fn::Join": ["", arn]}],
                        "Condition": {"Bool": {"aws:SecureTransport": False}},
                    }
                ],
            },
        },
        "DependsOn": "DeploymentBucket",
    }


def _output(name: str, value: Any, description: str) -> dict[str, Any]:
    return {
        "Description": description,
        "Value": value,
        "Export": {"Name": {"Fn::Join": ["-", [{"Ref": "AWS::StackName"}, name]]}},
    }


def _parameter(description: str, default: str) -> dict[str, str]:
    return {"Type": "String", "Description": description, "Default": default}


def root_template(nested: Mapping[str, Template], *, bucket: bool = True) -> Template:
    """The whole template. `nested`: resources of categories by logical id. `bucket`: off where it lives elsewhere."""
    own: dict[str, Any] = {}
    if bucket:
        own["DeploymentBucket"] = {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {"BucketName": {"Ref": "DeploymentBucketName"}},
        }
        own["DeploymentBucketBlockHTTP"] = _block_http()
    return {
        "Description": "Root Stack for AWS Amplify CLI",
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "DeploymentBucketName": _parameter(
                "Name of the common deployment bucket provided by the parent stack", "DeploymentBucket"
            ),
            "AuthRoleName": _parameter("Name of the role for signed-in people", "AuthRoleName"),
            "UnauthRoleName": _parameter("Name of the role for guests", "UnAuthRoleName"),
        },
        "Outputs": {
            "Region": _output("Region", {"Ref": "AWS::Region"}, "CloudFormation provider root stack Region"),
            "StackName": _output("StackName", {"Ref": "AWS::StackName"}, "CloudFormation provider root stack ID"),
            "StackId": _output("StackId", {"Ref": "AWS::StackId"}, "CloudFormation provider root stack name"),
            "AuthRoleArn": _output("AuthRoleArn", {"Fn::GetAtt": ["AuthRole", "Arn"]}, "ARN of the auth role"),
            "UnauthRoleArn": _output("UnauthRoleArn", {"Fn::GetAtt": ["UnauthRole", "Arn"]}, "ARN of the unauth role"),
            "DeploymentBucketName": _output(
                "DeploymentBucketName", {"Ref": "DeploymentBucketName"}, "CloudFormation provider root stack bucket"
            ),
            "AuthRoleName": _output("AuthRoleName", {"Ref": "AuthRole"}, "Name of the auth role"),
            "UnauthRoleName": _output("UnauthRoleName", {"Ref": "UnauthRole"}, "Name of the unauth role"),
        },
        "Resources": {
            **own,
            "AuthRole": _denied("AuthRoleName"),
            "UnauthRole": _denied("UnauthRoleName"),
            **nested,
        },
    }


def nested_stack(bucket: str, key: str, parameters: Mapping[str, Any]) -> Template:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": f"https://s3.amazonaws.com/{bucket}/{key}", "Parameters": dict(parameters)},
    }

"""Small templates for the tests of CloudFormation, and stacks made of them."""

import json
from typing import Any

CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
BUCKET = "cloudformation-tests"

API: dict[str, Any] = {
    "Parameters": {"Pool": {"Type": "String"}, "Name": {"Type": "String", "Default": "shop"}},
    "Resources": {
        "GraphQLAPI": {
            "Type": "AWS::AppSync::GraphQLApi",
            "Properties": {
                "Name": {"Ref": "Name"},
                "AuthenticationType": "AMAZON_COGNITO_USER_POOLS",
                "UserPoolConfig": {"UserPoolId": {"Ref": "Pool"}, "DefaultAction": "ALLOW"},
                "AdditionalAuthenticationProviders": [{"AuthenticationType": "AWS_IAM"}],
            },
        }
    },
    "Outputs": {
        "ApiId": {"Value": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}},
        "Arn": {"Value": {"Ref": "GraphQLAPI"}},
        "Url": {"Value": {"Fn::GetAtt": ["GraphQLAPI", "GraphQLUrl"]}},
    },
}


def role(name: Any) -> dict[str, Any]:
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": name, "AssumeRolePolicyDocument": trust}}


def root(stack: str, **more: Any) -> dict[str, Any]:
    """A root stack with a role and an API nested in it, whose pool is the root's parameter."""
    return {
        "Description": "A root",
        "Parameters": {"Pool": {"Type": "String"}},
        "Resources": {
            "api": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {
                    "TemplateURL": f"https://s3.amazonaws.com/{BUCKET}/amplify-cfn-templates/api.json",
                    "Parameters": {"Pool": {"Ref": "Pool"}},
                },
            },
            "Role": role(f"{stack}-role"),
            **more,
        },
        "Outputs": {
            "ApiId": {
                "Value": {"Fn::GetAtt": ["api", "Outputs.ApiId"]},
                "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-ApiId"}},
            },
            "RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    }


def auth(**more: Any) -> dict[str, Any]:
    """A pool with a client of each kind, an identity pool and a role; `more` are properties of the pool."""
    pool = {"UserPoolName": "stacked", "UsernameAttributes": ["email"], **more}
    ref = {"Ref": "Pool"}
    provider = {"Fn::GetAtt": ["Pool", "ProviderName"]}
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "Identity"}}},
            }
        ],
    }
    entries = [
        {"ProviderName": provider, "ClientId": {"Ref": client}, "ServerSideTokenCheck": True}
        for client in ("Web", "Native")
    ]
    return {
        "Description": "Stacked sign-in",
        "Resources": {
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": pool},
            "Web": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": ref, "ClientName": "web"}},
            "Native": {
                "Type": "AWS::Cognito::UserPoolClient",
                "Properties": {"UserPoolId": ref, "GenerateSecret": True},
            },
            "Identity": {
                "Type": "AWS::Cognito::IdentityPool",
                "Properties": {"AllowUnauthenticatedIdentities": False, "CognitoIdentityProviders": entries},
            },
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            "Attachment": {
                "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
                "Properties": {
                    "IdentityPoolId": {"Ref": "Identity"},
                    "Roles": {"authenticated": {"Fn::GetAtt": ["Role", "Arn"]}},
                },
            },
        },
        "Outputs": {
            "Pool": {"Value": ref},
            "Arn": {"Value": {"Fn::GetAtt": ["Pool", "Arn"]}},
            "Provider": {"Value": provider},
            "Url": {"Value": {"Fn::GetAtt": ["Pool", "ProviderURL"]}},
            "Web": {"Value": {"Fn::GetAtt": ["Web", "ClientId"]}},
            "Native": {"Value": {"Ref": "Native"}},
            "Secret": {"Value": {"Fn::GetAtt": ["Native", "ClientSecret"]}},
            "NativeName": {"Value": {"Fn::GetAtt": ["Native", "Name"]}},
            "Identity": {"Value": {"Ref": "Identity"}},
            "IdentityName": {"Value": {"Fn::GetAtt": ["Identity", "Name"]}},
            "Role": {"Value": {"Ref": "Role"}},
        },
    }


def text(template: dict[str, Any]) -> str:
    return json.dumps(template)


def values(**parameters: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]

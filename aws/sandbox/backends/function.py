"""The function of the sample backends, with and without access to imported auth (Amplify project format, section 7)."""

from typing import Any

from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.texts import PUSHED, json_text, zipped
from aws.sandbox.catalogue_backends import Backend

# What reading is, in the order Amplify writes it.
_READ = [
    "cognito-identity:Describe*",
    "cognito-identity:Get*",
    "cognito-identity:List*",
    "cognito-idp:Describe*",
    "cognito-idp:AdminGetDevice",
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminList*",
    "cognito-idp:List*",
    "cognito-sync:Describe*",
    "cognito-sync:Get*",
    "cognito-sync:List*",
    "iam:ListOpenIdConnectProviders",
    "iam:ListRoles",
    "sns:ListPlatformApplications",
]
_SOURCE = """\
/**
 * @type {import('@types/aws-lambda').APIGatewayProxyHandler}
 */
exports.handler = async (event) => {
  for (const record of event.Records ?? []) {
    console.log("Order", record.dynamodb?.Keys?.id?.S, "has changed");
  }
  return { statusCode: 200 };
};
"""


def _names_of_variables(auth: str) -> str:
    names = ["\tENV", "\tREGION"] if not auth else [f"\tAUTH_{auth.upper()}_USERPOOLID", "\tENV", "\tREGION"]
    return "/* Amplify Params - DO NOT EDIT\n" + "\n".join(names) + "\nAmplify Params - DO NOT EDIT */\n\n"


def _template(name: str, auth: str, pool_id: str) -> dict[str, Any]:
    parameters: dict[str, Any] = {one: {"Type": "String"} for one in ("env", "deploymentBucketName", "s3Key")}
    variables: dict[str, Any] = {"ENV": {"Ref": "env"}, "REGION": {"Ref": "AWS::Region"}}
    full_name = {"Fn::Join": ["", [f"{name}-", {"Ref": "env"}]]}
    resources: dict[str, Any] = {
        "LambdaFunction": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": {"Ref": "deploymentBucketName"}, "S3Key": {"Ref": "s3Key"}},
                "Handler": "index.handler",
                "FunctionName": full_name,
                "Environment": {"Variables": variables},
                "Role": {"Fn::GetAtt": ["LambdaExecutionRole", "Arn"]},
                "Runtime": "nodejs20.x",
                "Timeout": 25,
            },
        },
        "LambdaExecutionRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": {"Fn::Join": ["", [f"{name}LambdaRole7c1d90ab-", {"Ref": "env"}]]},
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": ["lambda.amazonaws.com"]},
                            "Action": ["sts:AssumeRole"],
                        }
                    ],
                },
            },
        },
    }
    if auth:
        parameters[f"auth{auth}UserPoolId"] = {"Type": "String", "Default": f"auth{auth}UserPoolId"}
        variables[f"AUTH_{auth.upper()}_USERPOOLID"] = {"Ref": f"auth{auth}UserPoolId"}
        resources["AmplifyResourcesPolicy"] = _policy(pool_id)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lambda Function resource stack creation using Amplify CLI",
        "Parameters": parameters,
        "Resources": resources,
        "Outputs": {
            "Name": {"Value": {"Ref": "LambdaFunction"}},
            "Arn": {"Value": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}},
            "Region": {"Value": {"Ref": "AWS::Region"}},
            "LambdaExecutionRole": {"Value": {"Ref": "LambdaExecutionRole"}},
            "LambdaExecutionRoleArn": {"Value": {"Fn::GetAtt": ["LambdaExecutionRole", "Arn"]}},
        },
    }


def _policy(pool_id: str) -> dict[str, Any]:
    arn = ["arn:aws:cognito-idp:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":userpool/", pool_id]
    return {
        "DependsOn": ["LambdaExecutionRole"],
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "amplify-lambda-execution-policy",
            "Roles": [{"Ref": "LambdaExecutionRole"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": _READ, "Resource": [{"Fn::Join": ["", arn]}]}],
            },
        },
    }


def function(backend: Backend, name: str = "orderMailer", *, auth: str = "", pool_id: str = "") -> Resource:
    """`auth` and `pool_id`: the imported auth resource it may read."""
    build = f"amplify-builds/{name}-524a6f37416d7a33-build.zip"
    source = _names_of_variables(auth) + _SOURCE
    package = json_text({"name": name, "version": "2.0.0", "main": "index.js", "license": "Apache-2.0"})
    parameters: dict[str, Any] = {"lambdaLayers": []}
    depends_on = []
    placed = {"deploymentBucketName": backend.deployment_bucket, "s3Key": build}
    nested = {**placed, "env": backend.environment}
    if auth:
        parameters = {"permissions": {"auth": {auth: ["read"]}}, **parameters}
        depends_on = [{"category": "auth", "resourceName": auth, "attributes": ["UserPoolId"]}]
        nested[f"auth{auth}UserPoolId"] = pool_id
    template = json_text(_template(name, auth, pool_id))
    config = {
        "build": True,
        "dependsOn": depends_on,
        "providerPlugin": "awscloudformation",
        "service": "Lambda",
    }
    return Resource(
        "function",
        name,
        config,
        {
            f"{name}-cloudformation-template.json": template,
            "amplify.state": json_text(
                {
                    "pluginId": "amplify-nodejs-function-runtime-provider",
                    "functionRuntime": "nodejs",
                    "useLegacyBuild": False,
                    "defaultEditorFile": "src/index.js",
                }
            ),
            "function-parameters.json": json_text(parameters),
            "src/event.json": json_text({"key1": "value1"}),
            "src/index.js": source,
            "src/package.json": package,
        },
        more_meta={
            "lastBuildTimeStamp": PUSHED,
            "lastBuildType": "PROD",
            "lastPackageTimeStamp": PUSHED,
            "distZipFilename": build.rpartition("/")[2],
            "s3Bucket": {"deploymentBucketName": backend.deployment_bucket, "s3Key": build},
        },
        templates={f"function/{name}-cloudformation-template.json": template},
        objects={build: zipped({"index.js": source, "package.json": package})},
        nested_parameters=nested,
        nested_template=f"function/{name}-cloudformation-template.json",
        environment=dict(placed),
    )

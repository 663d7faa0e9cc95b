"""The GraphQL API of the sample backends."""

from typing import Any

from aws.sandbox.backends import shop_models
from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.texts import json_text
from aws.sandbox.catalogue_backends import Backend

_API_KEY = {
    "authenticationType": "API_KEY",
    "apiKeyConfig": {"apiKeyExpirationDays": 365, "description": "sample shop"},
}
_ROOT_KEY = "amplify-appsync-files/3f2a19c04e5b7d80"


def _auth_config(pool_id: str) -> dict[str, Any]:
    if not pool_id:
        return {"defaultAuthentication": _API_KEY, "additionalAuthenticationProviders": []}
    return {
        "defaultAuthentication": {
            "authenticationType": "AMAZON_COGNITO_USER_POOLS",
            "userPoolConfig": {"userPoolId": pool_id},
        },
        "additionalAuthenticationProviders": [],
    }


def _api_resource(signed_in: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "Name": {"Fn::Join": ["", [{"Ref": "AppSyncApiName"}, "-", {"Ref": "env"}]]},
        "AuthenticationType": "AMAZON_COGNITO_USER_POOLS" if signed_in else "API_KEY",
    }
    if signed_in:
        properties["UserPoolConfig"] = {
            "UserPoolId": {"Ref": "AuthCognitoUserPoolId"},
            "AwsRegion": {"Ref": "AWS::Region"},
            "DefaultAction": "ALLOW",
        }
    return {"Type": "AWS::AppSync::GraphQLApi", "Properties": properties}


def _in_bucket(*path: Any) -> dict[str, Any]:
    start = ["https://s3.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}, "/", {"Ref": "S3DeploymentBucket"}]
    return {"Fn::Join": ["", [*start, "/", {"Ref": "S3DeploymentRootKey"}, *path]]}


def _api_template(signed_in: bool) -> dict[str, Any]:
    resources: dict[str, Any] = {
        "GraphQLAPI": _api_resource(signed_in),
        "GraphQLAPITransformerSchema3CB2AE18": {
            "Type": "AWS::AppSync::GraphQLSchema",
            "Properties": {
                "ApiId": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]},
                "DefinitionS3Location": {
                    "Fn::Join": ["", ["s3://", {"Ref": "S3DeploymentBucket"}, "/", {"Ref": "S3DeploymentRootKey"},
                                      "/schema.graphql"]]
                },
            },
        },
    }  # fmt: skip
    outputs: dict[str, Any] = {
        "GraphQLAPIIdOutput": ("ApiId", "Your GraphQL API ID."),
        "GraphQLAPIEndpointOutput": ("GraphQLUrl", "Your GraphQL API endpoint."),
    }
    outputs = {
        name: {"Description": text, "Value": {"Fn::GetAtt": ["GraphQLAPI", attribute]}}
        for name, (attribute, text) in outputs.items()
    }
    if not signed_in:
        resources["GraphQLAPIDefaultApiKey215A6DD7"] = {
            "Type": "AWS::AppSync::ApiKey",
            "Properties": {"ApiId": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]}, "Description": "sample shop"},
        }
        outputs["GraphQLAPIKeyOutput"] = {
            "Description": "Your GraphQL API ID.",
            "Value": {"Fn::GetAtt": ["GraphQLAPIDefaultApiKey215A6DD7", "ApiKey"]},
        }
    for model in shop_models.MODEL_NAMES:
        resources[model] = {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
                "TemplateURL": _in_bucket("/stacks/", model, ".json"),
                "Parameters": {
                    "DynamoDBBillingMode": {"Ref": "DynamoDBBillingMode"},
                    "env": {"Ref": "env"},
                    "ApiId": {"Fn::GetAtt": ["GraphQLAPI", "ApiId"]},
                },
            },
            "DependsOn": ["GraphQLAPITransformerSchema3CB2AE18"],
        }
    texts = ("AppSyncApiName", "env", "S3DeploymentBucket", "S3DeploymentRootKey", "DynamoDBBillingMode")
    parameters = {name: {"Type": "String"} for name in texts}
    parameters["DynamoDBEnableServerSideEncryption"] = {"Type": "String", "Default": "false"}
    for name in ("AuthCognitoUserPoolId", "authRoleName", "unauthRoleName"):
        parameters[name] = {"Type": "String", "Default": "NONE"}
    return {"Parameters": parameters, "Resources": resources, "Outputs": outputs}


def _model_template(model: str) -> dict[str, Any]:
    table = f"{model}Table"
    return {
        "Parameters": {name: {"Type": "String"} for name in ("DynamoDBBillingMode", "env", "ApiId")},
        "Resources": {
            table: {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Delete",
                "Properties": {
                    "TableName": {"Fn::Join": ["", [f"{model}-", {"Ref": "ApiId"}, "-", {"Ref": "env"}]]},
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "BillingMode": {"Ref": "DynamoDBBillingMode"},
                },
            },
            f"{model}DataSource": {
                "Type": "AWS::AppSync::DataSource",
                "Properties": {"ApiId": {"Ref": "ApiId"}, "Name": table, "Type": "AMAZON_DYNAMODB"},
                "DependsOn": [table],
            },
        },
        "Outputs": {f"GetAtt{table}Name": {"Value": {"Ref": table}}},
    }


def graphql_api(backend: Backend, *, auth: str = "", pool_id: str = "") -> Resource:
    """`auth` and `pool_id`: the imported auth resource whose user pool is the API's default; nothing for an API key."""
    signed_in, name = bool(auth), backend.app
    mode = {"mode": "AMAZON_COGNITO_USER_POOLS", "cognitoUserPoolId": f"auth{auth}"}
    key_mode = {"mode": "API_KEY", "expirationTime": 365, "apiKeyExpirationDate": "2027-03-02T10:00:00.000Z"}
    cli_inputs = {
        "version": 1,
        "serviceConfiguration": {
            "apiName": name,
            "serviceName": "AppSync",
            "defaultAuthType": mode if signed_in else {**key_mode, "keyDescription": "sample shop"},
        },
    }
    fixed = {"AppSyncApiName": name, "DynamoDBBillingMode": "PAY_PER_REQUEST"}
    parameters: dict[str, Any] = {**fixed, "DynamoDBEnableServerSideEncryption": False}
    nested: dict[str, Any] = {**fixed, "DynamoDBEnableServerSideEncryption": "false"}
    depends_on = []
    if signed_in:
        parameters["AuthCognitoUserPoolId"] = {"Fn::GetAtt": [f"auth{auth}", "Outputs.UserPoolId"]}
        nested["AuthCognitoUserPoolId"] = pool_id
        depends_on = [{"category": "auth", "resourceName": auth, "attributes": ["UserPoolId"]}]
    else:
        parameters["CreateAPIKey"] = 1
    nested |= {
        "S3DeploymentBucket": backend.deployment_bucket,
        "S3DeploymentRootKey": _ROOT_KEY,
        "env": backend.environment,
    }
    template = json_text(_api_template(signed_in))
    stacks = {name: json_text(_model_template(name)) for name in shop_models.MODEL_NAMES}
    schema = shop_models.compiled_schema(signed_in=signed_in)
    build = {
        "build/cloudformation-template.json": template,
        "build/parameters.json": json_text(nested),
        "build/schema.graphql": schema,
        **{f"build/stacks/{model}.json": text for model, text in stacks.items()},
    }
    config = {
        "dependsOn": depends_on,
        "output": {"authConfig": _auth_config(f"auth{auth}" if signed_in else "")},
        "providerPlugin": "awscloudformation",
        "service": "AppSync",
    }
    return Resource(
        "api",
        name,
        config,
        {
            "cli-inputs.json": json_text(cli_inputs),
            "parameters.json": json_text(parameters),
            "resolvers/README.md": "Any resolvers that you add in this directory will override the ones created by "
            "Amplify CLI from your directives.\n",
            "schema.graphql": shop_models.written(signed_in=signed_in),
            "transform.conf.json": json_text({"Version": 5, "ElasticsearchWarning": True}),
            **build,
        },
        # The push that brought the import wrote the pool's id where its name had stood.
        output={"authConfig": _auth_config(pool_id)},
        templates={"api/cloudformation-template.json": template},
        objects={
            f"{_ROOT_KEY}/schema.graphql": schema,
            **{f"{_ROOT_KEY}/stacks/{model}.json": text for model, text in stacks.items()},
        },
        nested_parameters=nested,
        nested_template="api/cloudformation-template.json",
    )

"""The sample account's Amplify backends: what the catalogue promises is there, over HTTP."""

import io
import json
import zipfile
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from graphql import GraphQLInputObjectType, build_schema

from aws.sandbox.backends.shop_models import MODEL_NAMES, compiled_schema
from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import BACKENDS, Backend, backend

ZIP = "#current-cloud-backend.zip"
HEALTHY = [one for one in BACKENDS if one.healthy]
OUTPUTS = {
    "Region",
    "StackName",
    "StackId",
    "DeploymentBucketName",
    "AuthRoleArn",
    "UnauthRoleArn",
    "AuthRoleName",
    "UnauthRoleName",
}
AWS_WORDS = """
scalar AWSDateTime
directive @aws_subscribe(mutations: [String!]!) on FIELD_DEFINITION
"""


@pytest.fixture
def read(connect: Any) -> Any:
    s3 = connect("s3")

    def read(one: Backend, key: str) -> bytes:
        body: bytes = s3.get_object(Bucket=one.deployment_bucket, Key=key)["Body"].read()
        return body

    return read


def unzipped(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def stack_outputs(connect: Any, name: str) -> dict[str, str]:
    (stack,) = connect("cloudformation").describe_stacks(StackName=name)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


@pytest.mark.parametrize("one", BACKENDS, ids=lambda one: one.environment)
def test_every_backend_is_an_environment_with_a_root_stack(connect: Any, one: Backend) -> None:
    amplify, cloudformation = connect("amplify"), connect("cloudformation")
    found = amplify.get_backend_environment(appId=one.app_id, environmentName=one.environment)["backendEnvironment"]
    assert (found["stackName"], found["deploymentArtifacts"]) == (one.stack_name, one.deployment_bucket)
    (stack,) = cloudformation.describe_stacks(StackName=one.stack_name)["Stacks"]
    assert stack["StackId"] == one.stack_id
    outputs = {output["OutputKey"]: output for output in stack["Outputs"]}
    assert set(outputs) == OUTPUTS
    assert all(output["ExportName"] == f"{one.stack_name}-{name}" for name, output in outputs.items())
    assert outputs["DeploymentBucketName"]["OutputValue"] == one.deployment_bucket
    (statement,) = connect("iam").get_role(RoleName=one.unauth_role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sts:AssumeRoleWithWebIdentity")


@pytest.mark.parametrize("one", HEALTHY, ids=lambda one: one.environment)
def test_a_healthy_backend_is_consistent_with_itself(connect: Any, read: Any, one: Backend) -> None:
    files = unzipped(read(one, ZIP))
    for name in ("amplify-meta.json", "backend-config.json"):
        assert files[name] == read(one, name) == read(one, f"studio-backend/{name}")
        assert not files[name].endswith(b"\n")
    meta, config = (json.loads(files[name]) for name in ("amplify-meta.json", "backend-config.json"))
    provider = meta["providers"]["awscloudformation"]
    assert (provider["AmplifyAppId"], provider["StackId"]) == (one.app_id, one.stack_id)
    outputs = stack_outputs(connect, one.stack_name)
    assert {key: value for key, value in provider.items() if key in outputs} == {
        key: outputs[key] for key in outputs if key in provider
    }
    template = connect("cloudformation").get_template(StackName=one.stack_name)["TemplateBody"]
    assert json.loads(files["awscloudformation/build/root-cloudformation-stack.json"]) == template
    assert list(config) == sorted(config)
    parameters = config.pop("parameters", {})
    assert {category: set(names) for category, names in config.items()} == {
        category: set(names) for category, names in meta.items() if category != "providers"
    }
    stored = stored_parameters(connect, one)
    assert set(stored) == set(parameters)
    assert "team-provider-info.json" not in files


def stored_parameters(connect: Any, one: Backend) -> dict[str, Any]:
    path = f"/amplify/{one.app_id}/{one.environment}/"
    pages = connect("ssm").get_paginator("get_parameters_by_path").paginate(Path=path)
    return {item["Name"].removeprefix(path): json.loads(item["Value"]) for page in pages for item in page["Parameters"]}


def test_dev_has_an_api_storage_and_a_function_but_no_auth(connect: Any, read: Any) -> None:
    dev = backend("dev")
    files = unzipped(read(dev, ZIP))
    meta = json.loads(files["amplify-meta.json"])
    assert list(meta) == ["providers", "api", "function", "storage"]
    api = connect("appsync").get_graphql_api(apiId=meta["api"]["sampleshop"]["output"]["GraphQLAPIIdOutput"])
    assert api["graphqlApi"]["authenticationType"] == "API_KEY"
    connect("s3").head_bucket(Bucket=meta["storage"]["photos"]["output"]["BucketName"])
    assert json.loads(files["storage/photos/build/parameters.json"])["unauthRoleName"] == {"Ref": "UnauthRoleName"}
    policies = connect("iam").list_role_policies(RoleName=dev.unauth_role)["PolicyNames"]
    assert policies == ["Public_policy_7c1d90ab", "read_policy_7c1d90ab"]
    assert {"api/sampleshop/transform.conf.json", "function/orderMailer/src/index.js"} <= set(files)
    with pytest.raises(ClientError):
        read(dev, "deployment-state.json")
    listed = connect("cloudformation").list_stack_resources(StackName=dev.stack_name)["StackResourceSummaries"]
    nested = [one["LogicalResourceId"] for one in listed if one["ResourceType"] == "AWS::CloudFormation::Stack"]
    assert nested == ["apisampleshop", "storagephotos", "functionorderMailer"]


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_compiled_schema_is_a_schema(signed_in: bool) -> None:
    schema = build_schema(compiled_schema(signed_in=signed_in) + AWS_WORDS)
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    assert {f"get{name}" for name in MODEL_NAMES} <= set(schema.query_type.fields)
    assert "productsByCategory" in schema.query_type.fields
    assert {f"{verb}{name}" for name in MODEL_NAMES for verb in ("create", "update", "delete")} == set(
        schema.mutation_type.fields
    )
    assert ("owner" in cast(GraphQLInputObjectType, schema.type_map["ModelOrderFilterInput"]).fields) is signed_in


def test_prod_is_as_after_unlinking(read: Any) -> None:
    files = unzipped(read(backend("prod"), ZIP))
    assert json.loads(files["amplify-meta.json"])["auth"] == json.loads(files["backend-config.json"])["auth"] == {}


def test_staging_has_the_good_pool_everywhere_alike(connect: Any, read: Any) -> None:
    staging, good = backend("staging"), scenario("good")
    files = unzipped(read(staging, ZIP))
    meta = json.loads(files["amplify-meta.json"])
    auth = meta["auth"]["sampleshop"]
    assert (auth["serviceType"], auth["output"]["UserPoolId"]) == ("imported", good.pool_id)
    client = connect("cognito-idp").describe_user_pool_client(UserPoolId=good.pool_id, ClientId=good.native_client_id)
    assert auth["output"]["AppClientSecret"] == client["UserPoolClient"]["ClientSecret"]
    assert list(json.loads(auth["output"]["OAuthMetadata"])) == [
        "AllowedOAuthFlows",
        "AllowedOAuthScopes",
        "CallbackURLs",
        "LogoutURLs",
    ]
    stored = stored_parameters(connect, staging)
    assert stored["AMPLIFY_auth_sampleshop_userPoolId"] == good.pool_id
    assert stored["AMPLIFY_auth_sampleshop_allowUnauthenticatedIdentities"] is True
    roles = connect("cognito-identity").get_identity_pool_roles(IdentityPoolId=good.identity_pool_id)["Roles"]
    assert stored["AMPLIFY_auth_sampleshop_authRoleArn"] == roles["authenticated"]
    assert len([name for name in stored if "_auth_" in name]) == 12
    api = meta["api"]["sampleshop"]
    default = api["output"]["authConfig"]["defaultAuthentication"]
    assert default["userPoolConfig"] == {"userPoolId": good.pool_id}
    made = connect("appsync").get_graphql_api(apiId=api["output"]["GraphQLAPIIdOutput"])["graphqlApi"]
    assert made["userPoolConfig"]["userPoolId"] == good.pool_id
    function = meta["function"]["orderMailer"]
    needed = [{"category": "auth", "resourceName": "sampleshop", "attributes": ["UserPoolId"]}]
    assert api["dependsOn"] == function["dependsOn"] == needed
    root = json.loads(files["awscloudformation/build/root-cloudformation-stack.json"])["Resources"]
    assert root["functionorderMailer"]["Properties"]["Parameters"]["authsampleshopUserPoolId"] == good.pool_id
    assert root["apisampleshop"]["Properties"]["Parameters"]["AuthCognitoUserPoolId"] == good.pool_id
    assert list(json.loads(files["auth/sampleshop/parameters.json"]))[:3] == [
        "authSelections",
        "resourceName",
        "serviceType",
    ]


def test_each_bad_backend_is_bad_in_its_own_way(connect: Any, read: Any) -> None:
    with pytest.raises(zipfile.BadZipFile):
        unzipped(read(backend("notazip"), ZIP))
    bomb = read(backend("zipbomb"), ZIP)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) > 100_000_000 > 50 * len(bomb)
    with zipfile.ZipFile(io.BytesIO(read(backend("dotdot"), ZIP))) as archive:
        assert {"../../outside.txt", "/etc/outside.txt"} <= set(archive.namelist())
    assert "amplify-meta.json" not in unzipped(read(backend("nometa"), ZIP))
    auths = {
        name: json.loads(unzipped(read(backend(name), ZIP))["amplify-meta.json"])["auth"]
        for name in ("managed", "twoauths", "underscore")
    }
    (managed,) = auths["managed"].values()
    assert "serviceType" not in managed
    assert len(auths["twoauths"]) == 2
    assert list(auths["underscore"]) == ["backend_lab"]
    with pytest.raises(ClientError, match="NoSuchBucket"):
        connect("s3").list_objects_v2(Bucket=backend("nobucket").deployment_bucket)
    (stuck,) = connect("cloudformation").describe_stacks(StackName=backend("stuck").stack_name)["Stacks"]
    assert stuck["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert json.loads(read(backend("busy"), "deployment-state.json"))["status"] == "DEPLOYING"


def test_the_odd_but_healthy_ones_are_odd(connect: Any, read: Any) -> None:
    versioned = backend("versioned").deployment_bucket
    assert connect("s3").get_bucket_versioning(Bucket=versioned)["Status"] == "Enabled"
    assert len(connect("s3").list_object_versions(Bucket=versioned, Prefix="amplify-meta.json")["Versions"]) == 2
    foreign = unzipped(read(backend("foreign"), ZIP))
    assert foreign["amplify-meta.json"].startswith(b'{\n    "storage"')
    assert list(json.loads(foreign["amplify-meta.json"]))[-1] == "providers"
    assert foreign["custom/alarms/logo.bin"] == bytes(range(256))
    needs = json.loads(unzipped(read(backend("needspool"), ZIP))["storage/photos/cli-inputs.json"])
    assert needs["storageAccess"] == "authAndGuest"

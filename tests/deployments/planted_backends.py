"""Amplify backends of a test's own in the sandbox account, as `amplify push` leaves them, and the whole of their state.

They are planted over HTTP with the resources the sample account's own backends are made of, under other names, so that
no test meets what another one changed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from aws.sandbox.backends.api import graphql_api
from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.function import function
from aws.sandbox.backends.root_template import nested_stack, root_template
from aws.sandbox.backends.storage import storage
from aws.sandbox.backends.texts import json_text, sorted_keys, zipped
from aws.sandbox.catalogue_backends import Backend
from tests.auth_import.planted import Account

ZIP = "#current-cloud-backend.zip"
ROOT_STACK = "awscloudformation/build/root-cloudformation-stack.json"
ACCOUNT_ID = "123456789012"
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
STUDIO_NAMES = ("amplify-meta.json", "backend-config.json", "schema.graphql", "transform.conf.json", "parameters.json")

_numbers = count(1)


@dataclass(frozen=True)
class OwnBackend(Backend):
    """A backend whose app has the id that AWS drew for it."""

    drawn_app_id: str = ""

    @property
    def app_id(self) -> str:
        return self.drawn_app_id


@dataclass(frozen=True)
class CloudBackend:
    """A planted backend and its owner's hands on it."""

    account: Account
    names: Backend
    files: Mapping[str, str | bytes] = field(repr=False, default_factory=dict)
    nested: Mapping[str, str] = field(default_factory=dict)
    """Ids of the nested stacks by logical id."""

    @property
    def bucket(self) -> str:
        return self.names.deployment_bucket

    @property
    def path(self) -> str:
        return f"/amplify/{self.names.app_id}/{self.names.environment}"

    def client(self, service: str) -> Any:
        return self.account.client(service)

    # --- What is there ---

    def objects(self) -> dict[str, str]:
        """Every object's etag, which is the MD5 of its bytes."""
        listed = self.client("s3").list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {one["Key"]: one["ETag"].strip('"') for one in listed}

    def read(self, key: str) -> bytes:
        return bytes(self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read())

    def write(self, key: str, body: str | bytes) -> None:
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)

    def parameters(self) -> dict[str, str]:
        pages = self.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=self.path)
        return {one["Name"]: one["Value"] for page in pages for one in page["Parameters"]}

    def template(self, change_set: str = "") -> Any:
        """The root stack's, or that of a change set."""
        asked = {"StackName": self.names.stack_name} | ({"ChangeSetName": change_set} if change_set else {})
        return self.client("cloudformation").get_template(**asked)["TemplateBody"]

    def change_set(self, name: str, template: Any) -> str:
        return str(
            self.client("cloudformation").create_change_set(
                StackName=self.names.stack_name,
                ChangeSetName=name,
                TemplateBody=json_text(template),
                Parameters=[{"ParameterKey": one, "UsePreviousValue": True} for one in template["Parameters"]],
                Capabilities=CAPABILITIES,
                IncludeNestedStacks=True,
            )["Id"]
        )

    def status(self) -> str:
        found = self.client("cloudformation").describe_stacks(StackName=self.names.stack_name)["Stacks"][0]
        return str(found["StackStatus"])

    def api_pools(self) -> list[str]:
        """The user pools that the backend's AppSync APIs ask."""
        meta = json.loads(self.files["amplify-meta.json"])
        ids = [one["output"].get("GraphQLAPIIdOutput") for one in meta.get("api", {}).values()]
        apis = [self.client("appsync").get_graphql_api(apiId=one)["graphqlApi"] for one in ids if one]
        return [str(api.get("userPoolConfig", {}).get("userPoolId", "")) for api in apis]

    def nested_parameters(self) -> dict[str, dict[str, str]]:
        cloudformation = self.client("cloudformation")
        return {
            name: {
                one["ParameterKey"]: one["ParameterValue"]
                for one in cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
            }
            for name, stack in self.nested.items()
        }

    def open_change_sets(self) -> list[str]:
        """Previews that nobody has executed."""
        found = self.client("cloudformation").list_change_sets(StackName=self.names.stack_name)["Summaries"]
        return [one["ChangeSetName"] for one in found if not one["ExecutionStatus"].startswith("EXECUTE")]

    def drop_change_sets(self) -> None:
        for name in self.open_change_sets():
            self.client("cloudformation").delete_change_set(StackName=self.names.stack_name, ChangeSetName=name)

    def everything(self) -> dict[str, Any]:
        """The whole state: equal before and after means that nothing has changed, byte for byte."""
        return {
            "objects": self.objects(),
            "parameters": self.parameters(),
            "template": self.template(),
            "nested": self.nested_parameters(),
            "pools": self.api_pools(),
        }

    # --- Behind the console's back ---

    def bodies(self) -> dict[str, bytes]:
        return {key: self.read(key) for key in self.objects()}

    def restore(self, before: Mapping[str, Any], bodies: Mapping[str, bytes]) -> None:
        """The state as it was, whatever a test has made of it."""
        now = self.everything()
        for key, etag in before["objects"].items():
            if now["objects"].get(key) != etag:
                self.write(key, bodies[key])
        for key in now["objects"].keys() - before["objects"].keys():
            self.client("s3").delete_object(Bucket=self.bucket, Key=key)
        for name, value in before["parameters"].items():
            if now["parameters"].get(name) != value:
                self.put_parameter(name, value)
        gone = sorted(now["parameters"].keys() - before["parameters"].keys())
        for start in range(0, len(gone), 10):
            self.client("ssm").delete_parameters(Names=gone[start : start + 10])
        if now["template"] != before["template"]:
            self.deploy(before["template"])

    def put_parameter(self, name: str, value: str) -> None:
        self.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def deploy(self, template: Any) -> None:
        """An update of the root stack from somewhere else."""
        names = list(template["Parameters"])
        self.client("cloudformation").update_stack(
            StackName=self.names.stack_name,
            TemplateBody=json_text(template),
            Parameters=[{"ParameterKey": one, "UsePreviousValue": True} for one in names],
            Capabilities=CAPABILITIES,
        )

    def laptop_push(self, **files: str) -> bytes:
        """An `amplify push` of what lies on a laptop: the zip and what lies beside it. Answers the zip."""
        return upload(self, {**self.files, "custom/notes.txt": f"pushed {next(_numbers)}", **files})


def upload(backend: CloudBackend, files: Mapping[str, str | bytes]) -> bytes:
    archive = zipped(files)
    backend.write(ZIP, archive)
    for name in ("amplify-meta.json", "backend-config.json"):
        backend.write(name, files[name])
    for name, content in files.items():
        if name.rpartition("/")[2] in STUDIO_NAMES or name == "cli.json":
            backend.write(f"studio-backend/{name}", content)
    return archive


def plant(
    account: Account, *, name: str = "", environment: str = "dev", kinds: Sequence[str] = (), pool_id: str = ""
) -> CloudBackend:
    """A backend with these categories: "api" (its default auth is `pool_id`), "key-api", "storage", "function"."""
    number = next(_numbers)
    app = name or f"planted{number}"
    app_id = account.client("amplify").create_app(name=app)["app"]["appId"]
    names = OwnBackend(app, f"{environment}{number}", f"{number:05x}", "", drawn_app_id=app_id)
    made = {
        "api": lambda: graphql_api(names, auth=app, pool_id=pool_id),
        "key-api": lambda: graphql_api(names),
        "storage": lambda: storage(names),
        "function": lambda: function(names),
    }
    backend = _with_stack(CloudBackend(account, names), [made[kind]() for kind in kinds])
    account.client("amplify").create_backend_environment(
        appId=app_id,
        environmentName=names.environment,
        stackName=names.stack_name,
        deploymentArtifacts=names.deployment_bucket,
    )
    return backend


def _with_stack(backend: CloudBackend, resources: Sequence[Resource]) -> CloudBackend:
    names, cloudformation = backend.names, backend.client("cloudformation")
    given = {
        "DeploymentBucketName": names.deployment_bucket,
        "AuthRoleName": names.auth_role,
        "UnauthRoleName": names.unauth_role,
    }
    cloudformation.create_stack(
        StackName=names.stack_name,
        TemplateBody=json_text(root_template({})),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=CAPABILITIES,
    )
    for one in resources:
        for key, text in one.templates.items():
            backend.write(f"amplify-cfn-templates/{key}", text)
        for key, body in one.objects.items():
            backend.write(key, body)
    template = root_template(
        {
            one.logical_id: nested_stack(
                names.deployment_bucket, f"amplify-cfn-templates/{one.nested_template}", one.nested_parameters
            )
            for one in resources
            if one.nested_parameters is not None
        }
    )
    if resources:
        backend.deploy(template)
        assert backend.status() == "UPDATE_COMPLETE", "the planted backend's categories could not be made"
    rows = cloudformation.list_stack_resources(StackName=names.stack_name)["StackResourceSummaries"]
    nested = {
        row["LogicalResourceId"]: row["PhysicalResourceId"]
        for row in rows
        if row["ResourceType"] == "AWS::CloudFormation::Stack"
    }
    outputs = {name: _outputs(cloudformation, stack) for name, stack in nested.items()}
    root = cloudformation.describe_stacks(StackName=names.stack_name)["Stacks"][0]["StackId"]
    files = _files(names, root, resources, outputs) | {ROOT_STACK: json_text(template)}
    backend = replace(backend, files=files, nested=nested)
    upload(backend, files)
    for one in resources:
        for key, value in one.environment.items():
            backend.put_parameter(f"{backend.path}/AMPLIFY_{one.category}_{one.name}_{key}", json_text(value))
    return backend


def _outputs(cloudformation: Any, stack: str) -> dict[str, str]:
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    return {one["OutputKey"]: one["OutputValue"] for one in found}


def _files(
    names: Backend, stack_id: str, resources: Sequence[Resource], outputs: Mapping[str, Mapping[str, str]]
) -> dict[str, str | bytes]:
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/"
    provider = {
        "AuthRoleName": names.auth_role,
        "UnauthRoleArn": f"{role}{names.unauth_role}",
        "AuthRoleArn": f"{role}{names.auth_role}",
        "Region": "eu-west-1",
        "DeploymentBucketName": names.deployment_bucket,
        "UnauthRoleName": names.unauth_role,
        "StackName": names.stack_name,
        "StackId": stack_id,
        "AmplifyAppId": names.app_id,
    }
    meta: dict[str, Any] = {"providers": {"awscloudformation": provider}}
    config: dict[str, Any] = {}
    below: dict[str, str | bytes] = {}
    for one in resources:
        meta.setdefault(one.category, {})[one.name] = one.meta(names.deployment_bucket, outputs.get(one.logical_id, {}))
        config.setdefault(one.category, {})[one.name] = one.config
        for key in one.environment:
            user = [{"category": one.category, "resourceName": one.name}]
            config.setdefault("parameters", {})[f"AMPLIFY_{one.category}_{one.name}_{key}"] = {"usedBy": user}
        below |= {f"{one.category}/{one.name}/{name}": text for name, text in one.files.items()}
    return {
        "amplify-meta.json": json_text(meta),
        "backend-config.json": json_text(sorted_keys(config)),
        "tags.json": "[]",
        "cli.json": json_text({"features": {}}),
        **below,
    }

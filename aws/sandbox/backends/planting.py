"""Planting a backend: root stack, bucket, zip and all that a push leaves behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from moto.s3.models import S3Backend, s3_backends

from aws.sandbox.amplify import amplify_backends
from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.root_template import nested_stack, root_template
from aws.sandbox.backends.texts import json_text, sorted_keys, zipped
from aws.sandbox.catalogue_backends import Backend
from aws.sandbox.cloudformation.backend import cloudformation_backends
from aws.sandbox.cloudformation.records import Stack
from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION
from aws.sandbox.parameter_store import parameter_store_backends

ZIP = "#current-cloud-backend.zip"
_ROOT_TEMPLATE = "awscloudformation/build/root-cloudformation-stack.json"
_FEATURES = {
    "graphqltransformer": {"addmissingownerfields": True, "useexperimentalpipelinedtransformer": True,
                           "transformerversion": 2, "useSubUsernameForDefaultIdentityClaim": True},
    "frontend-ios": {"enablexcodeintegration": True},
    "auth": {"enablecaseinsensitivity": True, "useinclusiveterminology": True, "forcealiasattributes": False},
    "codegen": {"useappsyncmodelgenplugin": True, "usedocsgeneratorplugin": True, "addtimestampfields": True},
}  # fmt: skip
_TAGS = [
    {"Key": "user:Stack", "Value": "{project-env}"},
    {"Key": "user:Application", "Value": "{project-name}"},
]
_CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_FOR_STUDIO = ("amplify-meta.json", "backend-config.json", "schema.graphql", "transform.conf.json", "parameters.json")


def s3() -> S3Backend:
    return s3_backends[ACCOUNT_ID]["aws"]


def is_planted(backend: Backend) -> bool:
    return backend.environment in amplify_backends[ACCOUNT_ID][HOME_REGION].app(backend.app_id).environments


def put(backend: Backend, key: str, body: str | bytes) -> None:
    s3().put_object(
        backend.deployment_bucket, key, body.encode() if isinstance(body, str) else body, disable_notification=True
    )


def plant(
    backend: Backend,
    resources: Sequence[Resource] = (),
    *,
    empty: Sequence[str] = (),
    extra: Mapping[str, str | bytes] | None = None,
    indent: int = 2,
) -> dict[str, str | bytes]:
    """Make the backend environment and return the files its zip holds.

    empty: categories that are there without a resource. extra: files of the zip nobody knows. indent: of the JSON.
    """
    stack = _root_stack(backend)
    for resource in resources:
        for name, text in resource.templates.items():
            put(backend, f"amplify-cfn-templates/{name}", text)
        for key, body in resource.objects.items():
            put(backend, key, body)
    template = root_template(
        {
            one.logical_id: nested_stack(
                backend.deployment_bucket, f"amplify-cfn-templates/{one.nested_template}", one.nested_parameters
            )
            for one in resources
            if one.nested_parameters is not None
        },
        bucket=backend.bucket_region == HOME_REGION,
    )
    if len(template["Resources"]) > len(stack.resources):
        stacks = cloudformation_backends[ACCOUNT_ID][HOME_REGION]
        stacks.update(stack, json_text(template), stack.given, _CAPABILITIES, None)
        if stack.status != "UPDATE_COMPLETE":
            reasons = [f"{event.logical_id}: {event.reason}" for event in stack.events if event.reason]
            raise RuntimeError(f"The sample backend {stack.name} could not be planted. {'; '.join(reasons)}")
    files = _files(backend, stack, resources, empty, indent)
    files[_ROOT_TEMPLATE] = stack.template_text
    files.update(extra or {})
    upload(backend, files)
    _parameters(backend, resources)
    amplify_backends[ACCOUNT_ID][HOME_REGION].create_environment(
        backend.app_id, backend.environment, stack_name=backend.stack_name, artifacts=backend.deployment_bucket
    )
    return files


def upload(backend: Backend, files: Mapping[str, str | bytes]) -> None:
    """The zip and the files a push puts beside it."""
    put(backend, ZIP, zipped(files))
    for name in ("amplify-meta.json", "backend-config.json"):
        put(backend, name, files[name])
    for name, content in files.items():
        parts = name.split("/")
        if parts[-1] in _FOR_STUDIO or name == "cli.json":
            put(backend, f"studio-backend/{name}", content)


def _root_stack(backend: Backend) -> Stack:
    in_home = backend.bucket_region == HOME_REGION
    if not in_home:
        s3().create_bucket(backend.deployment_bucket, backend.bucket_region)
    return cloudformation_backends[ACCOUNT_ID][HOME_REGION].create(
        backend.stack_name,
        json_text(root_template({}, bucket=in_home)),
        {
            "DeploymentBucketName": backend.deployment_bucket,
            "AuthRoleName": backend.auth_role,
            "UnauthRoleName": backend.unauth_role,
        },
        _CAPABILITIES,
        [{"Key": "user:Stack", "Value": backend.environment}, {"Key": "user:Application", "Value": backend.app}],
        drawn=backend.stack_name,
    )


def provider(backend: Backend) -> dict[str, str]:
    """`providers.awscloudformation` of the meta."""
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/"
    return {
        "AuthRoleName": backend.auth_role,
        "UnauthRoleArn": f"{role}{backend.unauth_role}",
        "AuthRoleArn": f"{role}{backend.auth_role}",
        "Region": HOME_REGION,
        "DeploymentBucketName": backend.deployment_bucket,
        "UnauthRoleName": backend.unauth_role,
        "StackName": backend.stack_name,
        "StackId": backend.stack_id,
        "AmplifyAppId": backend.app_id,
    }


def _files(
    backend: Backend, stack: Stack, resources: Sequence[Resource], empty: Sequence[str], indent: int
) -> dict[str, str | bytes]:
    meta: dict[str, Any] = {"providers": {"awscloudformation": provider(backend)}}
    config: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    below: dict[str, str | bytes] = {}
    for category in empty:
        meta[category] = {}
        config[category] = {}
    for one in resources:
        made = stack.resources[one.logical_id].attributes if one.logical_id in stack.resources else {}
        outputs = {key.removeprefix("Outputs."): str(value) for key, value in made.items()}
        meta.setdefault(one.category, {})[one.name] = one.meta(backend.deployment_bucket, outputs)
        config.setdefault(one.category, {})[one.name] = one.config
        used_by = [{"category": one.category, "resourceName": one.name}]
        for key in one.environment:
            parameters[f"AMPLIFY_{one.category}_{one.name}_{key}"] = {"usedBy": used_by}
        below.update({f"{one.category}/{one.name}/{name}": text for name, text in one.files.items()})
    if parameters:
        config["parameters"] = parameters
    # As the CLI leaves it behind: it makes meta anew from backend-config.json, whose keys are sorted.
    ordered = {"providers": meta.pop("providers"), **dict(sorted(meta.items()))}
    return {
        "amplify-meta.json": json_text(ordered, indent=indent),
        "backend-config.json": json_text(sorted_keys(config), indent=indent),
        "tags.json": json_text(_TAGS, indent=indent),
        "cli.json": json_text({"features": _FEATURES}, indent=indent),
        **below,
    }


def _parameters(backend: Backend, resources: Sequence[Resource]) -> None:
    store = parameter_store_backends[ACCOUNT_ID][HOME_REGION]
    for one in resources:
        for key, value in one.environment.items():
            name = f"/amplify/{backend.app_id}/{backend.environment}/AMPLIFY_{one.category}_{one.name}_{key}"
            store.put(name, json_text(value), overwrite=True, type_="String", tier="Standard")

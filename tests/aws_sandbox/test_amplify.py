"""The Amplify service, which moto has not, through boto3's own client."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from aws.sandbox.catalogue import AMPLIFY_APP_ID, AMPLIFY_STACKS
from aws.sandbox.catalogue_backends import BACKENDS, SHOP
from tests.aws_sandbox.refusals import refused


@pytest.fixture
def amplify(connect: Any) -> Any:
    return connect("amplify")


@pytest.fixture
def app_id(amplify: Any) -> Iterator[str]:
    app = amplify.create_app(name="fresh")["app"]["appId"]
    yield app
    amplify.delete_app(appId=app)


def test_an_app_is_created_read_and_deleted(amplify: Any) -> None:
    created = amplify.create_app(name="shop", description="A shop", tags={"team": "web"}, accessToken="sample")["app"]
    assert re.fullmatch(r"d[a-z0-9]{1,19}", created["appId"])
    assert created["appArn"] == f"arn:aws:amplify:eu-west-1:123456789012:apps/{created['appId']}"
    assert created["tags"] == {"team": "web"}
    read = amplify.get_app(appId=created["appId"])["app"]
    assert read == created
    assert {"platform", "repository", "environmentVariables", "createTime", "defaultDomain"} <= set(read)
    amplify.delete_app(appId=created["appId"])
    with refused("NotFoundException", created["appId"]):
        amplify.get_app(appId=created["appId"])


def test_apps_are_listed_page_by_page(amplify: Any, app_id: str) -> None:
    listed: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = amplify.list_apps(maxResults=1, **token)
        listed += [app["appId"] for app in page["apps"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert (listed[0], listed[-1]) == (AMPLIFY_APP_ID, app_id)
    assert listed == [app["appId"] for app in amplify.list_apps()["apps"]]


def test_tags_and_variables_given_to_an_app_are_shown_by_get_and_list(amplify: Any) -> None:
    tags, variables = {"admin-ui": "0f3c"}, {"_LIVE_PACKAGE_UPDATES": "[]"}
    created = amplify.create_app(name="tagged", tags=tags, environmentVariables=variables)["app"]
    listed = next(app for app in amplify.list_apps()["apps"] if app["appId"] == created["appId"])
    for app in (created, amplify.get_app(appId=created["appId"])["app"], listed):
        assert app["tags"] == tags
        assert app["environmentVariables"] == variables
    amplify.delete_app(appId=created["appId"])


def test_pages_have_limits_and_tokens_are_checked(amplify: Any, app_id: str) -> None:
    with refused("BadRequestException", "100"):
        amplify.list_apps(maxResults=101)
    with refused("BadRequestException", "50"):
        amplify.list_backend_environments(appId=app_id, maxResults=51)
    with refused("BadRequestException", "token"):
        amplify.list_apps(nextToken="garbage")


def test_a_backend_environment_is_created_read_listed_and_deleted(amplify: Any, app_id: str) -> None:
    created = amplify.create_backend_environment(
        appId=app_id, environmentName="dev", stackName="amplify-fresh-dev-00000", deploymentArtifacts="bucket"
    )["backendEnvironment"]
    assert created["backendEnvironmentArn"].endswith(f"apps/{app_id}/backendenvironments/dev")
    assert created["stackName"] == "amplify-fresh-dev-00000"
    assert created["deploymentArtifacts"] == "bucket"
    read = amplify.get_backend_environment(appId=app_id, environmentName="dev")["backendEnvironment"]
    assert read == created
    amplify.create_backend_environment(appId=app_id, environmentName="prod")
    listed = amplify.list_backend_environments(appId=app_id)["backendEnvironments"]
    assert [environment["environmentName"] for environment in listed] == ["dev", "prod"]
    amplify.delete_backend_environment(appId=app_id, environmentName="dev")
    with refused("NotFoundException", "dev"):
        amplify.get_backend_environment(appId=app_id, environmentName="dev")


def test_a_name_is_given_to_one_backend_environment(amplify: Any, app_id: str) -> None:
    amplify.create_backend_environment(appId=app_id, environmentName="dev")
    with refused("BadRequestException", "already exists"):
        amplify.create_backend_environment(appId=app_id, environmentName="dev")


def test_environments_of_an_unknown_app_are_not_found(amplify: Any) -> None:
    with refused("NotFoundException"):
        amplify.list_backend_environments(appId="dnothing")


def test_the_sample_app_has_its_environments_and_their_stacks(amplify: Any) -> None:
    listed = amplify.list_backend_environments(appId=AMPLIFY_APP_ID)["backendEnvironments"]
    stacks = {environment["environmentName"]: environment["stackName"] for environment in listed}
    assert stacks == {one.environment: one.stack_name for one in BACKENDS if one.app == SHOP}
    assert stacks.items() >= AMPLIFY_STACKS.items()
    assert {environment["deploymentArtifacts"] for environment in listed} == {
        f"{stack}-deployment" for stack in stacks.values()
    }

"""Amplify apps and backend environments: made as the Amplify CLI makes them, and never twice."""

import json

import pytest

from aws import amplify_apps
from aws.errors import AwsError, NotFound, Rejected, Unavailable
from tests.aws.conftest import TARGET, Inject, Sandbox, answer


def refusal(code: str) -> bytes:
    return json.dumps({"__type": code, "message": "Some words."}).encode()


def test_an_app_is_made_with_its_tags_and_the_variable_of_the_command_line(sandbox: Sandbox) -> None:
    made = amplify_apps.create_app(TARGET, name="shop", tags={"user:Stack": "dev", "team": "sample"})

    assert made.name == "shop"
    assert made.tags == (("team", "sample"), ("user:Stack", "dev"))
    assert amplify_apps.get_app(TARGET, made.id) == made
    variables = sandbox.client("amplify").get_app(appId=made.id)["app"]["environmentVariables"]
    assert list(variables) == ["_LIVE_PACKAGE_UPDATES"]
    assert json.loads(variables["_LIVE_PACKAGE_UPDATES"]) == [
        {"pkg": "@aws-amplify/cli", "type": "npm", "version": "latest"}
    ]


def test_an_app_without_tags_has_none() -> None:
    assert amplify_apps.create_app(TARGET, name="plain", tags={}).tags == ()


def test_a_backend_environment_names_its_stack_and_its_bucket() -> None:
    app = amplify_apps.create_app(TARGET, name="shop", tags={})
    stack = "amplify-shop-dev-3f2a1"

    made = amplify_apps.create_backend_environment(
        TARGET, app_id=app.id, name="dev", stack_name=stack, deployment_bucket=f"{stack}-deployment"
    )

    assert (made.name, made.stack_name, made.deployment_bucket) == ("dev", stack, f"{stack}-deployment")
    assert amplify_apps.get_backend_environment(TARGET, app.id, "dev") == made
    assert list(amplify_apps.iter_backend_environments(TARGET, app.id)) == [made]


def test_a_second_environment_of_the_same_name_is_rejected() -> None:
    app = amplify_apps.create_app(TARGET, name="twice", tags={})

    def make() -> None:
        amplify_apps.create_backend_environment(
            TARGET, app_id=app.id, name="dev", stack_name="amplify-a", deployment_bucket="amplify-a-deployment"
        )

    make()
    with pytest.raises(Rejected):
        make()


def test_an_environment_of_an_app_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        amplify_apps.create_backend_environment(
            TARGET, app_id="d0missing", name="dev", stack_name="amplify-a", deployment_bucket="amplify-a-deployment"
        )


def test_an_account_that_may_have_no_more_apps_is_not_taken_for_a_busy_one(
    inject: Inject, no_pauses: list[float]
) -> None:
    inject("amplify", "CreateApp", lambda: answer(429, refusal("LimitExceededException")))

    with pytest.raises(AwsError) as caught:
        amplify_apps.create_app(TARGET, name="shop", tags={})

    assert type(caught.value) is Rejected
    assert "quota" in caught.value.next_step


def test_an_app_whose_making_went_unheard_is_not_made_twice(sandbox: Sandbox, no_pauses: list[float]) -> None:
    sandbox.fail("CreateApp", kind="half_body", times=1)

    with pytest.raises(Unavailable) as caught:
        amplify_apps.create_app(TARGET, name="unheard", tags={})

    assert "may have been made" in caught.value.next_step
    assert len(sandbox.calls("CreateApp")) == 1

"""What the console last read of an Amplify backend reaches the rules and the generated files, without a call to AWS."""

import json
from typing import Any

import pytest
from django.utils import timezone

from auth_import import services
from auth_import.client_files import shown
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.preflight import context_of, own_project, setting_of
from backend_state.models import KnownBackend
from environments.models import Environment
from tests.auth_import.journeys import ACTOR, link_for
from tests.factories import make_environment, make_link, make_project

pytestmark = pytest.mark.django_db

API = {
    "api": {
        "shop": {
            "service": "AppSync",
            "providerPlugin": "awscloudformation",
            "lastPushTimeStamp": "2026-01-02T03:04:05.678Z",
            "output": {
                "authConfig": {"defaultAuthentication": {"authenticationType": "API_KEY"}},
                "GraphQLAPIEndpointOutput": "https://example.appsync-api.eu-west-1.amazonaws.com/graphql",
            },
        }
    }
}


@pytest.fixture
def environment(db: None) -> Environment:
    return make_environment(make_project("shop"), kind="amplify", app_id="d2examplexyz01", app_name="shop")


def know(environment: Environment, **facts: Any) -> KnownBackend:
    return KnownBackend.objects.create(
        environment=environment, facts=facts, categories=json.dumps(API), read=timezone.now()
    )


def setting(environment: Environment, **more: Any) -> Any:
    return setting_of(environment, user_pool_id="eu-west-1_Sample001", sees=own_project(environment), **more)


def test_a_backend_nobody_has_read_is_unread(environment: Environment) -> None:
    found = setting(environment)
    assert (found.backend_read, found.existing_auth, found.has_rest_api) == (False, "", False)
    assert context_of(environment).backend_meta is None


def test_the_rules_see_what_was_read(environment: Environment) -> None:
    know(
        environment,
        auth=[{"name": "shop1234", "imported": False}],
        needs_guests=["storage/photos"],
        needs_identity_pool=["storage/photos", "analytics/events"],
        rest_api=True,
    )
    found = setting(environment)
    assert (found.backend_read, found.existing_auth, found.has_rest_api) == (True, "managed", True)
    assert found.needs_guests == ("storage/photos",)
    assert found.needs_identity_pool == ("storage/photos", "analytics/events")


def test_what_was_imported_elsewhere_is_no_obstacle_and_a_link_here_is(environment: Environment) -> None:
    know(environment, auth=[{"name": "shop", "imported": True}])
    assert setting(environment).existing_auth == ""
    make_link(environment)
    assert setting(environment).existing_auth == "imported"
    assert setting(environment, relink=True).existing_auth == ""


def test_a_standalone_environment_has_no_backend(db: None) -> None:
    standalone = make_environment()
    know(standalone, auth=[{"name": "shop", "imported": False}], rest_api=True)
    found = setting(standalone)
    assert (found.backend_read, found.existing_auth, found.has_rest_api) == (False, "", False)
    assert context_of(standalone).backend_meta is None


def test_the_generated_files_hold_the_other_categories(environment: Environment) -> None:
    link = make_link(environment)
    before = {one.file.name: one.text for one in shown(link)}
    know(environment)
    after = {one.file.name: one.text for one in shown(link)}
    assert "aws_appsync_graphqlEndpoint" not in before["aws-exports.js"]
    assert "https://example.appsync-api.eu-west-1.amazonaws.com/graphql" in after["aws-exports.js"]


def test_what_is_only_known_since_a_pull_is_no_change_in_aws(
    environment: Environment, sandbox: Any, good: Choice
) -> None:
    """The check warns; the drift, which says that something changed in AWS, does not."""
    link = link_for(environment, Choice(good.user_pool_id, good.web_client_id, good.native_client_id))
    know(environment, auth=[], needs_identity_pool=["storage/photos"])
    checked = services.check_link(link=link, actor=ACTOR, sees=own_project(environment))
    assert {one.id: str(one.severity) for one in checked.last_findings}["guest.consistent"] == "warn"
    assert CognitoLink.objects.get().drift == []

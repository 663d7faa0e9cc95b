"""The source bundle: what is in it, who gets it, and that builds can fetch it."""

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from audit.actions import Action
from aws.sandbox import catalogue_backends
from tests.auth_import.journeys import address, audited, bearer, link_for, signed_in
from tests.auth_import.planted import choice_of

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Environment

pytestmark = pytest.mark.django_db


def amplify_environment(name: str, app: str = catalogue_backends.SHOP, **project: Any) -> "Environment":
    from tests.factories import make_environment, make_project

    backend = catalogue_backends.backend(name, app)
    return make_environment(
        make_project(app, **project),
        name,
        kind="amplify",
        app_id=backend.app_id,
        app_name=app,
        stack_name=backend.stack_name,
        deployment_bucket=backend.deployment_bucket,
    )


def unpacked(response: Any) -> dict[str, str]:
    assert response.status_code == 200, response.content
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture
def linked(sandbox: Any) -> "Environment":
    """The sample shop's dev backend has a GraphQL API with a compiled schema."""
    environment = amplify_environment("dev")
    link_for(environment, choice_of("good"))
    return environment


def test_the_bundle_has_configuration_statements_and_what_codegen_add_writes(linked: "Environment") -> None:
    files = unpacked(signed_in(linked).get(address(linked, "source-bundle")))
    api = "sampleshop"
    assert {
        "src/aws-exports.js",
        "src/amplifyconfiguration.json",
        "amplify_outputs.json",
        ".graphqlconfig.yml",
        f"amplify/backend/api/{api}/build/schema.graphql",
        "src/graphql/queries.js",
        "src/graphql/mutations.js",
        "src/graphql/subscriptions.js",
        "team-provider-info-dev.json",
        "READ-ME-FIRST.txt",
    } == set(files)
    assert f"  {api}:\n" in files[".graphqlconfig.yml"]
    assert "export const listProducts = /* GraphQL */ `" in files["src/graphql/queries.js"]
    info = json.loads(files["team-provider-info-dev.json"])
    assert list(info) == ["dev"]
    assert info["dev"]["awscloudformation"]["StackName"] == linked.stack_name
    assert info["dev"]["categories"]["auth"][api]["userPoolId"] == choice_of("good").user_pool_id
    for name in files:
        assert name in files["READ-ME-FIRST.txt"] or name == "READ-ME-FIRST.txt"


def test_the_same_environment_gives_the_same_bytes(linked: "Environment") -> None:
    client = signed_in(linked)
    first, second = (client.get(address(linked, "source-bundle")).content for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("language", "file", "word"),
    [
        ("typescript", "src/graphql/queries.ts", "GeneratedQuery<"),
        ("flow", "src/graphql/queries.js", "// @flow"),
        ("angular", "src/graphql/queries.graphql", "query "),
    ],
)
def test_statements_come_in_the_language_asked_for(linked: "Environment", language: str, file: str, word: str) -> None:
    files = unpacked(signed_in(linked).get(address(linked, "source-bundle"), {"language": language}))
    assert word in files[file]
    assert f"codeGenTarget: {language}" in files[".graphqlconfig.yml"]


def test_an_unknown_language_is_refused_in_words(linked: "Environment") -> None:
    response = signed_in(linked).get(address(linked, "source-bundle"), {"language": "cobol"})
    assert response.status_code == 422
    assert "cobol" in response.content.decode()


def test_a_build_fetches_it_with_a_token(linked: "Environment", client: "Client") -> None:
    response = client.get(address(linked, "source-bundle"), headers=bearer(linked, "viewer"))
    assert "src/aws-exports.js" in unpacked(response)
    assert not audited(Action.SECRET_FILE_READ)


@pytest.fixture
def mobile(sandbox: Any) -> "Environment":
    environment = amplify_environment("prod", frontend="ios")
    link_for(environment, choice_of("good"))
    return environment


def test_secrets_need_the_permission_and_are_written_down(mobile: "Environment", client: "Client") -> None:
    url = address(mobile, "source-bundle")
    refused = client.get(url, headers=bearer(mobile, "viewer"))
    assert refused.status_code == 403
    assert "secrets=no" in refused.json()["error"]
    assert not audited(Action.SECRET_FILE_READ)
    without = unpacked(client.get(url, {"secrets": "no"}, headers=bearer(mobile, "manage-only")))
    assert "amplifyconfiguration.json" not in without
    assert "left out, because it holds a client secret" in without["READ-ME-FIRST.txt"]
    whole = unpacked(signed_in(mobile).get(url))
    assert json.loads(whole["awsconfiguration.json"])["CognitoUserPool"]["Default"]["AppClientSecret"]
    assert {event.target for event in audited(Action.SECRET_FILE_READ)} == {
        "ios/awsconfiguration.json",
        "ios/amplifyconfiguration.json",
    }


def test_a_backend_without_an_api_has_no_statements_and_says_so(mobile: "Environment") -> None:
    files = unpacked(signed_in(mobile).get(address(mobile, "source-bundle")))
    assert not any(name.endswith(".graphql") for name in files)
    assert "no GraphQL API with a compiled schema" in files["READ-ME-FIRST.txt"]


def test_a_standalone_environment_has_the_configuration_alone(sandbox: Any) -> None:
    from tests.factories import make_environment

    environment = make_environment()
    link_for(environment, choice_of("good"))
    files = unpacked(signed_in(environment).get(address(environment, "source-bundle")))
    assert set(files) == {
        "src/aws-exports.js",
        "src/amplifyconfiguration.json",
        "amplify_outputs.json",
        "READ-ME-FIRST.txt",
    }


def test_what_cannot_be_read_is_told_in_words(linked: "Environment", sandbox: Any, client: "Client") -> None:
    sandbox.fail("GetObject", kind="fail", code="AccessDenied", status=403)
    page = signed_in(linked).get(address(linked, "source-bundle"))
    assert page.status_code == 502
    assert "AccessDenied" in page.content.decode()
    script = client.get(address(linked, "source-bundle"), headers=bearer(linked))
    assert script.status_code == 502
    assert "s3:GetObject" in script.json()["error"]


@pytest.mark.parametrize("name", ["source", "source-bundle"])
def test_only_members_reach_it(linked: "Environment", client: "Client", name: str) -> None:
    from tests.factories import make_user

    url = address(linked, name)
    assert signed_in(linked).post(url).status_code == 405
    client.force_login(make_user())
    assert client.get(url).status_code == 404
    assert client.get(url, headers={"Authorization": "Bearer aui_nobody"}).status_code in (401, 404)


def test_without_a_link_there_is_nothing(db: None) -> None:
    from tests.factories import make_environment

    environment = make_environment()
    browser = signed_in(environment)
    assert browser.get(address(environment, "source-bundle")).status_code == 404
    assert "Nothing is linked yet" in browser.get(address(environment, "source")).content.decode()


def test_the_page_shows_what_a_build_needs_and_asks_aws_nothing(linked: "Environment", sandbox: Any) -> None:
    from deployments import planning
    from deployments.pull_job import take

    browser = signed_in(linked)
    unread = browser.get(address(linked, "source")).content.decode()
    assert "pull the environment" in unread
    state = planning.read(linked).state
    assert state is not None
    take(linked, state)
    sandbox.forget()
    page = browser.get(address(linked, "source"), {"language": "typescript"}).content.decode()
    assert sandbox.calls() == []
    for words in (
        "AMPLIFY_USERPOOL_ID",
        "amplifyPush --simple",
        "amplify pull --yes",
        "source-bundle.zip?language=typescript",
        "ADMIN_UI_TOKEN",
    ):
        assert words in page, words


def test_scripts_read_what_a_build_needs_as_json(linked: "Environment", client: "Client", sandbox: Any) -> None:
    from deployments import planning
    from deployments.pull_job import take

    headers, url = bearer(linked, "viewer"), address(linked, "source")
    sandbox.forget()
    unread = client.get(url, headers=headers).json()
    assert sandbox.calls() == []
    assert set(unread) == {
        "bundle_url",
        "curl",
        "variables",
        "categories",
        "hosting_build",
        "shell",
        "language",
    }
    assert (unread["shell"], unread["language"]) == ("", "javascript")
    assert unread["bundle_url"] == f"http://testserver{address(linked, 'source-bundle')}"
    assert unread["variables"]["AMPLIFY_USERPOOL_ID"] == choice_of("good").user_pool_id
    assert json.loads(unread["categories"])["auth"]["webClientId"] == choice_of("good").web_client_id
    state = planning.read(linked).state
    assert state is not None
    take(linked, state)
    found = client.get(url, {"language": "typescript"}, headers=headers).json()
    assert found["language"] == "typescript"
    assert found["bundle_url"].endswith("source-bundle.zip?language=typescript")
    assert found["bundle_url"] in found["curl"]
    assert "amplifyPush --simple" in found["hosting_build"]
    assert "amplify pull --yes" in found["shell"]


def test_scripts_are_told_where_nothing_is_linked(client: "Client", db: None) -> None:
    from tests.factories import make_environment

    environment = make_environment()
    answer = client.get(address(environment, "source"), headers=bearer(environment))
    assert (answer.status_code, answer.json()) == (404, {"error": "Nothing is linked to this environment."})


def test_the_page_reads_what_is_known_of_the_backend_once(linked: "Environment") -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = signed_in(linked)
    browser.get(address(linked, "source"))
    with CaptureQueriesContext(connection) as captured:
        browser.get(address(linked, "source"))
    table = "backend_state_knownbackend"
    assert sum(f'FROM "{table}"' in one["sql"] for one in captured) == 1

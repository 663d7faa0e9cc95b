"""The page of pulling: what the console knows of a backend, how old that is, and what somebody else has changed."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_import.models import CognitoLink
from backend_state.models import KnownBackend
from deployments import pull_job, services
from environments.models import Environment
from environments.permissions import Role
from jobs import lifecycle
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR, address, bearer, signed_in
from tests.auth_import.planted import Account
from tests.deployments.planted_backends import ZIP, CloudBackend
from tests.deployments.pushing import linked, pushed
from tests.deployments.reading_pages import buttons, get, main_of

pytestmark = pytest.mark.django_db


def pull(environment: Environment) -> Job:
    job = services.start_pull(environment=environment, actor=ACTOR, send=False)
    return lifecycle.run_now(job, pull_job.pull)


def page(client: Client, environment: Environment) -> str:
    return main_of(get(client, address(environment, "pull")))


def test_before_the_first_pull_the_page_says_never_read(member: Client, environment: Environment) -> None:
    html = get(member, address(environment, "pull"))
    assert "Never read" in main_of(html)
    assert buttons(html) == ["Pull"]
    assert f"amplify pull --appId {environment.app_id} --envName {environment.name}" in main_of(html)


@pytest.mark.parametrize("backend", [("key-api", "storage", "function")], indirect=True, ids=["three categories"])
def test_the_first_pull_tells_what_the_cloud_has(member: Client, environment: Environment, sandbox: Any) -> None:
    assert pull(environment).status == Status.SUCCEEDED
    sandbox.forget()
    main = page(member, environment)
    assert sandbox.calls() == []
    for words in (
        "Nothing differs. The backend is as this console first read it. It has not been pushed from here yet.",
        "Root stack: UPDATE_COMPLETE",
        "Auth None",
        "Other resources 3",
        "Pushed from this console Never",
        "AppSync",
        "Lambda",
        "Its policies hang on the identity pool's roles.",
        "Read just now",
    ):
        assert words in main, words


def test_what_somebody_else_pushed_is_told_in_words(
    member: Client, environment: Environment, account: Account, backend: CloudBackend
) -> None:
    linked(environment, account.plant().choice)
    pushed(environment)
    assert "Nothing differs. The backend is as this console pushed it just now" in page(member, environment)
    meta = json.loads(backend.read("amplify-meta.json"))
    backend.laptop_push(
        **{
            "amplify-meta.json": json.dumps(meta | {"function": {"reports": {"service": "Lambda"}}}),
            "function/reports/notes.txt": "new",
        }
    )
    backend.put_parameter(f"{backend.path}/AMPLIFY_function_reports_level", '"high"')
    pull(environment)
    main = page(member, environment)
    for words in (
        "somebody else changed this:",
        "Added by somebody: function/reports (Lambda).",
        "of the backend differ: ",
        "1 parameter in SSM differ: AMPLIFY_function_reports_level.",
    ):
        assert words in main, words
    assert "Functions reports Lambda Nothing" in main


def test_an_import_by_somebody_else_can_be_taken_over(
    member: Client, environment: Environment, account: Account
) -> None:
    choice = account.plant().choice
    linked(environment, choice)
    pushed(environment)
    CognitoLink.objects.all().delete()
    pull(environment)
    html = get(member, address(environment, "pull"))
    assert "Imported elsewhere" in main_of(html)
    assert re.search(
        rf'class="button primary" href="{address(environment, "import")}\?pool={choice.user_pool_id}&', html
    )
    assert html.count("button primary") == 1
    assert buttons(html) == ["Pull"]


def test_a_backend_with_auth_of_its_own_says_what_to_do_first(member: Client, environment: Environment) -> None:
    pull(environment)
    row = KnownBackend.objects.get()
    empty = dict.fromkeys(("user_pool_id", "web_client_id", "native_client_id", "identity_pool_id", "pushed"), "")
    row.facts["auth"] = [{"name": "shop1234", "imported": False, **empty}]
    row.save()
    main = page(member, environment)
    assert "Managed by Amplify The backend has auth that Amplify manages itself (shop1234)." in main
    assert "deletes the pool with all its users" in main
    row.facts["auth"] = [{"name": name, "imported": True, **empty} for name in ("one", "two")]
    row.save()
    assert "2 auth resources (one, two), and Amplify allows one" in page(member, environment)
    assert "Import these" not in page(member, environment)


def test_what_changed_in_cognito_is_linked_to_the_authentication_page(
    member: Client, environment: Environment, account: Account
) -> None:
    planted = account.plant()
    linked(environment, planted.choice)
    pushed(environment)
    for client in (planted.choice.web_client_id, planted.choice.native_client_id):
        account.change_client(planted.choice, client, CallbackURLs=["https://shop.example.com/moved"])
    pull(environment)
    html = get(member, address(environment, "pull"))
    assert "of the linked resources changed in Cognito since the import" in main_of(html)
    assert f'href="{address(environment, "authentication")}#drift"' in html
    assert "Newer values" in main_of(get(member, address(environment, "push")))


def test_a_pull_that_fails_says_why_and_keeps_what_was_known(
    member: Client, environment: Environment, backend: CloudBackend
) -> None:
    pull(environment)
    backend.write(ZIP, b"no archive")
    assert pull(environment).status == Status.FAILED
    main = page(member, environment)
    assert "#current-cloud-backend.zip is not a zip archive." in main
    assert "Next step: Push the environment once more with the Amplify CLI" in main
    assert "What stands below is what was read before." in main
    assert "Root stack: " in main


def test_a_problem_that_lets_itself_be_read_comes_with_its_cure(
    member: Client, environment: Environment, backend: CloudBackend
) -> None:
    backend.write("deployment-state.json", json.dumps({"version": "1", "status": "DEPLOYING"}))
    assert pull(environment).status == Status.SUCCEEDED
    main = page(member, environment)
    assert "Somebody is deploying this environment at this moment" in main
    assert "Next step: Wait until that push is finished." in main


def test_one_obstacle_is_one_problem(environment: Environment) -> None:
    from deployments import planning

    environment.deployment_bucket = "no-such-bucket-anywhere"
    problems = planning.read(environment).problems
    assert [one.code for one in problems] == ["BucketGone"]


def test_everybody_who_reads_may_pull_and_a_second_click_finds_the_first_job(environment: Environment) -> None:
    viewer = signed_in(environment, Role.VIEWER)
    first = viewer.post(address(environment, "pull"))
    again = viewer.post(address(environment, "pull"))
    assert (first.status_code, first["Location"]) == (303, again["Location"])
    assert Job.objects.count() == 1
    html = get(viewer, address(environment, "pull"))
    assert f"Pull {environment.name} was started by" in main_of(html)
    assert buttons(html) == []


def test_scripts_read_the_same(environment: Environment) -> None:
    client, headers = Client(), bearer(environment)
    assert client.get(address(environment, "pull"), headers=headers).json()["read"] is None
    assert client.post(address(environment, "pull"), headers=headers).status_code == 202
    Job.objects.all().delete()
    pull(environment)
    found = client.get(address(environment, "pull"), headers=headers).json()
    assert (found["auth"], found["resources"], found["differences"]) == ([], {}, [])
    assert found["read"]
    standalone = Environment.objects.create(project=environment.project, name="plain", region="eu-west-1")
    assert client.post(address(standalone, "pull"), headers=headers).status_code == 409


def test_the_page_asks_the_database_little(member: Client, environment: Environment) -> None:
    pull(environment)
    get(member, address(environment, "pull"))
    with CaptureQueriesContext(connection) as captured:
        get(member, address(environment, "pull"))
    assert len(captured) <= 15

"""The import as a script does it over HTTP, with a project token and JSON in answer."""

from typing import Any

import pytest
from django.test import Client

from auth_import import dependents
from auth_import.import_job import apply_import
from auth_import.models import PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import link_of
from environments.models import Environment
from environments.permissions import Role
from jobs import lifecycle
from jobs.models import Job
from tests.auth_import.journeys import address, bearer, chosen, link_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


@pytest.fixture
def script(environment: Environment) -> Client:
    return Client(enforce_csrf_checks=True, headers=bearer(environment))


def test_from_the_plan_to_the_end(environment: Environment, good: Choice, script: Client) -> None:
    planned = script.post(address(environment, "import-plan"), chosen(good))
    assert planned.status_code == 201
    report = planned.json()
    assert report["verdict"] == "accepted"
    plan = {"plan_id": report["planned"]}
    assert script.get(address(environment, "review-plan", **plan)).json() == report
    started = script.post(address(environment, "apply-plan", **plan))
    assert started.status_code == 202
    job = lifecycle.run_now(Job.objects.get(pk=started.json()["job"]), apply_import)
    assert script.get(started.json()["url"]).json()["status"] == job.status == "succeeded"
    assert script.post(address(environment, "unlink"), {"confirm": "another"}).status_code == 422
    assert link_of(environment)
    assert script.post(address(environment, "unlink"), {"confirm": environment.name}).json() == {"unlinked": True}
    assert link_of(environment) is None


def test_refusals_are_words_and_findings(environment: Environment, good: Choice, script: Client) -> None:
    url = address(environment, "import-plan")
    bad = script.post(url, chosen(Choice(good.user_pool_id, "gone", "gone")))
    assert bad.status_code == 409
    assert bad.json()["verdict"] == "refused"
    assert bad.json()["planned"] is None
    assert any(finding["severity"] == "fail" for finding in bad.json()["findings"])
    assert script.post(url, {"pool": good.user_pool_id}).status_code == 422
    assert not PlannedImport.objects.exists()


def test_the_page_itself_names_the_addresses_for_scripts(environment: Environment, script: Client) -> None:
    answer = script.get(address(environment, "import"))
    assert answer.status_code == 406
    assert "import/plan/" in answer.json()["error"]


def test_a_viewer_s_token_plans_nothing(environment: Environment, good: Choice) -> None:
    answer = Client().post(address(environment, "import-plan"), chosen(good), headers=bearer(environment, Role.VIEWER))
    assert answer.status_code == 403
    assert answer.json()["error"]


def test_the_linked_page_names_the_mobile_client_and_what_depends_on_the_link(
    environment: Environment, good: Choice, member: Client, monkeypatch: Any
) -> None:
    link = link_for(environment, good)
    one = dependents.Dependent(title="Sample feature", words="It stops.")
    monkeypatch.setattr(dependents, "_questions", [lambda _: [one]])
    page = member.get(address(environment, "authentication")).content.decode()
    assert link.auth_outputs.native_client_name == "shop-mobile"
    assert "shop-mobile</span>" in page
    assert "Sample feature</strong>: It stops." in page

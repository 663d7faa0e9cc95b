"""Renaming a standalone environment: the name and the addresses change, and nothing else."""

import pytest
from django.test import Client

from audit.models import AuditEvent
from auth_import.models import CognitoLink
from environments.models import Environment, Project
from jobs.models import Status
from tests.environments.test_changing_and_removing import a_job
from tests.factories import Cast, make_environment, make_link, make_membership

pytestmark = pytest.mark.django_db
RENAME = "/projects/shop/dev/rename/"


def test_it_is_called_something_else_and_keeps_everything(owner: Client, dev: Environment) -> None:
    link = make_link(dev)
    job = a_job(dev, Status.SUCCEEDED)
    limited = make_membership(dev.project, environments=[dev])
    assert "What stays" in owner.get(RENAME).content.decode()

    assert owner.post(RENAME, {"name": " staging "})["Location"] == "/projects/shop/staging/settings/"

    dev.refresh_from_db()
    assert (dev.name, dev.production) == ("staging", False)
    assert CognitoLink.objects.get(pk=link.pk).environment == dev
    assert list(limited.environments.all()) == [dev]
    job.refresh_from_db()
    assert (job.environment, job.environment_name) == (dev, "dev")
    assert owner.get("/projects/shop/dev/").status_code == 404
    assert owner.get("/projects/shop/staging/").status_code == 200
    event = AuditEvent.objects.get(action="environments:environment:rename")
    assert (event.environment, event.before, event.after) == ("staging", {"name": "dev"}, {"name": "staging"})


def test_a_production_name_makes_it_production(owner: Client, dev: Environment) -> None:
    owner.post(RENAME, {"name": "prod"})
    dev.refresh_from_db()
    assert dev.production


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "This field is required"),
        ("Dev Env", "begin with a letter"),
        ("dev\n", "It is called this already"),
        ("members", "is the name of a page"),
        ("other", "already has an environment of this name"),
        ("a" * 31, "at most 30 characters"),
    ],
)
def test_a_name_it_cannot_have_changes_nothing(owner: Client, dev: Environment, name: str, words: str) -> None:
    make_environment(dev.project, "other")
    answer = owner.post(RENAME, {"name": name})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    dev.refresh_from_db()
    assert dev.name == "dev"
    assert not AuditEvent.objects.exists()


def test_not_while_a_job_runs(owner: Client, dev: Environment) -> None:
    a_job(dev)
    answer = owner.post(RENAME, {"name": "staging"})
    assert (answer.status_code, "is not finished" in answer.content.decode()) == (422, True)
    dev.refresh_from_db()
    assert dev.name == "dev"


def test_an_amplify_environment_keeps_its_backends_name(owner: Client, project: Project) -> None:
    make_environment(project, "live", kind="amplify", app_id="d2example")
    assert "Amplify has no way to rename" in owner.get("/projects/shop/live/rename/").content.decode()
    answer = owner.post("/projects/shop/live/rename/", {"name": "other"})
    assert answer.status_code == 422
    assert project.environments.filter(name="live").exists()
    assert "rename/" not in owner.get("/projects/shop/live/settings/").content.decode()


@pytest.mark.parametrize(
    ("person", "status"), [("viewer", 403), ("manager", 403), ("limited_owner", 403), ("stranger", 404)]
)
def test_only_who_manages_environments_renames(client: Client, cast: Cast, person: str, status: int) -> None:
    client.force_login(getattr(cast, person))
    assert client.get(RENAME).status_code == status
    assert client.post(RENAME, {"name": "staging"}).status_code == status
    assert Environment.objects.get().name == "dev"

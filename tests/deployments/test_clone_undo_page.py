"""The page that undoes a new environment: what it lists, who may, and that it is offered where there is something."""

import pytest
from django.test import Client
from django.utils import timezone

from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan, Resources
from environments.models import Environment, Project
from jobs.models import Job, Status
from tests.auth_import.journeys import audited
from tests.factories import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(project: Project) -> Job:
    """One that has failed after it made the stack."""
    plan = ClonePlan(
        source="dev", name="fresh", kind="amplify", region="eu-west-1", app_id="d2example", app_name="shop",
        suffix="0a1b2", resources=Resources.NONE,
    )  # fmt: skip
    made = {"backend": "made", "stack": "asked", "groups": ["Editors"]}
    planned = PlannedClone.objects.create(project=project, document=plan.to_dict(), created_by_name="Sample", made=made)
    job = Job.objects.create(
        project=project, kind="clone", title="Make the environment fresh", status=Status.FAILED, permission="clone",
        task_name="deployments.cloning.tasks.make_clone", payload={"planned": planned.pk}, deadline_at=timezone.now(),
        error_words="It failed.",
    )  # fmt: skip
    job.result = {"undo": f"/projects/shop/jobs/{job.pk}/undo-clone/"}
    job.save()
    planned.job = job
    planned.save()
    return job


def test_the_job_offers_it_and_the_page_lists_what_goes_and_stays(owner: Client, job: Job) -> None:
    assert job.result["undo"] in owner.get(job.get_absolute_url()).content.decode()
    page = owner.get(job.result["undo"]).content.decode()
    for words in (
        "The backend environment fresh of the Amplify app d2example",
        "Perhaps the stack amplify-shop-fresh-0a1b2 with two roles and the bucket",
        "User pools, app clients, identity pools and their roles: none is changed.",
        'Groups that were made in the user pool: <span class="break">Editors</span>',
    ):
        assert words in page
    assert owner.get(job.result["undo"], headers={"accept": "application/json"}).json()["refusal"] == ""


def test_a_post_starts_one_job_whoever_clicks_twice(
    owner: Client, job: Job, django_capture_on_commit_callbacks: object
) -> None:
    first, second = (owner.post(job.result["undo"])["Location"] for _ in range(2))
    assert first == second
    undo = Job.objects.get(kind="undo-clone")
    assert (undo.get_absolute_url(), undo.permission) == (first, "clone")
    page = owner.get(job.result["undo"]).content.decode()
    assert "is at work. Wait until it has finished" in page


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({}, "Nothing was made, so there is nothing to undo."),
        ({"undone": True}, "It was undone already."),
        ({"backend": "made", "finished": True}, "Remove it from its settings"),
    ],
)
def test_where_there_is_nothing_to_undo_it_says_why(
    owner: Client, job: Job, made: dict[str, object], words: str
) -> None:
    PlannedClone.objects.update(made=made)
    assert words in owner.get(job.result["undo"]).content.decode()
    assert owner.post(job.result["undo"], headers={"accept": "application/json"}).status_code == 409
    assert owner.post(job.result["undo"])["Location"] == job.get_absolute_url()
    assert not Job.objects.filter(kind="undo-clone").exists()


@pytest.mark.parametrize(("person", "status"), [("viewer", 403), ("manager", 403), ("stranger", 404)])
def test_only_who_may_clone_undoes(client: Client, cast: Cast, job: Job, person: str, status: int) -> None:
    client.force_login(getattr(cast, person))
    assert client.post(job.result["undo"]).status_code == status
    assert client.get(job.result["undo"]).status_code == status
    assert not Job.objects.filter(kind="undo-clone").exists()
    assert not audited("deployments:clone:undo")


def test_another_kind_of_job_has_no_such_page(owner: Client, project: Project, cast: Cast) -> None:
    other = Job.objects.create(
        project=project, kind="import", title="Import", permission="import-auth", deadline_at=timezone.now()
    )
    assert owner.get(f"/projects/shop/jobs/{other.pk}/undo-clone/").status_code == 404
    assert Environment.objects.filter(project=project).count() == 1


def test_removing_the_project_tells_of_what_would_be_left_half_made(owner: Client, job: Job) -> None:
    page = owner.get("/projects/shop/settings/").content.decode()
    assert "environments that are not finished" in page
    assert f'<a href="{job.get_absolute_url()}">fresh</a>' in page
    PlannedClone.objects.update(made={"backend": "made", "finished": True})
    assert "environments that are not finished" not in owner.get("/projects/shop/settings/").content.decode()

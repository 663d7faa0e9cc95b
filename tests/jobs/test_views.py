"""The pages of jobs: who sees them, what they say, what their buttons do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from environments.models import Project
from environments.permissions import Role
from jobs import lifecycle
from jobs.models import Job, Status
from tests.factories import make_environment, make_member, make_project, make_user
from tests.jobs.sample_tasks import body, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project("Shop")


@pytest.fixture
def job(project: Project, tmp_path: Path) -> Job:
    return enqueue(tmp_path, environment=make_environment(project), send=False)


@pytest.fixture
def owner(client: Client, project: Project) -> Client:
    client.force_login(make_member(project, Role.FULL_ACCESS))
    return client


def fail(job: Job, **error: str) -> None:
    changes: dict[str, Any] = {"error_words": "AWS refused the request.", **error}
    job.move_to(Status.FAILED, **changes)


def test_the_page_of_a_queued_job_polls(owner: Client, job: Job) -> None:
    page = owner.get(job.get_absolute_url())

    assert page.status_code == 200
    html = page.content.decode()
    assert 'hx-trigger="load delay:1s"' in html
    assert f'hx-get="{job.get_absolute_url()}"' in html
    assert '<noscript><meta http-equiv="refresh"' in html
    assert "Import shop-users into dev" in html


def test_the_page_of_a_finished_job_does_not_poll(owner: Client, job: Job, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    lifecycle.run_now(job, body)

    html = owner.get(job.get_absolute_url()).content.decode()

    assert "hx-trigger" not in html
    assert "http-equiv" not in html
    assert "The gate is open." in html
    assert 'href="/back/"' in html


def test_htmx_gets_only_the_fragment(owner: Client, job: Job) -> None:
    html = owner.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert html.strip().startswith('<div id="job"')
    assert "<html" not in html


def test_a_failure_shows_words_code_and_next_step(owner: Client, job: Job) -> None:
    fail(
        job,
        error_code="NotAuthorizedException",
        error_message="<script>alert(1)</script>",
        error_next_step="Allow the action.",
        error_action="iam:GetRole",
        error_request_id="req-1",
    )

    html = owner.get(job.get_absolute_url()).content.decode()

    for text in ("AWS refused the request.", "NotAuthorizedException", "Allow the action.", "iam:GetRole", "req-1"):
        assert text in html
    assert "<script>alert(1)" not in html


def test_a_job_nobody_takes_says_what_to_do(owner: Client, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(queued=timezone.now() - timedelta(minutes=1))
    html = owner.get(job.get_absolute_url()).content.decode()
    assert "Waiting for a worker" in html
    assert "Next step" in html


def test_a_job_whose_worker_fell_silent_is_called_stalled(owner: Client, job: Job) -> None:
    lifecycle.claim(job.pk)
    assert "Stalled" not in owner.get(job.get_absolute_url()).content.decode()

    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now() - timedelta(minutes=1))

    assert "Stalled" in owner.get(job.get_absolute_url()).content.decode()


def test_a_script_reads_the_same_address_as_json(owner: Client, job: Job) -> None:
    fail(job, error_code="NotAuthorizedException")
    answer = owner.get(job.get_absolute_url(), headers={"Accept": "application/json"}).json()
    assert answer["status"] == "failed"
    assert answer["error"]["code"] == "NotAuthorizedException"
    assert [step["name"] for step in answer["steps"]] == ["look", "change", "verify"]


def test_the_list_shows_the_jobs_of_the_project_only(owner: Client, job: Job, tmp_path: Path) -> None:
    elsewhere = enqueue(tmp_path, environment=make_environment(make_project("Other")), title="Elsewhere", send=False)
    html = owner.get("/projects/shop/jobs/").content.decode()
    assert job.title in html
    assert elsewhere.title not in html


def test_the_list_filters_by_kind(owner: Client, job: Job, tmp_path: Path) -> None:
    enqueue(tmp_path, environment=job.environment, kind="push", title="Push dev", send=False)

    html = owner.get("/projects/shop/jobs/?kind=push&kind=pull").content.decode()

    assert "Push dev" in html
    assert job.title not in html
    assert job.title in owner.get("/projects/shop/jobs/?kind=").content.decode()


def test_an_empty_list_says_so(owner: Client) -> None:
    assert "No jobs" in owner.get("/projects/shop/jobs/").content.decode()


def count_queries(client: Client, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_one_job_and_for_many(owner: Client, job: Job, tmp_path: Path) -> None:
    owner.get("/projects/shop/jobs/")
    few = count_queries(owner, "/projects/shop/jobs/")
    for _ in range(10):
        enqueue(tmp_path, environment=job.environment, send=False)
    assert count_queries(owner, "/projects/shop/jobs/") == few


def test_a_member_narrowed_to_another_environment_does_not_see_the_job(client: Client, job: Job) -> None:
    test = make_environment(job.project, "test")
    client.force_login(make_member(job.project, Role.FULL_ACCESS, test))

    assert client.get(job.get_absolute_url()).status_code == 404
    assert job.title not in client.get("/projects/shop/jobs/").content.decode()
    assert client.post(f"{job.get_absolute_url()}cancel/").status_code == 404


def test_strangers_and_unknown_jobs_get_404(client: Client, owner: Client, job: Job) -> None:
    assert owner.get("/projects/shop/jobs/nosuchjob/").status_code == 404
    client.force_login(make_user())
    assert client.get(job.get_absolute_url()).status_code == 404
    assert client.get("/projects/shop/jobs/").status_code == 404


def test_retry_starts_a_new_job_and_goes_there(owner: Client, job: Job) -> None:
    fail(job)

    answer = owner.post(f"{job.get_absolute_url()}retry/")

    again = Job.objects.get(retry_of=job)
    assert answer.status_code == 303
    assert answer["Location"] == again.get_absolute_url()
    assert again.get_absolute_url() in owner.get(job.get_absolute_url()).content.decode()


def test_retry_of_a_job_at_work_changes_nothing(owner: Client, job: Job) -> None:
    answer = owner.post(f"{job.get_absolute_url()}retry/", follow=True)
    assert "cannot be retried" in answer.content.decode()
    assert Job.objects.count() == 1


def test_cancel_ends_a_queued_job(owner: Client, job: Job) -> None:
    assert owner.post(f"{job.get_absolute_url()}cancel/").status_code == 303
    job.refresh_from_db()
    assert job.status == Status.CANCELLED


@pytest.mark.parametrize("verb", ["retry", "cancel"])
@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.MANAGE_ONLY, 403), (None, 404)])
def test_who_may_not_do_the_work_may_not_steer_it(
    client: Client, job: Job, verb: str, role: Role | None, status: int
) -> None:
    if verb == "retry":
        fail(job)
    client.force_login(make_member(job.project, role) if role else make_user())

    assert client.post(f"{job.get_absolute_url()}{verb}/").status_code == status

    assert Job.objects.count() == 1
    job.refresh_from_db()
    assert not job.cancel_requested


@pytest.mark.parametrize("verb", ["retry", "cancel"])
def test_get_changes_nothing(owner: Client, job: Job, verb: str) -> None:
    assert owner.get(f"{job.get_absolute_url()}{verb}/").status_code == 405
    assert owner.post(job.get_absolute_url()).status_code == 405


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
def test_a_reader_sees_the_job_without_buttons(client: Client, job: Job, role: Role) -> None:
    client.force_login(make_member(job.project, role))
    html = client.get(job.get_absolute_url()).content.decode()
    assert job.title in html
    assert "/cancel/" not in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.42, "0.4 s"), (12.2, "12 s"), (59.7, "1 min 0 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")],
)
def test_durations_read_well(seconds: float, words: str) -> None:
    from jobs.models import in_words

    assert in_words(timedelta(seconds=seconds)) == words


def test_a_project_token_reads_a_job(client: Client, job: Job) -> None:
    from environments.models import ProjectToken

    _, secret = ProjectToken.make(project=job.project, name="ci", role=Role.VIEWER, created_by_name="maria")
    headers: dict[str, Any] = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    assert client.get(job.get_absolute_url(), headers=headers).json()["id"] == job.pk
    assert client.post(f"{job.get_absolute_url()}cancel/", headers=headers).status_code == 403

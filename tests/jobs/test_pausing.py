"""Pausing and resuming a job, from its services to its buttons."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from environments.permissions import Role
from jobs import lifecycle, services
from jobs.models import Job, Status, StepStatus
from tests.factories import actor_of, make_environment, make_member, make_token, make_user
from tests.jobs.sample_tasks import body, enqueue, sent_ids

pytestmark = [pytest.mark.django_db, pytest.mark.services]

sent = pytest.fixture(sent_ids)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "gate").touch()
    return enqueue(tmp_path, pausable=True, send=False, environment=make_environment(name="dev"))


@pytest.fixture
def actor() -> Any:
    return actor_of(make_user("maria"))


def test_a_queued_job_is_paused_at_once_and_waits_for_a_person(job: Job, actor: Any, sent: list[str]) -> None:
    assert services.pause(job=job, actor=actor)

    job.refresh_from_db()
    assert job.status == Status.PAUSED
    assert lifecycle.claim(job.pk) is None
    Job.objects.update(deadline_at=timezone.now() - timedelta(hours=1), sent=timezone.now() - timedelta(hours=1))
    services.tick()
    job.refresh_from_db()
    assert job.status == Status.PAUSED
    assert sent == []
    assert AuditEvent.objects.get().action == "jobs:job:pause"


def test_a_running_job_pauses_at_its_next_check_and_goes_on_when_resumed(job: Job, actor: Any) -> None:
    def paused_half_way(run: lifecycle.Run) -> None:
        with run.step("look"):
            pass
        with run.step("change") as step:
            step.detail = "Half of it."
            assert services.pause(job=job, actor=actor)
            run.check()

    at_rest = lifecycle.run_now(job, paused_half_way)

    assert at_rest.status == Status.PAUSED
    assert list(job.steps.values_list("status", flat=True)) == [
        StepStatus.DONE,
        StepStatus.PENDING,
        StepStatus.PENDING,
    ]
    assert at_rest.finished is None
    assert services.resume(job=job, actor=actor)
    assert lifecycle.run_now(job, body).status == Status.SUCCEEDED
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["jobs:job:pause", "jobs:job:resume"]


def test_the_pause_is_no_part_of_the_time_a_job_has(job: Job, actor: Any) -> None:
    services.pause(job=job, actor=actor)
    before = job.deadline_at
    Job.objects.update(paused=timezone.now() - timedelta(hours=3))

    services.resume(job=job, actor=actor)

    job.refresh_from_db()
    assert timedelta(hours=3) <= job.deadline_at - before < timedelta(hours=3, minutes=1)
    assert job.paused is None
    assert not job.pause_requested


def test_a_resumed_job_is_sent(job: Job, actor: Any, sent: list[str], django_capture_on_commit_callbacks: Any) -> None:
    services.pause(job=job, actor=actor)
    with django_capture_on_commit_callbacks(execute=True):
        services.resume(job=job, actor=actor)
    assert sent == [job.pk]


def test_a_pause_that_has_not_begun_is_taken_back(job: Job, actor: Any) -> None:
    run = lifecycle.claim(job.pk)
    assert run
    services.pause(job=job, actor=actor)
    assert services.resume(job=job, actor=actor)
    run.check()


def test_a_paused_job_can_be_cancelled(job: Job, actor: Any) -> None:
    services.pause(job=job, actor=actor)
    assert services.cancel(job=job, actor=actor)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert not services.resume(job=job, actor=actor)


def test_cancel_comes_before_pause(job: Job, actor: Any) -> None:
    run = lifecycle.claim(job.pk)
    assert run
    services.pause(job=job, actor=actor)
    services.cancel(job=job, actor=actor)
    with pytest.raises(lifecycle.JobCancelled):
        run.check()
    assert services.rest(job, attempt=1)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED


@pytest.mark.parametrize("status", [Status.PAUSED, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED])
def test_only_jobs_at_work_are_paused(job: Job, actor: Any, status: Status) -> None:
    Job.objects.update(status=status)
    assert not services.pause(job=job, actor=actor)
    assert not AuditEvent.objects.exists()


def test_a_job_that_must_not_stop_half_way_is_not_paused(tmp_path: Path, actor: Any) -> None:
    job = enqueue(tmp_path, send=False)
    assert not services.pause(job=job, actor=actor)
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_a_job_whose_worker_was_killed_before_the_pause_began_pauses_and_resumes(
    job: Job, actor: Any, sent: list[str]
) -> None:
    assert lifecycle.claim(job.pk)
    services.pause(job=job, actor=actor)
    Job.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))

    services.tick()

    job.refresh_from_db()
    assert job.status == Status.PAUSED
    assert sent == []
    services.resume(job=job, actor=actor)
    assert lifecycle.run_now(job, body).status == Status.SUCCEEDED


def test_a_worker_taken_for_dead_cannot_pause_or_continue_the_job(job: Job, actor: Any) -> None:
    assert lifecycle.claim(job.pk)
    assert job.move_to(Status.QUEUED, attempt=1)
    assert lifecycle.claim(job.pk)

    assert not services.rest(job, attempt=1)
    assert not services.hand_over(job, attempt=1)

    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_a_retry_of_a_pausable_job_is_pausable(job: Job, actor: Any) -> None:
    job.move_to(Status.FAILED)
    assert services.retry(job=job, actor=actor).pausable


@pytest.fixture
def owner(client: Client, job: Job) -> Client:
    client.force_login(make_member(job.project, Role.FULL_ACCESS))
    return client


def test_the_page_of_a_paused_job_says_so_offers_resume_and_asks_seldom(owner: Client, job: Job) -> None:
    assert owner.post(f"{job.get_absolute_url()}pause/").status_code == 303

    html = owner.get(job.get_absolute_url()).content.decode()

    assert "Nothing happens until somebody resumes the job" in html
    assert f"{job.get_absolute_url()}resume/" in html
    assert f"{job.get_absolute_url()}pause/" not in html
    assert 'hx-trigger="load delay:15s"' in html
    assert owner.post(f"{job.get_absolute_url()}resume/")["Location"] == job.get_absolute_url()
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_a_button_elsewhere_leads_back_to_where_it_was_and_nowhere_else(owner: Client, job: Job) -> None:
    address = f"{job.get_absolute_url()}pause/"
    assert owner.post(address, {"next": "/back/"})["Location"] == "/back/"
    assert owner.post(address, {"next": "https://elsewhere.example/"})["Location"] == job.get_absolute_url()


def test_scripts_pause_and_read_the_job(client: Client, job: Job) -> None:
    _, secret = make_token(job.project, role=Role.FULL_ACCESS)
    headers: dict[str, Any] = {"Authorization": f"Bearer {secret}", "Accept": "application/json"}
    assert client.post(f"{job.get_absolute_url()}pause/", headers=headers).json()["status"] == "paused"
    assert client.post(f"{job.get_absolute_url()}resume/", headers=headers).json()["status"] == "queued"


@pytest.mark.parametrize("verb", ["pause", "resume"])
@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.MANAGE_ONLY, 403), (None, 404)])
def test_who_may_not_do_the_work_may_not_pause_it(
    client: Client, job: Job, verb: str, role: Role | None, status: int
) -> None:
    if verb == "resume":
        services.pause(job=job, actor=actor_of(make_user()))
    before = Job.objects.values_list("status", "pause_requested").get()
    client.force_login(make_member(job.project, role) if role else make_user())

    assert client.post(f"{job.get_absolute_url()}{verb}/").status_code == status

    assert Job.objects.values_list("status", "pause_requested").get() == before


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_get_pauses_nothing(owner: Client, job: Job, verb: str) -> None:
    assert owner.get(f"{job.get_absolute_url()}{verb}/").status_code == 405

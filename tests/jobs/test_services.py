"""Enqueueing, cancelling, retrying, and the tick that keeps everything moving."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import AuditEvent
from jobs import lifecycle, services
from jobs.models import MAXIMUM_ATTEMPTS, NEXT, Job, Status, StepStatus
from jobs.tasks import tick
from tests.factories import actor_of, make_environment, make_user
from tests.jobs.sample_tasks import STEPS, body, enqueue, work

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def ago(**duration: float) -> Any:
    return timezone.now() - timedelta(**duration)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids that were handed to the broker."""
    ids: list[str] = []

    def note(args: tuple[str, ...], **_: Any) -> None:
        ids.extend(args)

    monkeypatch.setattr(work, "apply_async", note)
    return ids


def test_a_job_is_written_with_its_steps(tmp_path: Path) -> None:
    environment = make_environment()
    job = enqueue(tmp_path, environment=environment, subject="eu-west-1_Ab3dEfGhI", send=False)

    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert job.task_name == work.name
    assert job.environment == environment
    assert job.environment_name == "dev"
    assert [(step.name, step.title) for step in job.steps.all()] == STEPS
    assert abs(job.deadline_at - job.created - timedelta(minutes=5)) < timedelta(seconds=1)


def test_the_id_is_sent_only_after_the_commit(
    tmp_path: Path, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(tmp_path)
        assert sent == []
    assert sent == [job.pk]


def test_a_rolled_back_job_is_never_sent(tmp_path: Path, sent: list[str]) -> None:
    with transaction.atomic():
        enqueue(tmp_path)
        transaction.set_rollback(True)
    assert sent == []
    assert not Job.objects.exists()


def test_an_unreachable_broker_loses_nothing(
    tmp_path: Path, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from admin_ui.celery import app
    from tests.jobs.brokers import use_broker

    # The library knocks several times; how long it waits in between is its own affair.
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)
    with use_broker(app, "redis://127.0.0.1:9/0"), django_capture_on_commit_callbacks(execute=True):
        job = enqueue(tmp_path)

    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert job.stalled(timezone.now() + timedelta(minutes=1)) == "worker"


def test_a_task_may_run_where_it_is_sent(
    tmp_path: Path, run_tasks_at_once: None, django_capture_on_commit_callbacks: Any
) -> None:
    (tmp_path / "gate").touch()
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue(tmp_path)
    job.refresh_from_db()
    assert job.status == Status.SUCCEEDED


def test_an_environment_may_be_deleted_under_its_jobs(tmp_path: Path) -> None:
    environment = make_environment()
    job = enqueue(tmp_path, environment=environment, send=False)
    environment.delete()
    job.refresh_from_db()
    assert job.environment is None
    assert job.environment_name == "dev"


@pytest.mark.parametrize("origin", list(Status))
@pytest.mark.parametrize("target", list(Status))
def test_a_transition_wins_exactly_when_the_table_allows_it(tmp_path: Path, origin: Status, target: Status) -> None:
    job = enqueue(tmp_path, send=False)
    Job.objects.filter(pk=job.pk).update(status=origin)

    assert job.move_to(target) is (target in NEXT[origin])

    job.refresh_from_db()
    assert job.status == (target if target in NEXT[origin] else origin)


def test_the_tick_sends_an_undelivered_job_again(tmp_path: Path, sent: list[str]) -> None:
    old, fresh = enqueue(tmp_path, send=False), enqueue(tmp_path, send=False, environment=make_environment())
    Job.objects.filter(pk=old.pk).update(sent=ago(minutes=1))

    tick()
    tick()

    assert sent == [old.pk]
    fresh.refresh_from_db()
    assert fresh.status == Status.QUEUED


def test_the_tick_queues_a_lost_job_again_with_the_same_row(tmp_path: Path, sent: list[str]) -> None:
    job = enqueue(tmp_path, send=False)
    assert lifecycle.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(heartbeat=ago(minutes=1))

    tick()

    job.refresh_from_db()
    assert job.status == Status.QUEUED
    assert sent == [job.pk]
    assert Job.objects.count() == 1


def test_the_tick_leaves_a_living_job_alone(tmp_path: Path, sent: list[str]) -> None:
    job = enqueue(tmp_path, send=False)
    assert lifecycle.claim(job.pk)

    tick()

    job.refresh_from_db()
    assert job.status == Status.RUNNING
    assert sent == []


def test_a_job_that_kills_its_worker_again_and_again_fails_with_words(tmp_path: Path, sent: list[str]) -> None:
    job = enqueue(tmp_path, send=False)
    for _ in range(MAXIMUM_ATTEMPTS):
        assert lifecycle.claim(job.pk)
        Job.objects.filter(pk=job.pk).update(heartbeat=ago(minutes=1))
        tick()

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "3 times" in job.error_words
    assert job.error_next_step
    assert len(sent) == MAXIMUM_ATTEMPTS - 1


def test_a_lost_job_that_was_to_be_cancelled_is_cancelled(tmp_path: Path, sent: list[str]) -> None:
    job = enqueue(tmp_path, send=False)
    assert lifecycle.claim(job.pk)
    services.cancel(job=job, actor=actor_of(make_user()))
    Job.objects.filter(pk=job.pk).update(heartbeat=ago(minutes=1))

    tick()

    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert sent == []


@pytest.mark.parametrize("claimed", [True, False])
def test_the_tick_fails_a_job_past_its_deadline(tmp_path: Path, sent: list[str], claimed: bool) -> None:
    job = enqueue(tmp_path, send=False)
    if claimed:
        assert lifecycle.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(deadline_at=ago(seconds=1))

    tick()

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert ("No worker" in job.error_words) is not claimed
    assert set(job.steps.values_list("status", flat=True)) == {StepStatus.SKIPPED}


def test_the_tick_costs_the_same_whatever_has_been_done_before(tmp_path: Path, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        job = enqueue(tmp_path, send=False, environment=make_environment())
        services.finish(job, Status.SUCCEEDED, attempt=0) or job.move_to(Status.CANCELLED)
    with django_assert_num_queries(4):
        tick()


def test_cancelling_a_queued_job_ends_it_at_once(tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False)

    assert services.cancel(job=job, actor=actor_of(make_user("maria")))

    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert lifecycle.claim(job.pk) is None
    assert AuditEvent.objects.get(action="jobs:job:cancel").actor_name == "maria@example.com"


def test_a_finished_job_cannot_be_cancelled(tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    job = lifecycle.run_now(enqueue(tmp_path, send=False), body)

    assert not services.cancel(job=job, actor=actor_of(make_user()))

    assert not AuditEvent.objects.exists()


def test_a_retry_is_a_new_row_with_the_same_work(tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False)
    job.move_to(Status.FAILED)
    person = make_user("maria")

    again = services.retry(job=job, actor=actor_of(person))

    assert again.pk != job.pk
    assert again.retry_of == job
    assert again.status == Status.QUEUED
    assert (again.payload, again.task_name, again.kind) == (job.payload, job.task_name, job.kind)
    assert again.actor == person
    assert [(step.name, step.title) for step in again.steps.all()] == STEPS
    job.refresh_from_db()
    assert job.status == Status.FAILED


def test_a_double_click_on_retry_starts_one_job(tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False)
    job.move_to(Status.FAILED)
    actor = actor_of(make_user())

    assert services.retry(job=job, actor=actor) == services.retry(job=job, actor=actor)

    assert Job.objects.count() == 2


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_only_failed_and_cancelled_jobs_are_retried(tmp_path: Path, status: Status) -> None:
    job = enqueue(tmp_path, send=False)
    Job.objects.filter(pk=job.pk).update(status=status)

    with pytest.raises(services.NotRetryable):
        services.retry(job=job, actor=actor_of(make_user()))

    assert Job.objects.count() == 1


def test_a_job_whose_task_no_longer_exists_is_not_retried(tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False)
    Job.objects.filter(pk=job.pk).update(status=Status.FAILED, task_name="gone.with.an.old.version")

    with pytest.raises(services.NotRetryable, match="no longer"):
        services.retry(job=job, actor=actor_of(make_user()))


def test_a_web_server_knows_tasks_nobody_has_imported_yet() -> None:
    """Or a retry after a restart would find no task of the job's name."""
    program = (
        "import django; django.setup(); from jobs import services; assert services.task_named('jobs.tasks.tick').name"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_test_database_is_the_one_the_lane_names() -> None:
    """Guards the services lane: with TEST_DATABASE_URL set, these tests must really run on PostgreSQL."""
    expected = "postgresql" if "postgres" in os.environ.get("TEST_DATABASE_URL", "") else "sqlite"
    assert connection.vendor == expected

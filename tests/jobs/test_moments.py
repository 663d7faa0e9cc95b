"""What happens in the moment between two statements, when a person and workers act at once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditEvent
from jobs import lifecycle, services
from jobs.models import Job, Status
from tests.factories import actor_of, make_user
from tests.jobs.sample_tasks import body, enqueue

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "gate").touch()
    return enqueue(tmp_path, pausable=True, send=False)


@pytest.fixture
def actor() -> Any:
    return actor_of(make_user("maria"))


class After:
    """Does something once, right after the first statement that begins like this."""

    def __init__(self, beginning: str, what: Callable[[], object]) -> None:
        self.beginning, self.what, self.is_done = beginning, what, False

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        answer = execute(sql, *rest)
        if not self.is_done and sql.startswith(self.beginning):
            self.is_done = True
            self.what()
        return answer


def test_a_worker_that_stood_still_while_it_claimed_never_holds_its_successors_number(job: Job) -> None:
    def taken_for_dead() -> None:
        assert Job.objects.get(pk=job.pk).move_to(Status.QUEUED, attempt=1)
        assert lifecycle.claim(job.pk)

    with connection.execute_wrapper(After('UPDATE "jobs_job"', taken_for_dead)):
        sleeper = lifecycle.claim(job.pk)

    assert sleeper
    assert Job.objects.get(pk=job.pk).attempts == 2
    assert sleeper.attempt == 1
    with pytest.raises(lifecycle.JobTakenOver):
        sleeper.check()


def test_two_deliveries_in_one_moment_have_one_claim(job: Job) -> None:
    with connection.execute_wrapper(After("SELECT", lambda: lifecycle.claim(job.pk))):
        assert lifecycle.claim(job.pk) is None
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.RUNNING, 1)


def test_a_pause_taken_back_while_the_worker_puts_down_its_work_does_not_begin(job: Job, actor: Any) -> None:
    times = []

    def stubborn(run: lifecycle.Run) -> None:
        times.append(run.attempt)
        if len(times) == 1:
            services.pause(job=job, actor=actor)
            try:
                run.check()
            finally:
                assert services.resume(job=job, actor=actor)
        body(run)

    ended = lifecycle.run_now(job, stubborn)

    assert ended.status == Status.SUCCEEDED
    assert times == [1, 2]


def test_a_pause_asked_for_between_two_slices_can_be_taken_back(job: Job, actor: Any) -> None:
    Job.objects.update(pause_requested=True)
    job.refresh_from_db()
    assert job.can_be_resumed
    assert services.resume(job=job, actor=actor)
    assert lifecycle.run_now(job, body).status == Status.SUCCEEDED
    assert AuditEvent.objects.get().action == "jobs:job:resume"


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PAUSED])
def test_a_cancel_that_was_broken_off_is_finished_by_the_tick(job: Job, status: Status) -> None:
    Job.objects.update(status=status, cancel_requested=True)
    services.tick()
    job.refresh_from_db()
    assert job.status == Status.CANCELLED


def test_whoever_was_only_slow_keeps_the_job(job: Job) -> None:
    run = lifecycle.claim(job.pk)
    assert run
    Job.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))

    Job.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))
    lost = list(Job.objects.lost(timezone.now()))
    run.check()
    assert not lost[0].move_to(Status.QUEUED, attempt=1, if_still={"heartbeat": lost[0].heartbeat})
    assert Job.objects.get(pk=job.pk).status == Status.RUNNING

"""One attempt at a job: claim, steps, verdict."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from aws.errors import AccessDenied
from jobs import lifecycle, services
from jobs.models import Job, JobStep, Status, StepStatus
from tests.factories import actor_of, make_user
from tests.jobs.sample_tasks import body, enqueue

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "gate").touch()
    return enqueue(tmp_path, send=False)


def step_statuses(job: Job) -> list[str]:
    return list(job.steps.values_list("status", flat=True))


def fail_with(error: BaseException) -> lifecycle.Body:
    def failing(run: lifecycle.Run) -> None:
        with run.step("look"):
            pass
        with run.step("change") as step:
            step.detail = "Half of it."
            raise error

    return failing


def test_a_job_runs_through_its_steps_and_succeeds(job: Job) -> None:
    done = lifecycle.run_now(job, body)

    assert done.status == Status.SUCCEEDED
    assert step_statuses(done) == [StepStatus.DONE] * 3
    assert done.steps.get(name="change").detail == "The gate is open."
    assert done.result == {"verified": True}
    assert done.attempts == 1
    assert done.started is not None
    assert done.finished is not None


def test_only_one_of_two_deliveries_is_served(job: Job) -> None:
    first, second = lifecycle.claim(job.pk), lifecycle.claim(job.pk)

    assert first is not None
    assert first.attempt == 1
    assert second is None


def test_a_finished_job_is_not_run_again(job: Job) -> None:
    lifecycle.run_now(job, body)
    lifecycle.perform(job.pk, fail_with(AssertionError("this body must not run")))

    job.refresh_from_db()
    assert job.status == Status.SUCCEEDED


def test_a_vanished_job_is_no_error() -> None:
    lifecycle.perform("no-such-job", fail_with(AssertionError("this body must not run")))


def test_an_aws_error_becomes_words_code_and_next_step(job: Job) -> None:
    error = AccessDenied(
        "User is not authorized", code="AccessDeniedException", action="iam:GetRole", request_id="req-1"
    )
    done = lifecycle.run_now(job, fail_with(error))

    assert done.status == Status.FAILED
    assert done.error_words == AccessDenied.words
    assert done.error_next_step == AccessDenied.next_step
    assert (done.error_code, done.error_action, done.error_request_id) == (
        "AccessDeniedException",
        "iam:GetRole",
        "req-1",
    )
    assert done.error_message == "User is not authorized"
    assert step_statuses(done) == [StepStatus.DONE, StepStatus.FAILED, StepStatus.SKIPPED]
    assert done.steps.get(name="change").detail == "Half of it."


def test_an_expected_failure_is_told_in_its_own_words(job: Job) -> None:
    done = lifecycle.run_now(job, fail_with(lifecycle.JobFailed("The pool is gone.", next_step="Choose another pool.")))

    assert done.status == Status.FAILED
    assert done.error_words == "The pool is gone."
    assert done.error_next_step == "Choose another pool."


def test_a_crash_is_a_generic_line_and_a_log_entry(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="jobs.lifecycle"):
        done = lifecycle.run_now(job, fail_with(ValueError("password=hunter2")))

    assert done.status == Status.FAILED
    assert done.error_words == lifecycle.CRASH_WORDS
    assert "hunter2" not in str(done.as_json())
    assert job.pk in caplog.text
    assert "ValueError" in caplog.text


def test_an_unknown_step_is_a_crash_and_not_a_silent_success(job: Job) -> None:
    def wrong(run: lifecycle.Run) -> None:
        with run.step("no-such-step"):
            pass

    assert lifecycle.run_now(job, wrong).status == Status.FAILED


def test_a_second_attempt_passes_through_finished_steps_again(job: Job) -> None:
    lost = lifecycle.claim(job.pk)
    assert lost is not None
    with lost.step("look"):
        pass
    assert job.move_to(Status.QUEUED, attempt=1)

    done = lifecycle.run_now(job, body)

    assert done.status == Status.SUCCEEDED
    assert done.attempts == 2
    assert JobStep.objects.filter(job=done).count() == 3


def test_a_worker_taken_for_dead_cannot_write_any_more(job: Job) -> None:
    sleeper = lifecycle.claim(job.pk)
    assert sleeper is not None
    assert job.move_to(Status.QUEUED, attempt=1)
    successor = lifecycle.claim(job.pk)
    assert successor is not None

    with pytest.raises(lifecycle.JobTakenOver), sleeper.step("look"):
        pass
    assert not services.finish(job, Status.SUCCEEDED, attempt=sleeper.attempt)
    with pytest.raises(lifecycle.JobTakenOver):
        sleeper.report(stale=True)

    job.refresh_from_db()
    assert job.status == Status.RUNNING
    assert job.result == {}


def test_a_running_job_stops_before_its_next_step_when_cancelled(job: Job) -> None:
    def cancelled_half_way(run: lifecycle.Run) -> None:
        with run.step("look"):
            assert services.cancel(job=job, actor=actor_of(make_user()))
        with run.step("change"):
            raise AssertionError("the step must not begin")

    done = lifecycle.run_now(job, cancelled_half_way)

    assert done.status == Status.CANCELLED
    assert step_statuses(done) == [StepStatus.DONE, StepStatus.SKIPPED, StepStatus.SKIPPED]


def test_the_deadline_is_kept_at_the_next_step(job: Job) -> None:
    def too_slow(run: lifecycle.Run) -> None:
        run.job.deadline_at = timezone.now() - timedelta(seconds=1)
        with run.step("look"):
            raise AssertionError("the step must not begin")

    done = lifecycle.run_now(job, too_slow)

    assert done.status == Status.FAILED
    assert "deadline" in done.error_words


def test_a_command_that_is_interrupted_leaves_a_failed_job(job: Job) -> None:
    with pytest.raises(KeyboardInterrupt):
        lifecycle.run_now(job, fail_with(KeyboardInterrupt()))

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "interrupted" in job.error_words


def test_a_worker_that_is_stopped_leaves_the_job_to_the_tick(job: Job) -> None:
    with pytest.raises(SystemExit):
        lifecycle.perform(job.pk, fail_with(SystemExit()))

    job.refresh_from_db()
    assert job.status == Status.RUNNING


@pytest.mark.django_db(transaction=True)
def test_a_long_step_gives_signs_of_life(job: Job, settings: Any) -> None:
    settings.JOB_HEARTBEAT_EVERY = timedelta(milliseconds=20)
    beats: set[datetime | None] = set()

    def long(run: lifecycle.Run) -> None:
        deadline = timezone.now() + timedelta(seconds=5)
        while len(beats) < 3 and timezone.now() < deadline:
            beats.add(Job.objects.values_list("heartbeat", flat=True).get(pk=job.pk))

    lifecycle.run_now(job, long)

    assert len(beats) >= 3

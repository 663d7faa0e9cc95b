"""Work of hours: slices, losses, and progress that people can read."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from environments.permissions import Role
from jobs import lifecycle, services
from jobs.models import MAXIMUM_ATTEMPTS, Job, Status
from jobs.progress import Progress, about, measured
from tests.factories import actor_of, make_environment, make_member, make_user
from tests.jobs.sample_tasks import count, enqueue, sent_ids

pytestmark = [pytest.mark.django_db, pytest.mark.services]

sent = pytest.fixture(sent_ids)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "gate").touch()
    payload = {"log": str(tmp_path / "log"), "gate": str(tmp_path / "gate"), "total": 6}
    return enqueue(tmp_path, pausable=True, send=False, payload=payload)


@pytest.fixture
def short_slices(settings: Any) -> None:
    settings.JOB_SLICE = timedelta(0)


def lose(job: Job) -> None:
    Job.objects.update(heartbeat=timezone.now() - timedelta(minutes=1))
    services.tick()
    job.refresh_from_db()


def test_a_slice_is_shorter_than_what_celery_lets_a_task_run() -> None:
    assert configured.JOB_SLICE.total_seconds() + 60 < configured.CELERY_TASK_TIME_LIMIT
    visible = configured.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout", 4500)
    assert visible > configured.CELERY_TASK_TIME_LIMIT


def test_a_slice_gives_the_row_back_and_the_next_one_is_sent(
    job: Job, short_slices: None, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.perform(job.pk, count)

    job.refresh_from_db()
    assert (job.status, job.slices, job.done, job.total) == (Status.QUEUED, 1, 1, 6)
    assert sent == [job.pk]


def test_a_command_goes_from_slice_to_slice(job: Job, short_slices: None, sent: list[str]) -> None:
    done = lifecycle.run_now(job, count)

    assert (done.status, done.slices, done.attempts, done.losses, done.done) == (Status.SUCCEEDED, 5, 6, 0, 6)
    assert sent == []
    assert Path(job.payload["log"]).read_text().splitlines() == ["1", "2", "3", "4", "5", "6"]


def test_without_the_end_of_a_slice_a_job_is_done_in_one(job: Job) -> None:
    done = lifecycle.run_now(job, count)
    assert (done.status, done.slices, done.attempts) == (Status.SUCCEEDED, 0, 1)


def test_slices_are_no_losses_however_many(job: Job, short_slices: None, sent: list[str]) -> None:
    for _ in range(MAXIMUM_ATTEMPTS + 1):
        lifecycle.perform(job.pk, count)
    assert lifecycle.claim(job.pk)

    lose(job)

    assert (job.status, job.losses, job.slices) == (Status.QUEUED, 1, MAXIMUM_ATTEMPTS + 1)
    assert lifecycle.run_now(job, count).status == Status.SUCCEEDED


def test_only_losses_in_a_row_end_a_job(job: Job, short_slices: None, sent: list[str]) -> None:
    for _ in range(MAXIMUM_ATTEMPTS):
        assert lifecycle.claim(job.pk)
        lose(job)
        assert job.status == Status.QUEUED
        lifecycle.perform(job.pk, count)
    for _ in range(MAXIMUM_ATTEMPTS):
        assert lifecycle.claim(job.pk)
        lose(job)
    assert job.status == Status.FAILED
    assert "3 times" in job.error_words


@pytest.mark.parametrize(("verb", "status"), [("cancel", Status.CANCELLED), ("pause", Status.PAUSED)])
def test_what_was_asked_for_during_a_slice_is_heard_at_the_next_check(job: Job, verb: str, status: Status) -> None:
    def asked_at_the_end(run: lifecycle.Run) -> None:
        if run.attempt > 1:
            run.check()
            raise AssertionError("the second slice must not go on")
        getattr(services, verb)(job=job, actor=actor_of(make_user()))
        raise lifecycle.Continues

    assert lifecycle.run_now(job, asked_at_the_end).status == status


def test_progress_is_written_at_most_once_a_second_and_at_the_end(
    job: Job, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lifecycle.claim(job.pk)
    assert run
    with django_assert_num_queries(2):
        for number in range(1, 500):
            run.progress(number, 500)
    job.refresh_from_db()
    assert (job.done, job.total) == (1, 500)
    with django_assert_num_queries(1):
        run._tell()
        run._tell()
    job.refresh_from_db()
    assert job.done == 499


def test_progress_hears_what_check_hears(job: Job) -> None:
    run = lifecycle.claim(job.pk)
    assert run
    services.pause(job=job, actor=actor_of(make_user()))
    with pytest.raises(lifecycle.JobPaused):
        run.progress(1)


def test_the_rate_is_that_of_the_present_claim() -> None:
    now = timezone.now()
    since = now - timedelta(seconds=100)
    late = measured(done=3200, total=10_000, since=since, since_done=1200, now=now)

    assert late.per_second == 20
    assert late.words == "3,200 of 10,000, about 6 min left"
    assert measured(done=5, total=10, since=now, since_done=0, now=now).words == "5 of 10"
    assert measured(done=5, total=10, since=since, since_done=0, now=None).words == "5 of 10"
    assert Progress(7).words == "7 so far"
    assert Progress(10, 10, 2.0).words == "10 of 10"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "a few seconds"),
        (38, "about 40 s"),
        (58, "about 1 min"),
        (1980, "about 33 min"),
        (3600, "about 1 h"),
        (7800, "about 2 h 10 min"),
        (86_500, "about 24 h"),
    ],
)
def test_times_left_promise_no_more_than_is_known(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_the_page_and_its_json_show_the_progress(client: Client, tmp_path: Path) -> None:
    job = enqueue(tmp_path, send=False, environment=make_environment())
    client.force_login(make_member(job.project, Role.FULL_ACCESS))
    headers: dict[str, Any] = {"Accept": "application/json"}
    assert client.get(job.get_absolute_url(), headers=headers).json()["progress"] is None
    assert lifecycle.claim(job.pk)
    Job.objects.update(done=3200, total=10_000, measured_from=timezone.now() - timedelta(seconds=150))

    html = client.get(job.get_absolute_url()).content.decode()

    assert "3,200 of 10,000, about 5 min left" in html
    assert 'max="10000"' in html
    answer = client.get(job.get_absolute_url(), headers=headers).json()["progress"]
    assert (answer["done"], answer["total"]) == (3200, 10_000)
    assert 300 < answer["seconds_left"] < 340

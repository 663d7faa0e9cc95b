"""Jobs through a real broker and real worker processes, which get killed."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from admin_ui.celery import app
from admin_ui.embedded import processes
from admin_ui.embedded.processes import Child
from jobs import services
from jobs.models import Job, Status
from tests.jobs.brokers import use_broker
from tests.jobs.sample_tasks import enqueue, work, work_in_slices

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

PATIENCE = 60.0
StartWorker = Callable[[], Child]


def wait_until(true: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.05)


def database_url() -> str:
    """The test database, as another process reaches it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


class Workers:
    """Worker processes with their logs in a folder."""

    def __init__(self, broker_url: str, folder: Path) -> None:
        self.folder = folder
        self.started: list[Child] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "SECRET_KEY": django_settings.SECRET_KEY,
            "REDIS_URL": broker_url,
            "JOB_HEARTBEAT_SECONDS": "0.2",
            "JOB_LOST_SECONDS": "1.5",
            "JOB_SLICE_SECONDS": "0.3",
            "LOG_LEVEL": "INFO",
            "REMAP_SIGTERM": "SIGQUIT",
        }

    def start(self) -> Child:
        name = f"w{len(self.started)}"
        command = [sys.executable, "-m", "celery", "-A", "admin_ui", "worker", "--beat", "--concurrency", "2"]
        command += ["--include", "tests.jobs.sample_tasks", "--loglevel", "INFO", "-n", f"{name}@test"]
        command += ["--schedule", str(self.folder / f"beat-{name}")]
        worker = processes.start(name, command, log=self.folder / f"{name}.log", environment=self.environment)
        self.started.append(worker)
        wait_until(lambda: is_ready(worker), "the worker's start")
        return worker

    def stop(self) -> None:
        processes.stop(self.started)


@pytest.fixture
def start_worker(broker_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """For tests that kill a worker, or need that there is none at first."""
    workers = Workers(broker_url, tmp_path)
    with use_broker(app, broker_url):
        yield workers.start
    workers.stop()


@pytest.fixture(scope="class")
def kept_worker(broker_url: str, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    workers = Workers(broker_url, tmp_path_factory.mktemp("worker"))
    workers.start()
    yield
    workers.stop()


@pytest.fixture
def worker(kept_worker: None, broker_url: str) -> Iterator[None]:
    """A worker that other tests use as well: starting one takes longer than most jobs."""
    with use_broker(app, broker_url):
        yield


def is_ready(worker: Child) -> bool:
    assert worker.is_alive, worker.last_lines()
    return f"{worker.name}@test ready" in worker.log.read_text()


def attempts(folder: Path) -> list[str]:
    """The attempts noted by the task, as "number process"."""
    log = folder / "log"
    return log.read_text().splitlines() if log.exists() else []


def has_status(job: Job, status: Status) -> bool:
    job.refresh_from_db()
    return job.status == status


@pytest.mark.usefixtures("worker")
class TestOneWorker:
    def test_a_worker_runs_a_job_to_its_end(self, tmp_path: Path) -> None:
        (tmp_path / "gate").touch()

        job = enqueue(tmp_path)

        wait_until(lambda: has_status(job, Status.SUCCEEDED), "success")
        assert job.attempts == 1
        assert job.result == {"verified": True}

    def test_a_job_delivered_three_times_runs_once(self, tmp_path: Path) -> None:
        job = enqueue(tmp_path)
        work.delay(job.pk)
        work.delay(job.pk)
        wait_until(lambda: has_status(job, Status.RUNNING), "the claim")
        (tmp_path / "gate").touch()

        wait_until(lambda: has_status(job, Status.SUCCEEDED), "success")
        work.delay(job.pk)
        other = enqueue(tmp_path)
        wait_until(lambda: has_status(other, Status.SUCCEEDED), "the success of a later job")

        assert len(attempts(tmp_path)) == 2
        assert job.attempts == 1

    def test_a_running_job_is_cancelled_from_outside(self, tmp_path: Path) -> None:
        from tests.factories import actor_of, make_user

        job = enqueue(tmp_path)
        wait_until(lambda: attempts(tmp_path), "the first attempt")

        services.cancel(job=job, actor=actor_of(make_user()))

        wait_until(lambda: has_status(job, Status.CANCELLED), "the cancellation")


@pytest.mark.slow
def test_a_job_whose_process_is_killed_is_resumed(start_worker: StartWorker, tmp_path: Path) -> None:
    start_worker()
    job = enqueue(tmp_path)
    wait_until(lambda: attempts(tmp_path), "the first attempt")

    os.kill(int(attempts(tmp_path)[0].split()[1]), signal.SIGKILL)
    (tmp_path / "gate").touch()

    def resumed() -> bool:
        services.tick()
        return has_status(job, Status.SUCCEEDED)

    wait_until(resumed, "the resumed job's success")
    assert job.attempts == 2
    assert [line.split()[0] for line in attempts(tmp_path)] == ["1", "2"]
    assert Job.objects.count() == 1


@pytest.mark.slow
def test_a_job_whose_whole_worker_is_killed_is_resumed_by_the_next_one(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    worker = start_worker()
    job = enqueue(tmp_path)
    wait_until(lambda: attempts(tmp_path), "the first attempt")

    os.killpg(worker.process.pid, signal.SIGKILL)
    (tmp_path / "gate").touch()
    time.sleep(1.6)  # Until the row counts as lost; only then does the next worker's first tick find it.
    start_worker()

    wait_until(lambda: has_status(job, Status.SUCCEEDED), "the resumed job's success")
    assert job.attempts == 2


@pytest.mark.slow
def test_work_in_slices_survives_a_killed_worker_and_a_pause(start_worker: StartWorker, tmp_path: Path) -> None:
    from tests.factories import actor_of, make_user

    actor = actor_of(make_user())
    worker = start_worker()
    payload = {"log": str(tmp_path / "log"), "total": 40, "pause": 0.05}
    job = enqueue(tmp_path, task=work_in_slices, payload=payload, pausable=True)
    wait_until(lambda: len(attempts(tmp_path)) >= 12, "a few slices")

    os.killpg(worker.process.pid, signal.SIGKILL)
    assert services.pause(job=job, actor=actor)
    time.sleep(1.6)
    start_worker()
    wait_until(lambda: has_status(job, Status.PAUSED), "the pause")
    assert job.slices >= 1
    standing = attempts(tmp_path)
    assert services.resume(job=job, actor=actor)

    wait_until(lambda: has_status(job, Status.SUCCEEDED), "success")
    assert attempts(tmp_path)[: len(standing)] == standing
    assert attempts(tmp_path) == [str(number) for number in range(1, 41)]
    assert job.done == 40


def test_a_job_sent_while_no_worker_ran_is_taken_by_the_first_one(start_worker: StartWorker, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    job = enqueue(tmp_path)

    start_worker()

    wait_until(lambda: has_status(job, Status.SUCCEEDED), "success")

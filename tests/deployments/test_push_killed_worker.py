"""A push in a real worker process that is killed at every step: the next worker ends it, without anybody's help."""

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
from backend_state.models import KeptFile
from deployments import services
from deployments.models import Phase
from jobs.models import Job, Status
from tests.auth_import.journeys import ACTOR
from tests.auth_import.planted import Account
from tests.deployments.pushing import Stage, assert_nothing_left, importing
from tests.jobs.brokers import use_broker

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]

PATIENCE = 120.0
HELD = 1200
"""Milliseconds for which a call is held while its worker is killed; AWS carries it out all the same."""
StartWorker = Callable[[], Child]

STEPS: dict[str, dict[str, Any]] = {
    "check": {"operation": "GetIdentityPoolRoles", "service": "cognito-identity"},
    "keep": {"operation": "GetObject", "match": "studio-backend/backend-config.json"},
    "hold": {"operation": "PutObject", "match": "deployment-state.json"},
    "files, the zip": {"operation": "PutObject", "match": "current-cloud-backend.zip"},
    "files, the last": {"operation": "PutObject", "match": "/backend-config.json"},
    "parameters": {"operation": "PutParameter", "match": "userPoolId"},
    "stack": {"operation": "ExecuteChangeSet"},
    "verify": {"operation": "GetGraphqlApi"},
    "the end": {"operation": "DeleteObject", "match": "deployment-state.json"},
    # The first write of the zip was the push's own.
    "undo": {"operation": "PutObject", "match": "current-cloud-backend.zip", "after": 1},
}
REFUSED = {"operation": "PutParameter", "match": "userPoolId", "kind": "fail", "code": "AccessDeniedException"}
"""What the push that is killed while it undoes itself has met."""


@pytest.fixture
def stage(account: Account) -> Stage:
    """With an API, which is asked for its pool at the end."""
    return importing(account, "api")


@pytest.fixture
def start_worker(broker_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    name = connection.settings_dict["NAME"]
    database = os.environ.get("DATABASE_URL", "").rpartition("/")[0] + f"/{name}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{name}" if connection.vendor == "sqlite" else database,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "REDIS_URL": broker_url,
        "JOB_HEARTBEAT_SECONDS": "0.3",
        "JOB_LOST_SECONDS": "2",
        "LOG_LEVEL": "INFO",
        "REMAP_SIGTERM": "SIGQUIT",
    }
    workers: list[Child] = []

    def start() -> Child:
        number = len(workers)
        command = [sys.executable, "-m", "celery", "-A", "admin_ui", "worker", "--beat", "--concurrency", "1"]
        command += ["--loglevel", "INFO", "-n", f"p{number}@test", "--schedule", str(tmp_path / f"beat-{number}")]
        worker = processes.start(f"p{number}", command, log=tmp_path / f"p{number}.log", environment=environment)
        workers.append(worker)
        wait_until(lambda: _is_ready(worker), "the worker's start")
        return worker

    with use_broker(app, broker_url):
        yield start
    processes.stop(workers)


def _is_ready(worker: Child) -> bool:
    assert worker.is_alive, worker.last_lines()
    return f"{worker.name}@test ready" in worker.log.read_text()


def wait_until(true: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.05)


def _is_held(sandbox: Any) -> bool:
    """The delay has begun, so it is no longer waiting for a call."""
    return not sandbox.faults()


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_push_is_ended_by_the_next_worker(
    stage: Stage, sandbox: Any, start_worker: StartWorker, step: str
) -> None:
    worker = start_worker()
    sandbox.fail(**STEPS[step], delay_ms=HELD, times=1)
    if step == "undo":
        sandbox.fail(**REFUSED, times=1)
    job = services.start_push(deployment=stage.deployment, actor=ACTOR)
    wait_until(lambda: _is_held(sandbox), f"the call of {step}")

    os.killpg(worker.process.pid, signal.SIGKILL)
    job.refresh_from_db()
    assert job.status == Status.RUNNING
    time.sleep(2.2)  # Until the row counts as lost: only then does the next worker's first tick find it.
    start_worker()

    def is_finished() -> bool:
        job.refresh_from_db()
        return job.is_finished

    wait_until(is_finished, "the resumed push's end")
    if step == "undo":
        assert (job.status, job.attempts, job.error_code) == (Status.FAILED, 2, REFUSED["code"]), job.error_words
        stage.deployment.refresh_from_db()
        assert stage.deployment.phase == Phase.RESTORED
        assert stage.is_old()
        assert_nothing_left(stage.environment, stage.backend)
        return
    assert (job.status, job.attempts) == (Status.SUCCEEDED, 2), (job.error_words, job.error_message)
    stage.deployment.refresh_from_db()
    assert stage.deployment.phase == Phase.APPLIED
    now = stage.backend.everything()
    assert now["pools"] != stage.old["pools"]
    assert "deployment-state.json" not in now["objects"]
    assert_nothing_left(stage.environment, stage.backend)


def test_a_push_killed_three_times_is_ended_by_the_schedule(
    stage: Stage, sandbox: Any, start_worker: StartWorker
) -> None:
    job = services.start_push(deployment=stage.deployment, actor=ACTOR)
    for step in ("files, the zip", "parameters", "stack"):
        sandbox.fail(**STEPS[step], delay_ms=HELD, times=1)
        worker = start_worker()
        wait_until(lambda: _is_held(sandbox), f"the call of {step}")
        os.killpg(worker.process.pid, signal.SIGKILL)
        sandbox.forget()
        time.sleep(2.2)
    start_worker()

    def has_ended() -> bool:
        stage.deployment.refresh_from_db()
        return stage.deployment.phase not in (Phase.APPLYING, Phase.RESTORING)

    wait_until(has_ended, "the end of the push")
    job.refresh_from_db()
    assert job.status == Status.FAILED
    last = Job.objects.filter(kind="push").order_by("-created")[0]
    assert last.pk != job.pk
    wait_until(lambda: Job.objects.get(pk=last.pk).is_finished, "the end of its job")
    assert stage.deployment.phase == Phase.APPLIED
    assert not KeptFile.objects.exists()
    assert_nothing_left(stage.environment, stage.backend)

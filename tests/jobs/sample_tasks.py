"""Tasks for tests of the machinery. A worker process loads them with `--include`."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from celery import shared_task

from environments.permissions import Permission
from jobs import lifecycle, services
from jobs.models import Job
from tests.factories import actor_of, make_environment, make_member

STEPS = [("look", "Look"), ("change", "Change"), ("verify", "Verify")]


@shared_task
def work(job_id: str) -> None:
    lifecycle.perform(job_id, body)


def body(run: lifecycle.Run) -> None:
    """Notes each attempt in the file `payload["log"]`, and in its second step waits for `payload["gate"]` to exist."""
    payload: dict[str, Any] = run.job.payload
    with run.step("look"), Path(payload["log"]).open("a") as log:
        log.write(f"{run.attempt} {os.getpid()}\n")
    with run.step("change") as step:
        while not Path(payload["gate"]).exists():
            run.check()
            time.sleep(0.02)
        step.detail = "The gate is open."
    with run.step("verify"):
        run.report(verified=True)


@shared_task
def work_in_slices(job_id: str) -> None:
    lifecycle.perform(job_id, count)


def count(run: lifecycle.Run) -> None:
    """Writes the numbers up to `payload["total"]` into the file `payload["log"]`, one a slice when slices are short."""
    log, total = Path(run.job.payload["log"]), run.job.payload["total"]
    while len(done := log.read_text().split() if log.exists() else []) < total:
        if done and not run.has_time and len(done) > run.job.done:
            raise lifecycle.Continues
        with log.open("a") as file:
            file.write(f"{len(done) + 1}\n")
        run.progress(len(done) + 1, total)
        time.sleep(run.job.payload.get("pause", 0))


def sent_ids(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For a fixture: the ids of these jobs that were handed to the broker."""
    ids: list[str] = []

    def note(args: tuple[str, ...], **_: Any) -> None:
        ids.extend(args)

    monkeypatch.setattr(work, "apply_async", note)
    return ids


def enqueue(folder: Path, **changes: Any) -> Job:
    from datetime import timedelta

    environment = changes.pop("environment", None) or make_environment()
    actor = changes.pop("actor", None) or actor_of(make_member(environment.project))
    arguments: dict[str, Any] = {
        "task": work,
        "project": environment.project,
        "environment": environment,
        "kind": "import",
        "title": "Import shop-users into dev",
        "actor": actor,
        "steps": STEPS,
        "deadline": timedelta(minutes=5),
        "permission": Permission.IMPORT_AUTH,
        "payload": {"log": str(folder / "log"), "gate": str(folder / "gate")},
        "return_url": "/back/",
        **changes,
    }
    return services.enqueue(**arguments)

"""How long an import takes from the click to the last step, through a real broker and a real worker."""

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from admin_ui.embedded import processes
from audit.record import Actor
from auth_import import services as importing
from auth_import.plan import ImportPlan
from auth_import.preflight import link_of, preflight
from benchmarks.account import Account
from benchmarks.preflight import NEXT_SECOND, choice_of, new_environment
from benchmarks.report import Broken, Measurement, median
from environments.models import Environment
from jobs.models import Job, Status

PATIENCE = 30.0
ACTOR = Actor(name="benchmark")


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    environment = new_environment()
    plan = _plan(account, environment)
    # The worker that `up` starts, without the tick, which has nothing to do here.
    command = [sys.executable, "-m", "celery", "-A", "admin_ui", "worker", "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle", "--pidfile", ""]
    worker = processes.start(
        "worker", command, log=settings.STATE / "worker.log", environment={**os.environ, "REMAP_SIGTERM": "SIGQUIT"}
    )
    try:
        first = _run(environment, plan)
        jobs = []
        for _ in range(3 if small else 15):
            # The job describes the chosen clients, and Cognito allows five such calls a second on one pool.
            time.sleep(NEXT_SECOND)
            jobs.append(_run(environment, plan))
    except TimeoutError as error:
        raise Broken(f"{error}\n{worker.last_lines()}") from error
    finally:
        processes.stop([worker])
    yield Measurement(
        what="Job: from the click to the end of an import, AWS answering at once",
        on=f"{variant}, one worker on the same machine, {len(jobs)} imports one after another",
        figure=median(_milliseconds(job.created, job.finished) for job in jobs),
        unit="ms (median)",
        details={
            "until a worker begins, ms": median(_milliseconds(job.created, job.started) for job in jobs),
            "from there to the end, ms": median(_milliseconds(job.started, job.finished) for job in jobs),
            "slowest, ms": max(_milliseconds(job.created, job.finished) for job in jobs),
            "first of a worker that was just starting, ms": _milliseconds(first.created, first.finished),
        },
    )


def _plan(account: Account, environment: Environment) -> ImportPlan:
    checked = preflight(environment=environment, choice=choice_of(account), sees=lambda other: True)
    return importing.plan_of(checked, environment=environment, accepted=(), reason="")


def _run(environment: Environment, plan: ImportPlan) -> Job:
    """One import by the worker, and the environment as it was before. Raises TimeoutError."""
    planned = importing.keep_plan(plan=plan, environment=environment, actor=ACTOR)
    job = importing.start_import(planned=planned, actor=ACTOR)
    deadline = time.monotonic() + PATIENCE
    while not job.is_finished:
        if time.monotonic() > deadline:
            raise TimeoutError(f"The job is {job.status} after {PATIENCE:.0f} s.")
        time.sleep(0.01)
        job.refresh_from_db()
    if job.status != Status.SUCCEEDED:
        raise Broken(f"The import failed: {job.error_words} {job.error_message}")
    link = link_of(environment)
    if link is None:
        raise Broken("The import succeeded and linked nothing.")
    importing.unlink(link=link, actor=ACTOR)
    return job


def _milliseconds(beginning: datetime | None, end: datetime | None) -> float:
    if beginning is None or end is None:
        raise Broken("The job's row has no times.")
    return (end - beginning).total_seconds() * 1000

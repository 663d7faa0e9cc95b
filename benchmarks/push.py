"""What pushing a large backend costs beside moving its zip: time, and memory above idle."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audit.record import Actor
from auth_import import services as importing
from auth_import.preflight import link_of, preflight
from aws import session
from backend_state import store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.state import ZIP
from benchmarks.account import REGION, Account
from benchmarks.preflight import choice_of
from benchmarks.report import Broken, Measurement, median
from benchmarks.slow_line import slow_line
from deployments import planning, preview_job, push_job, services
from deployments.models import Deployment
from environments.models import Environment, Project
from jobs import lifecycle
from jobs.models import Job, Status

ACTOR = Actor(name="benchmark")
ROOT = Path(__file__).resolve().parent.parent
MEGABITS = 400
"""A line between a console and S3 of its Region is rarely slower."""
NEXT_SECOND = 1.1


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    planted = json.loads(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.large_backend"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    )
    project = Project.objects.create(name=planted["app_name"], slug=planted["app_name"])
    environment = Environment.objects.create(project=project, name="dev", kind="amplify", region=REGION, **planted)
    _link(account, environment)
    # The first push of a process makes clients and connections, which later ones have.
    _push(environment)
    memory = _memory_of_a_push(account, environment)
    yield Measurement(
        what="Push: peak memory above idle, a zip of 30 MB with 2,000 files",
        on="one process, import and unlink in turn",
        figure=max(memory),
        unit="MB",
        target=150,
    )
    rounds = 2 if small else 6
    times, raw, sent = _against_raw(account, environment, rounds)
    yield Measurement(
        what="Push: time against the raw transfers of the zip, on the loopback interface",
        on="the zip read, written and read back; all else that a push does is above it",
        figure=median(times) / median(raw),
        unit="times",
        details={"push, s": median(times), "raw transfers, s": median(raw), "sent and received, MB": sent},
    )
    with slow_line(account.url, megabits=MEGABITS) as url:
        os.environ["AWS_ENDPOINT_URL_S3"] = url
        session.forget()
        try:
            times, raw, sent = _against_raw(account, environment, rounds)
        finally:
            del os.environ["AWS_ENDPOINT_URL_S3"]
            session.forget()
    yield Measurement(
        what=f"Push: time against the raw transfers of the zip, over a line of {MEGABITS} Mbit/s to S3",
        on="the same",
        figure=median(times) / median(raw),
        unit="times",
        target=1.2,
        details={"push, s": median(times), "raw transfers, s": median(raw), "sent and received, MB": sent},
    )


def _link(account: Account, environment: Environment) -> None:
    checked = preflight(environment=environment, choice=choice_of(account), sees=lambda other: True)
    plan = importing.plan_of(checked, environment=environment, accepted=(), reason="")
    planned = importing.keep_plan(plan=plan, environment=environment, actor=ACTOR)
    job = importing.start_import(planned=planned, actor=ACTOR, send=False)
    _done(lifecycle.run_now(job, importing.apply_import))


def _preview(environment: Environment) -> Deployment:
    # Previews and pushes describe the chosen clients, and Cognito allows five such calls a second on one pool.
    time.sleep(NEXT_SECOND)
    job = services.start_preview(environment=environment, actor=ACTOR, send=False)
    ended = _done(lifecycle.run_now(job, preview_job.preview))
    if "deployment" not in ended.result:
        raise Broken("There was nothing to push.")
    return Deployment.objects.get(pk=ended.result["deployment"])


def _push(environment: Environment) -> None:
    _apply(_preview(environment))


def _apply(deployment: Deployment) -> float:
    """Pushes what was previewed; answers the seconds it took."""
    time.sleep(NEXT_SECOND)
    started = time.perf_counter()
    job = services.start_push(deployment=deployment, actor=ACTOR, send=False)
    _done(lifecycle.run_now(job, push_job.push))
    return time.perf_counter() - started


def _done(job: Job) -> Job:
    if job.status != Status.SUCCEEDED:
        raise Broken(f"{job.title}: {job.error_words} {job.error_code} {job.error_message}")
    return job


def _toggle(account: Account, environment: Environment) -> Deployment:
    """The preview of the next push: of an unlink where something is linked, of an import where nothing is."""
    link = link_of(environment)
    if link is None:
        _link(account, environment)
    else:
        importing.unlink(link=link, actor=ACTOR)
    return _preview(environment)


def _memory_of_a_push(account: Account, environment: Environment) -> list[float]:
    peaks = []
    for _ in range(2):
        deployment = _toggle(account, environment)
        # Linux begins a new high-water mark when asked to; it counts every page the process has touched since.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        idle = _resident("VmRSS")
        _apply(deployment)
        peaks.append(_resident("VmHWM") - idle)
    return peaks


def _resident(name: str) -> float:
    """Memory of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise Broken("This system does not tell how much memory a process uses.")


def _against_raw(account: Account, environment: Environment, rounds: int) -> tuple[list[float], list[float], float]:
    times, raw, size = [], [], 0
    for _ in range(rounds):
        deployment = _toggle(account, environment)
        seconds, size = _raw_transfers(environment)
        raw.append(seconds)
        # The raw transfers have written the zip, which has the same content and therefore the same etag.
        times.append(_apply(deployment))
    return times, raw, 3 * size / 1_000_000


def _raw_transfers(environment: Environment) -> tuple[float, int]:
    """The zip read, written as it is, and read again, by the same functions that a push uses."""
    place = planning.place_of(environment)
    started = time.perf_counter()
    found: Any = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    store.write(place, ZIP, found.body, expected=found.etag)
    store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    return time.perf_counter() - started, len(found.body)

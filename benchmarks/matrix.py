"""A project's page with twelve environments: how long it takes, what it asks the database, that it asks AWS nothing."""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from audit.record import Actor
from auth_import.models import CognitoLink
from backend_state.models import KnownBackend
from benchmarks.account import REGION, Account
from benchmarks.page import browser
from benchmarks.preflight import new_environment
from benchmarks.report import Broken, Measurement, median
from benchmarks.rows import linked_by_import
from environments import services
from environments.models import Environment, Project

ENVIRONMENTS = 12
TARGET = 20.0
WARM_UP = 3
FILES = 400
"""Of each backend, in the facts that are kept of it."""


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    if settings.DEBUG:
        raise Broken("DEBUG is on: templates would be read anew for every request.")
    dev = new_environment("Matrix")
    linked_by_import(account, dev, Actor(name="benchmark"))
    user = User.objects.get(memberships__project=dev.project)
    alone = _project(user, dev, 1)
    dozen = _project(user, dev, ENVIRONMENTS)
    client = browser(user)
    account.forget_calls()
    queries = [_queries(client, one) for one in (alone, dozen)]
    wall, busy, size = _time(client, dozen, times=20 if small else 150)
    single, *_ = _time(client, alone, times=10 if small else 40)
    yield Measurement(
        what="Matrix: processor time of the page (median)",
        on=f"{ENVIRONMENTS} environments, ten of them linked, half of them Amplify with {FILES} files each; DEBUG off",
        figure=median(busy),
        unit="ms",
        target=TARGET,
        details={
            "wall-clock (median), ms": median(wall),
            "wall-clock, one in twenty over, ms": sorted(wall)[int(len(wall) * 0.95)],
            "wall-clock with one environment (median), ms": median(single),
            "size, kB": size / 1000,
        },
    )
    yield Measurement(
        what="Matrix: queries that twelve environments need more than one",
        on="the same page",
        figure=float(queries[1] - queries[0]),
        unit="queries",
        target=0,
        details={"with one": queries[0], f"with {ENVIRONMENTS}": queries[1]},
    )
    yield Measurement(
        what="Matrix: calls to AWS",
        on="all of these requests, by the account's own record",
        figure=float(len(account.calls())),
        unit="calls",
        target=0,
    )


def _project(user: User, linked: Environment, number: int) -> Project:
    """A project with so many environments. They are like `linked`, of which everything kept is copied."""
    actor = Actor(name=user.label, user_id=user.pk)
    project = services.create_project(name=f"Matrix of {number}", actor=actor)
    names = ["prod", *(f"stage{'abcdefghijk'[index]}" for index in range(number - 1))]
    for index, name in enumerate(names):
        amplify = {"kind": "amplify", "app_id": "d2examplexyz01", "app_name": "shop"} if index % 2 == 0 else {}
        row = Environment.objects.create(
            project=project, name=name, region=REGION, production=name == "prod", **amplify
        )
        if index % 6 != 5:
            _link(linked, row, index)
        if row.is_amplify:
            facts = {"files": {f"function/orders{n}/parameters.json": "0:0" for n in range(FILES)}, "auth": []}
            KnownBackend.objects.create(environment=row, facts=facts, pushed=facts, read=timezone.now())
    return project


def _link(linked: Environment, row: Environment, index: int) -> None:
    link = CognitoLink.objects.get(environment=linked)
    link.pk, link.environment, link.planned_import = None, row, None
    if index % 3 == 0:
        # Another pool, and other settings.
        link.outputs = {**link.outputs, "user_pool_id": f"{REGION}_Bench{index:05}", "mfa_configuration": "OPTIONAL"}
        link.drift = [{"id": "pool.mfa-configuration", "before": "OFF", "after": "OPTIONAL", "breaks": "Sign-in."}]
    link.save()


def _get(client: Client, project: Project) -> bytes:
    answer: Any = client.get(project.get_absolute_url())
    if answer.status_code != 200 or b'class="table matrix"' not in answer.content:
        raise Broken(f"The page of {project} answered {answer.status_code}, or without its table.")
    return bytes(answer.content)


def _queries(client: Client, project: Project) -> int:
    _get(client, project)
    with CaptureQueriesContext(connection) as captured:
        _get(client, project)
    return len(captured)


def _time(client: Client, project: Project, *, times: int) -> tuple[list[float], list[float], int]:
    """Milliseconds by the clock and of the processor, and the bytes of the page."""
    for _ in range(WARM_UP):
        _get(client, project)
    wall, busy, size = [], [], 0
    for _ in range(times):
        started, worked = time.perf_counter(), time.thread_time()
        size = len(_get(client, project))
        wall.append((time.perf_counter() - started) * 1000)
        busy.append((time.thread_time() - worked) * 1000)
    return wall, busy, size

"""How close to its budget a bulk change keeps with two workers, by the account's own record of what it was asked."""

import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from admin_ui.embedded import processes
from audit.record import Actor
from auth_import.models import CognitoLink
from aws import quotas, users
from benchmarks.account import Account
from benchmarks.calls import most_in_window
from benchmarks.export import Unlimited, _cognito
from benchmarks.preflight import new_environment
from benchmarks.report import Broken, Measurement
from jobs.models import Job, Status
from user_management.bulk import services
from user_management.bulk.models import BulkOperation, BulkState, RowState, row_of, save_rows
from user_management.place import Place, place_of

ACTOR = Actor(name="benchmark")
BUDGET = 200
WORKERS = 2
GROUP = "Members"
# The console takes a fifth of the quota, so this account is one of a thousand requests a second.
QUOTAS = f"UserUpdate={round(BUDGET / 0.2)}"


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    number = 2_000 if small else 10_000
    place = _place(account, number)
    halves = _planned(place, number)
    quotas.use_figures({"UserUpdate": round(BUDGET / 0.2)})
    workers = [_worker(one) for one in range(WORKERS)]
    try:
        _wait(lambda: all("ready" in worker.log.read_text() for worker in workers), 60, "the workers' start")
        account.forget_calls()
        jobs = [services.start(bulk=bulk, actor=ACTOR) for bulk in halves]
        _wait(lambda: all(_ended(job) for job in jobs), number / BUDGET * 3 + 30, "the end of the jobs")
    except TimeoutError as error:
        raise Broken(f"{error}\n{workers[0].last_lines()}\n{workers[1].last_lines()}") from error
    finally:
        processes.stop(workers)
    starts = sorted(call.start for call in account.calls() if call.operation == "AdminAddUserToGroup")
    _check(jobs, halves, starts, number)
    rate = (len(starts) - 1) / (starts[-1] - starts[0])
    on = f"{variant}; two bulk changes of {number // 2:,} users at once, each in a worker process of its own"
    yield Measurement(
        what=f"Bulk change of {number:,} users: how far under its budget of {BUDGET} a second it stays",
        on=on,
        figure=(BUDGET - rate) / BUDGET * 100,
        unit="%",
        target=5,
        details={
            "requests a second": rate,
            "seconds": starts[-1] - starts[0],
            "most in a tenth of a second": most_in_window(starts, 0.1),
        },
    )
    yield Measurement(
        what=f"Bulk change of {number:,} users: most requests in any second",
        on="the same, as AWS counts",
        figure=most_in_window(starts),
        unit="requests",
        target=BUDGET,
    )


def _place(account: Account, number: int) -> Place:
    cognito = _cognito()
    pool_id = str(cognito.create_user_pool(PoolName="bulk-customers", AliasAttributes=["email"])["UserPool"]["Id"])
    cognito.create_group(UserPoolId=pool_id, GroupName=GROUP)
    account.control("POST", "users", {"pool": pool_id, "count": number, "prefix": "bulk"})
    environment = new_environment("Bulk shop")
    CognitoLink.objects.create(
        environment=environment,
        user_pool_id=pool_id,
        user_pool_name="bulk-customers",
        resource_name="bulk",
        outputs={},
        checked=timezone.now(),
        created_by_name="benchmark",
    )
    return place_of(environment)


def _planned(place: Place, number: int) -> list[BulkOperation]:
    """Two plans of half of the users each. The list is read past the quota, which is not measured here."""
    quotas.use_limiter(Unlimited())
    everybody = list(users.iter_users(place.target, place.pool_id))
    if len(everybody) != number:
        raise Broken(f"The pool has {len(everybody)} users instead of {number}.")
    halves = []
    for first in range(WORKERS):
        bulk = BulkOperation.objects.create(
            environment=place.environment,
            pool_id=place.pool_id,
            operation="add-to-group",
            arguments={"group": GROUP},
            state=BulkState.PLANNED,
            created_by_name=ACTOR.name,
        )
        save_rows(row_of(bulk, number, user, "") for number, user in enumerate(everybody[first::WORKERS], start=1))
        halves.append(bulk)
    return halves


def _worker(number: int) -> Any:
    command = [sys.executable, "-m", "celery", "-A", "admin_ui", "worker", "--loglevel", "INFO", "--concurrency", "1"]
    command += ["--without-gossip", "--without-mingle", "--pidfile", "", "-n", f"bulk{number}@benchmark"]
    environment = {**os.environ, "REMAP_SIGTERM": "SIGQUIT", "AWS_QUOTAS": QUOTAS, "LOG_LEVEL": "INFO"}
    log = settings.STATE / f"bulk-worker-{number}.log"
    return processes.start(f"bulk{number}", command, log=log, environment=environment)


def _ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_finished


def _wait(true: Any, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.2)


def _check(jobs: list[Job], halves: list[BulkOperation], starts: list[float], number: int) -> None:
    for job, bulk in zip(jobs, halves, strict=True):
        if job.status != Status.SUCCEEDED or bulk.rows.exclude(state=RowState.DONE).exists():
            raise Broken(f"{job.title} is {job.status}: {job.error_words} {bulk.counts()}")
    if len(starts) != number:
        raise Broken(f"{len(starts)} requests were made for {number} users.")
    if jobs[0].started and jobs[1].started and abs((jobs[0].started - jobs[1].started).total_seconds()) > 5:
        raise Broken("The two changes did not run at once.")

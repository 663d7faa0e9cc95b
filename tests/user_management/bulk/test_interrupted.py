"""Workers that die between any two steps, pauses, slices: nobody is forgotten, and nobody is written to twice."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from audit.models import AuditEvent
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.factories import actor_of
from tests.user_management.bulk.test_carrying_out import YES, states
from tests.user_management.conftest import Pool
from user_management.bulk import carrying_out, rows, services
from user_management.bulk.models import BulkOperation
from user_management.bulk.operations import OPERATIONS, Applied

pytestmark = pytest.mark.django_db

NAMES = ("ada", "bob", "cyd")


class Dying:
    """Kills the worker at its nth statement to the database."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.died = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # What undoes a transaction is the database's own work when a process dies.
        if not self.died and not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.left -= 1
            if self.left == 0:
                self.died = True
                raise SystemExit
        return execute(sql, params, many, context)


def started(bulk: BulkOperation, cast: Any) -> Job:
    return services.start(bulk=bulk, actor=actor_of(cast.manager), confirmed=YES, send=False)


def killed_at(job: Job, statement: int) -> bool:
    """Whether the worker died there; False when it was through before."""
    dying = Dying(statement)
    with connection.execute_wrapper(dying):
        try:
            lifecycle.perform(job.pk, carrying_out.carry_out, send=False)
        except SystemExit:
            assert dying.died
    return dying.died


def given_to_another_worker(job: Job) -> None:
    job.refresh_from_db()
    if job.status == Status.RUNNING:
        assert job.move_to(Status.QUEUED, attempt=job.attempts)


@pytest.mark.parametrize(
    ("operation", "call"), [("sign-out", "AdminUserGlobalSignOut"), ("resend-invitation", "AdminCreateUser")]
)
def test_wherever_a_worker_dies_nobody_is_forgotten_and_nobody_gets_two_messages(
    plan: Any, pool: Pool, cast: Any, sandbox: Any, operation: str, call: str
) -> None:
    what = OPERATIONS[operation]
    for name in NAMES:
        pool.user(name)
    interrupted = statement = 0
    died = True
    while died:
        statement += 1
        bulk = plan(operation, NAMES)
        sandbox.forget()
        before = AuditEvent.objects.filter(action=what.action).count()
        job = started(bulk, cast)

        died = killed_at(job, statement)
        given_to_another_worker(job)
        lifecycle.perform(job.pk, carrying_out.carry_out, send=False)

        job.refresh_from_db()
        assert job.status == Status.SUCCEEDED, statement
        calls = Counter(one["digest"] for one in sandbox.calls(call))
        events = AuditEvent.objects.filter(action=what.action).count() - before
        ended = Counter(states(bulk).values())
        assert events == ended["done"], statement
        if what.repeatable:
            assert ended == {"done": len(NAMES)}, statement
        else:
            assert set(calls.values()) <= {1}, f"two messages for one user, dying at statement {statement}"
            assert set(ended) <= {"done", "failed"}
            assert set(bulk.rows.filter(state="failed").values_list("code", flat=True)) <= {"Interrupted"}
            assert ended["done"] <= len(calls)
            interrupted += ended["failed"]
    assert statement > 15
    assert what.repeatable or interrupted


def test_who_may_have_been_written_to_is_left_to_a_person(plan: Any, pool: Pool, place: Any, cast: Any) -> None:
    pool.user("ada", password="Passw0rd-x")
    bulk = plan("reset-password", ["ada"])
    job = started(bulk, cast)
    run = lifecycle.claim(job.pk)
    assert run
    assert rows.claim(bulk, run.attempt, 1)

    given_to_another_worker(job)
    lifecycle.perform(job.pk, carrying_out.carry_out, send=False)

    row = bulk.rows.get()
    assert (row.state, row.code) == ("failed", "Interrupted")
    assert "Look at the user" in row.next_step
    bulk.refresh_from_db()
    with pytest.raises(services.BulkRefused, match="may have been written to already"):
        services.retry(bulk=bulk, actor=actor_of(cast.manager), place=place)


def test_what_an_interrupted_attempt_has_done_counts_as_done(plan: Any, pool: Pool, cast: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("delete", ["ada", "bob"])
    job = services.start(bulk=bulk, actor=actor_of(cast.manager), confirmed=services.Confirmed(typed="2"), send=False)
    run = lifecycle.claim(job.pk)
    assert run
    assert [row.username for row in rows.claim(bulk, run.attempt, 1)] == ["ada"]
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="ada")

    given_to_another_worker(job)
    lifecycle.perform(job.pk, carrying_out.carry_out, send=False)

    assert states(bulk) == {"ada": "done", "bob": "done"}
    assert AuditEvent.objects.filter(action="user_management:user:delete").count() == 2


def test_two_workers_never_take_the_same_row(plan: Any, pool: Pool, cast: Any) -> None:
    for name in NAMES:
        pool.user(name)
    bulk = plan("sign-out", NAMES)
    first, second = rows.claim(bulk, 1, 2), rows.claim(bulk, 2, 3)

    assert [row.username for row in first] == ["ada", "bob"]
    assert [row.username for row in second] == ["cyd"]
    rows.give_back(bulk, first, 2)
    assert not rows.claim(bulk, 3, 3), "only who holds a row gives it back"


def test_a_worker_taken_for_dead_writes_nothing(plan: Any, pool: Pool, place: Any, cast: Any) -> None:
    pool.user("ada", password="Passw0rd-x")
    bulk = plan("suspend", ["ada"])
    taken = rows.claim(bulk, 1, 1)
    rows.settle_interrupted(bulk, OPERATIONS["suspend"])
    again = rows.claim(bulk, 2, 1)
    assert len(again) == 1
    assert again[0].claim == 1, "one sees that it may have been done"

    written = rows.write(
        bulk=bulk,
        operation=OPERATIONS["suspend"],
        place=place,
        attempt=1,
        outcomes=[(taken[0], rows.Outcome("done", Applied(None, {"enabled": False})))],
        actor=actor_of(cast.manager),
    )

    assert written == 0
    assert states(bulk) == {"ada": "started"}
    assert not AuditEvent.objects.filter(action="user_management:user:suspend").exists()


def test_a_pause_ends_what_is_under_way_and_resuming_does_the_rest(
    plan: Any, pool: Pool, cast: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "PROGRESS_EVERY", 0.0)
    names = [f"user{number:02}" for number in range(12)]
    for name in names:
        pool.user(name)
    bulk = plan("sign-out", names)
    job = started(bulk, cast)

    seen: list[int] = []

    def watched(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and not seen and len(sandbox.calls("AdminUserGlobalSignOut")) >= 4:
            seen.append(1)
            jobs.pause(job=job, actor=actor_of(cast.manager))
        return execute(sql, *rest)

    with connection.execute_wrapper(watched):
        at_rest = lifecycle.run_now(job, carrying_out.carry_out)

    assert at_rest.status == Status.PAUSED
    counts = bulk.counts()
    assert counts["started"] == 0, "nothing is left half way"
    assert 4 <= counts["done"] < 12
    assert counts["done"] + counts["pending"] == 12
    jobs.resume(job=job, actor=actor_of(cast.manager))
    ended = lifecycle.run_now(job, carrying_out.carry_out)
    assert (ended.status, ended.done) == (Status.SUCCEEDED, 12)
    assert len(sandbox.calls("AdminUserGlobalSignOut")) == 12


def test_work_of_many_slices_ends(plan: Any, pool: Pool, cast: Any, settings: Any) -> None:
    names = [f"user{number:02}" for number in range(5)]
    for name in names:
        pool.user(name)
    bulk = plan("sign-out", names)
    settings.JOB_SLICE = timedelta(0)

    ended = lifecycle.run_now(started(bulk, cast), carrying_out.carry_out)

    assert (ended.status, ended.slices, ended.losses) == (Status.SUCCEEDED, 2, 0)
    assert set(states(bulk).values()) == {"done"}

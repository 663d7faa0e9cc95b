"""A real worker that is killed in the middle of a bulk change: the next one does the rest, and nobody twice."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_ui.celery import app
from jobs.models import Status
from tests.factories import actor_of
from tests.jobs.brokers import use_broker
from tests.jobs.test_worker import Workers, has_status, wait_until
from tests.user_management.bulk.test_carrying_out import YES
from tests.user_management.conftest import Pool
from user_management.bulk import services

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db(transaction=True)]

NUMBER = 24


@pytest.fixture
def workers(sandbox: Any, broker_url: str, tmp_path: Path) -> Iterator[Workers]:
    """Their slices last 0.3 seconds, so several of them pass as well."""
    made = Workers(broker_url, tmp_path)
    made.environment["AWS_BACKGROUND_SHARE"] = "0.4"
    with use_broker(app, broker_url):
        yield made
    made.stop()


@pytest.mark.parametrize(
    ("operation", "call"), [("sign-out", "AdminUserGlobalSignOut"), ("resend-invitation", "AdminCreateUser")]
)
def test_a_killed_worker_is_followed_by_one_that_does_the_rest(
    plan: Any, pool: Pool, cast: Any, sandbox: Any, workers: Workers, operation: str, call: str
) -> None:
    names = [f"user{number:02}" for number in range(NUMBER)]
    for name in names:
        pool.user(name)
    bulk = plan(operation, names)
    sandbox.forget()
    worker = workers.start()
    # A call that is held while its worker dies: AWS carries it out all the same.
    sandbox.fail(call, delay_ms=1500, after=6, times=1)
    job = services.start(bulk=bulk, actor=actor_of(cast.manager), confirmed=YES)
    wait_until(lambda: not sandbox.faults(), "the call that is held")

    os.killpg(worker.process.pid, signal.SIGKILL)
    workers.start()

    wait_until(lambda: has_status(job, Status.SUCCEEDED), "the end of the change")
    counts = bulk.counts()
    calls = Counter(one["digest"] for one in sandbox.calls(call))
    assert counts["done"] + counts["failed"] == NUMBER
    if operation == "sign-out":
        assert counts["done"] == NUMBER
        assert len(calls) == NUMBER
    else:
        assert set(calls.values()) == {1}, "nobody gets two messages"
        assert 1 <= counts["failed"] <= 6
        assert set(bulk.rows.filter(state="failed").values_list("code", flat=True)) == {"Interrupted"}
    assert job.attempts >= 2

"""Calls at the same time, calls after one another, and one deadline for all."""

import os
import threading
import time

import pytest

from aws import deadlines, quotas, user_pools
from aws.errors import Fault, NotFound, Unavailable
from aws.side_by_side import THREADS, Together, each, gather
from tests.aws.conftest import TARGET, Sandbox


def test_independent_calls_take_the_time_of_one(sandbox: Sandbox, pool: str) -> None:
    user_pools.describe_user_pool(TARGET, pool)
    sandbox.fail("*", delay_ms=400)
    started = time.monotonic()

    found = gather(
        pool=lambda: user_pools.describe_user_pool(TARGET, pool).id,
        mfa=lambda: user_pools.mfa_config(TARGET, pool).configuration,
        groups=lambda: user_pools.list_groups(TARGET, pool),
        missing=lambda: user_pools.describe_user_pool(TARGET, "eu-west-1_Missing00").id,
    )

    assert time.monotonic() - started < 1.2, "one after the other they take 1.6 s"
    assert found["pool"] == pool
    assert found["groups"] == ()
    missing = found["missing"]
    assert isinstance(missing, Fault)
    assert missing.kind == "not-found"


def test_a_dependent_call_starts_the_moment_its_predecessor_is_done() -> None:
    release = threading.Event()
    with Together() as together:
        slow = together.start(release.wait, 20)
        quick = together.start(lambda: 20)
        chained = together.after(together.after(quick, lambda number: number + 1), lambda number: number * 2)
        assert chained.result() == 42
        assert not slow.done
        release.set()
        slow.result()


def test_what_follows_a_failure_fails_alike() -> None:
    reached: list[int] = []
    with Together() as together:
        failing = together.start(user_pools.describe_user_pool, TARGET, "eu-west-1_Missing00")
        after = together.after(failing, lambda _: reached.append(1))
        with pytest.raises(NotFound):
            after.result()
        outcome = after.outcome()

    assert isinstance(outcome, Fault)
    assert reached == []


def test_the_deadline_ends_waiting_with_a_fault() -> None:
    release = threading.Event()
    started = time.monotonic()
    try:
        with Together(seconds=0.2) as together:
            slow = together.start(release.wait, 5)
            never = together.after(slow, lambda _: None)
            outcomes = slow.outcome(), never.outcome()
            with pytest.raises(Unavailable, match="timed out"):
                slow.result()
    finally:
        release.set()

    assert time.monotonic() - started < 4
    for outcome in outcomes:
        assert isinstance(outcome, Fault)
        assert (outcome.kind, outcome.code) == ("unavailable", "DeadlineExceeded")


def test_a_call_that_never_got_its_turn_is_not_made_after_the_deadline(sandbox: Sandbox, pool: str) -> None:
    with Together(seconds=0.1) as together:
        late = together.after(together.start(time.sleep, 0.2), lambda _: user_pools.describe_user_pool(TARGET, pool))
        assert isinstance(late.outcome(), Fault)
    time.sleep(0.2)

    assert sandbox.calls("DescribeUserPool") == []


def test_an_inner_deadline_cannot_outlast_the_outer_one() -> None:
    with deadlines.within(0.2), deadlines.within(30), Together(seconds=60) as together:
        left = together.start(deadlines.remaining).result()

    assert left is not None
    assert left <= 0.2
    assert deadlines.remaining() is None


def test_more_calls_with_calls_of_their_own_than_threads_do_not_block_each_other() -> None:
    def outer(number: int) -> int | Fault:
        return each(lambda inner: inner + 1, [number])[number]

    found = each(outer, range(THREADS * 2), seconds=5)

    assert found == {number: number + 1 for number in range(THREADS * 2)}


def test_background_share_reaches_the_other_threads() -> None:
    with quotas.background(0.25), Together() as together:
        assert together.start(quotas._background_share.get).result() == 0.25


def test_programming_errors_are_not_hidden_as_faults() -> None:
    with pytest.raises(ZeroDivisionError):
        gather(wrong=lambda: 1 // 0)


def test_a_forked_process_has_threads_of_its_own() -> None:
    assert gather(one=lambda: 1) == {"one": 1}
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # The child must not run the rest of the tests, whatever happens.
        try:
            os.write(writing, str(gather(two=lambda: 2, seconds=5)["two"]).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b"2"

"""Lanes side by side: order, what is left, and that nobody waits for anybody else's account. Without AWS."""

import threading
from typing import Any

from auth_import.watch.lanes import Outcome, run


class Record:
    """What a run did: pieces are `(lane, number)`."""

    def __init__(self) -> None:
        self.ended: list[Any] = []
        self.outcomes: list[Outcome[Any, Any]] = []

    def end(self, outcome: Outcome[Any, Any]) -> None:
        self.ended.append(outcome.work)
        self.outcomes.append(outcome)


def pieces(lanes: str, number: int) -> dict[str, list[tuple[str, int]]]:
    return {lane: [(lane, one) for one in range(number)] for lane in lanes}


def test_everything_is_done_once_and_a_lane_in_its_order() -> None:
    record = Record()
    run(pieces("abc", 5), start=lambda _: True, do=lambda work: work, end=record.end, seconds=5, at_once=1)
    assert sorted(record.ended) == sorted(one for lane in pieces("abc", 5).values() for one in lane)
    for lane in "abc":
        assert [number for name, number in record.ended if name == lane] == list(range(5))
    assert all(outcome.result == outcome.work for outcome in record.outcomes)


def test_starting_and_ending_happen_in_the_callers_thread_and_the_work_does_not() -> None:
    here, threads = threading.get_ident(), set()

    def start(_: Any) -> bool:
        assert threading.get_ident() == here
        return True

    def end(_: Any) -> None:
        assert threading.get_ident() == here

    run(pieces("ab", 2), start=start, do=lambda _: threads.add(threading.get_ident()), end=end, seconds=5)
    assert here not in threads


def test_a_lane_that_hangs_delays_no_other() -> None:
    record, others_are_done = Record(), threading.Event()

    def do(work: tuple[str, int]) -> bool:
        # Who hangs goes on only when everybody else has ended.
        return work[0] != "slow" or others_are_done.wait(10)

    def end(outcome: Outcome[Any, Any]) -> None:
        record.end(outcome)
        if len(record.ended) == 100:
            others_are_done.set()

    lanes = {"slow": [("slow", one) for one in range(4)]} | pieces("abcdefghij", 10)
    run(lanes, start=lambda _: True, do=do, end=end, seconds=10, at_once=2)
    assert [lane for lane, _ in record.ended[100:]] == ["slow"] * 4
    assert all(outcome.result for outcome in record.outcomes)


def test_what_a_lane_does_not_reach_in_its_time_is_never_started_and_nobody_waits_for_what_hangs() -> None:
    record, release, started = Record(), threading.Event(), []

    def start(work: Any) -> bool:
        started.append(work)
        return True

    try:
        run(pieces("a", 9), start=start, do=lambda _: release.wait(10), end=record.end, seconds=0.05, grace=0.05)
    finally:
        release.set()
    assert started == record.ended == [("a", 0), ("a", 1)]
    assert all(outcome.result is None and outcome.error is None for outcome in record.outcomes)


def test_whoever_hears_of_a_failure_can_take_away_what_would_fail_alike() -> None:
    record = Record()

    def do(work: tuple[str, int]) -> None:
        if work[0] == "a":
            raise ValueError("no")

    def end(outcome: Outcome[Any, Any]) -> None:
        record.end(outcome)
        if isinstance(outcome.error, ValueError):
            outcome.waiting.clear()

    run(pieces("ab", 4), start=lambda _: True, do=do, end=end, seconds=5, at_once=1)
    assert [work for work in record.ended if work[0] == "a"] == [("a", 0)]
    assert len([work for work in record.ended if work[0] == "b"]) == 4


def test_what_somebody_else_has_claimed_is_passed_over() -> None:
    record = Record()
    run(pieces("a", 4), start=lambda work: work[1] % 2 == 0, do=lambda _: None, end=record.end, seconds=5)
    assert record.ended == [("a", 0), ("a", 2)]


def test_more_lanes_than_threads_are_all_worked_on() -> None:
    record = Record()
    run(pieces("abcdefgh", 3), start=lambda _: True, do=lambda _: None, end=record.end, seconds=5, threads=3)
    assert len(record.ended) == 24


def test_nothing_to_do_ends_at_once() -> None:
    record = Record()
    run(pieces("", 1), start=lambda _: True, do=lambda _: None, end=record.end, seconds=5)
    assert record.ended == []

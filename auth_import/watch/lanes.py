"""Work on many account-Regions side by side, so that none of them waits for another one.

A lane is one account and Region, as the quotas are counted. Its work goes in order, a little of it at the same time;
what a lane does not reach in its time is left. Only reading happens in the lanes' threads: the caller's thread claims
work and keeps results, so the database sees one thread.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from typing import Generic, TypeVar

Work = TypeVar("Work")
Result = TypeVar("Result")

AT_ONCE = 2
"""Pieces of a lane's work at the same time: while one waits for an answer, the other one uses the lane's budget."""
THREADS = 64


@dataclass(slots=True)
class Lane(Generic[Work]):
    waiting: deque[Work]
    running: int = 0
    ends: float | None = None

    def is_over(self, now: float) -> bool:
        return self.ends is not None and now >= self.ends


@dataclass(slots=True)
class Outcome(Generic[Work, Result]):
    """What became of one piece: `result`, or `error`. A piece that was still at work when its lane's time was up has
    neither. `waiting` is what its lane has still to do; whoever is told may take some of it away.
    """

    work: Work
    waiting: deque[Work]
    result: Result | None = None
    error: Exception | None = None


def run(
    lanes: Mapping[str, Iterable[Work]],
    *,
    start: Callable[[Work], bool],
    do: Callable[[Work], Result],
    end: Callable[[Outcome[Work, Result]], None],
    seconds: float,
    grace: float = 0.0,
    at_once: int = AT_ONCE,
    threads: int = THREADS,
) -> None:
    """Do every lane's work.

    `start` says, in this thread, whether a piece is to be done; `do` runs in the lane's thread; `end` is told, in this
    thread, how it went. A lane has `seconds` from its first piece on; what it does not reach is never started, and what
    is at work then is waited for `grace` seconds more.
    """
    queues = {name: Lane(deque(work)) for name, work in lanes.items()}
    running: dict[Future[Result], tuple[Lane[Work], Work]] = {}
    executor = ThreadPoolExecutor(min(threads, max(1, len(queues) * at_once)), thread_name_prefix="lane")
    try:
        while True:
            _fill(queues.values(), running, executor, start, do, seconds, at_once, threads)
            if not running:
                return
            done, _ = wait(running, timeout=_patience(running, grace), return_when=FIRST_COMPLETED)
            for future in done:
                lane, work = running.pop(future)
                lane.running -= 1
                end(_outcome(work, lane, future))
            now = time.monotonic() - grace
            for future, (lane, work) in list(running.items()):
                if lane.is_over(now):
                    del running[future]
                    lane.running -= 1
                    end(Outcome(work, lane.waiting))
    finally:
        # A thread that hangs in a call ends with the SDK's own patience; nobody waits for it.
        executor.shutdown(wait=False, cancel_futures=True)


def _fill(
    lanes: Iterable[Lane[Work]],
    running: dict["Future[Result]", tuple[Lane[Work], Work]],
    executor: ThreadPoolExecutor,
    start: Callable[[Work], bool],
    do: Callable[[Work], Result],
    seconds: float,
    at_once: int,
    threads: int,
) -> None:
    """One more piece for every lane with room, until none has any: the first of each goes before anybody's second."""
    lanes = list(lanes)
    progress = True
    while progress and len(running) < threads:
        progress = False
        for lane in lanes:
            now = time.monotonic()
            if lane.running >= at_once or not lane.waiting or lane.is_over(now) or len(running) >= threads:
                continue
            work = lane.waiting.popleft()
            progress = True
            if start(work):
                lane.ends = lane.ends or now + seconds
                lane.running += 1
                running[executor.submit(copy_context().run, do, work)] = (lane, work)


def _patience(running: Mapping["Future[Result]", tuple[Lane[Work], Work]], grace: float) -> float:
    ends = [lane.ends + grace for lane, _ in running.values() if lane.ends is not None]
    return max(0.0, min(ends) - time.monotonic()) if ends else 0.0


def _outcome(work: Work, lane: Lane[Work], future: "Future[Result]") -> Outcome[Work, Result]:
    error = future.exception()
    if error is not None and not isinstance(error, Exception):
        raise error
    if error is not None:
        return Outcome(work, lane.waiting, error=error)
    return Outcome(work, lane.waiting, result=future.result())

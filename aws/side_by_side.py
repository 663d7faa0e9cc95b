"""Independent calls at the same time, dependent ones at once when what they wait for is known, under one deadline."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

from aws import deadlines
from aws.errors import AwsError, Fault, Unavailable

THREADS = 32
"""As many as a client keeps connections."""

DEEPEST = 10
"""Calls that start calls that start calls: far deeper than any of ours."""

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")
Key = TypeVar("Key")

_executors: dict[int, ThreadPoolExecutor] = {}
_lock = threading.Lock()
_depth: ContextVar[int] = ContextVar("aws_depth", default=0)


def _executor(depth: int) -> ThreadPoolExecutor:
    # Calls that start calls of their own wait in one pool for threads of the next, so that they cannot use up
    # the very threads they are waiting for.
    with _lock:
        if depth not in _executors:
            _executors[depth] = ThreadPoolExecutor(THREADS, thread_name_prefix=f"aws-{depth}")
        return _executors[depth]


@contextmanager
def own_threads() -> Iterator[None]:
    """Give the calls started inside threads that nobody else uses: where another account hangs, these do not wait."""
    base = threading.get_ident() * DEEPEST
    token = _depth.set(base)
    try:
        yield
    finally:
        _depth.reset(token)
        with _lock:
            ended = [_executors.pop(depth) for depth in range(base, base + DEEPEST) if depth in _executors]
        for executor in ended:
            executor.shutdown(wait=False)


def _after_fork() -> None:
    global _lock
    # Threads do not survive a fork, and the lock may have been held by one of them.
    _lock = threading.Lock()
    _executors.clear()


os.register_at_fork(after_in_child=_after_fork)


class Pending(Generic[T]):
    """A call under way."""

    def __init__(self, future: "Future[T]", ends: float | None) -> None:
        self._future = future
        self._ends = ends

    def result(self) -> T:
        """What the call answers. Raises its AwsError, or Unavailable when the deadline passes first."""
        left = None if self._ends is None else max(0.0, self._ends - time.monotonic())
        try:
            return self._future.result(left)
        except FutureTimeout as exc:
            self._future.cancel()
            raise _timed_out() from exc

    def outcome(self) -> T | Fault:
        """What the call answers, or its AwsError as a value."""
        try:
            return self.result()
        except AwsError as exc:
            return exc.fault()

    @property
    def done(self) -> bool:
        return self._future.done()


def _timed_out() -> Unavailable:
    return Unavailable("AWS did not answer in time: timed out.", code="DeadlineExceeded")


def _error_of(done: "Future[Any]") -> BaseException | None:
    return _timed_out() if done.cancelled() else done.exception()


class Together:
    """Calls that share a deadline of `seconds` (None: no deadline of their own).

    with Together(seconds=20) as together:
        pool = together.start(describe_user_pool, target, pool_id)
        roles = together.start(identity_pool_roles, target, identity_pool_id)
        role = together.after(roles, lambda known: get_role(target, known.authenticated_arn))
    """

    def __init__(self, *, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._within: Any = None
        self._ends: float | None = None
        self._futures: list[Future[Any]] = []

    def __enter__(self) -> Self:
        self._within = deadlines.within(self._seconds)
        self._within.__enter__()
        self._ends = deadlines.ends()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._within.__exit__(kind, error, trace)
        if kind is not None:
            for future in self._futures:
                future.cancel()

    def start(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
        """Start `function(*args, **kwargs)` now, in another thread, with the caller's deadline and background share."""
        return self._pending(self._submit(lambda: function(*args, **kwargs)))

    def after(self, first: Pending[T], then: Callable[[T], U]) -> Pending[U]:
        """Start `then(answer)` the moment `first` is answered; where `first` fails, this fails alike."""
        chained: Future[U] = Future()
        context = copy_context()

        def fail(error: BaseException) -> None:
            with suppress(InvalidStateError):
                chained.set_exception(error)

        def forward(done: "Future[U]") -> None:
            if (error := _error_of(done)) is not None:
                fail(error)
                return
            # Whoever waited may have given up in the meantime, which makes the answer superfluous.
            with suppress(InvalidStateError):
                chained.set_result(done.result())

        def go_on(done: "Future[T]") -> None:
            if (error := _error_of(done)) is not None:
                fail(error)
            elif not chained.cancelled():
                answer = done.result()
                context.run(self._submit, lambda: then(answer)).add_done_callback(forward)

        first._future.add_done_callback(go_on)
        return self._pending(chained)

    def _submit(self, thunk: Callable[[], U]) -> "Future[U]":
        depth = _depth.get()
        context = copy_context()
        context.run(_depth.set, depth + 1)
        return _executor(depth).submit(context.run, thunk)

    def _pending(self, future: "Future[U]") -> Pending[U]:
        self._futures.append(future)
        return Pending(future, self._ends)


def in_time(read: Callable[[], T]) -> T:
    """What `read` answers, by the deadline around it at the latest, even while its call still hangs.

    For reading only: it is left behind when time is up, so it must not matter whether it goes on. Raises its AwsError.
    """
    with Together() as together:
        return together.start(read).result()


def gather(*, seconds: float | None = None, **thunks: Callable[[], T]) -> dict[str, T | Fault]:
    """Run every thunk at the same time; the answer of each by its name, a Fault where it failed."""
    with Together(seconds=seconds) as together:
        pending = {name: together.start(thunk) for name, thunk in thunks.items()}
        return {name: one.outcome() for name, one in pending.items()}


def each(function: Callable[[Key], T], keys: Iterable[Key], *, seconds: float | None = None) -> Mapping[Key, T | Fault]:
    """`function(key)` for every key at the same time; in the keys' order, a Fault where one failed."""
    with Together(seconds=seconds) as together:
        pending = {key: together.start(function, key) for key in keys}
        return {key: one.outcome() for key, one in pending.items()}

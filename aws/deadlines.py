"""How long a call may still take: a screen's patience, carried along to every call made for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ENDS: ContextVar[float | None] = ContextVar("aws_deadline", default=None)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Give the calls made inside at most `seconds`; an earlier deadline around it stays in force. None adds none."""
    around = _ENDS.get()
    own = None if seconds is None else time.monotonic() + seconds
    token = _ENDS.set(own if around is None else around if own is None else min(own, around))
    try:
        yield
    finally:
        _ENDS.reset(token)


def ends() -> float | None:
    """The moment of `time.monotonic()` at which patience ends; None when nobody is waiting."""
    return _ENDS.get()


def remaining() -> float | None:
    """Seconds left, never negative; None when nobody is waiting."""
    end = _ENDS.get()
    return None if end is None else max(0.0, end - time.monotonic())

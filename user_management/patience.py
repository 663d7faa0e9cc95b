"""Asking AWS from a job: being told to slow down makes a job slower, and never fails it."""

import time
from collections.abc import Callable
from typing import TypeVar

from aws.errors import Throttled, Unavailable
from jobs.lifecycle import Run

LONGEST_PAUSE = 30.0
UNHEARD_AT_MOST = 5
"""How often in a row AWS may be away before a job ends, to be taken up later."""

Result = TypeVar("Result")


def patiently(run: Run, ask: Callable[[], Result], *, unheard_at_most: int = UNHEARD_AT_MOST) -> Result:
    """The answer, however long AWS asks to slow down. Raises other AwsErrors, and Unavailable after some tries.

    What must not be made twice is asked with `unheard_at_most=0`: of a call without an answer nobody knows.
    """
    pause, unheard = 1.0, 0
    while True:
        try:
            return ask()
        except Throttled:
            unheard = 0
        except Unavailable:
            unheard += 1
            if unheard > unheard_at_most:
                raise
        until = time.monotonic() + pause
        pause = min(pause * 2, LONGEST_PAUSE)
        while time.monotonic() < until:
            # Not progress: whoever calls knows how far the job is, and a pause must not take that back.
            run.check()
            time.sleep(min(1.0, max(0.0, until - time.monotonic())))

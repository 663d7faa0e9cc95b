"""Waiting in a job until AWS is done with a function, and until what was written is what is read."""

import time
from collections.abc import Callable
from typing import TypeVar

from aws import functions
from aws.errors import AwsError
from aws.functions import FAILED, IN_PROGRESS, LambdaFunction
from aws.target import AwsTarget
from jobs.lifecycle import JobFailed, Run

Seen = TypeVar("Seen")

PATIENCE = 120.0
"""Seconds; Lambda needs a few, or a minute for a function in a VPC."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 3.0


def settled(run: Run, target: AwsTarget, name: str) -> LambdaFunction:
    """The function once no update of it is under way. Raises AwsError, JobFailed when it takes too long."""

    def look() -> LambdaFunction | None:
        function = functions.get_function(target, name)
        return None if function.update_status == IN_PROGRESS else function

    found = _once(run, look)
    if found is None:
        raise JobFailed(
            f"Lambda is still at work on an update of {name} after {PATIENCE / 60:.0f} minutes.",
            next_step="Look at the function in Lambda. Retry goes on from here.",
            code=IN_PROGRESS,
        )
    return found


def updated(run: Run, target: AwsTarget, name: str) -> LambdaFunction:
    """The function once its update has ended well. Raises AwsError, JobFailed where it failed or takes too long."""
    found = settled(run, target, name)
    if found.update_status == FAILED:
        raise JobFailed(
            f"Lambda could not update {name}.",
            next_step="Cure what Lambda names, then retry.",
            code="LastUpdateFailed",
            message=found.update_reason,
            action="lambda:UpdateFunctionConfiguration",
        )
    return found


def agreed(run: Run, is_so: Callable[[], bool]) -> bool:
    """Whether `is_so` comes true within the patience: IAM may take some seconds to answer with what it was given."""
    return _once(run, lambda: is_so() or None) is not None


def _once(run: Run, look: Callable[[], Seen | None]) -> Seen | None:
    """What `look` sees, as soon as it is not None. A call that fails for the moment is made again."""
    ends, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        try:
            seen = look()
        except AwsError as error:
            if not error.retryable or time.monotonic() > ends:
                raise
        else:
            if seen is not None or time.monotonic() > ends:
                return seen
        run.check()
        time.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)

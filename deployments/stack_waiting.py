"""Waiting for CloudFormation in a job, and what it says of a failure."""

import time
from collections.abc import Callable

from aws import stacks
from aws.errors import AwsError
from aws.stacks import Stack
from aws.target import AwsTarget
from jobs.lifecycle import JobFailed, Run


def stack_when(
    run: Run, target: AwsTarget, name_or_id: str, is_done: Callable[[Stack], bool], *, seconds: float, poll: float
) -> Stack:
    """The stack as soon as `is_done` says so, looked at every `poll` seconds for at most `seconds`.

    A call that fails for the moment is made again. Raises what `is_done` and `Run.check` raise, AwsError, and JobFailed
    when the time is over.
    """
    ends = time.monotonic() + seconds
    while True:
        try:
            stack = stacks.describe_stack(target, name_or_id)
        except AwsError as error:
            if not error.retryable or time.monotonic() > ends:
                raise
        else:
            if is_done(stack):
                return stack
            if time.monotonic() > ends:
                raise JobFailed(
                    f"CloudFormation is still at work on {stack.name} after {seconds / 60:.0f} minutes "
                    f"({stack.status}).",
                    next_step="Look at the stack's events in CloudFormation. Retry goes on waiting.",
                    code=stack.status,
                )
        run.check()
        time.sleep(poll)


def reasons(target: AwsTarget, stack: Stack) -> str:
    """Why the stack's last operation failed, resource by resource; the stack's own word where no more can be read."""
    try:
        failures = stacks.failures_of(target, stack.id)
    except AwsError:
        # The status alone is still worth telling.
        failures = ()
    return "; ".join(f"{logical_id}: {reason}" for logical_id, reason in failures) or stack.status_reason

"""What the sandbox's control surface can ask of stacks: to stand in some status, to take long, to fail."""

from typing import Any

from aws.sandbox.cloudformation.backend import cloudformation_backends
from aws.sandbox.cloudformation.calls import one_at_a_time
from aws.sandbox.cloudformation.errors import ValidationError
from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION

_WISHES = {"takes_ms", "delete_takes_ms", "fail_resource", "reason", "rollback_fails", "times"}
_STATUS = {"status", "reason"}


class BadWish(Exception):
    """What was asked for makes no sense; the text says why."""


def ask(wish: dict[str, Any]) -> None:
    """Raises BadWish for an unknown key or stack, and when neither a status nor a wish is given."""
    name, region = wish.pop("stack", ""), wish.pop("region", HOME_REGION)
    known = _STATUS if "status" in wish else _WISHES
    unknown = sorted(set(wish) - known)
    if unknown or not name or not wish:
        raise BadWish(
            "give stack, and either status (and reason) or some of takes_ms, delete_takes_ms, fail_resource, reason, "
            f"rollback_fails, times; unknown here: {', '.join(unknown) or 'nothing'}"
        )
    backend = cloudformation_backends[ACCOUNT_ID][region]
    with one_at_a_time:
        if "status" in wish:
            try:
                stack = backend.stack(name)
            except ValidationError as error:
                raise BadWish(str(error)) from error
            stack.pending = None
            stack.record(None, wish["status"], wish.get("reason", ""))
        else:
            backend.wish(name, **wish)


def forget() -> None:
    """No stack is asked for anything any more. A status that was set stays."""
    with one_at_a_time:
        for backend in cloudformation_backends[ACCOUNT_ID].values():
            backend.forget_wishes()

"""AWS's request quotas, and taking turns inside them.

The figures are requests a second per account and Region, shared with the live application (AWS, "Quotas in
Amazon Cognito", "AWS Systems Manager endpoints and quotas" for parameters, "Lambda quotas" for functions). A limiter
grants or postpones one request at a time; which one is used (this process alone, all processes of this machine, all
machines) is handed in with `use_limiter`.
"""

import os
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aws import deadlines
from aws.budgets import Budget, Limiter
from aws.errors import Throttled, Unavailable
from aws.limiters import FileLockLimiter, InProcessLimiter, RedisLimiter
from aws.target import AwsTarget

__all__ = ["FileLockLimiter", "InProcessLimiter", "Limiter", "Quota", "RedisLimiter", "background", "use_limiter"]

PER_POOL_AND_OPERATION = 5
"""Requests a second for one operation on one pool, for reads and updates of a pool's clients and resources."""

WAIT_SECONDS = 10.0
BACKGROUND_WAIT_SECONDS = 60.0
BACKGROUND_SHARE = 0.2

_limiter: Limiter = InProcessLimiter()


class Quota(Enum):
    """A quota category. `per_second` is None where AWS publishes no figure; there the SDK's own backing off must do."""

    USER_AUTHENTICATION = ("UserAuthentication", 120, False)
    USER_CREATION = ("UserCreation", 50, False)
    USER_FEDERATION = ("UserFederation", 25, False)
    USER_ACCOUNT_RECOVERY = ("UserAccountRecovery", 30, False)
    USER_READ = ("UserRead", 120, False)
    USER_UPDATE = ("UserUpdate", 25, False)
    USER_TOKEN = ("UserToken", 120, False)
    USER_RESOURCE_READ = ("UserResourceRead", 50, False)
    USER_RESOURCE_UPDATE = ("UserResourceUpdate", 25, False)
    USER_LIST = ("UserList", 30, False)
    USER_POOL_READ = ("UserPoolRead", 15, False)
    USER_POOL_UPDATE = ("UserPoolUpdate", 15, False)
    USER_POOL_RESOURCE_READ = ("UserPoolResourceRead", 20, True)
    USER_POOL_RESOURCE_UPDATE = ("UserPoolResourceUpdate", 15, True)
    CLIENT_READ = ("UserPoolClientRead", 15, True)
    CLIENT_UPDATE = ("UserPoolClientUpdate", 15, True)
    CLIENT_AUTHENTICATION = ("ClientAuthentication", 150, False)
    LIMIT_MANAGEMENT = ("LimitManagement", 1, False)
    PARAMETER_THROUGHPUT = ("ParameterStoreThroughput", 40, False)
    LAMBDA_CONTROL = ("LambdaControlPlane", 15, False)
    UNPUBLISHED = ("", None, False)

    def __init__(self, category: str, per_second: int | None, per_pool: bool) -> None:
        self.category = category
        self.per_second = per_second
        self.per_pool = per_pool


@dataclass(frozen=True, slots=True)
class Turn:
    """What the call under way counts against."""

    scope: str
    budgets: tuple[Budget, ...]
    action: str


_turn: ContextVar[Turn | None] = ContextVar("aws_turn", default=None)
_background_share: ContextVar[float | None] = ContextVar("aws_background_share", default=None)


@contextmanager
def background(share: float = BACKGROUND_SHARE) -> Iterator[None]:
    """Let calls inside use at most `share` (0 to 1) of each quota, spread evenly: work nobody waits for leaves room."""
    token = _background_share.set(share)
    try:
        yield
    finally:
        _background_share.reset(token)


_figures: dict[str, int] = {}
_default_account = ""


def use_figures(figures: Mapping[str, int]) -> None:
    """Set what AWS has granted this account by category (`UserCreation`: 100), once at start; others are as published.

    Raises ValueError for a category that does not exist, and for a figure below 1.
    """
    known = {quota.category for quota in Quota if quota.category}
    for category, figure in figures.items():
        if category not in known:
            raise ValueError(f"AWS has no quota category {category!r}; known: {', '.join(sorted(known))}.")
        if figure < 1:
            raise ValueError(f"The quota {category} must be at least 1 a second.")
    _figures.clear()
    _figures.update(figures)


def use_default_account(account: str) -> None:
    """Say which account the default credentials belong to, once at start; "" where nobody knows.

    It cannot be asked here: processes of which one had no answer would count in two places.
    """
    global _default_account
    _default_account = account


def per_second(quota: Quota) -> int | None:
    """Requests a second that the account may make; None where AWS publishes no figure."""
    return _figures.get(quota.category, quota.per_second)


def of_share(figure: int, share: float) -> int:
    """Whole requests a second for background work; at least one, or it would never end."""
    return max(1, int(figure * share + 1e-9))


def scope_of(target: AwsTarget) -> str:
    """Account and Region as one text; without a role the account is that of the default credentials."""
    account = target.role_arn.split(":")[4] if target.role_arn.count(":") >= 5 else _default_account or "default"
    return f"{account}:{target.region}"


@contextmanager
def counting(target: AwsTarget, action: str, quota: Quota, resource: str) -> Iterator[None]:
    """Every request sent inside, repetitions by the SDK included, counts against `quota`.

    `resource` is the pool the call is about; "" when it is about none.
    """
    share = _background_share.get()

    def budget(key: str, per_second: int) -> Budget:
        return Budget(key, per_second) if share is None else Budget(key, of_share(per_second, share), paced=True)

    budgets: list[Budget] = []
    figure = per_second(quota)
    if figure is not None:
        budgets.append(budget(quota.category, figure))
    if quota.per_pool and resource:
        budgets.append(budget(f"{action}:{resource}", PER_POOL_AND_OPERATION))
    token = _turn.set(Turn(scope_of(target), tuple(budgets), action))
    try:
        yield
    finally:
        _turn.reset(token)


def wait_for_turn(**_: Any) -> None:
    """Handler of the SDK's `before-send` event: hold the request back until its quota has room.

    Raises Throttled when that would take longer than anybody should wait, and Unavailable when the deadline
    passed: the SDK would otherwise go on repeating a call whose answer nobody waits for.
    """
    turn = _turn.get()
    if turn is None:
        return
    left = deadlines.remaining()
    if left == 0:
        raise Unavailable("AWS did not answer in time.", code="DeadlineExceeded", action=turn.action)
    if not turn.budgets:
        return
    patience = WAIT_SECONDS if _background_share.get() is None else BACKGROUND_WAIT_SECONDS
    ends = time.monotonic() + (patience if left is None else min(patience, left))
    if any(budget.paced for budget in turn.budgets):
        # Of all threads that wait for the same budget one asks; the others wait for it, which costs nothing.
        queue = _queue_of(turn)
        if not queue.acquire(timeout=max(0.0, ends - time.monotonic())):
            raise _no_turn(turn, patience)
        try:
            _wait(turn, ends, patience)
        finally:
            queue.release()
    else:
        _wait(turn, ends, patience)


def _wait(turn: Turn, ends: float, patience: float) -> None:
    while (wait := _limiter.take(turn.scope, turn.budgets)) > 0:
        # A little disorder keeps waiting threads from asking all at the same moment.
        wait *= 1 + random.random() * 0.05  # noqa: S311  (nothing secret hangs on it)
        if time.monotonic() + wait > ends:
            raise _no_turn(turn, patience)
        time.sleep(wait)


def _no_turn(turn: Turn, patience: float) -> Throttled:
    return Throttled(
        f"The console keeps within AWS's quota {turn.budgets[0].key} and had no turn within {patience:.0f} seconds.",
        code="ConsoleQuotaBudget",
        action=turn.action,
    )


_queues: dict[Turn, threading.Lock] = {}
_queues_lock = threading.Lock()


def _queue_of(turn: Turn) -> threading.Lock:
    with _queues_lock:
        return _queues.setdefault(turn, threading.Lock())


def _after_fork() -> None:
    global _queues_lock
    # Threads do not survive a fork, and one of them may have held a lock.
    _queues_lock = threading.Lock()
    _queues.clear()


os.register_at_fork(after_in_child=_after_fork)


def use_limiter(limiter: Limiter) -> None:
    """Set the limiter of this process, once at start. Processes that share an account should share one."""
    global _limiter
    _limiter = limiter

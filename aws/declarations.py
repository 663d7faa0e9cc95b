"""Beside every function stands what it asks of AWS: the IAM actions, and the quota they count against."""

from collections.abc import Callable
from typing import Any, TypeVar

from aws.quotas import Quota

Function = TypeVar("Function", bound=Callable[..., Any])

_PERMISSIONS = {
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
}
"""The calls whose IAM actions have other names; everywhere else the action is called like the operation."""

_QUOTAS: dict[str, Quota] = {}
_ACTIONS: dict[str, frozenset[str]] = {}


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def uses(*actions: str | Callable[..., Any], quota: Quota | None = None) -> Callable[[Function], Function]:
    """Declare the calls (`service:Operation`) of the function below, and the quota category of each.

    A function that calls another one of this package names that function in place of its actions. Without
    `quota` the actions are only permissions AWS checks on the way (`iam:PassRole`), never calls of ours.
    """

    def declare(function: Function) -> Function:
        own: set[str] = set()
        for action in actions:
            if callable(action):
                own |= actions_of(action)
                continue
            own.add(action)
            if quota is not None and _QUOTAS.setdefault(action, quota) is not quota:
                raise ValueError(f"{action} is declared with two different quotas.")
        _ACTIONS[_name(function)] = _ACTIONS.get(_name(function), frozenset()) | own
        return function

    return declare


def actions_of(function: Callable[..., Any]) -> frozenset[str]:
    """The declared calls of one function. Raises KeyError when it declares none."""
    return _ACTIONS[_name(function)]


def permissions_of(action: str) -> tuple[str, ...]:
    """The IAM actions that a call needs, the one AWS names in a refusal first."""
    return _PERMISSIONS.get(action, (action,))


def quota_of(action: str) -> Quota:
    """The quota category of a call. Raises KeyError for a call nobody declared."""
    return _QUOTAS[action]


def declared() -> dict[str, frozenset[str]]:
    """Every declaring function by its full name, with its calls."""
    return dict(_ACTIONS)

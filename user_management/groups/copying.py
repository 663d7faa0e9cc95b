"""Copying groups to the pool of another environment: compare, show, choose, and apply only what was shown."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from audit.actions import Action
from audit.record import Actor
from aws import user_groups
from aws.errors import AwsError, Rejected
from aws.resources import Group
from user_management.groups import reading
from user_management.groups.forms import values_of
from user_management.groups.precedence import ordered
from user_management.groups.services import Change, changes_between, note
from user_management.place import Place

AT_ONCE = 20
"""How many groups are copied while the person waits: AWS takes five changes of groups a second. More are a job."""

Asking = Callable[[Callable[[], Group]], Group]
"""Makes a call for a group."""
Kind = Literal["create", "change", "same", "only-there"]
WORDS: dict[Kind, str] = {
    "create": "Will be created",
    "change": "Differs",
    "same": "The same",
    "only-there": "Only there",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One group of either pool. `changes` go from the target's values to the source's."""

    name: str
    kind: Kind
    source: Group | None = None
    target: Group | None = None
    changes: tuple[Change, ...] = ()
    stays: tuple[str, ...] = ()
    """What the target has and Cognito cannot take away."""
    foreign_role: bool = False
    """The source's role belongs to an account other than the target's."""

    @property
    def words(self) -> str:
        return WORDS[self.kind]

    @property
    def can_copy(self) -> bool:
        return self.kind in ("create", "change")

    @property
    def result(self) -> Group:
        """The target's group after the copy."""
        assert self.source is not None
        return _merged(self.source, self.target)


def _merged(source: Group, target: Group | None) -> Group:
    # UpdateGroup cannot take a role or a precedence away, so what only the target has stays.
    if target is None:
        return replace(source)
    return replace(
        source,
        precedence=target.precedence if source.precedence is None else source.precedence,
        role_arn=source.role_arn or target.role_arn,
    )


def account_in(role_arn: str) -> str:
    """The account of a role; "" where the text has none."""
    parts = role_arn.split(":")
    return parts[4] if len(parts) > 5 else ""


def compare(
    source: Iterable[Group], target: Iterable[Group], *, roles: bool = True, account: str = ""
) -> tuple[Row, ...]:
    """Every group of both pools, by what a copy would do. Without `roles` no role is copied.

    `account` is that of the target, "" when it is not known.
    """
    there = {group.name: group for group in target}
    rows = []
    for group in ordered(source):
        foreign = bool(group.role_arn and account and account_in(group.role_arn) != account)
        wanted = group if roles else replace(group, role_arn="")
        rows.append(_row(wanted, there.pop(group.name, None), foreign and roles))
    rows += [Row(name=group.name, kind="only-there", target=group) for group in ordered(there.values())]
    return tuple(rows)


def _row(source: Group, target: Group | None, foreign: bool) -> Row:
    if target is None:
        return Row(source.name, "create", source, foreign_role=foreign)
    changes = changes_between(target, _merged(source, target))
    stays = []
    if source.precedence is None and target.precedence is not None:
        stays.append(f"precedence {target.precedence}")
    if not source.role_arn and target.role_arn:
        stays.append(f"role {target.role_arn.rpartition('/')[2]}")
    kind: Kind = "change" if changes else "same"
    return Row(source.name, kind, source, target, changes, tuple(stays), foreign and bool(changes))


def fingerprint(rows: Iterable[Row]) -> str:
    """What the preview showed of both pools, as a short text: another one means that something changed meanwhile."""
    shown = [
        [row.name, values_of(row.source) if row.source else None, values_of(row.target) if row.target else None]
        for row in rows
    ]
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of one group."""

    name: str
    kind: Kind
    error: AwsError | None = None

    @property
    def words(self) -> str:
        if self.error:
            return f"{self.error.message} {self.error.next_step}"
        return "Created" if self.kind == "create" else "Changed"


def preview(source: Place, target: Place, *, roles: bool = True, account: str = "") -> tuple[Row, ...]:
    """Both pools as they are now. Raises AwsError."""
    return compare(reading.every_group(source), reading.every_group(target), roles=roles, account=account)


def check_still(rows: Sequence[Row], seen: str) -> None:
    """Raises Rejected (`ChangedMeanwhile`) unless the pools are still as the preview showed them."""
    if fingerprint(rows) != seen:
        raise Rejected(
            "The groups of one of the two pools changed since the preview. Nothing was copied.",
            code="ChangedMeanwhile",
            next_step="Look at the new preview, and copy again.",
        )


def copy(
    *,
    source: Place,
    target: Place,
    rows: Sequence[Row],
    actor: Actor,
    reason: str = "",
    after_each: Callable[[int], None] = lambda done: None,
    ask: Asking = lambda call: call(),
) -> list[Copied]:
    """Create or change these groups in the target, one after the other, and write the activity of both places.

    A group that fails does not keep the others out. `after_each` is told how many are done; what it raises ends the
    copying after the activity was written. `ask` makes each call, more than once where AWS asks to slow down.
    """
    results: list[Copied] = []
    try:
        for row in rows:
            results.append(_copy_one(target, row, ask))
            after_each(len(results))
    finally:
        reading.forget(target)
        if any(one.error is None for one in results):
            _write_activity(source, target, rows, results, actor, reason)
    return results


def _copy_one(target: Place, row: Row, ask: Asking) -> Copied:
    put = user_groups.create_group if row.kind == "create" else user_groups.update_group
    try:
        ask(lambda: put(target.target, target.pool_id, row.result))
    except AwsError as error:
        return Copied(row.name, row.kind, error)
    return Copied(row.name, row.kind)


def _write_activity(
    source: Place, target: Place, rows: Sequence[Row], results: Sequence[Copied], actor: Actor, reason: str
) -> None:
    done = {one.name for one in results if one.error is None}
    changed = [row for row in rows if row.name in done]
    before: dict[str, Any] = {row.name: values_of(row.target) for row in changed if row.target}
    after: dict[str, Any] = {row.name: values_of(row.result) for row in changed}
    origin, goal = _address(source), _address(target)
    note(target, Action.GROUPS_COPIED, f"from {origin}", actor, before=before, after=after, reason=reason)
    if source.environment.pk != target.environment.pk:
        note(source, Action.GROUPS_COPIED, f"to {goal}", actor, after={"groups": sorted(done)}, reason=reason)


def _address(place: Place) -> str:
    return f"{place.project.slug} / {place.environment.name}"

"""Making, changing and deleting a group, each with its line in the activity."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.actions import Action
from audit.record import Actor, record
from aws import user_groups
from aws.errors import Rejected
from aws.resources import Group
from user_management.groups import reading
from user_management.groups.forms import values_of
from user_management.place import Place

FIELDS = ("description", "precedence", "role_arn")
FIELD_WORDS = {"description": "Description", "precedence": "Precedence", "role_arn": "Role"}


Listener = Callable[[Place, str], None]
_listeners: list[Listener] = []


def on_delete(listener: Listener) -> None:
    """Call `listener(place, group)` after we deleted a group, and with it every membership."""
    if listener not in _listeners:
        _listeners.append(listener)


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after."""

    field: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        return FIELD_WORDS[self.field]


def changes_between(before: Group, after: Group, fields: Sequence[str] = FIELDS) -> tuple[Change, ...]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in fields)
    return tuple(Change(name, old, new) for name, old, new in pairs if old != new)


def create(*, place: Place, group: Group, actor: Actor, reason: str = "") -> Group:
    """Raises Rejected (`GroupExistsException` when the name is taken) and other AwsErrors."""
    made = user_groups.create_group(place.target, place.pool_id, group)
    reading.forget(place)
    note(place, Action.GROUP_CREATED, made.name, actor, after=values_of(made), reason=reason)
    return made


def change(*, place: Place, seen: Group, wanted: Group, actor: Actor, reason: str = "") -> Group:
    """Make the group like `wanted`. Raises Rejected (`ChangedMeanwhile`) when it is not as `seen`, and AwsErrors."""
    present = reading.find_group(place, seen.name)
    if present != seen:
        raise changed_meanwhile(seen.name)
    changed = changes_between(present, wanted)
    if not changed:
        return present
    made = user_groups.update_group(place.target, place.pool_id, wanted)
    reading.forget(place)
    before = {one.field: one.before for one in changed}
    after = {one.field: one.after for one in changed}
    note(place, Action.GROUP_CHANGED, made.name, actor, before=before, after=after, reason=reason)
    return made


def changed_meanwhile(name: str) -> Rejected:
    return Rejected(
        f"Somebody changed the group {name} while you were editing it. Nothing was saved.",
        code="ChangedMeanwhile",
        next_step="Compare with the values the group has now, and save again if you still want to.",
    )


def fingerprint(group: Group) -> str:
    """The group's values as a short text: another one means that somebody changed it."""
    return hashlib.sha256(json.dumps(values_of(group), sort_keys=True).encode()).hexdigest()[:32]


def delete(*, place: Place, group: Group, members: str, actor: Actor, reason: str = "") -> None:
    """Delete the group; `members` is how many were counted, in words ("12", "60+"). Raises AwsError."""
    user_groups.delete_group(place.target, place.pool_id, group.name)
    reading.forget(place)
    before = {**values_of(group), "members": members}
    note(place, Action.GROUP_DELETED, group.name, actor, before=before, reason=reason)
    for listener in _listeners:
        listener(place, group.name)


def note(
    place: Place,
    action: Action,
    target: str,
    actor: Actor,
    *,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """One line of the activity of this place."""
    record(
        action=action,
        actor=actor,
        project=place.project.slug,
        environment=place.environment.name,
        target=target,
        before=before,
        after=after,
        reason=reason,
    )

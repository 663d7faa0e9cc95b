"""Users and members as rows of the index: made, compared, and written only where they differ."""

import hashlib
import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from aws.user_resources import CognitoUser
from user_management.index.models import IndexedMember, IndexedUser, SearchIndex, WalkedPart
from user_management.index.text import STANDARD, sort_key, storable, text_of

COPIED = (
    "status", "enabled", "created", "modified", "attributes", "by_username", "by_email", "by_phone_number", "by_name",
    "text", "digest", "written",
)  # fmt: skip
"""What is written anew when a user has changed."""
AT_ONCE = 500
"""Names in one question, and rows in one statement that removes."""


@dataclass(frozen=True, slots=True)
class Written:
    """The ids of all rows that were met, and how many had to be written."""

    ids: tuple[int, ...]
    changed: int


def row_of(index: SearchIndex, user: CognitoUser, now: datetime) -> IndexedUser:
    """The user as an unsaved row, with the attributes that the index copies and no others."""
    kept = {name: storable(user.attributes[name]) for name in ("sub", *index.attributes) if user.attributes.get(name)}
    values = {slot: value for name, value in kept.items() if (slot := index.slot(name)) is not None}
    values[STANDARD.index("username")] = user.username
    row = IndexedUser(
        index=index,
        username=user.username,
        status=user.status,
        enabled=user.enabled,
        created=_aware(user.created),
        modified=_aware(user.modified),
        attributes=kept,
        # Never empty, even where nothing of the name is left to be sorted by.
        by_username=sort_key(user.username) or user.username,
        by_email=sort_key(kept.get("email", "")),
        by_phone_number=sort_key(kept.get("phone_number", "")),
        by_name=sort_key(kept.get("name", "")),
        text=text_of(values),
        written=now,
    )
    whole = [row.status, row.enabled, str(row.created), str(row.modified), kept, row.text]
    row.digest = hashlib.blake2b(json.dumps(whole, sort_keys=True).encode(), digest_size=16).hexdigest()
    return row


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def write_users(index: SearchIndex, users: Iterable[CognitoUser], now: datetime, *, surely: bool = False) -> Written:
    """Write those that are new or differ from their row. To be called inside a transaction.

    A list of Cognito's may be some seconds old: a row that a change of ours made newer than the list stays, unless
    the users are `surely` as they are now.
    """
    rows = {user.username: row_of(index, user, now) for user in users}
    known: dict[str, tuple[int, str, datetime | None]] = {}
    names = list(rows)
    for start in range(0, len(names), AT_ONCE):
        found = index.rows.filter(username__in=names[start : start + AT_ONCE])
        for pk, name, digest, modified in found.values_list("pk", "username", "digest", "modified"):
            known[name] = pk, digest, modified
    ids, changed = [], []
    for name, row in rows.items():
        pk, digest, modified = known.get(name, (0, "", None))
        if pk and (digest == row.digest or _is_newer(modified, row, surely)):
            ids.append(pk)
        else:
            changed.append(row)
    made = IndexedUser.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["index", "username"], update_fields=COPIED
    )
    return Written((*ids, *(row.pk for row in made)), len(changed))


def _is_newer(modified: datetime | None, row: IndexedUser, surely: bool) -> bool:
    return not surely and modified is not None and row.modified is not None and modified > row.modified


def write_members(index: SearchIndex, group: str, usernames: Iterable[str], now: datetime) -> Written:
    """Write the memberships that are not there yet. To be called inside a transaction."""
    names = list(dict.fromkeys(usernames))
    known: dict[str, int] = {}
    for start in range(0, len(names), AT_ONCE):
        found = index.members.filter(group=group, username__in=names[start : start + AT_ONCE])
        known.update(found.values_list("username", "pk"))
    missing = [IndexedMember(index=index, group=group, username=one, written=now) for one in names if one not in known]
    made = IndexedMember.objects.bulk_create(
        missing, update_conflicts=True, unique_fields=["index", "group", "username"], update_fields=["written"]
    )
    return Written((*known.values(), *(row.pk for row in made)), len(missing))


def remember(index: SearchIndex, written: Written, group: str = "") -> None:
    """Note that the walk under way has met these rows."""
    WalkedPart.objects.create(index=index, group=group, rows=array("q", written.ids).tobytes())


def met(index: SearchIndex, group: str = "") -> set[int]:
    """The rows that the walk under way has met."""
    ids: set[int] = set()
    for rows in index.parts.filter(group=group).values_list("rows", flat=True).iterator(chunk_size=100):
        part = array("q")
        part.frombytes(bytes(rows))
        ids.update(part)
    return ids


def not_met(rows: "QuerySet[IndexedUser] | QuerySet[IndexedMember]", ids: set[int]) -> Iterable[Sequence[int]]:
    """The ids among `rows` that are not in `ids`, some hundreds at a time."""
    gone: list[int] = []
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:10_000]):
        last = page[-1]
        gone += [pk for pk in page if pk not in ids]
        while len(gone) >= AT_ONCE:
            yield gone[:AT_ONCE]
            gone = gone[AT_ONCE:]
    if gone:
        yield gone

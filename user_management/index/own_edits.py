"""What somebody changes in this console is in the index at once, long before the next walk."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from aws.user_resources import CognitoUser
from user_management.index.models import SearchIndex
from user_management.index.rows import write_members, write_users
from user_management.place import Place


def user_changed(place: Place, username: str, user: CognitoUser | None) -> None:
    """Called after each change of a user; None: the user was deleted."""
    with _indexes(place) as found:
        for index in found:
            if user is None:
                index.members.filter(username=username).delete()
                gone, _ = index.rows.filter(username=username).delete()
                _count(index, -1 if gone else 0)
            else:
                is_new = not index.rows.filter(username=username).exists()
                write_users(index, [user], timezone.now(), surely=True)
                _count(index, 1 if is_new else 0)


def member_changed(place: Place, group: str, username: str, joined: bool) -> None:
    """Called after somebody was put into a group, or taken out."""
    with _indexes(place) as found:
        for index in found:
            if not index.with_groups:
                continue
            if joined:
                write_members(index, group, [username], timezone.now())
            else:
                index.members.filter(group=group, username=username).delete()


def group_deleted(place: Place, group: str) -> None:
    """Called after a group was deleted: nobody is in it any more."""
    with _indexes(place) as found:
        for index in found:
            index.members.filter(group=group).delete()


_without_index: ContextVar[set[str] | None] = ContextVar("pools_without_index", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Of many edits told inside, the first alone asks whether there is an index. For a moment's worth of them."""
    token = _without_index.set(set())
    try:
        yield
    finally:
        _without_index.reset(token)


@contextmanager
def _indexes(place: Place) -> Iterator[list[SearchIndex]]:
    """Those of this pool, in whichever environment; reached by another role it is perhaps another account's.

    Locked, and always in the same order: the walk writes what it has read before or after an edit, never across it.
    """
    without = _without_index.get()
    if without is not None and place.key in without:
        yield []
        return
    with transaction.atomic():
        rows = SearchIndex.objects.select_for_update(of=("self",)).filter(
            enabled=True,
            pool_id=place.pool_id,
            environment__region=place.environment.region,
            environment__role_arn=place.environment.role_arn,
        )
        found = list(rows.order_by("pk"))
        if not found and without is not None:
            without.add(place.key)
        yield found


def _count(index: SearchIndex, more: int) -> None:
    if more and index.filled:
        # The number may be behind for a moment, and must not fall below nothing.
        rows = SearchIndex.objects.filter(pk=index.pk)
        (rows if more > 0 else rows.filter(users__gt=0)).update(users=F("users") + more)

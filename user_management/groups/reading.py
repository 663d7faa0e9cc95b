"""The groups of a pool as pages need them: all of them, however many, without asking AWS again at each keystroke.

A pool may have 10,000 groups, which are 167 pages of a list that AWS gives five of a second. So reading goes on from
request to request: what is read is kept for a minute, and the page says when it is not everything yet.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.utils import timezone

from aws import user_groups, user_pools
from aws.errors import AwsError, NotFound
from aws.resources import Group
from user_management.place import Place

KEPT_SECONDS = 60
READ_SECONDS = 4.0
"""How long one request goes on reading; its last page may take a little longer."""


@dataclass(frozen=True, slots=True)
class Groups:
    """What is known of the pool's groups. They are all there when `next_token` is ""."""

    rows: tuple[Group, ...]
    next_token: str
    read: datetime

    @property
    def is_complete(self) -> bool:
        return not self.next_token

    def named(self, name: str) -> Group | None:
        return next((group for group in self.rows if group.name == name), None)


def _key(place: Place) -> str:
    return f"groups:{place.key}"


def groups_of_pool(place: Place, *, fresh: bool = False) -> Groups:
    """The pool's groups, at most a minute old, or the first of them when there are very many. Raises AwsError.

    Asking again goes on where the last answer ended; `fresh` begins anew.
    """
    known: Groups | None = None if fresh else cache.get(_key(place))
    if known is not None and known.is_complete:
        return known
    try:
        found = _read_on(place, known)
    except AwsError:
        if known is None:
            raise
        # A token may have grown too old. What is wrong shows itself when the reading begins anew.
        found = _read_on(place, None)
    cache.set(_key(place), found, KEPT_SECONDS)
    return found


def _read_on(place: Place, known: Groups | None) -> Groups:
    rows = list(known.rows) if known else []
    token = known.next_token if known else ""
    ends = time.monotonic() + READ_SECONDS
    while True:
        page = user_pools.page_of_groups(place.target, place.pool_id, token)
        rows += page.items
        token = page.next_token
        if not token or time.monotonic() > ends:
            return Groups(tuple(rows), token, known.read if known else timezone.now())


def every_group(place: Place) -> tuple[Group, ...]:
    """All groups, read now and to the end: for commands, jobs and what compares. Raises AwsError."""
    return user_pools.list_groups(place.target, place.pool_id)


def find_group(place: Place, name: str) -> Group:
    """One group as it is now. Raises NotFound, in words for a person, and other AwsErrors."""
    try:
        return user_groups.get_group(place.target, place.pool_id, name)
    except NotFound as error:
        forget(place)
        raise NotFound(
            "The pool has no group of this name.",
            code=error.code,
            action=error.action,
            request_id=error.request_id,
            next_step="Go back to the groups; somebody may have deleted it meanwhile.",
        ) from error


def forget(place: Place) -> None:
    """After a change of ours the next list is read anew."""
    cache.delete(_key(place))

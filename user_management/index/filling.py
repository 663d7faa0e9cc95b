"""The job that fills and refreshes the index: one walk through the pool's list of users, within a share of the quota.

ListUsers cannot ask for what changed since a moment, so every refresh reads the whole list; only what differs is
written. Rows of users who are gone are removed at the very end: a walk that was killed, paused or refused leaves the
index as whole as it was, and the next one goes on where it stopped.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from aws import quotas, user_groups, user_pools, users
from aws.errors import NotFound, Rejected
from aws.resources import Page
from aws.user_resources import CognitoUser
from jobs.lifecycle import Continues, JobFailed, Run
from user_management import recent
from user_management.index import rows
from user_management.index.models import IndexedMember, IndexedUser, SearchIndex
from user_management.patience import patiently
from user_management.place import NotLinked, Place, place_of

KIND = "search-index"
STEPS = (
    ("users", "Read the pool's users"),
    ("groups", "Read the members of its groups"),
    ("finish", "Remove users who are gone"),
)
PAGES_AT_ONCE = 10
"""Pages in one transaction: six hundred users, so that other writers of an SQLite file wait for milliseconds only."""

STALE_AFTER = timedelta(hours=1)
"""A walk that an earlier job began longer ago than this is not gone on with: its beginning would be too old."""
FILLED = ("filled", "filled_attributes", "filled_groups", "users", "calls", "seconds")
WALK = ("started", "token", "walk_state", "walked", "walk_calls", "walk_seconds", "groups_done")


class Stopped(JobFailed):
    """The index was turned off, wiped or changed while it was being filled."""

    def __init__(self) -> None:
        super().__init__(
            "The index was turned off, wiped or changed meanwhile, so nothing more was written.",
            next_step="Where the index is still on, refresh it on its page.",
        )


def fill(run: Run) -> None:
    """The job's body. `payload` holds the index's id and generation."""
    index = current(run)
    try:
        place = place_of(index.environment)
    except NotLinked as error:
        raise JobFailed(str(error), next_step="Link a user pool, then turn the index on again.") from error
    if place.pool_id != index.pool_id:
        raise Stopped
    if index.started is None or index.started < run.job.created - STALE_AFTER:
        _begin(run, index)
    with quotas.background(settings.AWS_BACKGROUND_SHARE):
        with run.step("users") as step:
            if index.walk_state != "groups":
                _walk_users(run, place, index)
            step.detail = f"{index.walked:,} users, {index.walk_calls:,} calls"
        with run.step("groups") as step:
            step.detail = _walk_groups(run, place, index) if index.with_groups else "Not part of this index"
    with run.step("finish") as step:
        gone = _finish(run, index)
        step.detail = f"{gone:,} removed"
    run.report(users=index.users, calls=index.calls, removed=gone)


def current(run: Run, *, lock: bool = False) -> SearchIndex:
    """The index as this job knows it. Raises Stopped once somebody has wiped or changed it."""
    wanted = SearchIndex.objects.filter(pk=run.job.payload["index"], generation=run.job.payload["generation"])
    wanted = wanted.select_for_update() if lock else wanted.select_related("environment__project")
    index = wanted.filter(enabled=True).first()
    if index is None:
        raise Stopped
    return index


def _walk_users(run: Run, place: Place, index: SearchIndex) -> None:
    total = patiently(run, lambda: user_pools.describe_user_pool(place.target, place.pool_id)).estimated_users

    def page(token: str) -> Page[CognitoUser]:
        return users.page_of_users(place.target, place.pool_id, token=token)

    def write(found: Sequence[CognitoUser], token: str, seconds: float, calls: int) -> None:
        with transaction.atomic():
            fresh = current(run, lock=True)
            # Read under the lock, for which an edit of ours waits: whoever is deleted meanwhile is not written again.
            met = recent.overlay(place, found)
            rows.remember(fresh, rows.write_users(fresh, met, timezone.now()))
            index.walked += len(found)
            index.walk_calls += calls
            index.walk_seconds += seconds
            index.token = token
            index.walk_state = "users" if token else "groups"
            index.save(update_fields=["walked", "walk_calls", "walk_seconds", "token", "walk_state"])
        run.progress(index.walked, max(total or 0, index.walked))

    try:
        _pages(run, page, index.token, write, done=index.walked)
    except Rejected as error:
        # A token of Cognito's lives for a while only; the rest of an old walk is the beginning of a new one.
        if not index.token or error.code not in ("InvalidParameterException", "ExpiredToken"):
            raise
        _begin(run, index)
        _pages(run, page, "", write)


def _begin(run: Run, index: SearchIndex) -> None:
    with transaction.atomic():
        current(run, lock=True)
        forget_walk(index)
        index.started = timezone.now()
        index.save(update_fields=WALK)


def forget_walk(index: SearchIndex) -> None:
    """Make as if no walk were under way; the caller saves the row."""
    index.parts.all().delete()
    index.started, index.token, index.walk_state = None, "", ""
    index.walked = index.walk_calls = 0
    index.walk_seconds = 0.0
    index.groups_done = []


def _pages(
    run: Run,
    page: Callable[[str], Page[CognitoUser]],
    token: str,
    write: Callable[[Sequence[CognitoUser], str, float, int], None],
    *,
    done: int = 0,
) -> None:
    """Hand every page from `token` on to `write`, ten at a time. Raises Continues when the slice is over."""
    while True:
        found: list[CognitoUser] = []
        began, calls = time.monotonic(), 0
        for _ in range(PAGES_AT_ONCE):
            answer = patiently(run, lambda: page(token))  # noqa: B023  (asked before the loop goes on)
            found += answer.items
            token = answer.next_token
            done += len(answer.items)
            calls += 1
            run.progress(done)
            if not token:
                break
        write(found, token, time.monotonic() - began, calls)
        if not token:
            return
        if not run.has_time:
            raise Continues


def _walk_groups(run: Run, place: Place, index: SearchIndex) -> str:
    """By the members of each group, sixty a call; asking each user for the groups would be a call for everybody."""
    groups = [group.name for group in patiently(run, lambda: list(user_pools.list_groups(place.target, place.pool_id)))]
    for name in groups:
        if name in index.groups_done:
            continue

        def page(token: str, name: str = name) -> Page[CognitoUser]:
            return user_groups.page_of_members(place.target, place.pool_id, name, token=token)

        def write(found: Sequence[CognitoUser], token: str, seconds: float, calls: int, name: str = name) -> None:
            with transaction.atomic():
                fresh = current(run, lock=True)
                members = [user.username for user in recent.overlay(place, found)]
                rows.remember(fresh, rows.write_members(fresh, name, members, timezone.now()), name)
                index.walk_calls += calls
                index.walk_seconds += seconds
                index.token = token
                index.save(update_fields=["walk_calls", "walk_seconds", "token"])

        old = index.members.filter(group=name)
        try:
            _pages(run, page, index.token, write, done=index.walked)
        except Rejected as error:
            if not index.token or error.code != "InvalidParameterException":
                raise
            _pages(run, page, "", write, done=index.walked)
        except NotFound:
            # Somebody deleted the group since the list of groups was read.
            _remove(run, old, set())
            index.token = ""
        else:
            _remove(run, old.filter(written__lt=index.started), rows.met(index, name))
        index.groups_done = [*index.groups_done, name]
        index.save(update_fields=["groups_done"])
    _remove(run, index.members.exclude(group__in=groups).filter(written__lt=index.started), set())
    return f"{len(groups):,} groups, {index.walk_calls:,} calls altogether"


def _remove(run: Run, old: "QuerySet[IndexedUser] | QuerySet[IndexedMember]", met: set[int]) -> int:
    """Delete those of the rows that were not met; each piece only while the index still is this job's."""
    removed = 0
    for ids in rows.not_met(old, met):
        with transaction.atomic():
            current(run, lock=True)
            old.model.objects.filter(pk__in=list(ids)).delete()
        removed += len(ids)
        run.check()
    return removed


def _finish(run: Run, index: SearchIndex) -> int:
    gone = _remove(run, index.rows.filter(written__lt=index.started), rows.met(index))
    with transaction.atomic():
        current(run, lock=True)
        index.filled = index.started
        index.filled_attributes = index.attributes
        index.filled_groups = index.with_groups
        index.users = index.rows.count()
        index.calls, index.seconds = index.walk_calls, index.walk_seconds
        forget_walk(index)
        # Not the schedule, which somebody may have changed meanwhile without disturbing this walk.
        index.save(update_fields=[*FILLED, *WALK])
    return gone


def duration_of(people: int, calls_a_second: float) -> timedelta:
    """How long a walk through so many users takes at this rate."""
    return timedelta(seconds=-(-people // 60) / calls_a_second)

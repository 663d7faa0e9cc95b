"""Working out what a change would do to each user: who would be changed, who is left out and why, who is written to."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from aws import user_groups
from aws.calls import PAGE
from aws.errors import AwsError, Fault, Throttled, Unavailable
from aws.quotas import background
from aws.side_by_side import each
from aws.user_resources import CognitoUser
from jobs.lifecycle import Continues, Run
from user_management import people
from user_management.bulk.carrying_out import place_for, share
from user_management.bulk.models import BulkOperation, BulkRow, BulkState, RowState, row_of, save_rows
from user_management.bulk.operations import OPERATIONS, Context
from user_management.groups import membership
from user_management.listing.query import UserQuery
from user_management.listing.sources import source_for
from user_management.place import Place
from user_management.pool_rules import rules_of

STEPS = (("work-out", "Work out who is meant"),)
AT_ONCE = 30
"""Users by name that are read while the person waits: a second of AWS's quota."""
MEMBERS_COMPARED = 100_000
MISSING = "The pool has no user of this name: deleted meanwhile, or mistyped."
REPEATS, LONGEST_PAUSE = 5, 30.0

T = TypeVar("T")


def work_out(run: Run) -> None:
    """Body of the job. What an earlier attempt has found stays found; a list goes on at the page it had reached."""
    bulk = BulkOperation.objects.select_related("environment__project").get(pk=run.job.payload["bulk"])
    if bulk.state != BulkState.PLANNING:
        return
    place = place_for(bulk)
    with run.step("work-out") as step, background(share()):
        context = _patiently(lambda: context_of(place, bulk, members=_members(place, bulk)))
        if bulk.query is None:
            _read_named_rows(run, place, bulk, context)
        else:
            _read_list(run, place, bulk, context)
        counts = bulk.counts()
        step.detail = f"{counts[RowState.PENDING]:,} to change, {counts[RowState.SKIPPED]:,} left out"
    BulkOperation.objects.filter(pk=bulk.pk, state=BulkState.PLANNING).update(
        state=BulkState.PLANNED, created=timezone.now()
    )
    run.report(continue_to=bulk.get_absolute_url())


def context_of(place: Place, bulk: BulkOperation, *, members: frozenset[str] | None) -> Context:
    return Context(rules_of(place), bulk.arguments, members)


def _members(place: Place, bulk: BulkOperation) -> frozenset[str] | None:
    """Who is in the group that is meant; None where no group is, or it has too many members to compare with."""
    if "group" not in bulk.arguments:
        return None
    names: set[str] = set()
    for user in user_groups.iter_members(place.target, place.pool_id, bulk.arguments["group"]):
        names.add(user.username)
        if len(names) > MEMBERS_COMPARED:
            return None
    return frozenset(names)


def _read_list(run: Run, place: Place, bulk: BulkOperation, context: Context) -> None:
    """Everybody the query finds, a page at a time; page and place in the list are kept in one transaction."""
    query = UserQuery.from_params(bulk.query or {})
    source = source_for(place, query)
    token, found = run.job.result.get("token", ""), bulk.rows.count()
    while True:
        page = _patiently(lambda token=token: source.page(place, query, token, PAGE))  # type: ignore[misc]
        with transaction.atomic():
            _keep(bulk, page.items, context, after=found)
            run.report(token=page.next_token)
        found = bulk.rows.count()
        run.progress(found)
        token = page.next_token
        if not token:
            return
        if not run.has_time:
            raise Continues


def _keep(bulk: BulkOperation, users: Iterable[CognitoUser], context: Context, *, after: int) -> None:
    operation = OPERATIONS[bulk.operation]
    rows, messages = [], Counter(bulk.messages)
    for number, user in enumerate(users, start=1):
        row = row_of(bulk, after + number, user, operation.check(user, context))
        rows.append(row)
        if row.state == RowState.PENDING and (medium := operation.medium(user, context)):
            messages[medium] += 1
    save_rows(rows)
    bulk.messages = dict(messages)
    bulk.save(update_fields=["messages"])


def _read_named_rows(run: Run, place: Place, bulk: BulkOperation, context: Context) -> None:
    """The rows hold the names from the start; those without a label have not been read yet."""
    total = bulk.rows.count()
    while unread := list(bulk.rows.filter(label="").order_by("position")[:AT_ONCE]):
        found = _patiently(lambda unread=unread: _found(place, [row.username for row in unread]))  # type: ignore[misc]
        with transaction.atomic():
            bulk.rows.filter(pk__in=[row.pk for row in unread]).delete()
            _keep_named(bulk, [(row.position, row.username) for row in unread], found, context)
        run.progress(bulk.rows.exclude(label="").count(), total)
        if not run.has_time and bulk.rows.filter(label="").exists():
            raise Continues


def read_named(place: Place, names: Sequence[str]) -> dict[str, CognitoUser]:
    """Those of the users that exist, by name. Raises AwsError."""
    return _found(place, names)


def _found(place: Place, names: Sequence[str]) -> dict[str, CognitoUser]:
    answers = each(lambda name: people.find(place, name), names)
    found = {}
    for name, answer in answers.items():
        if not isinstance(answer, Fault):
            found[name] = answer
        elif answer.kind != "not-found":
            # Asked once more by itself, which raises the error with all its words.
            found[name] = people.find(place, name)
    return found


def keep_named(place: Place, bulk: BulkOperation, names: Sequence[str], found: dict[str, CognitoUser]) -> None:
    members = None
    if "group" in bulk.arguments:
        known, whole = membership.known_members(place, bulk.arguments["group"])
        members = frozenset(known) if whole else None
    _keep_named(bulk, list(enumerate(names, start=1)), found, context_of(place, bulk, members=members))


def _keep_named(
    bulk: BulkOperation, places: Sequence[tuple[int, str]], found: dict[str, CognitoUser], context: Context
) -> None:
    operation = OPERATIONS[bulk.operation]
    rows, messages = [], Counter(bulk.messages)
    for position, name in places:
        user = found.get(name)
        if user is None:
            missing = BulkRow(operation=bulk, position=position, username=name, label=name)
            missing.state, missing.words = RowState.SKIPPED, MISSING
            rows.append(missing)
            continue
        row = row_of(bulk, position, user, operation.check(user, context))
        rows.append(row)
        if row.state == RowState.PENDING and (medium := operation.medium(user, context)):
            messages[medium] += 1
    save_rows(rows)
    bulk.messages = dict(messages)
    bulk.save(update_fields=["messages"])


def _patiently(ask: Callable[[], T]) -> T:
    """The answer, asked for again with growing pauses: throttling only slows this down."""
    pause, failures = 1.0, 0
    while True:
        try:
            return ask()
        except (Throttled, Unavailable) as error:
            failures += isinstance(error, Unavailable)
            if failures > REPEATS:
                raise
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        except AwsError:
            raise

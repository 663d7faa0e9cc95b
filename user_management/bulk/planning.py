"""Working out what a change would do to each user: who would be changed, who is left out and why, who is written to."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from aws import user_groups, users
from aws.calls import PAGE
from aws.errors import Fault, Rejected
from aws.quotas import background
from aws.resources import Page
from aws.side_by_side import each
from aws.user_resources import CognitoUser
from jobs.lifecycle import Continues, Run
from user_management import people, recent
from user_management.bulk.carrying_out import bulk_of, place_for, share
from user_management.bulk.models import BulkOperation, BulkRow, BulkState, RowState, row_of, save_rows
from user_management.bulk.operations import OPERATIONS, Context
from user_management.groups import membership
from user_management.listing.query import UserQuery
from user_management.listing.sources import source_for
from user_management.patience import patiently
from user_management.place import Place
from user_management.pool_rules import rules_of

STEPS = (("work-out", "Work out who is meant"),)
AT_ONCE = 30
"""Users by name that are read while the person waits: a second of AWS's quota."""
MOST_ONE_BY_ONE = 300
"""Users by name that are looked up singly in any pool; more are found on a walk, where that takes fewer requests."""
BATCH = 500
MEMBERS_COMPARED = 100_000
MISSING = "The pool has no user of this name: deleted meanwhile, or mistyped."

Told = tuple[int, int | None]
"""What `Run.progress` takes."""


def work_out(run: Run) -> None:
    """Body of the job. What an earlier attempt has found stays found; a list goes on at the page it had reached."""
    bulk = bulk_of(run)
    if bulk.state != BulkState.PLANNING:
        return
    # A retry of the job is another row; the page shows whichever is at work.
    BulkOperation.objects.filter(pk=bulk.pk).update(planning_job=run.job)
    place = place_for(bulk)
    with run.step("work-out") as step, background(share()):
        if bulk.query is None and bulk.retry_of:
            _copy_names(run, bulk, bulk.retry_of)
        context = patiently(run, lambda: context_of(place, bulk, members=_members(run, place, bulk)))
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


def _members(run: Run, place: Place, bulk: BulkOperation) -> frozenset[str] | None:
    """Who is in the group that is meant; None where no group is, or it has too many members to compare with.

    Comparing must not take more requests than doing it to those who need not be changed.
    """
    if "group" not in bulk.arguments:
        return None
    most = MEMBERS_COMPARED if bulk.query is not None else min(MEMBERS_COMPARED, PAGE * max(10, bulk.rows.count()))
    names: set[str] = set()
    for number, user in enumerate(user_groups.iter_members(place.target, place.pool_id, bulk.arguments["group"])):
        if number % PAGE == 0:
            run.check()
        names.add(user.username)
        if len(names) > most:
            return None
    return frozenset(names)


def _copy_names(run: Run, bulk: BulkOperation, earlier: BulkOperation) -> None:
    """Those whom the earlier change has left, at the places they had. What an earlier attempt has copied stays."""
    while True:
        after = bulk.rows.aggregate(last=Max("position"))["last"] or 0
        left = earlier.left.filter(position__gt=after).order_by("position")[:BATCH]
        rows = [BulkRow(operation=bulk, position=row.position, username=row.username) for row in left]
        if not rows:
            return
        run.check()
        save_rows(rows)


def _walk(run: Run, ask: Callable[[str], Page[CognitoUser]], keep: Callable[[Sequence[CognitoUser]], Told]) -> None:
    """Page after page from where an earlier attempt was; what is kept and the place in the list go together.

    `keep` answers the progress. Raises Continues when the slice is over.
    """
    token, is_second = run.job.result.get("token", ""), False
    while True:
        try:
            page = patiently(run, lambda token=token: ask(token))  # type: ignore[misc]
        except Rejected:
            if not token or is_second:
                raise
            # Cognito forgets where a list went on after a while. Who has been found stays found.
            token, is_second = "", True
            continue
        with transaction.atomic():
            told = keep(page.items)
            run.report(token=page.next_token)
        run.progress(*told)
        token = page.next_token
        if not token:
            return
        if not run.has_time:
            raise Continues


def _read_list(run: Run, place: Place, bulk: BulkOperation, context: Context) -> None:
    """Everybody the query finds. A list that shifts meanwhile may name somebody twice: the first time counts."""
    query = UserQuery.from_params(bulk.query or {})
    source = source_for(place, query)
    found = bulk.rows.count()

    def keep(listed: Sequence[CognitoUser]) -> Told:
        nonlocal found
        users = {user.username: user for user in listed}
        found += _keep(bulk, list(enumerate(users, start=found + 1)), users, context)
        return found, None

    _walk(run, lambda token: source.page(place, query, token, PAGE), keep)


def _read_named_rows(run: Run, place: Place, bulk: BulkOperation, context: Context) -> None:
    """The rows hold the names from the start; those without a label have not been read yet."""
    unread = bulk.rows.filter(label="").order_by("position")
    total, number = bulk.rows.count(), unread.count()
    pool = context.rules.people.pool
    pages = (pool.estimated_users or 0) // PAGE + 1
    has_walked = bool(run.job.result.get("walked"))
    if not has_walked and number > MOST_ONE_BY_ONE and number > pages:
        _walk_for_named(run, place, bulk, context, total=total, left=number)
        run.report(walked=True)
        has_walked = True
    while waiting := list(unread[:AT_ONCE]):
        names = [row.username for row in waiting]
        found: dict[str, CognitoUser] = {}
        if has_walked and unread.count() > MOST_ONE_BY_ONE:
            # Whom the walk has not met is not there, unless made a moment ago, or spelt in another case.
            found = {name: user for name in names if (user := recent.noted(place, name))}
            names = [] if pool.case_sensitive else [name for name in names if name != name.lower()]
        found |= patiently(run, lambda names=names: _found(place, names))  # type: ignore[misc]
        with transaction.atomic():
            _replace(bulk, waiting, found, context)
            run.report()
        run.progress(total - unread.count(), total)
        if not run.has_time and unread.exists():
            raise Continues


def _walk_for_named(run: Run, place: Place, bulk: BulkOperation, context: Context, *, total: int, left: int) -> None:
    """One page names sixty users for the request that one name costs."""

    def keep(listed: Sequence[CognitoUser]) -> Told:
        nonlocal left
        found = {user.username: user for user in recent.overlay(place, listed)}
        met = list(bulk.rows.filter(label="", username__in=list(found)))
        _replace(bulk, met, found, context)
        left -= len(met)
        return total - left, total

    _walk(run, lambda token: users.page_of_users(place.target, place.pool_id, token=token), keep)


def _replace(bulk: BulkOperation, rows: Sequence[BulkRow], found: Mapping[str, CognitoUser], context: Context) -> None:
    bulk.rows.filter(pk__in=[row.pk for row in rows]).delete()
    _keep(bulk, [(row.position, row.username) for row in rows], found, context)


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
    _keep(bulk, list(enumerate(names, start=1)), found, context_of(place, bulk, members=members))


def _keep(
    bulk: BulkOperation, places: Sequence[tuple[int, str]], found: Mapping[str, CognitoUser], context: Context
) -> int:
    """Keep these users at their places, with what would be sent to them; answers how many are new.

    Somebody who is there already stays as first met, and is counted once: two names may mean the same user.
    """
    operation = OPERATIONS[bulk.operation]
    names = [found[name].username if name in found else name for _, name in places]
    known = set(bulk.rows.filter(username__in=names).values_list("username", flat=True))
    rows, messages = [], Counter(bulk.messages)
    for (position, name), username in zip(places, names, strict=True):
        if username in known:
            continue
        known.add(username)
        if (user := found.get(name)) is None:
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
    return len(rows)

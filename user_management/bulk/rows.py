"""Taking rows, and writing what became of them. One thread writes; which attempt may write is decided by `claim`.

What is done to one user is written here and not by the services of the user's page (`person.actions`, `membership`),
though both call AWS, record and tell: here AWS is called in threads that have no database, and fifty users are recorded
in one transaction with the states of their rows. The calls, rules and words themselves are the same ones.

A row is `started` before AWS is called. Whoever finds a started row of an earlier attempt knows that the call may have
been made or not: what is the same when done twice is done again, anything else is left for a person to look at.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.models import AuditEvent
from audit.record import Actor, event_of, record_many
from aws.errors import AwsError
from user_management import recent
from user_management.bulk.models import INTERRUPTED, BulkOperation, BulkRow, RowState
from user_management.bulk.operations import Applied, Operation
from user_management.groups import membership
from user_management.index import own_edits
from user_management.place import Place

INTERRUPTED_WORDS = "The console was interrupted while it asked AWS, so this may have been done or not."
INTERRUPTED_NEXT_STEP = "Look at the user before you repeat it: Cognito would send a second message."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. PENDING gives it back; `stops` says why all the others would end alike.

    `is_unsure` says of a row given back that AWS may have done it all the same.
    """

    state: str
    applied: Applied | None = None
    code: str = ""
    words: str = ""
    next_step: str = ""
    stops: AwsError | None = None
    is_unsure: bool = False


def settle_interrupted(bulk: BulkOperation, operation: Operation) -> None:
    """Decide about the rows that earlier attempts have started and not finished: all that are started by now.

    To be called before an attempt takes rows of its own. Earlier attempts may belong to another job, which was retried.
    """
    rows = bulk.rows.filter(state=RowState.STARTED)
    if operation.repeatable:
        # They keep the number of that attempt, by which one sees that it may have been done.
        rows.update(state=RowState.PENDING)
    else:
        rows.update(
            state=RowState.FAILED,
            code=INTERRUPTED,
            words=INTERRUPTED_WORDS,
            next_step=INTERRUPTED_NEXT_STEP,
            finished=timezone.now(),
            snapshot={},
        )


def new_claim() -> int:
    """What no other attempt at any job has; as large as the database's whole numbers allow."""
    return secrets.randbelow(2**31 - 1) + 1


def claim(bulk: BulkOperation, attempt: int, number: int) -> list[BulkRow]:
    """The next rows to do, marked as started. Each has the `claim` it had before: 0, or an interrupted attempt's."""
    found = list(bulk.rows.filter(state=RowState.PENDING).order_by("position")[:number])
    if not found:
        return []
    keys = [row.pk for row in found]
    bulk.rows.filter(pk__in=keys, state=RowState.PENDING).update(state=RowState.STARTED, claim=attempt)
    # Of two workers that found the same rows, each gets those its own UPDATE has reached.
    won = set(bulk.rows.filter(pk__in=keys, state=RowState.STARTED, claim=attempt).values_list("pk", flat=True))
    return [row for row in found if row.pk in won]


def write(
    *,
    bulk: BulkOperation,
    operation: Operation,
    place: Place,
    attempt: int,
    outcomes: Sequence[tuple[BulkRow, Outcome]],
    actor: Actor,
) -> int:
    """Write the outcomes of rows that this attempt still holds, and the activity; answers how many are finished."""
    if not outcomes:
        return 0
    with transaction.atomic():
        keys = [row.pk for row, _ in outcomes]
        held = bulk.rows.select_for_update().filter(pk__in=keys, state=RowState.STARTED, claim=attempt)
        mine = set(held.values_list("pk", flat=True))
        ours = [(row, outcome) for row, outcome in outcomes if row.pk in mine]
        _write_rows(bulk, ours, attempt)
        done = [(row, outcome.applied) for row, outcome in ours if outcome.applied]
        record_many([_event(bulk, operation, place, actor, row, applied) for row, applied in done])
        with own_edits.asked_once():
            for row, applied in done:
                _tell(operation, place, bulk, row, applied)
    return sum(outcome.state != RowState.PENDING for _, outcome in ours)


def _write_rows(bulk: BulkOperation, outcomes: Sequence[tuple[BulkRow, Outcome]], attempt: int) -> None:
    """One UPDATE for all that ended alike."""
    alike: dict[tuple[str, ...], tuple[dict[str, Any], list[int]]] = {}
    for row, outcome in outcomes:
        if outcome.state == RowState.PENDING:
            # Whether it may have been done must outlive this attempt.
            changes: dict[str, Any] = {"claim": attempt if outcome.is_unsure else row.claim}
        else:
            changes = {"code": outcome.code[:100], "words": outcome.words, "next_step": outcome.next_step}
            changes |= {"finished": timezone.now(), "snapshot": {}}
        ended = (outcome.state, *(str(changes.get(name, "")) for name in ("claim", "code", "words", "next_step")))
        alike.setdefault(ended, (changes, []))[1].append(row.pk)
    for (state, *_), (changes, keys) in alike.items():
        bulk.rows.filter(pk__in=keys).update(state=state, **changes)


def _event(
    bulk: BulkOperation, operation: Operation, place: Place, actor: Actor, row: BulkRow, applied: Applied
) -> AuditEvent:
    named = {} if row.label == row.username else {"user": row.label}
    return event_of(
        action=operation.action,
        actor=actor,
        project=place.project.slug,
        environment=place.environment.name,
        target=row.username,
        before=None if applied.before is None else {**named, **applied.before},
        after=None if applied.after is None else {**named, **applied.after},
        reason=bulk.reason,
    )


def _tell(operation: Operation, place: Place, bulk: BulkOperation, row: BulkRow, applied: Applied) -> None:
    """Lists and the search index hear of it at once."""
    if applied.is_gone:
        recent.note_deleted(place, row.username)
    elif applied.user is not None:
        recent.note(place, applied.user)
    if "group" in operation.needs and applied.after:
        membership.tell(place, bulk.arguments["group"], row.username, joined=bool(applied.after["member"]))


def give_back(bulk: BulkOperation, rows: Sequence[BulkRow], attempt: int) -> None:
    """Rows that this attempt has not begun to ask AWS about. Those an earlier one has begun stay recognisable."""
    for before in {row.claim for row in rows}:
        keys = [row.pk for row in rows if row.claim == before]
        mine = bulk.rows.filter(pk__in=keys, state=RowState.STARTED, claim=attempt)
        mine.update(state=RowState.PENDING, claim=before)


def finished_and_total(bulk: BulkOperation) -> tuple[int, int]:
    """How many of the users that were to be changed are finished. Who was left out from the start does not count."""
    meant = bulk.rows.exclude(state=RowState.SKIPPED, claim=0)
    open_ = Q(state__in=(RowState.PENDING, RowState.STARTED))
    return meant.exclude(open_).count(), meant.count()

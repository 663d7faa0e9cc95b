"""Taking rows, and writing what became of them. One thread writes; which attempt may write is decided by `claim`.

A row is `started` before AWS is called. Whoever finds a started row of an earlier attempt knows that the call may have
been made or not: what is the same when done twice is done again, anything else is left for a person to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
from user_management.place import Place

INTERRUPTED_WORDS = "The console was interrupted while it asked AWS, so this may have been done or not."
INTERRUPTED_NEXT_STEP = "Look at the user before you repeat it: Cognito would send a second message."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row. PENDING gives it back untouched; `stops` says why all the others would end alike."""

    state: str
    applied: Applied | None = None
    code: str = ""
    words: str = ""
    next_step: str = ""
    stops: AwsError | None = None


def settle_interrupted(bulk: BulkOperation, operation: Operation, attempt: int) -> None:
    """Decide about the rows that an earlier attempt has started and not finished."""
    rows = bulk.rows.filter(state=RowState.STARTED, claim__lt=attempt)
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
        _write_rows(bulk, ours)
        done = [(row, outcome.applied) for row, outcome in ours if outcome.applied]
        record_many([_event(bulk, operation, place, actor, row, applied) for row, applied in done])
    for row, applied in done:
        _tell(operation, place, bulk, row, applied)
    return sum(outcome.state != RowState.PENDING for _, outcome in ours)


def _write_rows(bulk: BulkOperation, outcomes: Sequence[tuple[BulkRow, Outcome]]) -> None:
    now = timezone.now()
    by_state: dict[str, list[int]] = {}
    told = []
    for row, outcome in outcomes:
        if outcome.words:
            row.state, row.code, row.words = outcome.state, outcome.code[:100], outcome.words
            row.next_step, row.finished, row.snapshot = outcome.next_step, now, {}
            told.append(row)
        else:
            by_state.setdefault(outcome.state, []).append(row.pk)
    for state, keys in by_state.items():
        changes = {"claim": 0} if state == RowState.PENDING else {"finished": now, "snapshot": {}}
        bulk.rows.filter(pk__in=keys).update(state=state, **changes)
    BulkRow.objects.bulk_update(told, ["state", "code", "words", "next_step", "finished", "snapshot"])


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
    """Rows that nobody has begun to ask AWS about."""
    keys = [row.pk for row in rows]
    bulk.rows.filter(pk__in=keys, state=RowState.STARTED, claim=attempt).update(state=RowState.PENDING, claim=0)


def finished_and_total(bulk: BulkOperation) -> tuple[int, int]:
    """How many of the users that were to be changed are finished. Who was left out from the start does not count."""
    meant = bulk.rows.exclude(state=RowState.SKIPPED, claim=0)
    open_ = Q(state__in=(RowState.PENDING, RowState.STARTED))
    return meant.exclude(open_).count(), meant.count()

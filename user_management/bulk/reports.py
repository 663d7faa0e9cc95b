"""A bulk change as pages, scripts and files show it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from aws import quotas
from jobs.progress import about
from user_management.bulk.carrying_out import share
from user_management.bulk.models import BulkOperation, BulkRow, RowState
from user_management.bulk.operations import OPERATIONS, Operation
from user_management.bulk.services import seconds_for
from user_management.listing.csv_safety import as_line
from user_management.listing.query import UserQuery

RESULT_COLUMNS = ["username", "label", "state", "code", "words", "next_step", "finished"]
CHUNK = 500


def reasons(bulk: BulkOperation, state: str) -> list[dict[str, Any]]:
    """Why rows are in this state: reason, how many, and one of them as an example; the most frequent first."""
    grouped = (
        bulk.rows.filter(state=state)
        .order_by()
        .values("words")
        .annotate(number=Count("pk"), first=Min("position"))
        .order_by("-number")[:20]
    )
    found = list(grouped)
    examples = dict(bulk.rows.filter(position__in=[one["first"] for one in found]).values_list("position", "label"))
    return [
        {"words": one["words"], "number": one["number"], "example": examples.get(one["first"], "")} for one in found
    ]


def budget_words(operation: Operation, number: int) -> str:
    """How long it takes, and why not less."""
    rate = operation.per_second(share())
    figure = quotas.per_second(operation.quota)
    users = f"{number:,} user{'' if number == 1 else 's'}"
    took = about(seconds_for(number, operation))
    return (
        f"{users} at {rate} a second: {took}. AWS allows {figure} requests a second ({operation.quota.category}) in "
        f"this account and Region; the live app keeps {round((1 - share()) * 100)} %."
    )


def chosen_words(bulk: BulkOperation) -> str:
    """Whom it is about."""
    if bulk.retry_of_id:
        return "Those who were not changed by an earlier attempt."
    if bulk.query is None:
        return "Users chosen by name."
    query = UserQuery.from_params(bulk.query)
    if query.is_empty:
        return "Every user of the pool."
    conditions = [f"“{query.text}”"] if query.text else []
    return f"Every user found by: {', '.join([*conditions, *query.words()])}."


def report(bulk: BulkOperation) -> dict[str, Any]:
    """The change as scripts read it."""
    operation, counts = OPERATIONS[bulk.operation], bulk.counts()
    number = counts[RowState.PENDING]
    job = bulk.at_work
    return {
        "id": bulk.pk,
        "url": bulk.get_absolute_url(),
        "operation": bulk.operation,
        "title": operation.title_with(bulk.arguments),
        "arguments": bulk.arguments,
        "query": bulk.query,
        "state": bulk.state,
        "counts": counts,
        "skipped": reasons(bulk, RowState.SKIPPED),
        "failed": reasons(bulk, RowState.FAILED),
        "messages": bulk.messages,
        "per_second": operation.per_second(share()),
        "seconds": round(seconds_for(number, operation)),
        "reason": bulk.reason,
        "created": bulk.created,
        "created_by": bulk.created_by_name,
        "finished": bulk.finished,
        "retry_of": bulk.retry_of_id,
        "job": job.as_json() if job else None,
    }


def results_csv(bulk: BulkOperation) -> Iterator[bytes]:
    """One line for each user, in the order of the plan; read in pieces, so that any number takes the same memory."""
    yield as_line(RESULT_COLUMNS).encode()
    after = (0, 0)
    while rows := list(_after(bulk, *after)[:CHUNK]):
        lines = []
        for row in rows:
            values = row.as_json() | {"finished": row.finished.isoformat() if row.finished else ""}
            lines.append(as_line([str(values[name]) for name in RESULT_COLUMNS]))
        yield "".join(lines).encode()
        after = (rows[-1].position, rows[-1].pk)


def _after(bulk: BulkOperation, position: int, key: int) -> QuerySet[BulkRow]:
    # Two rows may stand at one place, where the list shifted while it was read.
    following = Q(position__gt=position) | Q(position=position, pk__gt=key)
    return bulk.rows.filter(following, position__gte=position).order_by("position", "pk")

"""Planning a change of many users, starting it, and doing again what failed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import user_groups
from aws.errors import NotFound, Rejected
from jobs import services as jobs
from jobs.models import Job
from user_management.bulk import attribute_values, planning, rows
from user_management.bulk.carrying_out import STEPS, share
from user_management.bulk.models import INTERRUPTED, BulkOperation, BulkRow, BulkState, RowState, save_rows
from user_management.bulk.operations import OPERATIONS, Operation
from user_management.listing.query import UserQuery
from user_management.listing.sources import source_for
from user_management.place import Place
from user_management.pool_rules import rules_of

KIND, PLANNING_KIND = "bulk-change", "bulk-plan"
MOST_NAMED = 100_000
"""User names in one request. More are chosen by a search."""
DEFAULT_SENDER_A_DAY = 50
LONGEST_DEADLINE = timedelta(days=21)
NEVER_REACHED = "Not reached before the change was stopped."


class BulkRefused(Exception):
    """Why it cannot be planned or started, in words that end with what to do; `field` is what they are about."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


def operation_of(key: str) -> Operation:
    """Raises BulkRefused."""
    if key not in OPERATIONS:
        raise BulkRefused(f"There is no bulk operation “{key}”. They are: {', '.join(OPERATIONS)}.", "operation")
    return OPERATIONS[key]


def check_arguments(place: Place, operation: Operation, arguments: Mapping[str, str]) -> dict[str, str]:
    """The operation's own arguments, and nothing else. Raises BulkRefused and AwsError."""
    given = {name: arguments.get(name, "") for name in operation.needs}
    if "group" in given:
        if not given["group"]:
            raise BulkRefused("Choose a group.", "group")
        try:
            user_groups.get_group(place.target, place.pool_id, given["group"])
        except (NotFound, Rejected) as error:
            raise BulkRefused(f"The pool has no group {given['group']}. Choose another one.", "group") from error
    if "name" in given and (problem := attribute_values.problem(rules_of(place).people, given["name"], given["value"])):
        raise BulkRefused(problem, "value" if given["name"] else "name")
    return given


def plan(
    *,
    place: Place,
    operation: str,
    usernames: Sequence[str] | None = None,
    query: UserQuery | None = None,
    arguments: Mapping[str, str] | None = None,
    actor: Actor,
    retry_of: BulkOperation | None = None,
    send: bool = True,
) -> BulkOperation:
    """Work out what would happen to these users, or to all that the query finds. Changes nothing in AWS.

    Up to 30 users by name are worked out at once, everybody else by a job, with `send=False` by whoever runs it. With
    `retry_of` and neither names nor query, the job takes those whom the earlier change has left.
    Raises BulkRefused, and AwsError where AWS cannot be asked.
    """
    what = operation_of(operation)
    given = check_arguments(place, what, arguments or {})
    names = list(dict.fromkeys(name for name in usernames or () if name))
    if query is None and not names and retry_of is None:
        raise BulkRefused("Choose at least one user.", "username")
    if len(names) > MOST_NAMED:
        raise BulkRefused(f"At most {MOST_NAMED:,} users can be named; search for them instead.", "username")
    if any(len(name) > 128 or "\x00" in name for name in names):
        raise BulkRefused("A user name has at most 128 characters. Correct the list.", "username")
    if query is not None:
        source_for(place, query)
    is_small = query is None and 0 < len(names) <= planning.AT_ONCE
    users = planning.read_named(place, names) if is_small else None
    with transaction.atomic():
        bulk = BulkOperation.objects.create(
            environment=place.environment,
            pool_id=place.pool_id,
            operation=what.key,
            arguments=given,
            query=None if query is None else query.to_params(),
            created_by_id=actor.user_id,
            created_by_name=actor.name[:200],
            retry_of=retry_of,
        )
        if users is not None:
            planning.keep_named(place, bulk, names, users)
        else:
            save_rows(
                BulkRow(operation=bulk, position=number, username=name) for number, name in enumerate(names, start=1)
            )
            bulk.planning_job = _planning_job(place, bulk, what, actor, send=send)
        bulk.state = BulkState.PLANNED if users is not None else BulkState.PLANNING
        bulk.save(update_fields=["planning_job", "state"])
    return bulk


def _planning_job(place: Place, bulk: BulkOperation, what: Operation, actor: Actor, *, send: bool) -> Job:
    from user_management.bulk.tasks import work_out

    return jobs.enqueue(
        task=work_out,
        project=place.project,
        environment=place.environment,
        kind=PLANNING_KIND,
        title=f"Work out: {what.title_with(bulk.arguments)}",
        subject=place.pool_id,
        actor=actor,
        steps=planning.STEPS,
        deadline=timedelta(hours=24),
        permission=what.permission,
        return_url=bulk.get_absolute_url(),
        payload={"bulk": bulk.pk},
        pausable=True,
        send=send,
    )


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the person has confirmed: that messages go out, and how many users are deleted, typed as a number."""

    messages: bool = False
    typed: str = ""


def start(
    *, bulk: BulkOperation, actor: Actor, reason: str = "", confirmed: Confirmed | None = None, send: bool = True
) -> Job:
    """Send the job that changes the users who are to be changed. Raises BulkRefused; a second start finds the first."""
    from user_management.bulk.tasks import carry_out

    confirmed = confirmed or Confirmed()
    what = OPERATIONS[bulk.operation]
    # Whatever was read before may be older than the plan that is confirmed here.
    bulk.refresh_from_db()
    if bulk.state == BulkState.PLANNING:
        raise BulkRefused("This is not worked out yet. Wait for the counts.")
    counts = bulk.counts()
    number = counts[RowState.PENDING]
    if bulk.state == BulkState.PLANNED:
        _require_confirmed(bulk, what, number, confirmed)
    with transaction.atomic():
        if bulk.retry_of_id and bulk.state == BulkState.PLANNED:
            _require_alone(bulk, BulkOperation.objects.select_for_update().get(pk=bulk.retry_of_id))
        # The words of a reason may be corrected until the start; the one who comes second changes nothing.
        won = BulkOperation.objects.filter(pk=bulk.pk, state=BulkState.PLANNED).update(
            state=BulkState.STARTED, reason=reason.strip()[:500]
        )
        bulk.refresh_from_db()
        if not won:
            if bulk.job:
                return bulk.job
            raise BulkRefused("The record of its job is gone. Choose the users again.")
        job = jobs.enqueue(
            task=carry_out,
            project=bulk.environment.project,
            environment=bulk.environment,
            kind=KIND,
            title=f"{what.title_with(bulk.arguments)}: {number:,} user{'' if number == 1 else 's'}",
            subject=bulk.pool_id,
            actor=actor,
            steps=STEPS,
            deadline=_deadline(number, what),
            permission=what.permission,
            return_url=bulk.get_absolute_url(),
            payload={"bulk": bulk.pk},
            pausable=True,
            send=send,
        )
        bulk.job = job
        bulk.save(update_fields=["job"])
        record(
            action=Action.BULK_STARTED,
            actor=actor,
            project=bulk.environment.project.slug,
            environment=bulk.environment.name,
            target=f"{what.title_with(bulk.arguments)} ({bulk.pk})",
            after={
                "users": number,
                "skipped": counts[RowState.SKIPPED],
                "arguments": bulk.arguments,
                "query": bulk.query,
            },
            reason=bulk.reason,
        )
    return job


def _require_confirmed(bulk: BulkOperation, what: Operation, number: int, confirmed: Confirmed) -> None:
    if not number:
        raise BulkRefused("There is nobody to change. Choose other users.")
    if sum(bulk.messages.values()) and not confirmed.messages:
        raise BulkRefused("Tick that the messages may be sent.", "messages")
    if what.typed and confirmed.typed.strip().replace(",", "") != str(number):
        raise BulkRefused(f"Type {number}, the number of users that will be deleted.", "typed")


def _require_alone(bulk: BulkOperation, earlier: BulkOperation) -> None:
    """The users of a repetition are in the earlier change as well: one of the two alone may go on with them."""
    if not earlier.is_over:
        raise BulkRefused("The earlier change is at work again. Wait for its end, or cancel it first.")
    if earlier.retries.exclude(pk=bulk.pk).filter(state__in=(BulkState.STARTED, BulkState.FINISHED)).exists():
        raise BulkRefused("These users were repeated meanwhile. Discard this plan, and follow the newer change.")
    settled = earlier.rows.filter(Q(state=RowState.DONE) | Q(code=INTERRUPTED))
    if settled.filter(username__in=bulk.rows.filter(state=RowState.PENDING).values("username")).exists():
        raise BulkRefused("The earlier change went on after this was worked out. Discard this plan, and repeat again.")


def seconds_for(number: int, what: Operation) -> float:
    return number / what.per_second(share())


def _deadline(number: int, what: Operation) -> timedelta:
    """Several times as long as it takes when nobody throttles."""
    return min(timedelta(hours=6) + timedelta(seconds=math.ceil(seconds_for(number, what) * 5)), LONGEST_DEADLINE)


def retry(*, bulk: BulkOperation, actor: Actor, place: Place, send: bool = True) -> BulkOperation:
    """Plan the same for those users alone who failed or were never reached. A second click finds the first one's plan.

    Who may have been written to already is left out: another message is for a person to decide, for each of them.
    Raises BulkRefused and AwsError.
    """
    if not bulk.is_over:
        raise BulkRefused("It is still at work. Wait for its end, or cancel it first.")
    if bulk.state not in (BulkState.STARTED, BulkState.FINISHED):
        raise BulkRefused("It has not been started, so there is nothing to repeat.")
    if again := bulk.repetition:
        return again
    rows.settle_interrupted(bulk, OPERATIONS[bulk.operation])
    number = bulk.left.count()
    if not number:
        interrupted = bulk.rows.filter(code=INTERRUPTED).exists()
        raise BulkRefused(
            "Those who failed may have been written to already. Look at each of them, and repeat it on the user's page."
            if interrupted
            else "Nobody has failed, so there is nothing to repeat."
        )
    few = number <= planning.AT_ONCE
    return plan(
        place=place,
        operation=bulk.operation,
        usernames=list(bulk.left.values_list("username", flat=True)) if few else None,
        arguments=bulk.arguments,
        actor=actor,
        retry_of=bulk,
        send=send,
    )


def discard(*, bulk: BulkOperation) -> bool:
    """Forget a plan that was never started, with what it holds of the users. False for one that was, or is at work."""
    with transaction.atomic():
        # Locked, or a start in this very moment would lose its rows.
        row = BulkOperation.objects.select_for_update().filter(pk=bulk.pk).first()
        is_plan = row is not None and row.state in (BulkState.PLANNED, BulkState.PLANNING) and row.is_over
        if row is None or not is_plan:
            return False
        row.delete()
    return True


def forget() -> None:
    """Delete plans that nobody starts, and what is still held of users whom a stopped change did not reach."""
    for bulk in BulkOperation.objects.abandoned():
        discard(bulk=bulk)
    for bulk in BulkOperation.objects.given_up():
        if not bulk.is_over:
            continue
        with transaction.atomic():
            left = bulk.rows.filter(state__in=(RowState.PENDING, RowState.STARTED))
            left.update(state=RowState.SKIPPED, words=NEVER_REACHED, snapshot={}, finished=timezone.now())
            won = BulkOperation.objects.filter(pk=bulk.pk, state=BulkState.STARTED, job=bulk.job_id)
            won.update(state=BulkState.FINISHED, finished=timezone.now())

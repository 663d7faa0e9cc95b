"""Choosing and taking back the access of functions in an Amplify backend; the pages and a push do it by these.

What is chosen waits in a row until a push has written it. Elsewhere `function_access.direct` applies it at once.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from audit.actions import Action
from audit.record import Actor, record
from auth_import.models import CognitoLink
from backend_state.document.changes import FunctionAccess
from backend_state.document.function_standing import FunctionStanding
from environments.models import Environment
from function_access import operations as known_operations
from function_access.models import FunctionGrant

State = FunctionGrant.State
BY_OTHERS = {"by_others": True}
"""What `before` of a row says that takes away an access this console did not give."""


def grants_of(environment: Environment) -> dict[str, FunctionGrant]:
    """The environment's rows by the name of the function."""
    rows = FunctionGrant.objects.filter(environment=environment).select_related("job__project")
    return {row.function: row for row in rows}


def is_there(standing: FunctionStanding, access: FunctionAccess) -> bool:
    """Whether the backend has exactly this access already, and by a reference to the pool and not by an id."""
    if not access.operations:
        return not standing.has_access
    same = standing.operations == access.operations and set(standing.actions) == set(access.actions)
    return same and not standing.pools


@transaction.atomic
def choose(
    *,
    link: CognitoLink,
    standing: FunctionStanding,
    operations: Sequence[str],
    breadth: str,
    actor: Actor,
    reason: str = "",
) -> FunctionGrant | None:
    """Keep the choice for the next push. None where the backend has it already, and nothing is left to wait.

    The row remembers the access it replaces, so that it can be taken back before a push.
    """
    environment = _locked(link.environment)
    chosen = known_operations.in_order(operations)
    access = FunctionAccess(standing.name, chosen, known_operations.actions(chosen, breadth))
    row = _row(environment, standing.name)
    if is_there(standing, access):
        if row is not None and row.waits:
            _taken_back(row, actor, reason)
        return None
    row = row or FunctionGrant(environment=environment, function=standing.name)
    before = row.values if row.pk else {}
    if row.pk and row.state != State.WANTED and row.before != BY_OTHERS:
        row.before = row.values
    row.take(
        {
            "operations": list(chosen),
            "breadth": breadth,
            "actions": list(access.actions),
            "user_pool_id": link.user_pool_id,
            "user_pool_name": link.user_pool_name,
        }
    )
    row.state, row.changed_by_name = State.WANTED, actor.name[:200]
    row.save()
    _note(Action.FUNCTION_ACCESS_WANTED, row, actor, before=before, after=row.values, reason=reason)
    return row


@transaction.atomic
def take_back(*, environment: Environment, function: str, actor: Actor) -> bool:
    """What waits for a push is no longer wanted. False where nothing waits."""
    row = _row(_locked(environment), function)
    if row is None or not row.waits:
        return False
    _taken_back(row, actor)
    return True


@transaction.atomic
def revoke(
    *, environment: Environment, function: str, standing: FunctionStanding | None, actor: Actor, reason: str = ""
) -> FunctionGrant | None:
    """Take the access away with the next push. None where no push has given any: then nothing waits afterwards.

    `standing` is what the backend has; None where it has no such function. Doing it twice is doing it once.
    """
    environment = _locked(environment)
    row = _row(environment, function)
    if standing is None or not standing.has_access:
        if row is not None and row.waits:
            _taken_back(row, actor, reason)
        if row is not None and row.pk:
            row.delete()
        return None
    if row is not None and row.state == State.REVOKED:
        return row
    if row is None or (row.state == State.WANTED and not _was_ours(row)):
        row = row or FunctionGrant(environment=environment, function=function)
        row.take({"operations": list(standing.operations), "actions": list(standing.actions)})
        row.before = BY_OTHERS
    elif row.state == State.WANTED:
        row.take(row.before)
        row.before = {}
    row.state, row.changed_by_name = State.REVOKED, actor.name[:200]
    row.save()
    _note(Action.FUNCTION_ACCESS_WANTED, row, actor, before=row.values, after={"operations": []}, reason=reason)
    return row


def waiting_changes(environment: Environment) -> tuple[FunctionAccess, ...]:
    """What the next push writes into the functions of an Amplify backend."""
    if not environment.is_amplify:
        return ()
    return tuple(row.change for row in FunctionGrant.objects.to_push(environment))


@transaction.atomic
def take_pushed(environment: Environment, changes: Sequence[FunctionAccess], actor: Actor) -> None:
    """Keep that a push has written these. A choice that was made anew meanwhile goes on waiting. May run twice."""
    environment = _locked(environment)
    link = CognitoLink.objects.filter(environment=environment).first()
    rows = grants_of(environment)
    for change in changes:
        row = rows.get(change.function) or FunctionGrant(environment=environment, function=change.function)
        written = _written(change, link)
        if _is_kept(row, change, written):
            continue
        if row.pk and row.waits and row.change != change:
            row.before = written if change.operations else {}
            row.save()
        elif change.operations:
            row.take(written)
            row.state, row.before, row.changed_by_name = State.APPLIED, {}, row.changed_by_name or actor.name[:200]
            row.save()
        elif row.pk:
            row.delete()
        action = Action.FUNCTION_ACCESS_GRANTED if change.operations else Action.FUNCTION_ACCESS_REVOKED
        _note(action, row, actor, after=written)


def _is_kept(row: FunctionGrant, change: FunctionAccess, written: dict[str, Any]) -> bool:
    """Whether the row says already that this was pushed."""
    if not row.pk:
        return not change.operations
    if row.waits:
        return row.change != change and row.before == (written if change.operations else {})
    return row.change == change


def _written(change: FunctionAccess, link: CognitoLink | None) -> dict[str, Any]:
    return {
        "operations": list(change.operations),
        "breadth": known_operations.breadth_of(change.operations, change.actions) or known_operations.LEAST,
        "actions": list(change.actions),
        "user_pool_id": link.user_pool_id if link else "",
        "user_pool_name": link.user_pool_name if link else "",
    }


def _was_ours(row: FunctionGrant) -> bool:
    """Whether this console had pushed the access that the row would replace."""
    return bool(row.before) and row.before != BY_OTHERS


def _taken_back(row: FunctionGrant, actor: Actor, reason: str = "") -> None:
    """The row says again what was pushed before, or goes where that was nothing of ours."""
    before = row.values
    if row.state == State.REVOKED and row.before != BY_OTHERS:
        row.state = State.APPLIED
        row.save()
    elif row.state == State.WANTED and _was_ours(row):
        row.take(row.before)
        row.state, row.before = State.APPLIED, {}
        row.save()
    else:
        row.delete()
    _note(Action.FUNCTION_ACCESS_WANTED, row, actor, before=before, after={"taken_back": True}, reason=reason)


def _row(environment: Environment, function: str) -> FunctionGrant | None:
    row = FunctionGrant.objects.filter(environment=environment, function=function).first()
    if row is not None:
        row.environment = environment
    return row


def _locked(environment: Environment) -> Environment:
    """Two clicks at once take turns here."""
    return Environment.objects.select_for_update(of=("self",)).select_related("project").get(pk=environment.pk)


def _note(
    action: Action, row: FunctionGrant, actor: Actor, *, before: Any = None, after: Any = None, reason: str = ""
) -> None:
    record(
        action=action,
        actor=actor,
        project=row.environment.project.slug,
        environment=row.environment.name,
        target=f"function {row.function}",
        before=before,
        after=after,
        reason=reason,
    )

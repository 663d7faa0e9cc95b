"""The body of the job that takes a function's access away: what was found before it was given is put back.

What somebody else has changed since is left alone but for our own statement, and the job says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from audit.actions import Action
from audit.record import Actor, record
from aws import functions, roles
from aws.errors import AwsError, NotFound
from aws.functions import FunctionWithVariables
from aws.side_by_side import Together
from aws.target import AwsTarget
from environments.models import Environment
from function_access.direct.restore import Policy, PolicyChange, Restore, VariableChange, without_ours
from function_access.direct.settling import agreed, settled, updated
from function_access.direct.sharing import hand_over, who_found
from function_access.models import FunctionGrant
from jobs.lifecycle import JobFailed, Run

KIND = "take-function-access"
STEPS = (
    ("check", "See what is there by now"),
    ("policy", "Take the actions out of the function’s role"),
    ("variable", "Put the environment variable back"),
    ("verify", "Read both back"),
)
_GONE = "gone"


@dataclass(frozen=True, slots=True)
class RevokePlan:
    """What taking the access away would change: `before` is what is there now. `notes` say what stays, and why."""

    function: str
    variables: tuple[VariableChange, ...]
    policies: tuple[PolicyChange, ...]
    notes: tuple[str, ...]


def grant_of(environment: Environment, function: str) -> FunctionGrant:
    """The row of an access that was given directly. Raises LookupError where there is none."""
    grant = FunctionGrant.objects.filter(environment=environment, function=function).first()
    if grant is None or Restore.of(grant.before) is None:
        raise LookupError(function)
    return grant


def revoke_plan_of(environment: Environment, function: str) -> RevokePlan:
    """What would be changed. Reads only. Raises LookupError where no access was given directly, and AwsError."""
    restore = Restore.from_dict(grant_of(environment, function).before)
    read, policies = _read(environment.target, function, restore)
    notes: list[str] = []
    return RevokePlan(
        function=function,
        variables=tuple(_variables(environment, function, restore, read, notes)),
        policies=tuple(_policies(restore, policies, notes)),
        notes=tuple(notes),
    )


Read = Mapping[tuple[str, str], Policy | str | None]
"""The policies by role and name; `_GONE` where the role itself is."""


def _read(target: AwsTarget, function: str, restore: Restore) -> tuple[FunctionWithVariables | None, Read]:
    with Together() as together:
        names = [one.name for one in restore.variables]
        reading = together.start(functions.get_with_variables, target, function, names)
        found = {(one.role, one.name): together.start(_policy, target, one.role, one.name) for one in restore.policies}
        try:
            read: FunctionWithVariables | None = reading.result()
        except NotFound:
            read = None
        return read, {key: one.result() for key, one in found.items()}


def _policy(target: AwsTarget, role: str, name: str) -> Policy | str | None:
    try:
        return roles.policy_or_none(target, role, name)
    except NotFound:
        return _GONE


def _variables(
    environment: Environment,
    function: str,
    restore: Restore,
    read: FunctionWithVariables | None,
    notes: list[str],
) -> Iterator[VariableChange]:
    if read is None:
        notes.append(f"The function {function} does not exist any more, so there is no variable to put back.")
        return
    if read.function.unreadable:
        notes.append(f"Lambda cannot show the variables of {function}: {read.function.unreadable}")
        yield from (VariableChange(one.name, one.after, one.before) for one in restore.variables if one.needed)
        return
    others = who_found(environment, function, restore)
    for one in restore.variables:
        present = read.values[one.name]
        if present == one.before:
            continue
        if present != one.after:
            notes.append(f"Somebody has changed {one.name} meanwhile; it stays as it is.")
        elif one.name in others:
            notes.append(f"{one.name} stays: the environment {others[one.name].environment.name} needs it too.")
        else:
            yield VariableChange(one.name, present, one.before)


def _policies(restore: Restore, found: Read, notes: list[str]) -> Iterator[PolicyChange]:
    for one in restore.policies:
        present = found[one.role, one.name]
        if isinstance(present, str):
            notes.append(f"The role {one.role} does not exist any more, and its policies went with it.")
        elif present == one.after:
            yield PolicyChange(one.role, one.name, present, one.before)
        elif present is not None and present != one.before:
            rest = without_ours(present)
            if rest == present:
                notes.append(f"Somebody has rewritten the policy {one.name} meanwhile; it stays as it is.")
            else:
                notes.append(
                    f"Somebody has changed the policy {one.name} meanwhile: only the console's statement goes."
                )
                yield PolicyChange(one.role, one.name, present, rest)


def take(run: Run) -> None:
    """The job's body. It looks anew at every attempt and does what is left to do."""
    environment, function = run.job.environment, run.job.payload["function"]
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing was changed.")
    target = environment.target
    with run.step("check") as step:
        try:
            plan = revoke_plan_of(environment, function)
        except LookupError:
            # An attempt that came to its end before its job could say so.
            plan = RevokePlan(function, (), (), ())
        notes = list(dict.fromkeys([*run.job.result.get("notes", []), *plan.notes]))
        run.report(notes=notes)
        step.detail = " ".join(notes)
    try:
        with run.step("policy") as step:
            for policy in plan.policies:
                roles.change_inline_policy(target, policy.role, policy.name, before=policy.before, after=policy.after)
            step.detail = ", ".join(one.name for one in plan.policies) or "Nothing to change"
        with run.step("variable") as step:
            if plan.variables:
                settled(run, target, function)
                functions.change_variables(
                    target,
                    function,
                    before={one.name: one.before for one in plan.variables},
                    after={one.name: one.after for one in plan.variables},
                )
            step.detail = ", ".join(one.name for one in plan.variables) or "Nothing to change"
        with run.step("verify"):
            if plan.variables:
                updated(run, target, function)
            if not agreed(run, lambda: _is_done(target, plan)):
                raise JobFailed("AWS does not answer with what was written.", next_step="Retry.")
            _done(run, environment, function, notes)
    except (JobFailed, AwsError) as failure:
        raise JobFailed(
            failure.words,
            next_step=f"{failure.next_step} Retry takes away what is left of the access.".strip(),
            code=failure.code,
            message=failure.message,
            action=failure.action,
            request_id=failure.request_id,
        ) from failure


def _is_done(target: AwsTarget, plan: RevokePlan) -> bool:
    if any(roles.policy_or_none(target, one.role, one.name) != one.after for one in plan.policies):
        return False
    if not plan.variables:
        return True
    read = functions.get_with_variables(target, plan.function, [one.name for one in plan.variables])
    return all(read.values[one.name] == one.after for one in plan.variables)


@transaction.atomic
def _done(run: Run, environment: Environment, function: str, notes: list[str]) -> None:
    """The row goes, and the activity says so, together; what another environment needs is handed over to its row."""
    grant = FunctionGrant.objects.select_for_update().filter(environment=environment, function=function).first()
    restore = Restore.of(grant.before) if grant else None
    if grant is None or restore is None:
        return
    hand_over(restore, who_found(environment, function, restore))
    record(
        action=Action.FUNCTION_ACCESS_REVOKED,
        actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
        project=environment.project.slug,
        environment=environment.name,
        target=f"function {function}",
        reason=run.job.payload.get("reason", ""),
        before=_shown(restore, "after") | {"user_pool_id": grant.user_pool_id, "operations": grant.operations},
        after=_shown(restore, "before") | ({"left": notes} if notes else {}),
    )
    grant.delete()


def _shown(restore: Restore, side: str) -> dict[str, Any]:
    return {
        "variables": {one.name: getattr(one, side) for one in restore.variables},
        "policies": {one.name: getattr(one, side) for one in restore.policies},
    }

"""The body of the job that gives a function access to the linked pool, as it was reviewed and in no other way."""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction

from audit.actions import Action
from audit.record import Actor, record
from auth_import.models import CognitoLink
from aws import functions, roles
from aws.errors import AwsError, NotFound
from aws.target import AwsTarget
from environments.models import Environment
from function_access.direct.plan import DirectPlan
from function_access.direct.restore import Restore
from function_access.direct.settling import agreed, settled, updated
from function_access.direct.sharing import hand_over, who_found
from function_access.models import FunctionGrant
from jobs.lifecycle import JobFailed, Run

KIND = "give-function-access"
STEPS = (
    ("check", "Compare with what was reviewed"),
    ("policy", "Allow the actions in a policy of the function’s role"),
    ("variable", "Tell the function the pool’s id"),
    ("verify", "Read both back"),
)
DEADLINE = timedelta(minutes=10)


def give(run: Run) -> None:
    """The job's body. Each write is made only where what is there is as reviewed, or as wanted already.

    What is to be put back some day is kept before the first write. A failure says what may have been written.
    """
    environment, plan = run.job.environment, DirectPlan.from_dict(run.job.payload["plan"])
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing was changed.")
    target = environment.target
    try:
        with run.step("check"):
            _check(environment, plan)
            _keep(run, environment, plan)
        with run.step("policy") as step:
            for policy in plan.policies:
                roles.change_inline_policy(target, policy.role, policy.name, before=policy.before, after=policy.after)
            step.detail = plan.policy.name
        with run.step("variable") as step:
            settled(run, target, plan.function)
            functions.change_variables(
                target,
                plan.function,
                before={one.name: one.before for one in plan.variables},
                after={one.name: one.after for one in plan.variables},
            )
            step.detail = f"{plan.variable.name} = {plan.user_pool_id}"
        with run.step("verify"):
            updated(run, target, plan.function)
            if not agreed(run, lambda: _is_there(target, plan)):
                raise JobFailed("AWS does not answer with what was written.", next_step="Retry.")
            _done(run, environment, plan)
    except (JobFailed, AwsError) as failure:
        raise JobFailed(
            failure.words,
            next_step=f"{failure.next_step} {_standing(run, environment, plan)}".strip(),
            code=failure.code,
            message=failure.message,
            action=failure.action,
            request_id=failure.request_id,
        ) from failure


def _check(environment: Environment, plan: DirectPlan) -> None:
    """Raises JobFailed where AWS, or the link, is no longer as the plan was made from."""
    link = CognitoLink.objects.filter(environment=environment).first()
    if link is None or link.user_pool_id != plan.user_pool_id:
        raise _changed(f"{plan.user_pool_name} is no longer the linked user pool")
    target = environment.target
    read = functions.get_with_variables(target, plan.function, [one.name for one in plan.variables])
    if read.function.role_arn != plan.role_arn:
        raise _changed(f"The function {plan.function} has another role, {read.function.role_arn}")
    if read.function.unreadable:
        raise _changed(
            f"The environment variables of {plan.function} were encrypted with a key the console may not use"
        )
    size = read.size_with({one.name: one.after for one in plan.variables})
    if size > max(functions.LARGEST_VARIABLES, read.function.variables_size):
        raise _changed(f"The environment variables of {plan.function} have grown, so that this has no room any more,")
    for variable in plan.variables:
        if read.values[variable.name] not in (variable.before, variable.after):
            raise _changed(f"The variable {variable.name} of {plan.function} was changed")
    for policy in plan.policies:
        if roles.policy_or_none(target, policy.role, policy.name) not in (policy.before, policy.after):
            raise _changed(f"The policy {policy.name} of the role {policy.role} was changed")


def _changed(what: str) -> JobFailed:
    return JobFailed(
        f"{what} since this was reviewed.",
        next_step="Go back to the function and review the new difference.",
        code="ChangedMeanwhile",
    )


@transaction.atomic
def _keep(run: Run, environment: Environment, plan: DirectPlan) -> None:
    """Write down what is found, once for a plan: an attempt that comes after a write would find that one's work."""
    grant = FunctionGrant.objects.select_for_update().filter(environment=environment, function=plan.function).first()
    grant = grant or FunctionGrant(environment=environment, function=plan.function)
    earlier = Restore.of(grant.before)
    if earlier is not None and earlier.plan == plan.digest:
        if grant.job_id != run.job.pk:
            grant.job, grant.state = run.job, FunctionGrant.State.UNFINISHED
            grant.save()
        return
    run.report(earlier={**grant.values, "before": grant.before, "state": grant.state} if grant.pk else None)
    first = _on_top(environment, plan.function, earlier) if earlier else Restore(function_arn=plan.function_arn)
    grant.before = first.followed_by(plan.variables, plan.policies, plan=plan.digest).to_dict()
    grant.operations, grant.breadth, grant.actions = list(plan.operations), plan.breadth, list(plan.actions)
    grant.user_pool_id, grant.user_pool_name = plan.user_pool_id, plan.user_pool_name
    grant.state, grant.changed_by_name = FunctionGrant.State.UNFINISHED, run.job.actor_name
    grant.job = run.job
    grant.save()


def _on_top(environment: Environment, function: str, earlier: Restore) -> Restore:
    """The record of the earlier access without the variables that another environment has set since.

    That environment gets what this one found first, and this one goes back to what it finds now.
    """
    found = who_found(environment, function, earlier)
    hand_over(earlier, found)
    return replace(earlier, variables=tuple(one for one in earlier.variables if one.name not in found))


def _is_there(target: AwsTarget, plan: DirectPlan) -> bool:
    read = functions.get_with_variables(target, plan.function, [one.name for one in plan.variables])
    return all(read.values[one.name] == one.after for one in plan.variables) and all(
        roles.policy_or_none(target, one.role, one.name) == one.after for one in plan.policies
    )


@transaction.atomic
def _done(run: Run, environment: Environment, plan: DirectPlan) -> None:
    """The row and the activity say so together, and once however often this runs."""
    rows = FunctionGrant.objects.filter(environment=environment, function=plan.function)
    if not rows.exclude(state=FunctionGrant.State.APPLIED).update(state=FunctionGrant.State.APPLIED, job=run.job):
        return
    record(
        action=Action.FUNCTION_ACCESS_GRANTED,
        actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
        project=environment.project.slug,
        environment=environment.name,
        target=f"function {plan.function}",
        reason=run.job.payload.get("reason", ""),
        before={
            "variables": {one.name: one.before for one in plan.variables},
            "policies": {one.name: one.before for one in plan.policies},
        },
        after={
            "variables": {one.name: one.after for one in plan.variables},
            "policies": {one.name: one.after for one in plan.policies},
            "user_pool_id": plan.user_pool_id,
            "operations": list(plan.operations),
        },
    )


def _standing(run: Run, environment: Environment, plan: DirectPlan) -> str:
    """What of the plan is in AWS by now. Where nothing is, the row says again what it said before the job."""
    try:
        made = _made(environment.target, plan)
    except AwsError:
        return "How much of it is in AWS by now could not be read. Retry goes on from there."
    if not made:
        _put_back(run, environment, plan)
        return "Nothing was changed."
    return (
        f"Changed by now: {', '.join(made)}. Retry goes on from there; taking the access away on the function's page "
        "puts everything back as it was."
    )


def _made(target: AwsTarget, plan: DirectPlan) -> list[str]:
    made = []
    for policy in plan.policies:
        try:
            present = roles.policy_or_none(target, policy.role, policy.name)
        except NotFound:
            continue
        if policy.needed and present == policy.after:
            made.append(f"the policy {policy.name} of the role {policy.role}")
    try:
        values = functions.get_with_variables(target, plan.function, [one.name for one in plan.variables]).values
    except NotFound:
        return made
    changed = [one.name for one in plan.variables if one.needed and values[one.name] == one.after]
    return [*made, *(f"the variable {name}" for name in changed)]


@transaction.atomic
def _put_back(run: Run, environment: Environment, plan: DirectPlan) -> None:
    grant = FunctionGrant.objects.select_for_update().filter(environment=environment, function=plan.function).first()
    if grant is None or grant.job_id != run.job.pk or "earlier" not in run.job.result:
        return
    earlier = run.job.result["earlier"]
    if earlier is None:
        grant.delete()
        return
    grant.take(earlier)
    grant.save()

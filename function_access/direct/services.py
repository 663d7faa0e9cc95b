"""Starting the jobs that give a function access and take it away."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from audit.record import Actor
from environments.models import Environment
from environments.permissions import Permission
from function_access import tasks
from function_access.direct import giving, taking
from function_access.direct.plan import DirectPlan
from function_access.direct.taking import RevokePlan as RevokePlan
from function_access.direct.taking import revoke_plan_of as revoke_plan_of
from function_access.models import FunctionGrant
from jobs import services as jobs
from jobs.models import Job


class Refused(Exception):
    """The plan cannot be carried out; the text says why."""


@transaction.atomic
def start(*, environment: Environment, plan: DirectPlan, actor: Actor, reason: str = "", send: bool = True) -> Job:
    """The job that carries out a reviewed plan. Asking again while one is at work on the function finds that one.

    Raises Refused for a plan with refusals.
    """
    if plan.refusals:
        raise Refused(" ".join(plan.refusals))
    return _started(
        environment,
        plan.function,
        kind=giving.KIND,
        title=f"Give {plan.function} access to {plan.user_pool_name}",
        steps=giving.STEPS,
        actor=actor,
        payload={"plan": plan.to_dict(), "reason": reason},
        send=send,
    )


@transaction.atomic
def revoke(*, environment: Environment, function: str, actor: Actor, reason: str = "", send: bool = True) -> Job:
    """The job that takes a function's access away. Asking again while one is at work on the function finds that one.

    Raises LookupError where this console has given the function none directly.
    """
    grant = taking.grant_of(environment, function)
    job = _started(
        environment,
        function,
        kind=taking.KIND,
        title=f"Take away {function}’s access to {grant.user_pool_name}",
        steps=taking.STEPS,
        actor=actor,
        payload={"function": function, "reason": reason},
        send=send,
    )
    FunctionGrant.objects.filter(pk=grant.pk).update(job=job)
    return job


def at_work(environment: Environment, function: str) -> Job | None:
    """The unfinished job on a function, whichever it is."""
    kinds = (giving.KIND, taking.KIND)
    return Job.objects.filter(environment=environment, kind__in=kinds, subject=function).unfinished().first()


def _started(
    environment: Environment,
    function: str,
    *,
    kind: str,
    title: str,
    steps: tuple[tuple[str, str], ...],
    actor: Actor,
    payload: Mapping[str, Any],
    send: bool,
) -> Job:
    # Two clicks at once take turns here, so that the second one sees the first one's job.
    Environment.objects.select_for_update(of=("self",)).get(pk=environment.pk)
    running = at_work(environment, function)
    if running:
        return running
    project = environment.project
    return jobs.enqueue(
        task=tasks.give_access if kind == giving.KIND else tasks.take_access,
        project=project,
        environment=environment,
        kind=kind,
        title=title,
        actor=actor,
        steps=steps,
        deadline=giving.DEADLINE,
        permission=Permission.GRANT_FUNCTIONS,
        subject=function,
        return_url=reverse("function", kwargs={"project": project.slug, "env": environment.name, "function": function}),
        payload=payload,
        send=send,
    )

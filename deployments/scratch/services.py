"""Starting what makes Cognito resources from nothing, or removes them; the pages and scripts do the same."""

import secrets
from dataclasses import replace

from django.db import transaction
from django.urls import reverse

from audit.record import Actor
from auth_import.models import CognitoLink
from deployments.scratch import cleaning, create_job, preview_job, remove_job
from deployments.scratch.models import Phase, PlannedAuth
from deployments.scratch.obstacles import at_work, at_work_words, blocking, obstacle
from deployments.scratch.removal import Removal
from deployments.scratch.tasks import create_scratch, preview_scratch, remove_managed
from deployments.scratch.template import NewAuth, render, stack_name
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.models import Job


class NotPossible(Exception):
    """Why this cannot be done now, in words for the person who asked."""


def _locked(environment: Environment) -> Environment:
    """Two clicks at once take turns here, so that the second one sees the first one's job."""
    return Environment.objects.select_for_update().get(pk=environment.pk)


@transaction.atomic
def plan(*, environment: Environment, new: NewAuth, actor: Actor, send: bool = True) -> PlannedAuth:
    """The row of what is wanted, and the job that previews it. The same wish sent twice finds the first one's job.

    Raises NotPossible where the environment is linked, or something is at work.
    """
    _locked(environment)
    choices = new.to_dict()
    running = PlannedAuth.objects.filter(environment=environment, phase=Phase.NEW).select_related(
        "preview_job__project"
    )
    for row in running:
        if row.choices == choices and row.preview_job and not row.preview_job.is_finished:
            return row
    in_the_way = obstacle(environment)
    if in_the_way:
        raise NotPossible(in_the_way)
    planned = PlannedAuth.objects.create(
        environment=environment,
        choices=choices,
        template=render(new),
        stack_name=stack_name(new, secrets.token_hex(3)),
        created_by_name=actor.name[:200],
    )
    planned.preview_job = jobs.enqueue(
        task=preview_scratch,
        project=environment.project,
        environment=environment,
        kind=preview_job.KIND,
        title=f"Preview new Cognito resources for {environment.name}",
        actor=actor,
        steps=preview_job.STEPS,
        deadline=preview_job.DEADLINE,
        permission=Permission.IMPORT_AUTH,
        subject=planned.stack_name,
        return_url=planned.form_url,
        payload={"planned": planned.pk},
        send=send,
    )
    planned.save(update_fields=["preview_job"])
    return planned


@transaction.atomic
def apply(*, planned: PlannedAuth, actor: Actor, send: bool = True) -> Job:
    """The job that makes what was reviewed. Asking twice finds the same job. Raises NotPossible."""
    _locked(planned.environment)
    planned = PlannedAuth.objects.select_related("environment__project", "job__project").get(pk=planned.pk)
    if planned.job and not planned.job.is_finished:
        return planned.job
    if planned.phase == Phase.DONE and planned.job:
        return planned.job
    if planned.phase != Phase.PLANNED:
        raise NotPossible(
            "This plan is still being previewed." if planned.phase == Phase.NEW else "This plan was used already."
        )
    environment = planned.environment
    in_the_way = obstacle(environment)
    if in_the_way:
        raise NotPossible(in_the_way)
    job = jobs.enqueue(
        task=create_scratch,
        project=environment.project,
        environment=environment,
        kind=create_job.KIND,
        title=f"Create new Cognito resources for {environment.name}",
        actor=actor,
        steps=create_job.STEPS,
        deadline=create_job.DEADLINE,
        permission=Permission.FIX_AWS,
        subject=planned.stack_name,
        return_url=planned.get_absolute_url(),
        payload={"planned": planned.pk},
        send=send,
    )
    planned.move_to(Phase.APPLYING, origins=(Phase.PLANNED,), job=job)
    return job


def throw_away(planned: PlannedAuth) -> bool:
    """Delete the plan's change set and its empty stack; False where that was done before.

    Raises NotPossible where it is in use, cleaning.NotCleanable where the stack holds resources, and AwsError.
    """
    for job in (planned.preview_job, planned.job):
        if job and not job.is_finished:
            raise NotPossible(f"“{job.title}” is at work on this plan. Cancel it first, or wait until it has finished.")
    if planned.phase == Phase.DONE:
        raise NotPossible("This plan was carried out. Its resources are removed on the Authentication page.")
    return planned.phase != Phase.DISCARDED and cleaning.clean(planned)


@transaction.atomic
def start_removal(*, link: CognitoLink, actor: Actor, export: bool, unprotect: bool, send: bool = True) -> Job:
    """The job that removes what the console made. Asking again while it is at work finds it. Raises NotPossible."""
    environment = link.environment
    _locked(environment)
    running = at_work(environment)
    if running and running.kind == remove_job.KIND:
        return running
    words = [*blocking(link), at_work_words(environment)]
    if any(words):
        raise NotPossible(" ".join(filter(None, words)))
    removal = Removal(
        stack=link.managed_stack,
        pool=link.user_pool_id,
        pool_name=link.user_pool_name,
        identity_pool=link.identity_pool_id,
        export=export,
        unprotect=unprotect,
    )
    job = jobs.enqueue(
        task=remove_managed,
        project=environment.project,
        environment=environment,
        kind=remove_job.KIND,
        title=f"Remove {link.user_pool_name} and what belongs to it",
        actor=actor,
        steps=remove_job.steps_of(removal),
        deadline=remove_job.DEADLINE,
        permission=Permission.UNLINK_AUTH,
        subject=link.user_pool_id,
        return_url=reverse("authentication", args=[environment.project.slug, environment.name]),
        payload=removal.as_payload(),
        send=send,
    )
    # A retry is another job; what this one has exported is found by the id of the first of them.
    job.payload = replace(removal, origin=job.pk).as_payload()
    job.save(update_fields=["payload"])
    return job

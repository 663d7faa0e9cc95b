"""The app's tasks, each beside what decides whether to send it."""

from celery import shared_task
from django.db import transaction

from audit.record import Actor
from auth_import import identity_pool_job, import_job
from auth_import.models import PlannedImport
from auth_import.observation import Choice
from auth_import.watch.tasks import watch_due as watch_due
from environments.models import Environment
from environments.permissions import Permission
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job


@shared_task
def apply_import(job_id: str) -> None:
    lifecycle.perform(job_id, import_job.apply_import)


def start_import(*, planned: PlannedImport, actor: Actor, return_url: str = "", send: bool = True) -> Job:
    """The job that applies a reviewed plan. Asking twice, by a double click or a replayed form, finds the same job."""
    with transaction.atomic():
        # Without a join: after waiting for the lock, PostgreSQL would answer the joined job as it was before.
        locked = PlannedImport.objects.select_for_update().get(pk=planned.pk)
        if locked.job:
            return locked.job
        environment = planned.environment
        job = jobs.enqueue(
            task=apply_import,
            project=environment.project,
            environment=environment,
            kind="import",
            title=f"{'Swap' if locked.plan.replaces else 'Import'} {locked.plan.outputs.user_pool_name} into "
            f"{environment.name}",
            actor=actor,
            steps=import_job.STEPS,
            deadline=import_job.DEADLINE,
            permission=Permission.IMPORT_AUTH,
            subject=locked.plan.choice.user_pool_id,
            return_url=return_url,
            payload={"planned_import": planned.pk},
            send=send,
        )
        locked.job = job
        locked.save(update_fields=["job"])
    return job


@shared_task
def create_identity_pool(job_id: str) -> None:
    lifecycle.perform(job_id, identity_pool_job.create)


@transaction.atomic
def start_identity_pool(*, environment: Environment, choice: Choice, actor: Actor, name: str = "") -> Job:
    """The job that creates the identity pool `name`. Asking again while one is at work finds that one."""
    # Two clicks at once take turns here, so that the second one sees the first one's job.
    Environment.objects.select_for_update().get(pk=environment.pk)
    running = identity_pool_job.at_work(environment)
    if running:
        return running
    name = name or identity_pool_job.pool_name(environment)
    return jobs.enqueue(
        task=create_identity_pool,
        project=environment.project,
        environment=environment,
        kind=identity_pool_job.KIND,
        title=f"Create the identity pool {name}",
        actor=actor,
        steps=identity_pool_job.STEPS,
        deadline=identity_pool_job.DEADLINE,
        permission=Permission.FIX_AWS,
        subject=choice.user_pool_id,
        payload={
            "name": name,
            "user_pool_id": choice.user_pool_id,
            "web_client_id": choice.web_client_id,
            "native_client_id": choice.native_client_id,
        },
    )

"""The app's tasks, each beside what decides whether to send it."""

from celery import shared_task
from django.db import transaction

from audit.record import Actor
from deployments import create_backend_job, preview_job, pull_job, push_job
from deployments.cloning.tasks import make_clone as make_clone
from deployments.cloning.tasks import undo_clone as undo_clone
from deployments.create_backend_job import NewBackend
from deployments.deleting.tasks import delete_backend as delete_backend
from deployments.finishing.tasks import finish_due as finish_due
from deployments.finishing.tasks import finish_unlink as finish_unlink
from deployments.scratch.tasks import create_scratch as create_scratch
from deployments.scratch.tasks import forget_exports as forget_exports
from deployments.scratch.tasks import preview_scratch as preview_scratch
from deployments.scratch.tasks import remove_managed as remove_managed
from environments.models import Project
from environments.permissions import Permission
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job


@shared_task
def create_backend(job_id: str) -> None:
    lifecycle.perform(job_id, create_backend_job.create)


@transaction.atomic
def start_backend(
    *, project: Project, wanted: NewBackend, actor: Actor, return_url: str = "", send: bool = True
) -> Job:
    """The job that makes an Amplify app and its first environment.

    Asking again while one of that environment is at work, by a double click or a replayed form, finds that one.
    """
    # Two clicks at once take turns here, so that the second one sees the first one's job.
    Project.objects.select_for_update().get(pk=project.pk)
    at_work = Job.objects.filter(project=project, kind=create_backend_job.KIND).unfinished()
    for job in at_work:
        if job.payload.get("env") == wanted.env:
            return job
    job = jobs.enqueue(
        task=create_backend,
        project=project,
        kind=create_backend_job.KIND,
        title=f"Create the Amplify app {wanted.name} with the environment {wanted.env}"
        if not wanted.app
        else f"Create the environment {wanted.env} of the Amplify app {wanted.name}",
        actor=actor,
        steps=create_backend_job.STEPS,
        deadline=create_backend_job.DEADLINE,
        permission=Permission.MANAGE_ENVIRONMENTS,
        subject=wanted.stack_name,
        return_url=return_url,
        payload=wanted.as_payload(),
        send=send,
    )
    # What the job makes carries its id; a retry, which is another job, gets the same one with its payload.
    job.payload["origin"] = job.pk
    job.save(update_fields=["payload"])
    return job


@shared_task
def preview_push(job_id: str) -> None:
    lifecycle.perform(job_id, preview_job.preview)


@shared_task(time_limit=int(push_job.DEADLINE.total_seconds()) + 300)
def push_environment(job_id: str) -> None:
    lifecycle.perform(job_id, push_job.push)


@shared_task
def pull_environment(job_id: str) -> None:
    lifecycle.perform(job_id, pull_job.pull)


@shared_task
def recover() -> None:
    """Sent by the schedule: pushes that were interrupted for good are finished or undone."""
    # The services send the tasks above, so they can only be imported here.
    from deployments import services

    services.recover()

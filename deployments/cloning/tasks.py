"""The tasks of new environments. They have their own file because services send them and bodies do the work."""

from celery import shared_task

from deployments.cloning import job, undo
from jobs import lifecycle


@shared_task
def make_clone(job_id: str) -> None:
    lifecycle.perform(job_id, job.clone)


@shared_task(time_limit=int(undo.DEADLINE.total_seconds()) + 300)
def undo_clone(job_id: str) -> None:
    lifecycle.perform(job_id, undo.undo)

"""The tasks of making Cognito resources from nothing, and of removing them."""

from celery import shared_task

from deployments.scratch import create_job, exporting, preview_job, remove_job
from jobs import lifecycle


@shared_task
def preview_scratch(job_id: str) -> None:
    lifecycle.perform(job_id, preview_job.preview)


@shared_task(time_limit=int(create_job.DEADLINE.total_seconds()) + 300)
def create_scratch(job_id: str) -> None:
    lifecycle.perform(job_id, create_job.create)


@shared_task(time_limit=1800)
def remove_managed(job_id: str) -> None:
    lifecycle.perform(job_id, remove_job.remove)


@shared_task
def forget_exports() -> None:
    """Sent by the schedule: exports whose week is over."""
    exporting.forget_expired()

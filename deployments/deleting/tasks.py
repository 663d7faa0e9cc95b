"""The task that deletes a backend."""

from celery import shared_task

from deployments.deleting import job
from jobs import lifecycle


@shared_task(time_limit=int(job.DEADLINE.total_seconds()) + 300)
def delete_backend(job_id: str) -> None:
    lifecycle.perform(job_id, job.delete_backend)

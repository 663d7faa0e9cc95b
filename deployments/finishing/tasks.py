"""The tasks: one unlink taken out of its backend, and the schedule's look for those that are due."""

from datetime import timedelta

from celery import shared_task

from jobs import lifecycle

DEADLINE = timedelta(hours=1)
"""Of one attempt, the push included."""


@shared_task(time_limit=int(DEADLINE.total_seconds()) + 300)
def finish_unlink(job_id: str) -> None:
    # What it does is built on the services, which send tasks, so it can only be imported here.
    from deployments.finishing import job

    lifecycle.perform(job_id, job.finish)


@shared_task
def finish_due() -> None:
    """Sent by the schedule: unlinks whose resource is still in the cloud are tried again."""
    from deployments.finishing import services

    services.start_due()

from celery import shared_task

from jobs import lifecycle
from user_management.bulk import carrying_out, planning, services


@shared_task
def work_out(job_id: str) -> None:
    lifecycle.perform(job_id, planning.work_out)


@shared_task
def carry_out(job_id: str) -> None:
    lifecycle.perform(job_id, carrying_out.carry_out)


@shared_task
def forget() -> None:
    """Sent by the schedule every hour."""
    services.forget()

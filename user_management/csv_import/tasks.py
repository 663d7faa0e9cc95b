from celery import shared_task

from jobs import lifecycle
from user_management.csv_import import by_cognito, keeping, one_by_one, services


@shared_task
def check_file(job_id: str) -> None:
    lifecycle.perform(job_id, services.read_file)


@shared_task
def run_rows(job_id: str) -> None:
    lifecycle.perform(job_id, one_by_one.run_rows)


@shared_task
def run_cognito_job(job_id: str) -> None:
    lifecycle.perform(job_id, by_cognito.run_job)


@shared_task
def forget_expired() -> None:
    """Sent by the schedule every ten minutes."""
    keeping.forget_expired()

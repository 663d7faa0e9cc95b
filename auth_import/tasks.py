from celery import shared_task

from auth_import import services
from jobs import lifecycle


@shared_task
def apply_import(job_id: str) -> None:
    lifecycle.perform(job_id, services.apply_import)

from celery import shared_task

from auth_import import new_identity_pool, services
from jobs import lifecycle


@shared_task
def apply_import(job_id: str) -> None:
    lifecycle.perform(job_id, services.apply_import)


@shared_task
def create_identity_pool(job_id: str) -> None:
    lifecycle.perform(job_id, new_identity_pool.create)

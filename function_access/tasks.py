"""The app's tasks; `function_access.direct.services` decides whether to send one."""

from celery import shared_task

from function_access.direct import giving, taking
from jobs import lifecycle


@shared_task
def give_access(job_id: str) -> None:
    lifecycle.perform(job_id, giving.give)


@shared_task
def take_access(job_id: str) -> None:
    lifecycle.perform(job_id, taking.take)

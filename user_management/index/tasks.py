from celery import shared_task

from jobs import lifecycle
from user_management.index import filling, services
from user_management.place import NotLinked, place_of


@shared_task
def fill_index(job_id: str) -> None:
    lifecycle.perform(job_id, filling.fill)


@shared_task
def refresh_due() -> None:
    """Sent by the schedule every minute: refreshes the indexes whose time has come."""
    for index in services.due():
        try:
            place = place_of(index.environment)
        except NotLinked:
            continue
        if place.pool_id == index.pool_id:
            services.refresh(index=index, place=place, actor=services.CONSOLE)

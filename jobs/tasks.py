from celery import shared_task

from jobs import services


@shared_task
def tick() -> None:
    """Sent by the schedule every ten seconds, and once when a worker starts."""
    services.tick()

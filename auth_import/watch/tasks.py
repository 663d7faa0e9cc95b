"""The schedule's task."""

from celery import shared_task

from auth_import.watch import passing


@shared_task
def watch_due() -> None:
    """Sent by the schedule every minute: looks at every linked environment whose time has come."""
    passing.run_pass()

from celery import shared_task

from environments.notifications import outbox


@shared_task(soft_time_limit=45, time_limit=75)
def deliver(delivery_id: str) -> None:
    """One attempt. It ends before another worker may take the delivery for abandoned."""
    outbox.deliver(delivery_id)


@shared_task
def hand_out_due() -> None:
    """Sent by the schedule every half minute: deliveries whose time has come, or whose worker died."""
    outbox.hand_out_due()


@shared_task
def forget_old() -> None:
    """Sent by the schedule every hour."""
    outbox.forget_old()

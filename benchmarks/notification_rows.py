"""Webhooks and deliveries for the page of notifications."""

from datetime import timedelta

from django.utils import timezone

from audit.record import Actor
from environments.models import Environment
from environments.notifications import services
from environments.notifications.events import Event
from environments.notifications.models import Delivery, Notification


def plant_notifications(environment: Environment, *, rows: int, actor: Actor) -> None:
    """As many webhooks as a project may have, and `rows` deliveries, each of which has failed once."""
    hooks = [
        services.create_webhook(
            project=environment.project,
            name=f"Receiver {number}",
            url=f"https://hooks.example.com/{number}",
            events=list(Event),
            actor=actor,
        )[0]
        for number in range(min(rows, services.MOST_WEBHOOKS))
    ]
    later = timezone.now() + timedelta(minutes=5)
    news = Notification.objects.bulk_create(
        Notification(
            project=environment.project,
            environment=environment,
            environment_name=environment.name,
            event=Event.DRIFT_FOUND,
            title=f"Linked resources changed, time {number}",
            path=environment.get_absolute_url(),
        )
        for number in range(rows)
    )
    Delivery.objects.bulk_create(
        Delivery(
            notification=one,
            webhook=hooks[number % len(hooks)],
            attempts=1,
            code=503,
            words="The receiver answered 503.",
            next_attempt=later,
        )
        for number, one in enumerate(news)
    )

"""What the page of notifications shows, and the same as JSON for scripts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from environments.models import Membership, Project
from environments.notifications.events import EVENT_WORDS, SUBJECT_WORDS, words_of
from environments.notifications.models import Delivery, DeliveryQuerySet, Webhook
from environments.notifications.services import subjects_of

DELIVERIES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Page:
    """`membership` is that of the reader, who may be an operator or a token and have none."""

    project: Project
    membership: Membership | None
    subscribed: list[str]
    may_manage: bool
    webhooks: list[Webhook]
    deliveries: list[Delivery]

    def context(self) -> dict[str, Any]:
        return {
            "project": self.project,
            "membership": self.membership,
            "limits": [row.name for row in self.membership.environments.all()] if self.membership else [],
            "may_manage": self.may_manage,
            "webhooks": self.webhooks,
            "reads_at": reverse("notifications", args=[self.project.slug]),
            "sends_email": settings.SENDS_EMAIL,
            "has_address": bool(self.membership and self.membership.user.email),
            "public_url": settings.PUBLIC_URL,
            **deliveries_context(self.deliveries),
        }

    def as_json(self) -> dict[str, Any]:
        """A script without the permission to manage reads no addresses of webhooks."""
        return {
            "project": self.project.slug,
            "sends_email": settings.SENDS_EMAIL,
            "subjects": SUBJECT_WORDS,
            "subscribed": self.subscribed if self.membership else None,
            "events": {str(event): words for event, words in EVENT_WORDS.items()},
            "webhooks": [webhook_json(row) for row in self.webhooks] if self.may_manage else None,
            "deliveries": [delivery_json(row) for row in self.deliveries],
        }


def page_of(project: Project, membership: Membership | None, *, may_manage: bool) -> Page:
    """Whoever manages sees every delivery; others those to themselves."""
    if may_manage:
        rows = Delivery.objects.filter(notification__project=project)
    else:
        rows = Delivery.objects.filter(notification__project=project, membership=membership, webhook=None)
        rows = rows.filter(_still_seen(membership)) if membership else rows.none()
    return Page(
        project=project,
        membership=membership,
        subscribed=subjects_of(membership) if membership else [],
        may_manage=may_manage,
        webhooks=list(project.webhooks.all()) if may_manage else [],
        deliveries=_newest(rows),
    )


def _still_seen(membership: Membership) -> Q:
    """Somebody limited to environments since something was queued for them reads of no other ones, as in letters."""
    limits = [row.pk for row in membership.environments.all()]
    return Q(notification__environment__in=limits) if limits else Q()


def deliveries_to(webhook: Webhook) -> list[Delivery]:
    return _newest(Delivery.objects.filter(webhook=webhook))


def _newest(rows: DeliveryQuerySet) -> list[Delivery]:
    return list(rows.select_related("notification__environment", "webhook", "membership__user")[:DELIVERIES_SHOWN])


def deliveries_context(rows: Sequence[Delivery]) -> dict[str, Any]:
    """A page with something that is just being sent looks again by itself."""
    now = timezone.now()
    moving = any(not row.is_finished and (row.next_attempt is None or row.next_attempt <= now) for row in rows)
    return {
        "deliveries": [(row, words_of(row.notification.event)) for row in rows],
        "moving": moving,
        "shown": DELIVERIES_SHOWN,
    }


def webhook_json(row: Webhook) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "url": row.url,
        "events": row.events,
        "enabled": row.enabled,
        "disabled_why": row.disabled_why,
        "failing_since": row.failing_since,
        "secret_number": row.secret_number,
        "old_secret_ends": row.old_secret_ends,
        "created": row.created,
    }


def delivery_json(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": row.notification.event,
        "notification": row.notification_id,
        "title": row.notification.title,
        "environment": row.notification.environment_name,
        "webhook": row.webhook_id,
        "email": row.membership.user.email if row.membership else None,
        "status": row.status,
        "code": row.code,
        "words": row.words,
        "attempts": row.attempts,
        "next_attempt": row.next_attempt,
        "created": row.created,
        "finished": row.finished,
    }

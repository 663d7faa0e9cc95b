"""Telling people and other programs what happened, by e-mail and by signed webhooks; and who is told."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from environments.models import Environment, Membership, Project
from environments.notifications import outbox
from environments.notifications.events import SUBJECT_WORDS, TEST, Event
from environments.notifications.models import (
    SECRET_OVERLAP,
    Delivery,
    MailSubscription,
    Notification,
    Webhook,
)

MOST_WEBHOOKS = 20
"""In one project: every one of them is a request at each event."""
SECRET_PREFIX = "auis_"


@transaction.atomic
def announce(
    *, environment: Environment, event: Event, title: str, text: str, path: str, data: Mapping[str, Any]
) -> None:
    """Queue the news for everybody who asked for this event, in the caller's transaction; nothing is sent before it
    commits.

    `title` is one line, `text` whole sentences, `path` the page of the console to look at, `data` JSON for programs.
    None of them holds a secret.
    """
    now = timezone.now()
    notification = Notification.objects.create(
        created=now,
        project_id=environment.project_id,
        environment=environment,
        environment_name=environment.name,
        event=event,
        title=" ".join(title.split())[:300],
        text=text,
        path=path,
        data=dict(data),
    )
    hooks = Webhook.objects.filter(project=environment.project_id, enabled=True)
    receivers: list[dict[str, Any]] = [{"webhook": hook} for hook in hooks if event in hook.events]
    if settings.SENDS_EMAIL:
        receivers += [{"membership": membership} for membership in _listeners(environment, event)]
    rows = Delivery.objects.bulk_create(
        [Delivery(notification=notification, created=now, next_attempt=now, **receiver) for receiver in receivers]
    )
    outbox.hand_out_on_commit([row.pk for row in rows])


def _listeners(environment: Environment, event: Event) -> list[Membership]:
    """The members who asked for letters about this, may see the environment, and can be written to."""
    reached = Q(environments=None) | Q(environments=environment)
    members = Membership.objects.filter(reached, project=environment.project_id, user__is_active=True)
    return list(members.filter(mail_subscriptions__subject=event.subject).exclude(user__email=None).distinct())


@transaction.atomic
def subscribe(*, membership: Membership, subjects: Collection[str], actor: Actor) -> None:
    """Write to this member about these subjects and no others."""
    wanted = sorted(set(subjects) & set(SUBJECT_WORDS))
    # Two forms that arrive at the same moment take turns here.
    Membership.objects.select_for_update().get(pk=membership.pk)
    before = subjects_of(membership)
    if before == wanted:
        return
    membership.mail_subscriptions.exclude(subject__in=wanted).delete()
    new = [MailSubscription(membership=membership, subject=subject) for subject in wanted if subject not in before]
    MailSubscription.objects.bulk_create(new)
    record(
        action=Action.NOTIFICATIONS_CHANGED,
        actor=actor,
        project=membership.project.slug,
        target=f"e-mail to {membership.user.label}",
        before={"subjects": before},
        after={"subjects": wanted},
    )


def subjects_of(membership: Membership) -> list[str]:
    return sorted(membership.mail_subscriptions.values_list("subject", flat=True))


@transaction.atomic
def create_webhook(
    *, project: Project, name: str, url: str, events: Sequence[str], actor: Actor
) -> tuple[Webhook, str]:
    """A webhook and its secret, which is shown once.

    Raises ValidationError when the project has a webhook of this name, or as many as it may have.
    """
    # Two forms that arrive at the same moment take turns here.
    Project.objects.select_for_update().get(pk=project.pk)
    if project.webhooks.count() >= MOST_WEBHOOKS:
        raise ValidationError(f"A project has at most {MOST_WEBHOOKS} webhooks. Delete one that is not needed.")
    webhook = Webhook(project=project, name=name, url=url, events=list(events), created_by_name=actor.name)
    secret = _new_secret()
    webhook.keep_secret(secret)
    _save(webhook)
    _record(webhook, actor, after=_settings_of(webhook))
    return webhook, secret


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def _save(webhook: Webhook) -> None:
    try:
        with transaction.atomic():
            webhook.save()
    except IntegrityError as error:
        raise ValidationError({"name": "This project has a webhook of this name."}) from error


@transaction.atomic
def change_webhook(*, webhook: Webhook, name: str, url: str, events: Sequence[str], actor: Actor) -> None:
    """Raises ValidationError when the project has another webhook of this name."""
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    before, old_url = _settings_of(locked), locked.url
    locked.name, locked.url, locked.events = name, url, list(events)
    after = _settings_of(locked)
    if before == after and old_url == url:
        return
    if before["host"] == after["host"] and old_url != url:
        after["host"] = f"{after['host']}, another address there"
    _save(locked)
    _record(locked, actor, before=before, after=after)


def _settings_of(webhook: Webhook) -> dict[str, Any]:
    """For the activity, which every member reads: whoever knows a whole address can often write to it."""
    return {"name": webhook.name, "host": webhook.origin, "events": webhook.events}


def _record(webhook: Webhook, actor: Actor, *, before: Any = None, after: Any = None) -> None:
    record(
        action=Action.NOTIFICATIONS_CHANGED,
        actor=actor,
        project=webhook.project.slug,
        target=f"webhook {webhook.name}",
        before=before,
        after=after,
    )


@transaction.atomic
def replace_secret(*, webhook: Webhook, number: int, at_once: bool, actor: Actor) -> str:
    """A new secret, shown once. The old one signs beside it for a day, but not if it has to end `at_once`.

    `number` says which secret was seen by whoever asks. Raises ValidationError when another one replaced it already: a
    form sent twice would otherwise end the secret that was just shown.
    """
    locked = Webhook.objects.select_for_update().get(pk=webhook.pk)
    if locked.secret_number != number:
        raise ValidationError(
            "The secret was replaced already, and the new one was shown once. If it is lost, replace that one too."
        )
    secret = _new_secret()
    locked.old_secret = None if at_once else locked.secret
    locked.old_secret_ends = None if at_once else timezone.now() + SECRET_OVERLAP
    locked.secret_number += 1
    locked.keep_secret(secret)
    locked.save()
    _record(locked, actor, after={"signed with": "a new key", "the old one": "ended" if at_once else "ends in a day"})
    return secret


@transaction.atomic
def switch_webhook(*, webhook: Webhook, enabled: bool, actor: Actor) -> bool:
    """Enable or disable it. False when it was so already. Disabled, it gives up what waits for it."""
    rows = Webhook.objects.filter(pk=webhook.pk).exclude(enabled=enabled)
    if not rows.update(enabled=enabled, disabled_why="", failing_since=None):
        return False
    if not enabled:
        outbox.give_up_waiting(webhook)
    _record(webhook, actor, before={"enabled": not enabled}, after={"enabled": enabled})
    return True


@transaction.atomic
def delete_webhook(*, webhook: Webhook, actor: Actor) -> None:
    """Forget the webhook and its deliveries."""
    _record(webhook, actor, before=_settings_of(webhook))
    webhook.delete()


@transaction.atomic
def send_test(*, webhook: Webhook, actor: Actor) -> None:
    """Queue a test for this webhook alone, even a disabled one. While one is on its way, there is no second."""
    Webhook.objects.select_for_update().get(pk=webhook.pk)
    waiting = webhook.deliveries.filter(notification__event=TEST, finished=None)
    if waiting.exists():
        return
    now = timezone.now()
    notification = Notification.objects.create(
        created=now,
        project_id=webhook.project_id,
        event=TEST,
        title="A test of the webhook",
        text=f"{actor.name} asked the console to send this. Nothing has happened.",
        path=reverse("notifications", args=[webhook.project.slug]),
    )
    delivery = Delivery.objects.create(notification=notification, webhook=webhook, created=now, next_attempt=now)
    outbox.hand_out_on_commit([delivery.pk])

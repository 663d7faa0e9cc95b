"""Deliveries on their way: claimed by one worker, sent, tried again with growing pauses, given up after a day.

The rows are the truth. A message to the workers only makes it quicker, and the schedule finds what no message reached.
Whoever dies between sending and writing it down leaves a delivery that is sent again: receivers tell it by its id.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from audit.actions import Action
from audit.record import Actor, record
from environments.notifications import letters, posting
from environments.notifications.events import TEST
from environments.notifications.models import Delivery, Notification, Webhook
from environments.notifications.posting import Outcome
from environments.notifications.sealed import CannotBeRead

logger = logging.getLogger(__name__)

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)
"""After the first attempt, the second, …: together about a day. After the last one it is given up."""
MOST_ATTEMPTS = len(PAUSES) + 1
DISABLED_AFTER = timedelta(days=5)
"""Without anything that arrived, a webhook is disabled when one more delivery is given up."""
KEPT = timedelta(days=30)
AT_ONCE = 200
"""Deliveries that one turn of the schedule hands out, the longest due first."""
CONSOLE = Actor(name="console")


def hand_out_on_commit(ids: Iterable[uuid.UUID]) -> None:
    """Tell the workers once the caller's transaction holds; if they cannot be told, the schedule does it."""
    transaction.on_commit(partial(hand_out, list(ids)))


def hand_out(ids: Iterable[uuid.UUID]) -> int:
    """Send these to the workers; how many could be sent. None is sent again soon, whoever asks."""
    # The task attempts what is here, so it can only be imported now.
    from environments.notifications.tasks import deliver as task

    now = timezone.now()
    sent = 0
    for pk in ids:
        if not Delivery.objects.due(now).not_handed_out(now).filter(pk=pk).update(handed_out=now):
            continue
        try:
            task.apply_async(args=(str(pk),), retry=False)
        except (OperationalError, ChannelError, OSError) as error:
            # Nobody was told, so nobody has to wait for them.
            Delivery.objects.filter(pk=pk, handed_out=now).update(handed_out=None)
            logger.warning("The broker cannot be reached; deliveries wait for the schedule: %s", error)
            break
        sent += 1
    return sent


def hand_out_due() -> int:
    """What the schedule does every half minute. It may run anywhere, and twice at once."""
    now = timezone.now()
    due = Delivery.objects.due(now).not_handed_out(now).order_by("next_attempt")
    return hand_out(list(due.values_list("pk", flat=True)[:AT_ONCE]))


def deliver(pk: str) -> bool:
    """Claim the delivery and attempt it once. False when it was not due, or somebody else has it."""
    now = timezone.now()
    claim = uuid.uuid4()
    won = (
        Delivery.objects.due(now)
        .filter(pk=pk)
        .update(status=Delivery.Status.SENDING, claim=claim, claimed=now, handed_out=None, attempts=F("attempts") + 1)
    )
    if not won:
        return False
    delivery = Delivery.objects.select_related("notification__project", "webhook", "membership__user").get(pk=pk)
    try:
        outcome = _attempt(delivery)
    except SoftTimeLimitExceeded:
        outcome = Outcome(words="The receiver answered too slowly, and the attempt was stopped.")
    with transaction.atomic():
        _conclude(delivery, claim, outcome)
    return True


def _attempt(delivery: Delivery) -> Outcome:
    webhook, notification = delivery.webhook, delivery.notification
    if delivery.attempts > MOST_ATTEMPTS:
        return Outcome(words="The worker stopped in the middle of each attempt. Look at its log.", is_final=True)
    if webhook is None:
        return letters.send(delivery)
    if not webhook.enabled and notification.event != TEST:
        return Outcome(words="The webhook was disabled before this could be sent.", is_final=True)
    body, now = posting.body_of(notification), timezone.now()
    try:
        signed = posting.signature(body, at=int(now.timestamp()), secrets=webhook.secrets(now))
    except CannotBeRead:
        return Outcome(
            words="This console has no longer the ENCRYPTION_KEY that the webhook's secret was stored with. "
            "Replace the secret.",
            is_final=True,
        )
    return posting.post(url=webhook.url, body=body, event=notification.event, delivery=str(delivery.pk), signed=signed)


def _conclude(delivery: Delivery, claim: uuid.UUID, outcome: Outcome) -> None:
    """Write down what became of the attempt, unless the delivery was taken away from this worker meanwhile."""
    now = timezone.now()
    # A person who presses *Send a test* looks at the answer; sending it again a day later helps nobody.
    is_test = delivery.notification.event == TEST
    last = outcome.is_final or delivery.attempts >= MOST_ATTEMPTS or is_test
    if outcome.is_delivered:
        status, next_attempt = Delivery.Status.DELIVERED, None
    elif last:
        status, next_attempt = Delivery.Status.GIVEN_UP, None
    else:
        status, next_attempt = Delivery.Status.WAITING, now + PAUSES[delivery.attempts - 1]
    won = Delivery.objects.filter(pk=delivery.pk, status=Delivery.Status.SENDING, claim=claim).update(
        status=status,
        next_attempt=next_attempt,
        finished=None if next_attempt else now,
        handed_out=None,
        claim=None,
        claimed=None,
        code=outcome.code,
        words=outcome.words,
    )
    if won and delivery.webhook:
        _judge(delivery.webhook, outcome, given_up=last, is_test=is_test)


def _judge(webhook: Webhook, outcome: Outcome, *, given_up: bool, is_test: bool) -> None:
    """Remember since when nothing arrives, and disable a webhook that wants nothing or has been silent for days."""
    now = timezone.now()
    rows = Webhook.objects.filter(pk=webhook.pk)
    if outcome.is_delivered:
        rows.exclude(failing_since=None).update(failing_since=None)
    elif outcome.code == 410:
        _disable(webhook, "The receiver answered 410 Gone: it wants no more of this.")
    elif is_test or rows.filter(failing_since=None).update(failing_since=now):
        # Whoever tests a webhook is about to mend it.
        return
    elif given_up:
        silent = rows.filter(enabled=True, failing_since__lte=now - DISABLED_AFTER).exists()
        if silent:
            _disable(webhook, f"Nothing has arrived for {DISABLED_AFTER.days} days. The last attempt: {outcome.words}")


def _disable(webhook: Webhook, why: str) -> None:
    """Once; what still waits for this webhook is given up."""
    if not Webhook.objects.filter(pk=webhook.pk, enabled=True).update(enabled=False, disabled_why=why):
        return
    give_up_waiting(webhook)
    record(
        action=Action.NOTIFICATIONS_CHANGED,
        actor=CONSOLE,
        project=webhook.project.slug,
        target=f"webhook {webhook.name}",
        before={"enabled": True},
        after={"enabled": False},
        reason=why,
    )


def give_up_waiting(webhook: Webhook) -> None:
    """Old news would come as a surprise when the webhook is enabled again; *Send again* is still there."""
    Delivery.objects.filter(webhook=webhook, status=Delivery.Status.WAITING).update(
        status=Delivery.Status.GIVEN_UP,
        next_attempt=None,
        finished=timezone.now(),
        words="The webhook was disabled before this could be sent.",
    )


def send_again(delivery: Delivery) -> bool:
    """Make it due now: a finished one from the start, a waiting one without its pause. False while it is being sent."""
    again = {"next_attempt": timezone.now(), "handed_out": None}
    rows = Delivery.objects.filter(pk=delivery.pk)
    with transaction.atomic():
        waiting = rows.filter(status=Delivery.Status.WAITING).update(**again)
        finished = rows.filter(status__in=(Delivery.Status.DELIVERED, Delivery.Status.GIVEN_UP)).update(
            **again, status=Delivery.Status.WAITING, attempts=0, finished=None, code=None, words=""
        )
        if waiting or finished:
            hand_out_on_commit([delivery.pk])
    return bool(waiting or finished)


def forget_old() -> None:
    """News older than a month, with its deliveries."""
    Notification.objects.filter(created__lt=timezone.now() - KEPT).delete()

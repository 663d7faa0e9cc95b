"""Who is told, what was told, and how far each delivery has come."""

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from environments.notifications import sealed
from environments.notifications.events import words_of

SECRET_OVERLAP = timedelta(hours=24)
"""How long a replaced secret still signs beside the new one, so that receivers can be changed in peace."""
CLAIM_ENDS_AFTER = timedelta(minutes=2)
"""Longer than a delivery can take; whoever holds one for longer is dead."""
HANDED_OUT_AGAIN_AFTER = timedelta(minutes=1)
"""A message to the workers that brought nothing for so long is presumed lost."""


class MailSubscription(models.Model):
    """A member wants a letter about this subject. No row, no letter: nobody is written to before they ask for it."""

    membership = models.ForeignKey(
        "environments.Membership", on_delete=models.CASCADE, related_name="mail_subscriptions"
    )
    subject = models.CharField(max_length=20)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["membership", "subject"], name="one_subscription_to_a_subject")]

    def __str__(self) -> str:
        return f"{self.membership} hears of {self.subject}"


class Webhook(models.Model):
    """An address of another program, which is told of events with a signed request.

    `failing_since` is when the first delivery failed after the last one that arrived; `disabled_why` is what the
    console says of a hook which it has disabled by itself, and empty while a person did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("environments.Project", on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=60)
    url = models.CharField("URL", max_length=1000)
    events = models.JSONField(default=list)
    enabled = models.BooleanField(default=True)
    secret = models.BinaryField()
    secret_number = models.PositiveIntegerField(default=1)
    old_secret = models.BinaryField(null=True, blank=True)
    old_secret_ends = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    disabled_why = models.TextField(blank=True)
    created_by_name = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_webhook_of_a_name")]

    def __str__(self) -> str:
        return f"webhook {self.name} of {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("webhook", args=[self.project.slug, self.pk])

    @property
    def origin(self) -> str:
        """Scheme and host. The rest of an address is often a secret itself, so only this much is told to others."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def event_words(self) -> list[str]:
        return [words_of(event) for event in self.events]

    def keep_secret(self, secret: str) -> None:
        self.secret = sealed.seal(secret, str(self.pk))

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that sign at this moment, the present one first. Raises sealed.CannotBeRead."""
        pieces = [self.secret]
        if self.old_secret is not None and self.old_secret_ends and self.old_secret_ends > now:
            pieces.append(self.old_secret)
        return [sealed.unseal(bytes(piece), str(self.pk)) for piece in pieces]


class Notification(models.Model):
    """One piece of news of an environment. Texts stay what they were, whatever becomes of the environment."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey("environments.Project", on_delete=models.CASCADE, related_name="notifications")
    environment = models.ForeignKey(
        "environments.Environment", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    environment_name = models.CharField(max_length=80, blank=True)
    event = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    data = models.JSONField(default=dict)
    created = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.event}: {self.title}"

    @property
    def leads_somewhere(self) -> bool:
        """Whether `path` is still the page it was: its environment may have been removed, or have another name."""
        return not self.environment_name or (
            self.environment is not None and self.environment.name == self.environment_name
        )


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Those whose time has come, and those that a dead worker left behind."""
        return self.filter(
            Q(status=Delivery.Status.WAITING, next_attempt__lte=now)
            | Q(status=Delivery.Status.SENDING, claimed__lt=now - CLAIM_ENDS_AFTER)
        )

    def not_handed_out(self, now: datetime) -> "DeliveryQuerySet":
        """Those of which no worker has been told of late."""
        return self.filter(Q(handed_out=None) | Q(handed_out__lt=now - HANDED_OUT_AGAIN_AFTER))


class Delivery(models.Model):
    """A piece of news on its way to one receiver: a webhook, or a member by e-mail.

    `claim` is the fence: each attempt has a new one, so a worker that was taken for dead and wakes up again changes
    nothing. `attempts` counts since somebody last pressed *Send again*.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        DELIVERED = "delivered", "Delivered"
        GIVEN_UP = "given-up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    membership = models.ForeignKey(
        "environments.Membership", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    handed_out = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    claimed = models.DateTimeField(null=True, blank=True)
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    """The status of the receiver's last answer, where it gave one."""
    words = models.TextField(blank=True)
    """Why the last attempt failed."""
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "webhook"], name="one_delivery_to_a_webhook"),
            models.UniqueConstraint(fields=["notification", "membership"], name="one_delivery_to_a_member"),
            models.CheckConstraint(
                condition=Q(webhook=None, membership__isnull=False) | Q(webhook__isnull=False, membership=None),
                name="delivery_has_one_receiver",
            ),
        ]
        indexes = [
            # The schedule looks at unfinished rows every half minute, whatever the number of finished ones.
            models.Index(
                fields=["next_attempt"], condition=Q(status__in=("waiting", "sending")), name="deliveries_unfinished"
            ),
            models.Index(fields=["webhook", "-created"], name="deliveries_of_webhook"),
        ]

    def __str__(self) -> str:
        return f"{self.notification} to {self.receiver}"

    @property
    def receiver(self) -> str:
        if self.webhook:
            return self.webhook.name
        return self.membership.user.label if self.membership else ""

    @property
    def is_finished(self) -> bool:
        return self.status in (self.Status.DELIVERED, self.Status.GIVEN_UP)

    @property
    def mark(self) -> str:
        """The state of the dot that is drawn beside the status's word."""
        if self.status == self.Status.WAITING:
            return "warn" if self.attempts else "pending"
        if self.status == self.Status.SENDING:
            return "running"
        return "pass" if self.status == self.Status.DELIVERED else "fail"

    @property
    def status_words(self) -> str:
        """A delivery that waits after a failure says so: “Waiting” alone would read as if nothing was wrong."""
        waits_again = self.status == self.Status.WAITING and self.attempts
        return "Will be tried again" if waits_again else self.get_status_display()

"""When each linked environment is looked at again, and the changes that somebody decided to live with."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from auth_import.drift import TITLES
from environments.models import Environment

JITTER = 0.1
"""The part of the interval by which two environments of one moment drift apart."""
FIRST_PAUSE = timedelta(minutes=2)
"""After a check that failed; each further failure doubles it."""
LONGEST_PAUSE = timedelta(hours=1)
FAILURES_TO_TELL = 3
"""So many checks in a row must fail before people are told: AWS stumbles now and then."""
RESTORABLE = timedelta(days=14)
"""AWS keeps a deleted user pool for so long (Amazon Cognito, "Deleting a user pool")."""


class DriftWatch(models.Model):
    """How often an environment's link is compared with AWS, when next, and why it last could not be."""

    class Interval(models.IntegerChoices):
        OFF = 0, "Never by itself"
        QUARTER = 15, "Every 15 minutes"
        HALF = 30, "Every 30 minutes"
        HOUR = 60, "Every hour"
        FOUR_HOURS = 240, "Every 4 hours"
        HALF_DAY = 720, "Every 12 hours"
        DAY = 1440, "Every 24 hours"

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="drift_watch")
    minutes = models.PositiveIntegerField(choices=Interval, default=Interval.HOUR)
    due = models.DateTimeField(db_index=True)
    """When the schedule looks next. Whoever looks moves it on first, so that nobody else looks at the same time."""
    started = models.DateTimeField(null=True, blank=True)
    """Since when somebody is looking; None while nobody is."""
    fault = models.JSONField(default=dict)
    """Why the last check told nothing: `words`, `next_step`, `code`, `action`, `message`; empty when it told."""
    failures = models.PositiveIntegerField(default=0)
    pool_seen = models.DateTimeField(null=True, blank=True)
    """The last check that found the user pool: AWS Support can restore it for two weeks from then on at least."""

    def __str__(self) -> str:
        return f"watch over {self.environment_id}"

    @property
    def is_on(self) -> bool:
        return self.minutes > 0

    def pause_after_success(self) -> timedelta:
        """The interval, a little longer or shorter, so that environments of one moment do not stay together."""
        # Nothing secret hangs on it.
        return timedelta(minutes=self.minutes) * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311

    def pause_after_failure(self, failures: int) -> timedelta:
        """Longer each time, but never longer than the interval, or an hour where that is shorter."""
        longest = max(LONGEST_PAUSE, timedelta(minutes=self.minutes))
        pause: timedelta = min(FIRST_PAUSE * 2 ** min(failures - 1, 12), longest)
        return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311

    def restorable_until(self, linked: datetime) -> datetime:
        """Until when AWS Support can restore a vanished user pool at least."""
        return (self.pool_seen or linked) + RESTORABLE

    def to_dict(self) -> dict[str, Any]:
        return {
            "minutes": self.minutes,
            "due": self.due.isoformat() if self.is_on else None,
            "failures": self.failures,
            "fault": self.fault or None,
        }


class IgnoredDrift(models.Model):
    """A drift that somebody decided to live with. It holds only while AWS has exactly this value."""

    link = models.ForeignKey("auth_import.CognitoLink", on_delete=models.CASCADE, related_name="ignored_drift")
    drift_id = models.CharField(max_length=80)
    before = models.TextField()
    after = models.TextField()
    breaks = models.TextField()
    since = models.DateTimeField()
    """When the drift was found."""
    reason = models.TextField()
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["drift_id"]
        constraints = [models.UniqueConstraint(fields=["link", "drift_id"], name="one_ignored_drift_of_an_id")]

    def __str__(self) -> str:
        return f"{self.drift_id} ignored for {self.link_id}"

    @property
    def title(self) -> str:
        return TITLES.get(self.drift_id, self.drift_id)

    def to_dict(self) -> dict[str, str]:
        return {
            "id": self.drift_id,
            "before": self.before,
            "after": self.after,
            "breaks": self.breaks,
            "reason": self.reason,
            "by": self.created_by_name,
        }

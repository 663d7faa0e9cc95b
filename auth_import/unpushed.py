"""What is left of a link after an unlink: its resource in the Amplify backend, until it is taken out there as well."""

import math
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from environments.models import Environment
from jobs.models import UNFINISHED, Job

LONGEST_PAUSE = timedelta(hours=1)


def pause_after(attempts: int) -> timedelta:
    """How long the console waits after so many attempts: 1, 2, 4 … minutes, an hour at most."""
    return min(LONGEST_PAUSE, timedelta(minutes=2 ** min(10, max(0, attempts - 1))))


class UnpushedUnlinkQuerySet(models.QuerySet["UnpushedUnlink"]):
    def due(self, now: datetime) -> "UnpushedUnlinkQuerySet":
        """Those to be tried now: nothing else was linked meanwhile, and nobody is at work on them."""
        return self.filter(
            models.Q(next_attempt=None) | models.Q(next_attempt__lte=now),
            models.Q(job=None) | ~models.Q(job__status__in=UNFINISHED),
            state=UnpushedUnlink.State.TRYING,
            environment__cognito_link=None,
        ).order_by("next_attempt")


class UnpushedUnlink(models.Model):
    """An Amplify environment whose link was taken away here while its backend in the cloud still has the resource.

    The next push takes it out there too; until then this row says that the environment is meant to be without it. Who
    pushes is `state`: a person, the console by itself, or nobody, because the console needs a person first. `words`,
    `next_step` and `code` tell how the last attempt ended. Another link of the environment makes all of it moot; the
    row stays until that link is pushed, because the cloud still has the old resource.
    """

    class State(models.TextChoices):
        BY_HAND = "by-hand", "Waits for a push"
        TRYING = "trying", "The console tries"
        STOPPED = "stopped", "Waits for a person"

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="unpushed_unlink")
    resource_name = models.CharField(max_length=128)
    user_pool_id = models.CharField(max_length=80)
    user_pool_name = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_certain = models.BooleanField(default=True)
    """False where the backend was not read since the import: it may have the resource, and whoever finishes looks."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.BY_HAND)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    words = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    code = models.CharField(max_length=100, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The newest job that takes the resource out of the backend."""

    objects = UnpushedUnlinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_pool_name} is still in the backend of {self.environment}"

    @property
    def at_work(self) -> Job | None:
        return self.job if self.job and not self.job.is_finished else None

    @property
    def stage(self) -> str:
        """`working`, `trying`, `stopped` or `by-hand`."""
        return "working" if self.at_work else str(self.state)

    @property
    def has(self) -> str:
        return "still has" if self.is_certain else "may still have"

    @property
    def tried(self) -> str:
        """How often, in words."""
        if not self.attempts:
            return "not tried yet"
        return "tried once" if self.attempts == 1 else f"tried {self.attempts} times"

    @property
    def next_try(self) -> str:
        """When the console tries again, in words."""
        left = (self.next_attempt - timezone.now()).total_seconds() if self.next_attempt else 0
        if left <= 0:
            return "next try within a minute"
        minutes = math.ceil(left / 60)
        return f"next try in {minutes} min" if minutes < 60 else "next try in an hour"

    @property
    def status(self) -> tuple[str, str]:
        """As the look's vocabulary of states has it, and its words for a row of a list."""
        return {
            "working": ("running", "Unlink at work"),
            "trying": ("pending", f"Unlink: {self.next_try}"),
            "stopped": ("warn", "Unlink waits for you"),
        }.get(self.stage, ("warn", "Unlink not pushed"))

    @property
    def sentence(self) -> str:
        """How it stands, in a sentence that ends with the reason where one is known."""
        still = f"{self.user_pool_name} is unlinked here; the cloud {self.has} it"
        match self.stage:
            case "working":
                return f"{still}: it is being taken out at this moment."
            case "trying":
                because = f", because: {self.words}" if self.words else "."
                return f"{still}: {self.tried}, {self.next_try}{because}"
            case "stopped":
                return f"{still}: {self.tried}, and nothing more happens by itself. {self.words}".strip()
        return f"{still}. A push takes it out there."

    def as_json(self) -> dict[str, object]:
        """As scripts read it."""
        return {
            "state": self.stage,
            "user_pool": self.user_pool_id,
            "attempts": self.attempts,
            "next_attempt": self.next_attempt.isoformat() if self.next_attempt else None,
            "words": self.words,
            "next_step": self.next_step,
            "code": self.code,
            "job": self.job_id,
        }

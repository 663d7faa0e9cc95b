"""A change of many users: what was planned, and what became of each. Rows, so that a killed worker loses nothing."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from aws.user_resources import CognitoUser
from jobs.models import UNFINISHED, Job

KEPT_PLANS = timedelta(days=1)
"""Plans that nobody starts hold what users looked like; they are forgotten after this time."""

KEPT_REMAINDERS = timedelta(days=30)
"""After this time nobody goes on with what was cancelled or has failed; what its users looked like is forgotten."""


def new_bulk_id() -> str:
    return secrets.token_hex(6)


class BulkQuerySet(models.QuerySet["BulkOperation"]):
    def abandoned(self) -> "BulkQuerySet":
        """Plans that nobody has started, or that came to nothing, and that no job works on."""
        ended = models.Q(planning_job=None) | ~models.Q(planning_job__status__in=UNFINISHED)
        plans = models.Q(state=BulkState.PLANNED) | models.Q(state=BulkState.PLANNING) & ended
        return self.filter(plans, created__lt=timezone.now() - KEPT_PLANS)

    def given_up(self) -> "BulkQuerySet":
        """Started, stopped before the end, and left alone since."""
        ended = models.Q(job=None) | models.Q(job__finished__lt=timezone.now() - KEPT_REMAINDERS)
        return self.filter(ended, state=BulkState.STARTED)


class BulkState(models.TextChoices):
    PLANNING = "planning", "Working out"
    PLANNED = "planned", "Not started"
    STARTED = "started", "Started"
    FINISHED = "finished", "Finished"


class BulkOperation(models.Model):
    """One change of many users. `arguments` are the operation's own; `query` is the list it was chosen from, else None.

    `messages` counts what Cognito would send, by medium (`EMAIL`, `SMS`). `pool_id` is the pool it was planned for.
    """

    id = models.CharField(primary_key=True, max_length=16, default=new_bulk_id, editable=False)
    environment = models.ForeignKey("environments.Environment", on_delete=models.CASCADE, related_name="+")
    pool_id = models.CharField(max_length=100)
    operation = models.CharField(max_length=30)
    arguments = models.JSONField(default=dict)
    query = models.JSONField(null=True)
    messages = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=BulkState.choices, default=BulkState.PLANNING)
    planning_job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by_name = models.CharField(max_length=200)
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="retries")

    objects = BulkQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["environment", "-created"], name="bulk_of_environment")]

    def __str__(self) -> str:
        return f"{self.operation} ({self.pk})"

    def get_absolute_url(self) -> str:
        names = {"project": self.environment.project.slug, "env": self.environment.name}
        return reverse("bulk", kwargs={**names, "bulk": self.pk})

    @property
    def at_work(self) -> Job | None:
        """The job that works on it: the one that works it out, then the one that does it, or a retry of these."""
        job = self.job or self.planning_job
        if job is None or not job.is_finished or self.state in (BulkState.PLANNED, BulkState.FINISHED):
            return job
        return job.retries.unfinished().first() or job

    @property
    def is_over(self) -> bool:
        """Nothing more happens by itself."""
        job = self.at_work
        if self.state in (BulkState.PLANNED, BulkState.FINISHED):
            return True
        return job is None or job.is_finished

    @property
    def left(self) -> models.QuerySet["BulkRow"]:
        """Those whom a repetition is for: who failed or was not reached, and cannot have been written to already."""
        states = (RowState.FAILED, RowState.PENDING)
        return self.rows.filter(state__in=states).exclude(code=INTERRUPTED)

    @property
    def repetition(self) -> "BulkOperation | None":
        """The change that repeats this one for those who are left, if there is one that is good for anything."""
        for again in self.retries.select_related("environment__project", "job", "planning_job"):
            if again.state != BulkState.PLANNING or not again.is_over:
                return again
        return None

    @property
    def is_repeated(self) -> bool:
        return self.retries.filter(state__in=(BulkState.STARTED, BulkState.FINISHED)).exists()

    def counts(self) -> dict[str, int]:
        """Rows by state; every state is there."""
        found = dict(self.rows.order_by().values_list("state").annotate(models.Count("pk")))
        return {state: int(found.get(state, 0)) for state in RowState.values}


class RowState(models.TextChoices):
    PENDING = "pending", "To do"
    STARTED = "started", "Under way"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


LOOK: Mapping[str, str] = {
    "pending": "pending",
    "started": "running",
    "done": "pass",
    "skipped": "stopped",
    "failed": "fail",
}
INTERRUPTED = "Interrupted"
"""The code of a row whose worker was lost in the middle of something that must not be done twice."""


class BulkRow(models.Model):
    """One user of a bulk change. `snapshot` is how the user was listed; it is emptied once the row is done.

    `claim` is a number that the attempt which has the row has drawn: another attempt writes nothing to it. On a row
    that is to do it means that an interrupted attempt may have done it.
    """

    operation = models.ForeignKey(BulkOperation, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    username = models.CharField(max_length=128)
    label = models.CharField(max_length=200)
    snapshot = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.PENDING)
    claim = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=100, blank=True)
    words = models.TextField(blank=True)
    next_step = models.TextField(blank=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["operation", "username"], name="bulk_user_once")]
        indexes = [models.Index(fields=["operation", "state", "position"], name="bulk_rows_by_state")]

    def __str__(self) -> str:
        return f"{self.username} ({self.state})"

    @property
    def look(self) -> str:
        return LOOK[self.state]

    @property
    def user(self) -> CognitoUser:
        """The user as listed when this was worked out."""
        snapshot = self.snapshot
        return CognitoUser(
            self.username,
            snapshot.get("status", "UNKNOWN"),
            snapshot.get("enabled", True),
            _moment(snapshot.get("created")),
            _moment(snapshot.get("modified")),
            snapshot.get("attributes", {}),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "username": self.username,
            "label": self.label,
            "state": self.state,
            "code": self.code,
            "words": self.words,
            "next_step": self.next_step,
            "finished": self.finished,
        }


def snapshot_of(user: CognitoUser) -> dict[str, Any]:
    return {
        "status": user.status,
        "enabled": user.enabled,
        "created": user.created.isoformat() if user.created else None,
        "modified": user.modified.isoformat() if user.modified else None,
        "attributes": dict(user.attributes),
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def row_of(bulk: BulkOperation, position: int, user: CognitoUser, why_skipped: str) -> BulkRow:
    """The unsaved row of a user: to do, or skipped for the reason given."""
    row = BulkRow(operation=bulk, position=position, username=user.username, label=user.label[:200])
    if why_skipped:
        row.state, row.words = RowState.SKIPPED, why_skipped
    else:
        row.snapshot = snapshot_of(user)
    return row


def save_rows(rows: Iterable[BulkRow]) -> None:
    """Keep the rows; a user who is there already stays as first met. Any number takes the same memory."""
    coming = iter(rows)
    while batch := list(islice(coming, 500)):
        BulkRow.objects.bulk_create(batch, ignore_conflicts=True)

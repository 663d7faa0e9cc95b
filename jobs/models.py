"""Background work that people can see. The row is the truth; the broker only carries its id."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from jobs.progress import Progress, measured

MAXIMUM_ATTEMPTS = 3
"""Workers that a job may lose, one after the other, before it is given up."""
STALLED_AFTER = timedelta(seconds=15)
"""Silence after which the page says so; the tick waits longer before it acts."""


def new_job_id() -> str:
    """Forty-eight random bits in hexadecimal: short enough for a URL, and tells nothing about other jobs."""
    return secrets.token_hex(6)


class JobQuerySet(models.QuerySet["Job"]):
    def unfinished(self) -> "JobQuerySet":
        return self.filter(status__in=UNFINISHED)

    def counts_by_status(self) -> dict[str, int]:
        return dict(self.order_by().values_list("status").annotate(models.Count("pk")))

    def overdue(self, now: datetime) -> "JobQuerySet":
        """A paused job is never late: its deadline moves when it is resumed."""
        return self.filter(status__in=(Status.QUEUED, Status.RUNNING), deadline_at__lt=now)

    def undelivered(self, now: datetime) -> "JobQuerySet":
        """Queued for so long that the message which carried the id must be presumed lost."""
        return self.filter(status=Status.QUEUED, sent__lt=now - settings.JOB_UNDELIVERED_AFTER)

    def left_cancelled(self) -> "JobQuerySet":
        """Cancelled while nobody had them, and not finished by whoever asked for it."""
        return self.filter(status__in=(Status.QUEUED, Status.PAUSED), cancel_requested=True)

    def lost(self, now: datetime) -> "JobQuerySet":
        """Running by their row, while whoever ran them has stopped giving signs of life."""
        return self.filter(status=Status.RUNNING, heartbeat__lt=now - settings.JOB_LOST_AFTER)


class Job(models.Model):
    """One piece of background work of a project, and mostly of one of its environments.

    `payload` is what the task needs beyond its id; `result` is what a page may show afterwards. Neither holds a secret.
    `attempts` counts the claims and is the fence: a worker which was taken for dead and wakes up again holds an older
    number, so none of its writes win. Work of hours is done in `slices`, each of them a claim of its own; `losses`
    counts the workers that died on it since the last slice or pause that ended well. `done` of `total` things are
    finished; at `measured_from`, when the present claim began, it was `measured_done`.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.CharField(primary_key=True, max_length=16, default=new_job_id, editable=False)
    project = models.ForeignKey("environments.Project", on_delete=models.CASCADE, related_name="jobs")
    environment = models.ForeignKey(
        "environments.Environment", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    environment_name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=50)
    title = models.CharField(max_length=300)
    subject = models.CharField(max_length=300, blank=True)
    task_name = models.CharField(max_length=200)
    permission = models.CharField(max_length=50)
    return_url = models.CharField(max_length=500, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)

    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=200)
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="retries")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    slices = models.PositiveIntegerField(default=0)
    losses = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    pausable = models.BooleanField(default=False)
    pause_requested = models.BooleanField(default=False)
    paused = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    measured_from = models.DateTimeField(null=True, blank=True)
    measured_done = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=timezone.now)
    queued = models.DateTimeField(default=timezone.now)
    sent = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField()

    error_words = models.TextField(blank=True)
    error_next_step = models.TextField(blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    error_message = models.TextField(blank=True)
    error_action = models.CharField(max_length=100, blank=True)
    error_request_id = models.CharField(max_length=100, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        indexes = [
            models.Index(fields=["project", "-created"], name="jobs_of_project"),
            # The tick looks at unfinished rows every ten seconds, whatever the number of finished ones.
            models.Index(
                fields=["status", "sent"], name="jobs_unfinished", condition=models.Q(status__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.project.slug, self.id])

    @property
    def state(self) -> str:
        """The job's status as the look's vocabulary of states has it."""
        return {
            "succeeded": "pass",
            "failed": "fail",
            "cancelled": "stopped",
            "paused": "stopped",
            "running": "running",
        }.get(self.status, "pending")

    @property
    def progress(self) -> Progress | None:
        """How far the job is, once it has said so."""
        if not self.done and self.total is None:
            return None
        return measured(
            done=self.done,
            total=self.total,
            since=self.measured_from,
            since_done=self.measured_done,
            now=self.heartbeat if self.status == Status.RUNNING else None,
        )

    def as_json(self) -> dict[str, Any]:
        """What a script reads at the job's address."""
        return {
            "id": self.pk,
            "kind": self.kind,
            "title": self.title,
            "status": self.status,
            "environment": self.environment_name,
            "created": self.created,
            "started": self.started,
            "finished": self.finished,
            "attempts": self.attempts,
            "progress": self.progress.as_json() if self.progress else None,
            "pausable": self.pausable,
            "steps": [
                {"name": step.name, "title": step.title, "status": step.status, "detail": step.detail}
                for step in self.steps.all()
            ],
            "error": {
                "words": self.error_words,
                "next_step": self.error_next_step,
                "code": self.error_code,
                "message": self.error_message,
                "action": self.error_action,
                "request_id": self.error_request_id,
            }
            if self.error_words
            else None,
            "result": self.result,
        }

    @property
    def continue_url(self) -> str:
        """Where to go on: to what the job has made, if it said so, else to the page it was started from."""
        return str(self.result.get("continue_to") or self.return_url)

    @property
    def elapsed(self) -> str:
        """Time from the first claim to the end, or to now; empty before a worker has taken the job."""
        return in_words((self.finished or timezone.now()) - self.started) if self.started else ""

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def can_be_retried(self) -> bool:
        """Not where the job itself has reported that the same again could only fail again."""
        return self.status in (Status.FAILED, Status.CANCELLED) and self.result.get("retry", True) is not False

    @property
    def can_be_undone(self) -> bool:
        """Where the job has made things before it stopped, and has named the page (`undo`) that takes them back."""
        return self.status in (Status.FAILED, Status.CANCELLED) and bool(self.result.get("undo"))

    @property
    def can_be_cancelled(self) -> bool:
        return not self.is_finished and not self.cancel_requested

    @property
    def can_be_paused(self) -> bool:
        at_work = self.status in (Status.QUEUED, Status.RUNNING)
        return self.pausable and at_work and not self.pause_requested and not self.cancel_requested

    @property
    def can_be_resumed(self) -> bool:
        """While the pause is only asked for, Resume takes the request back."""
        return self.status == Status.PAUSED or (self.pause_requested and not self.is_finished)

    def move_to(
        self,
        target: Status,
        *,
        attempt: int | None = None,
        origin: Status | None = None,
        unless_cancelled: bool = False,
        if_still: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> bool:
        """Moves the row by one conditional UPDATE and reports whether it won.

        `attempt` is the fence: the row must still be in that attempt. `origin` narrows where it may come from; with
        `unless_cancelled` nobody may have asked for its end; `if_still` names fields that must not have changed
        meanwhile. On success this instance carries the new values.
        """
        origins = [status for status in origins_of(target) if origin in (None, status)]
        rows = Job.objects.filter(pk=self.pk, status__in=origins)
        if attempt is not None:
            rows = rows.filter(attempts=attempt)
        if unless_cancelled:
            rows = rows.filter(cancel_requested=False)
        if if_still:
            rows = rows.filter(**if_still)
        now = timezone.now()
        if target not in UNFINISHED:
            changes.setdefault("finished", now)
        won = rows.update(status=target, **changes) == 1
        if won:
            self.refresh_from_db(fields=["status", "attempts", *changes])
        return won

    def stalled(self, now: datetime | None = None) -> str:
        """Why it seems to stand still: "worker" (nobody took it), "heartbeat" (whoever took it fell silent), or ""."""
        now = now or timezone.now()
        if self.status == Status.QUEUED and self.queued < now - STALLED_AFTER:
            return "worker"
        if self.status == Status.RUNNING and self.heartbeat and self.heartbeat < now - STALLED_AFTER:
            return "heartbeat"
        return ""


Status = Job.Status

# RUNNING may go back to QUEUED: that is a lost job, given to another worker with the same row, or the end of a slice.
NEXT: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.PAUSED, Status.FAILED, Status.CANCELLED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.PAUSED, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED}),
    Status.PAUSED: frozenset({Status.QUEUED, Status.CANCELLED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
UNFINISHED = (Status.QUEUED, Status.RUNNING, Status.PAUSED)


def origins_of(target: Status) -> list[Status]:
    """The statuses from which `target` may be reached."""
    return [status for status, following in NEXT.items() if target in following]


class StepStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Not reached"


class JobStep(models.Model):
    """A named part of the work, in the words a person watches. A second attempt passes through all of them again."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=50)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=StepStatus.choices, default=StepStatus.PENDING)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="jobs_step_once_per_job")]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> str:
        return {"done": "pass", "failed": "fail", "skipped": "stopped", "running": "running"}.get(
            self.status, "pending"
        )

    @property
    def elapsed(self) -> str:
        """Time from the start to the end, or to now while the step runs; empty before it starts."""
        if self.started is None or (self.finished is None and self.status != StepStatus.RUNNING):
            return ""
        return in_words((self.finished or timezone.now()) - self.started)


def in_words(duration: timedelta) -> str:
    """A duration for a reader: "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    seconds = max(0.0, duration.total_seconds())
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def steps_of(job: Job, steps: Iterable[tuple[str, str]]) -> list[JobStep]:
    """Unsaved rows, one for each (name, title), in order."""
    return [JobStep(job=job, position=n, name=name, title=title) for n, (name, title) in enumerate(steps)]

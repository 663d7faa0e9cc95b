"""Authentication that the console makes from nothing: what was previewed, and users kept before it is removed."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

from environments.models import Environment
from jobs.models import UNFINISHED, Job

KEPT = timedelta(days=7)
"""How long users that were exported before a removal can be downloaded."""


class PlannedAuthQuerySet(models.QuerySet["PlannedAuth"]):
    def usable(self) -> "PlannedAuthQuerySet":
        """Previewed, and neither started nor thrown away."""
        return self.filter(phase__in=(Phase.NEW, Phase.PLANNED))

    def at_work(self) -> "PlannedAuthQuerySet":
        """Being previewed or made at this moment, each with its jobs."""
        unfinished = models.Q(preview_job__status__in=UNFINISHED) | models.Q(job__status__in=UNFINISHED)
        return self.filter(unfinished).select_related("preview_job__project", "job__project")

    def stranded(self) -> "PlannedAuthQuerySet":
        """Started, and ended before the environment was linked: something of it may be in AWS."""
        return self.filter(phase=Phase.APPLYING).exclude(job__status__in=UNFINISHED)


class PlannedAuth(models.Model):
    """New Cognito resources as somebody asked for them, and the change set in which CloudFormation shows what it makes.

    `choices` are the form's values, so that it can be filled in again; `template` is what was sent. No secret is in
    either: the native client's secret is made by Cognito and never leaves it. `changes` are
    `{"resource", "type", "action"}` as the change set names them.
    """

    class Phase(models.TextChoices):
        NEW = "new", "Being previewed"
        PLANNED = "planned", "Previewed"
        APPLYING = "applying", "At work"
        DONE = "done", "Made"
        DISCARDED = "discarded", "Thrown away"

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="planned_auths")
    choices = models.JSONField()
    template = models.TextField()
    stack_name = models.CharField(max_length=128)
    stack_id = models.CharField(max_length=300, blank=True)
    change_set = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=list)
    account = models.CharField(max_length=20, blank=True)
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.NEW)
    preview_job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The newest job that makes it."""
    made = models.DateTimeField(null=True, blank=True)
    """When CloudFormation had made everything."""
    planned_import = models.ForeignKey(
        "auth_import.PlannedImport", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    """The plan by which the new resources are linked."""
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)

    objects = PlannedAuthQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.stack_name} for {self.environment}"

    def get_absolute_url(self) -> str:
        return reverse("review-scratch", args=[self.environment.project.slug, self.environment.name, self.pk])

    @property
    def form_url(self) -> str:
        """The form, filled in as it was for this plan."""
        address = reverse("scratch", args=[self.environment.project.slug, self.environment.name])
        return f"{address}?plan={self.pk}"

    @property
    def newest_job(self) -> Job | None:
        return self.job or self.preview_job

    @property
    def is_stranded(self) -> bool:
        return self.phase == Phase.APPLYING and (self.job is None or self.job.is_finished)

    def move_to(self, phase: "PlannedAuth.Phase", *, origins: "tuple[PlannedAuth.Phase, ...]", **changes: Any) -> bool:
        """Moves the row by one conditional UPDATE, and reports whether it won."""
        won = PlannedAuth.objects.filter(pk=self.pk, phase__in=origins).update(phase=phase, **changes) == 1
        if won:
            self.refresh_from_db()
        return won


Phase = PlannedAuth.Phase


def _expiry() -> Any:
    return timezone.now() + KEPT


class KeptExportQuerySet(models.QuerySet["KeptExport"]):
    def downloadable(self) -> "KeptExportQuerySet":
        return self.filter(complete=True, expires__gt=timezone.now())


class KeptExport(models.Model):
    """The users of a pool as CSV, written before the pool was deleted; its parts are encrypted.

    `token` is where the walk through the pool goes on after an interruption.
    """

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="kept_exports")
    user_pool_id = models.CharField(max_length=80)
    user_pool_name = models.CharField(max_length=200)
    origin = models.CharField(max_length=16)
    """The id of the first of the jobs that wrote it: a retry goes on with it."""
    columns = models.JSONField(default=list)
    users = models.PositiveIntegerField(default=0)
    token = models.TextField(blank=True)
    complete = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    expires = models.DateTimeField(default=_expiry)

    objects = KeptExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [models.UniqueConstraint(fields=["origin"], name="kept_export_once_a_removal")]

    def __str__(self) -> str:
        return f"users of {self.user_pool_name}"

    def get_absolute_url(self) -> str:
        return reverse("kept-export", args=[self.environment.project.slug, self.environment.name, self.pk])

    @property
    def file_name(self) -> str:
        return f"users-{self.environment.project.slug}-{self.environment.name}-{self.created:%Y-%m-%d}.csv"


class KeptExportPart(models.Model):
    """A piece of the file; pieces keep memory small, whatever the number of users."""

    export = models.ForeignKey(KeptExport, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["export", "position"], name="kept_export_part_once")]

    def __str__(self) -> str:
        return f"part {self.position} of {self.export}"

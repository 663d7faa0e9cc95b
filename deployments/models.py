"""Pushes, from the previewed plan to its end."""

from typing import Any

from django.db import models
from django.urls import reverse

from deployments.cloning.models import PlannedClone as PlannedClone
from deployments.scratch.models import KeptExport as KeptExport
from deployments.scratch.models import KeptExportPart as KeptExportPart
from deployments.scratch.models import PlannedAuth as PlannedAuth
from environments.models import Environment


class DeploymentQuerySet(models.QuerySet["Deployment"]):
    def unsettled(self) -> "DeploymentQuerySet":
        """Those that have begun to write and have neither been verified nor undone."""
        return self.filter(phase__in=UNSETTLED)

    def listed(self) -> "DeploymentQuerySet":
        """Rows for a list: what kind of change each is, without the documents, which are long."""
        return self.defer("document").annotate(change=models.F("document__change"))


class Deployment(models.Model):
    """One push of an environment: what was previewed, and how far it has come.

    `document` is `PushPlan.to_dict()` and holds no secret. `phase` moves forward only: what was written while it is
    APPLYING or RESTORING is finished or undone by the next run of its job, whoever starts it. `written` tells our own
    writes from somebody else's: the SHA-256 of each object's new bytes, by key.
    """

    class Phase(models.TextChoices):
        PLANNED = "planned", "Previewed"
        APPLYING = "applying", "At work"
        RESTORING = "restoring", "Being undone"
        APPLIED = "applied", "Pushed"
        RESTORED = "restored", "Undone"
        DISCARDED = "discarded", "Not used"

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="deployments")
    document = models.JSONField()
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.PLANNED)
    written = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    """Why it is being undone, in words; the job that finishes undoing it ends with them. Once it is undone, `left`
    names what was not put back, because somebody else has changed it, or built on it, meanwhile."""
    recoveries = models.PositiveSmallIntegerField(default=0)
    """How often the console has taken it up again by itself."""
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The newest job that applies it."""
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    finished = models.DateTimeField(null=True, blank=True)

    objects = DeploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [
            # The lock: a second push of the environment cannot begin to write, whatever runs where.
            models.UniqueConstraint(
                fields=["environment"],
                condition=models.Q(phase__in=["applying", "restoring"]),
                name="one_push_at_work_in_an_environment",
            )
        ]

    def __str__(self) -> str:
        return f"push {self.pk} of {self.environment}"

    def get_absolute_url(self) -> str:
        return reverse("deployment", args=[self.environment.project.slug, self.environment.name, self.pk])

    @property
    def kept_as(self) -> str:
        """The name under which the copies of what it overwrites are kept."""
        return f"push-{self.pk}"

    @property
    def change_kind(self) -> str:
        # A row of a list carries the word alone (`listed`); asking it for its document would be a query a row.
        return str(self.__dict__.get("change") or self.document["change"])

    @property
    def change_words(self) -> str:
        return CHANGE_WORDS[self.change_kind]

    @property
    def left(self) -> list[str]:
        """What is not as it was after the push was undone, by name."""
        return list(self.failure.get("left", ()))

    @property
    def state(self) -> str:
        """The phase as the look's vocabulary of states has it."""
        return {"applied": "pass", "restored": "fail", "applying": "running", "restoring": "running"}.get(
            self.phase, "stopped" if self.phase == Phase.DISCARDED else "pending"
        )

    def move_to(self, phase: "Deployment.Phase", *, origins: "tuple[Deployment.Phase, ...]", **changes: Any) -> bool:
        """Moves the row by one conditional UPDATE, and reports whether it won."""
        won = Deployment.objects.filter(pk=self.pk, phase__in=origins).update(phase=phase, **changes) == 1
        if won:
            self.refresh_from_db()
        return won


Phase = Deployment.Phase
UNSETTLED = (Phase.APPLYING, Phase.RESTORING)
CHANGE_WORDS = {
    "import": "Import",
    "swap": "Other resources",
    "refresh": "Newer values",
    "unlink": "Unlink",
    "data": "Data access rules",
    "functions": "Function access",
    "data-and-functions": "Data access rules and function access",
}

"""The reviewed plan of a new environment."""

from django.db import models

from deployments.cloning.plan import ClonePlan
from environments.models import Environment, Project


class PlannedClone(models.Model):
    """What was reviewed before an environment was made; the job makes exactly that, or nothing."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="planned_clones")
    source = models.ForeignKey(Environment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    document = models.JSONField()
    """`ClonePlan.to_dict()`."""
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The newest job that makes it, or undoes it."""
    made = models.JSONField(default=dict)
    """What exists by now, as `deployments.cloning.making` notes it before and after each write."""
    environment = models.ForeignKey(Environment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    """The environment that was made of it."""

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"plan of {self.document.get('name', '')} in {self.project}"

    @property
    def plan(self) -> ClonePlan:
        return ClonePlan.from_dict(self.document)

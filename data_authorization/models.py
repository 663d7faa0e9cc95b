"""The data model an environment works on, and the history of its draft."""

from collections.abc import Iterable

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from environments.models import Environment


class DataModelQuerySet(models.QuerySet["DataModel"]):
    def with_draft_to_push(self, environments: Iterable[Environment]) -> set[int]:
        """Ids of those whose backend's schema has a draft. The texts, which are long, stay in the database."""
        newest = Revision.objects.filter(data_model=OuterRef("pk")).order_by("-number")
        rows = (
            self.filter(environment__in=environments, source=DataModel.Source.BACKEND)
            .annotate(
                newest_modes=Subquery(newest.values("modes")[:1]),
                newest_text=Subquery(newest.values("text")[:1]),
            )
            .annotate(same_text=Q(newest_text=models.F("text")))
            .exclude(newest_text=None)
            .values_list("environment", "modes", "newest_modes", "same_text")
        )
        return {environment for environment, modes, newer, same in rows if not same or modes != newer}


class DataModel(models.Model):
    """A GraphQL schema as it was last read or handed in, and how its API lets callers in.

    `text` is the base: what the cloud, or the person, has. The newest `Revision` is what it shall become; without one,
    or with one of the same text and modes, there is no draft. Every revision was made upon the base of its time;
    whoever changes the base carries the draft over to the new one as one more revision.
    """

    class Source(models.TextChoices):
        BACKEND = "backend", "The Amplify backend"
        APPSYNC = "appsync", "An AppSync API"
        TEXT = "text", "Pasted or uploaded"

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="data_model")
    source = models.CharField(max_length=10, choices=Source.choices)
    api = models.CharField(max_length=128, blank=True)
    """The name of the Amplify API resource, or the id of the AppSync API; "" for text."""
    api_name = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    modes = models.JSONField(default=list)
    """AppSync's names of the API's authorization modes, the default one first; empty where nobody knows."""
    read = models.DateTimeField()
    read_by_name = models.CharField(max_length=200)

    objects = DataModelQuerySet.as_manager()

    def __str__(self) -> str:
        return f"data model of {self.environment}"


class Revision(models.Model):
    """One saved state of the draft. Rows are only added: to go back is to save an old text once more."""

    data_model = models.ForeignKey(DataModel, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    modes = models.JSONField(default=list)
    words = models.TextField(blank=True)
    """What this revision changed, in a sentence for people."""
    new_base = models.BooleanField(default=False)
    """Made by a reading that found another text: older revisions were made upon another base."""
    base_text = models.TextField(blank=True)
    """The text that was read, where `new_base`; the revisions that follow were made upon it."""
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["data_model", "number"], name="data_revision_once")]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.data_model}"

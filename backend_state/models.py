"""What the console keeps of a backend: what it last knew of it, and the copies that a running push could restore."""

import json
from typing import Any

from django.db import models


class KnownBackend(models.Model):
    """What the console last read of an Amplify environment's cloud state. Facts only, no file and no secret.

    `facts` is what the last reading found, `pushed` what was there when the console last pushed: a pull tells the
    difference in words. Both are `backend_state.known.facts_of()`.
    """

    environment = models.OneToOneField(
        "environments.Environment", on_delete=models.CASCADE, related_name="known_backend"
    )
    facts = models.JSONField(default=dict)
    pushed = models.JSONField(default=dict)
    categories = models.TextField(default="{}")
    """The other categories' outputs as JSON text, because files carry them in this very order and PostgreSQL's JSON has
    none of its own. Keys of public APIs are among them."""
    provider = models.JSONField(default=dict)
    """`providers.awscloudformation` of the backend: its root stack, roles and bucket."""
    differences = models.JSONField(default=list)
    """Sentences, as the last pull found them."""
    read = models.DateTimeField()
    last_pushed = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"backend of {self.environment}"

    @property
    def backend_meta(self) -> dict[str, Any]:
        """The other categories as `amplify-meta.json` has them, for the files that apps are configured with."""
        found: dict[str, Any] = json.loads(self.categories)
        return found


class KeptFile(models.Model):
    """One object or parameter as it was before a push, encrypted, so that a push that fails can put it back.

    `owner` names the push. The copy is deleted as soon as the push is verified or undone.
    """

    owner = models.CharField(max_length=40)
    name = models.CharField(max_length=1100)
    exists = models.BooleanField(default=True)
    """False for something that was not there, and must not be there afterwards."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="backend_kept_once")]

    def __str__(self) -> str:
        return f"{self.name} before {self.owner}"


class KeptPart(models.Model):
    """A piece of a kept file; pieces keep memory small, whatever the size of the file."""

    file = models.ForeignKey(KeptFile, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="backend_part_once")]

    def __str__(self) -> str:
        return f"part {self.position} of {self.file}"

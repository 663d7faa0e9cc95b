"""What Lambda functions may do on the linked user pool, as somebody chose it."""

from typing import Any

from django.db import models

from backend_state.document.changes import FunctionAccess
from environments.models import Environment


class FunctionGrantQuerySet(models.QuerySet["FunctionGrant"]):
    def to_push(self, *environments: Environment) -> "FunctionGrantQuerySet":
        """What the next push writes into the functions of these Amplify backends. Grants wait for a link as well."""
        revoked = models.Q(state=FunctionGrant.State.REVOKED)
        wanted = models.Q(state=FunctionGrant.State.WANTED, environment__cognito_link__isnull=False)
        return self.filter(revoked | wanted, environment__in=environments)


class FunctionGrant(models.Model):
    """The access of one function. In an Amplify environment it waits for a push; elsewhere a job applies it directly.

    `before` is what a direct application found, so that taking the access away puts back exactly that.
    """

    class Breadth(models.TextChoices):
        LEAST = "least", "The few actions people need"
        PASSWORDS = "passwords", "The same, and setting passwords"
        CLI = "cli", "The lists of the Amplify CLI"

    class State(models.TextChoices):
        WANTED = "wanted", "Waits for a push"
        APPLIED = "applied", "Applied"
        REVOKED = "revoked", "Taken away, waits for a push"
        UNFINISHED = "unfinished", "Not finished"
        """A direct change has begun, and not come to its end."""

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="function_grants")
    function = models.CharField(max_length=170)
    """The name of the Amplify function resource, or of the Lambda function."""
    operations = models.JSONField(default=list)
    """Some of create, read, update, delete, in this order."""
    breadth = models.CharField(max_length=10, choices=Breadth.choices, default=Breadth.LEAST)
    actions = models.JSONField(default=list)
    """The IAM actions granted."""
    user_pool_id = models.CharField(max_length=80)
    user_pool_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    before = models.JSONField(default=dict)
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    changed_by_name = models.CharField(max_length=200)

    objects = FunctionGrantQuerySet.as_manager()

    class Meta:
        ordering = ["function"]
        constraints = [models.UniqueConstraint(fields=["environment", "function"], name="function_grant_once")]

    def __str__(self) -> str:
        return f"{self.function} in {self.environment}: {', '.join(self.operations)}"

    @property
    def waits(self) -> bool:
        """Whether the backend does not have yet what this row says."""
        return self.state in (self.State.WANTED, self.State.REVOKED)

    @property
    def change(self) -> FunctionAccess:
        """What a push makes of this row in an Amplify backend; without operations it takes the access away."""
        if self.state == self.State.REVOKED:
            return FunctionAccess(self.function, (), ())
        return FunctionAccess(self.function, tuple(self.operations), tuple(self.actions))

    @property
    def values(self) -> dict[str, Any]:
        """The access itself, as `before` keeps the one that a later choice would replace."""
        names = ("operations", "breadth", "actions", "user_pool_id", "user_pool_name")
        return {name: getattr(self, name) for name in names}

    def take(self, values: dict[str, Any]) -> None:
        """Make this row say again what `values` kept."""
        for name, value in values.items():
            setattr(self, name, value)

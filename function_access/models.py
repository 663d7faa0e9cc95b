"""What Lambda functions may do on the linked user pool, as somebody chose it."""

from django.db import models

from environments.models import Environment


class FunctionGrant(models.Model):
    """The access of one function. In an Amplify environment it waits for a push; elsewhere a job applies it directly.

    `before` is what a direct application found, so that taking the access away puts back exactly that.
    """

    class Breadth(models.TextChoices):
        LEAST = "least", "The few actions people need"
        CLI = "cli", "The lists of the Amplify CLI"

    class State(models.TextChoices):
        WANTED = "wanted", "Waits for a push"
        APPLIED = "applied", "Applied"
        REVOKED = "revoked", "Taken away, waits for a push"

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

    class Meta:
        ordering = ["function"]
        constraints = [models.UniqueConstraint(fields=["environment", "function"], name="function_grant_once")]

    def __str__(self) -> str:
        return f"{self.function} in {self.environment}: {', '.join(self.operations)}"

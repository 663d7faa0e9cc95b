"""The link of an environment to its Cognito resources, and the reviewed plans that lead to one."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from amplify_files.outputs import AuthOutputs
from auth_import.findings import Finding, RuleSet
from auth_import.observation import Choice
from auth_import.records import finding_from_record
from auth_import.unpushed import UnpushedUnlink as UnpushedUnlink
from auth_import.watch.models import DriftWatch as DriftWatch
from auth_import.watch.models import IgnoredDrift as IgnoredDrift
from aws.errors import Fault
from environments.models import Environment

if TYPE_CHECKING:
    from auth_import.plan import ImportPlan


KNOWN_FOR = timedelta(days=3)
"""How long a check speaks for a link: longer than any interval of the watch."""


class PlannedImport(models.Model):
    """One reviewed plan. It holds what was shown, without secrets, so that the job applies exactly that or nothing."""

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="planned_imports")
    document = models.JSONField()
    """`ImportPlan.to_dict()`."""
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)
    job = models.ForeignKey("jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"plan {self.pk} for {self.environment}"

    @property
    def plan(self) -> "ImportPlan":
        from auth_import.plan import ImportPlan

        return ImportPlan.from_dict(self.document)


class CognitoLink(models.Model):
    """An environment's imported user pool, app clients and identity pool.

    `outputs` is everything that reaches a generated file (without the client secret, which is read from AWS when a
    file needs it); `baseline` is what every rule observed when the link was made: drift compares with both.
    """

    class FunctionAccess(models.TextChoices):
        NOT_ASKED = "", "Not answered yet"
        WANTED = "wanted", "Wanted"
        NOT_WANTED = "not-wanted", "Not wanted"

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="cognito_link")
    planned_import = models.ForeignKey(PlannedImport, null=True, on_delete=models.SET_NULL, related_name="+")
    user_pool_id = models.CharField(max_length=80, db_index=True)
    user_pool_name = models.CharField(max_length=200)
    web_client_id = models.CharField(max_length=128)
    native_client_id = models.CharField(max_length=128)
    identity_pool_id = models.CharField(max_length=80, blank=True)
    identity_pool_name = models.CharField(max_length=200, blank=True)
    resource_name = models.CharField(max_length=128)
    outputs = models.JSONField()
    secret_digest = models.CharField(max_length=64, blank=True)
    """A keyed hash of the native client's secret: enough to notice a new one, useless to anybody else."""
    baseline = models.JSONField(default=dict)
    accepted = models.JSONField(default=list)
    """Ids of the failures that were imported anyway; they do not alarm again."""
    reason = models.TextField(blank=True)
    pushed = models.BooleanField(default=False)
    findings = models.JSONField(default=list)
    drift = models.JSONField(default=list)
    failing = models.PositiveIntegerField(default=0)
    warning = models.PositiveIntegerField(default=0)
    checked = models.DateTimeField()
    unchecked = models.DateTimeField(null=True, blank=True)
    """Since when the watch tries in vain to look, after several times; None while it can."""
    managed_stack = models.CharField(max_length=300, blank=True)
    """The CloudFormation stack that owns the resources, by its id, where this console made them from nothing."""
    function_access = models.CharField(
        max_length=20, choices=FunctionAccess.choices, default=FunctionAccess.NOT_ASKED, blank=True
    )
    created = models.DateTimeField(auto_now_add=True)
    created_by_name = models.CharField(max_length=200)

    untold: Fault | None = None
    """Why a check that was just made tells nothing; no column."""

    def __str__(self) -> str:
        return f"{self.environment} → {self.user_pool_name}"

    @property
    def choice(self) -> Choice:
        return Choice(
            user_pool_id=self.user_pool_id,
            web_client_id=self.web_client_id,
            native_client_id=self.native_client_id,
            identity_pool_id=self.identity_pool_id,
        )

    @property
    def auth_outputs(self) -> AuthOutputs:
        """The stored outputs; the client secret is not among them."""
        return AuthOutputs.from_dict(self.outputs)

    @property
    def rule_set(self) -> RuleSet:
        """Whose rules allowed the import. The same ones check it again, or nothing would count as worse."""
        planned = self.planned_import
        return planned.plan.rule_set if planned else RuleSet.ADMIN_UI

    @property
    def last_findings(self) -> list[Finding]:
        return [finding_from_record(record) for record in self.findings]

    @property
    def health(self) -> str:
        """`fail`, `warn` or `pass`, as the status indicator draws them."""
        if self.failing:
            return "fail"
        return "warn" if self.drift or self.warning or self.is_unknown else "pass"

    @property
    def health_words(self) -> str:
        if self.failing:
            return f"{self.failing} failing"
        if self.drift:
            return "Drifted"
        if self.is_unknown:
            return "Not checked"
        return f"{self.warning} to look at" if self.warning else "Healthy"

    @property
    def is_unknown(self) -> bool:
        """Whether nobody can say how the link is by now: the watch looks in vain, is off, or does not run."""
        return bool(self.unchecked) or self.checked < timezone.now() - KNOWN_FOR

    @property
    def is_managed(self) -> bool:
        """Whether this console made the resources, and can remove them."""
        return bool(self.managed_stack)

    @property
    def managed_stack_name(self) -> str:
        """The name of the stack, which stands in its id: `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`."""
        return self.managed_stack.split("/")[1] if "/" in self.managed_stack else self.managed_stack

    @property
    def awaits_push(self) -> bool:
        """Whether the generated files only take effect after a push."""
        return self.environment.is_amplify and not self.pushed

    def take_check(self, *, findings: list[dict[str, Any]], drift: list[dict[str, str]], now: Any) -> None:
        """Keep the result of a check; failures that were accepted on purpose do not count."""
        self.findings = findings
        self.drift = drift
        self.failing = sum(1 for row in findings if row["severity"] == "fail" and row["id"] not in self.accepted)
        self.warning = sum(1 for row in findings if row["severity"] == "warn")
        self.checked = now

"""One import of users, its file while it is read, its rows until they are done with, and what is wrong with them."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone

KEPT = timedelta(hours=24)
"""How long what a file holds of people rests here at most."""

MOST_PROBLEMS = 100_000
"""As many are kept for the download; all are counted."""


def _expiry() -> Any:
    return timezone.now() + KEPT


class Phase(models.TextChoices):
    UPLOADING = "uploading", "Uploading"
    READING = "reading", "Being checked"
    READY = "ready", "Checked"
    RUNNING = "running", "Importing"
    DONE = "done", "Imported"
    DISCARDED = "discarded", "Discarded"


class Way(models.TextChoices):
    ONE_BY_ONE = "one-by-one", "One by one"
    COGNITO_JOB = "cognito-job", "A Cognito import job"


class UserImport(models.Model):
    """One uploaded file and what became of it. Its figures stay; rows, file and problems go (see `services.forget`)."""

    environment = models.ForeignKey("environments.Environment", on_delete=models.CASCADE, related_name="user_imports")
    user_pool_id = models.CharField(max_length=60)
    file_name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField(default=0)
    hashing = models.CharField(max_length=20, blank=True)
    """The algorithm of the file's password hashes; "" where it has none."""
    phase = models.CharField(max_length=10, choices=Phase.choices, default=Phase.UPLOADING)
    is_read = models.BooleanField(default=False)
    """Whether every row is here, so that the file is no longer needed."""
    walk_token = models.TextField(blank=True)
    """Where the walk through the pool's users goes on after an interruption."""
    columns = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    """What was noticed and does no harm, in sentences."""
    refusals = models.JSONField(default=list)
    """What is wrong with the file as a whole, as [line, column, words]; with any, nothing of it can be imported."""
    rows_read = models.PositiveIntegerField(default=0)
    problems_found = models.PositiveIntegerField(default=0)

    existing = models.CharField(max_length=10, default="skip")
    """`skip` or `update`: what happens to users who exist already."""
    way = models.CharField(max_length=12, choices=Way.choices, default=Way.ONE_BY_ONE)
    deliver_by = models.JSONField(default=list)
    """`EMAIL`, `SMS`, both, or nothing for an import nobody is told of."""
    role_arn = models.CharField(max_length=2048, blank=True)
    job_name = models.CharField(max_length=128, blank=True)
    cognito_job_id = models.CharField(max_length=60, blank=True)
    outcome = models.JSONField(default=dict)
    """Figures of the end, by the names of outcomes; of a Cognito job also its `status` and `message`."""
    reason = models.TextField(blank=True)

    created = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("accounts.User", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by_name = models.CharField(max_length=200)
    expires = models.DateTimeField(default=_expiry)
    read_job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    run_job = models.ForeignKey("jobs.Job", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-created"]
        indexes = [models.Index(fields=["environment", "-created"], name="imports_of_environment")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        names = {"project": self.environment.project.slug, "env": self.environment.name}
        return reverse("user-import", kwargs={**names, "import_id": self.pk})

    @property
    def is_forgotten(self) -> bool:
        """Whether the rows are gone, so that nothing can be looked at or done any more."""
        return self.phase == Phase.DISCARDED or (self.phase == Phase.DONE and self.expires <= timezone.now())


class ImportPart(models.Model):
    """A piece of the uploaded file, encrypted; deleted once every row is read."""

    user_import = models.ForeignKey(UserImport, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_import", "position"], name="import_part_once")]

    def __str__(self) -> str:
        return f"part {self.position}"


class Plan(models.TextChoices):
    """What would happen to a row. The empty text: not known yet."""

    CREATE = "create", "New"
    DIFFERS = "differs", "Exists, differs"
    SAME = "same", "Exists, the same"
    WRONG = "wrong", "Wrong"


class Outcome(models.TextChoices):
    """What became of a row. `started` stands while its call is under way, and stays where the worker was killed."""

    STARTED = "started", "Started"
    CREATED = "created", "Created"
    UPDATED = "updated", "Updated"
    SKIPPED = "skipped", "Skipped"
    SENT = "sent", "In the file of Cognito's job"
    FAILED = "failed", "Failed"


class ImportRow(models.Model):
    """One row of the file. Keys are what it is found by: folded to lower case where the pool does the same."""

    user_import = models.ForeignKey(UserImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    username = models.CharField(max_length=300)
    key = models.CharField(max_length=320)
    email_key = models.CharField(max_length=320, blank=True)
    phone_key = models.CharField(max_length=320, blank=True)
    attributes = models.JSONField(default=dict)
    mfa = models.BooleanField(default=False)
    hash_sealed = models.BinaryField(default=b"")
    lacks = models.JSONField(default=list)
    job_words = models.CharField(max_length=300, blank=True)
    plan = models.CharField(max_length=8, choices=Plan.choices, blank=True)
    found = models.CharField(max_length=128, blank=True)
    """The user name of the user who exists already."""
    changes = models.JSONField(default=dict)
    """Of a row that differs: {attribute: [before, after]}."""
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["user_import", "line"], name="import_row_once")]
        indexes = [
            models.Index(fields=["user_import", "key"], name="import_row_by_key"),
            models.Index(
                fields=["user_import", "email_key"], name="import_row_by_email", condition=~models.Q(email_key="")
            ),
            models.Index(
                fields=["user_import", "phone_key"], name="import_row_by_phone", condition=~models.Q(phone_key="")
            ),
            models.Index(fields=["user_import", "plan", "line"], name="import_row_by_plan"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"


class ImportProblem(models.Model):
    """Something wrong with one row. Only so many are kept; `UserImport.problems_found` counts all."""

    user_import = models.ForeignKey(UserImport, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    words = models.CharField(max_length=400)

    class Meta:
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["user_import", "line"], name="import_problems_by_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}"

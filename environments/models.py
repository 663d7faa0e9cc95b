"""Projects, their environments, and the people and tokens that reach them."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from audit.models import AuditEvent
from aws.target import AwsTarget
from environments.notifications.models import Delivery as Delivery
from environments.notifications.models import MailSubscription as MailSubscription
from environments.notifications.models import Notification as Notification
from environments.notifications.models import Webhook as Webhook
from environments.permissions import Role
from environments.regions import validate_region

# Words that are pages of a project; an environment of that name could not be reached.
RESERVED_ENVIRONMENT_NAMES = frozenset(
    {
        "activity", "authentication", "clone", "connect", "create", "data", "deployments", "edit", "environments",
        "functions", "groups", "jobs", "members", "new", "notifications", "pull", "push", "remove", "settings",
        "tokens", "users",
    }
)  # fmt: skip
RESERVED_PROJECT_SLUGS = frozenset({"create", "new"})
PRODUCTION_NAMES = frozenset({"prod", "production", "live", "main", "master"})
AMPLIFY_ENVIRONMENT_NAME = re.compile(r"[a-z]{2,10}")
STANDALONE_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,29}")

validate_role_arn = RegexValidator(
    r"^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+\Z",
    "Enter the ARN of an IAM role, for example arn:aws:iam::111122223333:role/AdminUI.",
)
validate_app_id = RegexValidator(r"^d[a-z0-9]{1,19}\Z", "Enter an Amplify app id, for example d2examplexyz01.")


class Project(models.Model):
    """One app's set of environments."""

    class Frontend(models.TextChoices):
        JAVASCRIPT = "javascript", "JavaScript"
        IOS = "ios", "iOS"
        ANDROID = "android", "Android"
        FLUTTER = "flutter", "Flutter"

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=80, unique=True)
    frontend = models.CharField(max_length=20, choices=Frontend.choices, default=Frontend.JAVASCRIPT)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.slug])

    @staticmethod
    def free_slug(name: str) -> str:
        """A slug for this name that no project has and no page needs.

        Nor has a removed project left events under it, which the members of a new one must not read.
        """
        base = slugify(name)[:60] or "project"
        slug, number = base, 2
        while (
            slug in RESERVED_PROJECT_SLUGS
            or Project.objects.filter(slug=slug).exists()
            or AuditEvent.objects.of_project(slug).exists()
        ):
            slug, number = f"{base}-{number}", number + 1
        return slug


class Environment(models.Model):
    """One environment of a project: a Region, an AWS account, and at most one link to Cognito resources."""

    class Kind(models.TextChoices):
        STANDALONE = "standalone", "Standalone"
        AMPLIFY = "amplify", "Amplify"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="environments")
    name = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.STANDALONE)
    region = models.CharField(max_length=30, validators=[validate_region])
    role_arn = models.CharField("role to assume", max_length=200, blank=True, validators=[validate_role_arn])
    external_id = models.CharField(max_length=200, blank=True)
    app_id = models.CharField("Amplify app id", max_length=20, blank=True, validators=[validate_app_id])
    app_name = models.CharField("Amplify app's name", max_length=255, blank=True)
    """What the Amplify CLI calls the project; the names of backend resources derive from it."""
    stack_name = models.CharField(max_length=200, blank=True)
    deployment_bucket = models.CharField(max_length=200, blank=True)
    production = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_environment_of_a_name")]

    def __str__(self) -> str:
        return f"{self.project.name} / {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("environment", args=[self.project.slug, self.name])

    def clean(self) -> None:
        amplify = self.kind == self.Kind.AMPLIFY
        pattern = AMPLIFY_ENVIRONMENT_NAME if amplify else STANDALONE_ENVIRONMENT_NAME
        if not pattern.fullmatch(self.name or ""):
            raise ValidationError(
                {
                    "name": "An Amplify environment's name is 2 to 10 lower-case letters."
                    if amplify
                    else "Use up to 30 lower-case letters, digits and hyphens, and begin with a letter."
                }
            )
        if self.name in RESERVED_ENVIRONMENT_NAMES:
            raise ValidationError({"name": f"“{self.name}” is the name of a page. Choose another one."})
        if amplify and not self.app_id:
            raise ValidationError({"app_id": "An Amplify environment needs the id of its Amplify app."})
        if self.external_id and not self.role_arn:
            raise ValidationError({"external_id": "An external id is only used together with a role to assume."})

    @property
    def is_amplify(self) -> bool:
        return self.kind == self.Kind.AMPLIFY

    @property
    def target(self) -> AwsTarget:
        """How the console reaches this environment's account and Region."""
        return AwsTarget(region=self.region, role_arn=self.role_arn, external_id=self.external_id)


class Membership(models.Model):
    """A person's role in a project, for all of its environments or only some."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)
    environments = models.ManyToManyField(Environment, blank=True, through="MembershipEnvironment")
    """The environments the person is limited to; none: all of them."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__email", "user__username"]
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_membership_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}"


class MembershipEnvironment(models.Model):
    """One environment that a person is limited to.

    While somebody is limited to an environment it cannot be deleted: the last row of a membership would vanish with it,
    and no row means every environment. Whoever removes environments settles first what these people may see.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE)
    environment = models.ForeignKey(Environment, on_delete=models.RESTRICT)

    class Meta:
        db_table = "environments_membership_environments"
        constraints = [
            models.UniqueConstraint(fields=["membership", "environment"], name="one_limit_to_an_environment")
        ]

    def __str__(self) -> str:
        return f"{self.membership}: {self.environment.name}"


def _digest(secret: str) -> str:
    """Tokens are long and random, so a plain hash is enough; only the hash is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """The invitations whose link still works."""
        return self.filter(accepted_by_name="", withdrawn=None, expires__gt=timezone.now())


class Invitation(models.Model):
    """A link that makes the person who opens it a member, once."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)
    note = models.CharField("for whom", max_length=120, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    once = models.CharField(max_length=40, unique=True, null=True, blank=True)
    """What the form that made it carried: sent again, it makes no second link."""
    created_by_name = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    accepted_by_name = models.CharField(max_length=200, blank=True)
    withdrawn = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"invitation to {self.project}"

    @classmethod
    def make(cls, **fields: Any) -> tuple["Invitation", str]:
        """The row and the secret of its link; the secret is not stored and cannot be shown again."""
        secret = secrets.token_urlsafe(24)
        row = cls.objects.create(digest=_digest(secret), expires=timezone.now() + timedelta(days=7), **fields)
        return row, secret

    @classmethod
    def find(cls, secret: str) -> "Invitation | None":
        """The invitation of this link while it can still be used."""
        return cls.objects.open().select_related("project").filter(digest=_digest(secret)).first()

    @staticmethod
    def project_joined(secret: str, user: User) -> Project | None:
        """The project that this link has made the person a member of, for whoever opens it once more."""
        return Project.objects.filter(
            invitations__digest=_digest(secret), invitations__accepted_by_name=user.label, memberships__user=user
        ).first()


class ProjectToken(models.Model):
    """A key for scripts: it may do what its role may do, in one project."""

    PREFIX = "aui_"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_by_name = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["revoked", "-created"]

    def __str__(self) -> str:
        return f"token {self.name} of {self.project}"

    @classmethod
    def make(cls, **fields: Any) -> tuple["ProjectToken", str]:
        """The row and the token itself, which is shown once and never stored."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        return cls.objects.create(digest=_digest(secret), hint=secret[:8] + "…", **fields), secret

    @staticmethod
    def is_live(project: Project, name: str) -> bool:
        """Whether the project has a token of this name that was not revoked."""
        return ProjectToken.objects.filter(project=project, name=name, revoked=None).exists()

    @classmethod
    def find(cls, secret: str) -> "ProjectToken | None":
        """The live token with this secret. Its last use is noted at most once a minute, to spare the database."""
        token = cls.objects.select_related("project").filter(digest=_digest(secret), revoked=None).first()
        if token:
            now = timezone.now()
            if token.last_used is None or now - token.last_used > timedelta(minutes=1):
                cls.objects.filter(pk=token.pk).update(last_used=now)
        return token

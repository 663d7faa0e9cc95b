"""The people who sign in to the console. They are not the users of a user pool."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models

validate_username = RegexValidator(
    r"^[\w.+-]+\Z", "Use letters, digits and the characters . + - _ for a username: no @, and no spaces."
)


class User(AbstractUser):
    """A person with an account in this console. Several people may have no address, nobody shares one."""

    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[validate_username],
        help_text="Letters, digits and the characters . + - _.",
        error_messages={"unique": "A user with that username already exists."},
    )
    """Never looks like an address, so that nobody signs in, or is named to a command, in somebody else's place."""
    email = models.EmailField("e-mail address", unique=True, null=True, blank=True)  # type: ignore[assignment]
    may_create_projects = models.BooleanField(default=False)
    """Environments of a project may use the console's own AWS credentials, so not everybody makes projects."""

    def save(self, *args: object, **kwargs: object) -> None:
        # An empty address is stored as NULL, because two empty texts would collide on the unique index.
        self.email = self.email or None
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def creates_projects(self) -> bool:
        """Whether this person may make projects: operators always, others when an operator has said so."""
        return self.is_active and (self.is_superuser or self.may_create_projects)

    @property
    def label(self) -> str:
        """The name in the activity. The person cannot change it."""
        return self.email or self.username

"""The search index: a copy of chosen attributes of a pool's users that may be thrown away at any time."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from aws.user_resources import CognitoUser
from environments.models import Environment
from jobs.models import Job
from user_management.index.text import FIRST_OWN_SLOT, MARKS, STANDARD, slot_of

DEFAULT_ATTRIBUTES = ("email", "name")
"""User name, status, whether enabled, and both dates are always there: without them a list could not be shown."""
RETRY_AFTER = timedelta(minutes=10)
"""After a refresh that failed, the schedule waits at least this long."""


class SearchIndex(models.Model):
    """What of an environment's users is copied here, how fresh it is, and the walk that is under way.

    It belongs to the environment *and* the pool: after another pool was linked it is nobody's, and is emptied.
    """

    class Interval(models.IntegerChoices):
        OFF = 0, "Only when somebody asks"
        QUARTER = 15, "Every 15 minutes"
        HOUR = 60, "Every hour"
        DAY = 1440, "Every day"

    environment = models.OneToOneField(Environment, on_delete=models.CASCADE, related_name="search_index")
    pool_id = models.CharField(max_length=80)
    enabled = models.BooleanField(default=False)
    attributes = models.JSONField(default=list)
    """Cognito's names of the attributes that are copied; `sub` always is, as the key of a person."""
    slots = models.JSONField(default=dict)
    """The numbers of custom attributes in the users' text."""
    with_groups = models.BooleanField(default=False)
    interval = models.PositiveIntegerField(choices=Interval, default=Interval.OFF)
    generation = models.PositiveIntegerField(default=0)
    """Counts wipes and changes of what is copied; a walk that began before one of them writes nothing any more."""

    filled = models.DateTimeField(null=True, blank=True)
    """When the newest whole walk began: nothing found here is older than this."""
    filled_attributes = models.JSONField(default=list)
    filled_groups = models.BooleanField(default=False)
    users = models.PositiveIntegerField(default=0)
    """How many users the newest whole walk found."""
    calls = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)

    started = models.DateTimeField(null=True, blank=True)
    """When the walk under way, or the interrupted one, began. None: there is none."""
    token = models.TextField(blank=True)
    """Where the walk goes on."""
    walk_state = models.CharField(max_length=10, blank=True)
    """`users` or `groups`: what the walk is going through."""
    walked = models.PositiveIntegerField(default=0)
    walk_calls = models.PositiveIntegerField(default=0)
    walk_seconds = models.FloatField(default=0)
    groups_done = models.JSONField(default=list)
    """The groups whose members the walk has been through."""
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"index of {self.pool_id} for {self.environment_id}"

    @property
    def is_usable(self) -> bool:
        """Whether one whole walk has ended, so that what is not found here is not in the pool either."""
        return self.enabled and self.filled is not None

    @property
    def age(self) -> timedelta | None:
        return timezone.now() - self.filled if self.filled else None

    @property
    def age_words(self) -> str:
        """ "4 min old", as results say it."""
        if self.age is None:
            return "not filled yet"
        minutes = int(self.age.total_seconds() // 60)
        if minutes < 1:
            return "less than a minute old"
        if minutes < 120:
            return f"{minutes} min old"
        hours = minutes // 60
        return f"{hours} hours old" if hours < 48 else f"{hours // 24} days old"

    @property
    def is_at_work(self) -> bool:
        return self.job is not None and not self.job.is_finished

    def holds(self, attribute: str) -> bool:
        """Whether every user's value of this attribute can be found here."""
        return attribute in ("username", "sub") or attribute in self.filled_attributes

    def slot(self, attribute: str) -> int | None:
        return slot_of(attribute, self.slots)

    def take_attributes(self, names: list[str]) -> None:
        """Copy these attributes from now on. Custom ones get a number that stays theirs."""
        self.attributes = sorted(set(names) - {"username", "sub"})
        free = iter(sorted(set(range(FIRST_OWN_SLOT, MARKS)) - set(self.slots.values())))
        for name in self.attributes:
            if name not in STANDARD and name not in self.slots:
                self.slots[name] = next(free)

    def is_due(self, now: datetime) -> bool:
        """Whether the schedule should refresh it."""
        if not self.enabled or not self.interval or self.is_at_work:
            return False
        if self.job is not None and self.job.status == Job.Status.CANCELLED and self.filled is None:
            # Somebody did not want the first walk; the schedule does not insist.
            return False
        last = self.job.created if self.job is not None else self.filled
        pause = timedelta(minutes=self.interval)
        if self.job is not None and self.job.status != Job.Status.SUCCEEDED:
            pause = min(pause, RETRY_AFTER)
        return last is None or now - last >= pause


class IndexedUser(models.Model):
    """One user as the newest walk, or a change of ours, left it. Only chosen attributes are here."""

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="rows", db_index=False)
    username = models.CharField(max_length=128)
    status = models.CharField(max_length=30)
    enabled = models.BooleanField()
    created = models.DateTimeField(null=True)
    modified = models.DateTimeField(null=True)
    attributes = models.JSONField(default=dict)
    by_username = models.CharField(max_length=200, null=True)  # noqa: DJ001
    by_email = models.CharField(max_length=200, null=True)  # noqa: DJ001
    by_phone_number = models.CharField(max_length=200, null=True)  # noqa: DJ001
    by_name = models.CharField(max_length=200, null=True)  # noqa: DJ001
    text = models.TextField()
    digest = models.CharField(max_length=32)
    """Of everything above: a row that did not change is not written again."""
    written = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "username"], name="indexed_user_once")]
        indexes = [
            models.Index(fields=["index", "created", "id"], name="indexed_by_created"),
            models.Index(fields=["index", "modified", "id"], name="indexed_by_modified"),
            models.Index(fields=["index", "by_username", "id"], name="indexed_by_username"),
            models.Index(fields=["index", "by_email", "id"], name="indexed_by_email"),
            models.Index(fields=["index", "by_phone_number", "id"], name="indexed_by_phone"),
            models.Index(fields=["index", "by_name", "id"], name="indexed_by_name"),
            models.Index(fields=["index", "status", "id"], name="indexed_by_status"),
            models.Index(fields=["index", "enabled", "id"], name="indexed_by_enabled"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def user(self) -> CognitoUser:
        """The user with the attributes that are copied here."""
        return CognitoUser(
            username=self.username,
            status=self.status,
            enabled=self.enabled,
            created=self.created,
            modified=self.modified,
            attributes=self.attributes,
        )


class IndexedMember(models.Model):
    """A user of the pool is in a group, as the newest walk through the group's members says."""

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="members", db_index=False)
    group = models.CharField(max_length=128)
    username = models.CharField(max_length=128)
    written = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "group", "username"], name="indexed_member_once")]
        indexes = [models.Index(fields=["index", "username"], name="indexed_groups_of_user")]

    def __str__(self) -> str:
        return f"{self.username} in {self.group}"


class WalkedPart(models.Model):
    """The rows that a part of the walk under way has met. What no part met is removed when the walk has ended.

    Marking the rows themselves would write every user once more in every walk.
    """

    index = models.ForeignKey(SearchIndex, on_delete=models.CASCADE, related_name="parts")
    group = models.CharField(max_length=128, blank=True)
    """Whose members they are; "" where they are the pool's users."""
    rows = models.BinaryField()
    """Ids of `IndexedUser` or, in a group, of `IndexedMember`, eight bytes each."""

    def __str__(self) -> str:
        return f"{len(self.rows) // 8} rows of {self.index_id}"


class SavedView(models.Model):
    """A search or filter of the users page, under a name: one person's own, or everybody's."""

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=120)
    params = models.TextField(blank=True)
    """The page's query string."""
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    owner_name = models.CharField(max_length=200)
    shared = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), "environment", "owner", name="saved_view_once_per_person"),
            models.UniqueConstraint(
                Lower("name"), "environment", condition=models.Q(shared=True), name="saved_view_shared_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "name": self.name,
            "params": self.params,
            "shared": self.shared,
            "owner": self.owner_name,
        }

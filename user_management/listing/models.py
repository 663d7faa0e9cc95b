"""How one person likes to see the users of one environment."""

from django.conf import settings
from django.db import models

SIZES = (20, 40, 60)
"""Rows a page; Cognito gives sixty at most."""
LARGEST = SIZES[-1]


class ListPreference(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    environment = models.ForeignKey("environments.Environment", on_delete=models.CASCADE, related_name="+")
    page_size = models.PositiveSmallIntegerField(default=LARGEST)
    columns = models.JSONField(default=list)
    """Keys of the columns shown, in no order of their own; none: those every pool begins with."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "environment"], name="one_list_preference")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.environment_id}: {self.page_size}"

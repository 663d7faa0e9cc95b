"""Remembering how a person wants the list of users."""

from collections.abc import Sequence

from accounts.models import User
from user_management.listing.models import ListPreference
from user_management.place import Place


def keep_preference(*, user: User, place: Place, size: int, columns: Sequence[str]) -> ListPreference:
    """Remember the page size and the columns (none: those of a new list) for this person and environment."""
    preference, _ = ListPreference.objects.update_or_create(
        user=user, environment=place.environment, defaults={"page_size": size, "columns": list(columns)}
    )
    return preference

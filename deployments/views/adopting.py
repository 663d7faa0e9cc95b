"""Taking over what somebody has imported elsewhere: the import page with the very same resources chosen."""

from auth_import.forms import choice_query
from auth_import.observation import Choice
from backend_state.models import KnownBackend
from deployments.standing import ids_in_cloud


def adopt_query(known: KnownBackend | None) -> str:
    """The address part that chooses what the cloud has; "" where it has nothing to choose."""
    ids = ids_in_cloud(known)
    if not ids.get("user_pool"):
        return ""
    return choice_query(Choice(ids["user_pool"], ids["web_client"], ids["native_client"], ids["identity_pool"]))

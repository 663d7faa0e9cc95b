"""What one does is seen at once, though Cognito's own list follows seconds later.

After a change the service notes what the user must look like now; lists lay these notes over what ListUsers answers.
Notes are kept for two minutes. Whoever keeps users elsewhere (the search index) listens.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from django.core.cache import cache

from aws.user_resources import CognitoUser
from user_management.place import Place

KEPT_SECONDS = 120
GONE = "gone"

Listener = Callable[[Place, str, CognitoUser | None], None]
_listeners: list[Listener] = []


def on_change(listener: Listener) -> None:
    """Call `listener(place, username, user)` after each change; `user` is None when the user was deleted."""
    if listener not in _listeners:
        _listeners.append(listener)


def _key(place: Place, username: str) -> str:
    # Keys of some caches may hold neither every character nor many of them.
    return f"recent-user:{sha256(f'{place.key}|{username}'.encode()).hexdigest()}"


def _any(place: Place) -> str:
    return f"recent-users:{sha256(place.key.encode()).hexdigest()}"


def _keep(place: Place, username: str, value: CognitoUser | str) -> None:
    cache.set(_key(place, username), value, KEPT_SECONDS)
    # Most lists have nothing laid over them; this one entry spares them a question for each of their rows.
    cache.set(_any(place), True, KEPT_SECONDS)


def note(place: Place, user: CognitoUser) -> None:
    """Remember what the user looks like after a change of ours."""
    _keep(place, user.username, user)
    for listener in _listeners:
        listener(place, user.username, user)


def note_deleted(place: Place, username: str) -> None:
    _keep(place, username, GONE)
    for listener in _listeners:
        listener(place, username, None)


def overlay(place: Place, users: Iterable[CognitoUser]) -> list[CognitoUser]:
    """The users as they are after our own changes, without those we deleted."""
    rows = list(users)
    if not rows or not cache.get(_any(place)):
        return rows
    notes: dict[str, Any] = cache.get_many([_key(place, user.username) for user in rows])
    found: list[CognitoUser] = []
    for user in rows:
        noted = notes.get(_key(place, user.username))
        if noted == GONE:
            continue
        newer = isinstance(noted, CognitoUser) and not (
            user.modified and noted.modified and user.modified > noted.modified
        )
        found.append(noted if newer and isinstance(noted, CognitoUser) else user)
    return found


def is_deleted(place: Place, username: str) -> bool:
    return bool(cache.get(_key(place, username)) == GONE)


def noted(place: Place, username: str) -> CognitoUser | None:
    """What we know of this user from a change of ours in the last two minutes."""
    value = cache.get(_key(place, username))
    return value if isinstance(value, CognitoUser) else None

"""Addresses of one user, and what became of them, seen past the console."""

from html import unescape
from typing import Any

from django.urls import reverse

from audit.models import AuditEvent
from user_management.place import Place

JSON = {"accept": "application/json"}


def url(place: Place, name: str, username: str = "") -> str:
    return reverse(name, kwargs={**place.names, **({"username": username} if username else {})})


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def events(action: str = "") -> list[Any]:
    """What the activity tells of an action (`suspend`), oldest first."""
    return list(AuditEvent.objects.filter(action__endswith=action).order_by("pk"))


def messages(sandbox: Any, pool_id: str) -> list[tuple[str, str]]:
    """Kind and medium of what the pool would have sent."""
    told = sandbox._control("GET", "messages")["messages"]
    return [(one["kind"], one["medium"]) for one in told if one["pool"] == pool_id]

"""Telling people and other programs what happened, by e-mail and by signed webhooks."""

from collections.abc import Mapping
from typing import Any

from environments.models import Environment
from environments.notifications.events import Event


def announce(
    *, environment: Environment, event: Event, title: str, text: str, path: str, data: Mapping[str, Any]
) -> None:
    """Queue the news for everybody who asked for this event, in the caller's transaction; nothing is sent before it
    commits.

    `title` is one line, `text` whole sentences, `path` the page of the console to look at, `data` JSON for programs.
    None of them holds a secret.
    """

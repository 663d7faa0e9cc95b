"""What the log leaves out: the secrets that some addresses carry, whoever writes the address down."""

import re
from collections.abc import MutableMapping
from typing import Any

SECRET_LEAF = re.compile(r"(/invitations/|/accounts/password/reset/key/)[^/\s?&\"']+")
QUERY = re.compile(r"(?<=\S)\?\S*")
"""People search by names and addresses of other people."""


def without_secret_addresses(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor, the last one before the line is written."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = SECRET_LEAF.sub(r"\1…", value)
    request = event.get("request")
    if isinstance(request, str):
        event["request"] = QUERY.sub("", request)
    return event

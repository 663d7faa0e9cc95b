"""System checks: settings of the environment that would send calls to the wrong place, or nowhere."""

import ipaddress
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register


def _endpoints() -> dict[str, str]:
    names = [name for name in os.environ if name == "AWS_ENDPOINT_URL" or name.startswith("AWS_ENDPOINT_URL_")]
    return {name: os.environ[name] for name in sorted(names) if os.environ[name]}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@register()
def endpoints_are_meant(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """AWS_ENDPOINT_URL must be a web address, and outside of debugging hardly one of this machine."""
    found: list[CheckMessage] = []
    for name, value in _endpoints().items():
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme not in ("http", "https") or not host:
            found.append(
                Error(
                    f"{name} is not a web address, so no call to AWS can be made.",
                    hint=f"Give it as http://host:port, or leave {name} unset to use AWS itself.",
                    id="aws.E001",
                )
            )
        elif not settings.DEBUG and _is_loopback(host):
            found.append(
                Warning(
                    f"{name} names this machine: the console manages an emulator, not AWS.",
                    hint=f"Unset {name} to use AWS. If the emulator is wanted, add aws.W001 to SILENCED_SYSTEM_CHECKS.",
                    id="aws.W001",
                )
            )
    return found


@register()
def static_keys_are_whole(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Half a pair of static keys makes every call fail."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if bool(key) == bool(secret):
        return []
    missing = "AWS_SECRET_ACCESS_KEY" if key else "AWS_ACCESS_KEY_ID"
    return [
        Error(
            f"{missing} is not set, but its companion is.",
            hint="Set both, or neither to use the machine's role or AWS_PROFILE.",
            id="aws.E002",
        )
    ]

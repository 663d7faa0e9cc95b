"""Sessions and clients of the SDK: made once, kept per process, shared by threads.

The SDK decides by itself where calls go (`AWS_ENDPOINT_URL`) and which default credentials apply. Sessions are
not thread-safe while a client is made, so making one happens under a lock; clients are safe to share.
"""

import logging
import os
import threading
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, NoRegionError
from botocore.utils import parse_timestamp

from aws import quotas
from aws.answers import never_make_twice, refuse_half_an_answer, stay_in_the_region
from aws.target import AwsTarget

log = logging.getLogger(__name__)

SERVICES_OF_AN_IMPORT = ("cognito-idp", "cognito-identity", "iam", "sts")
CONNECT_TIMEOUT = 3
READ_TIMEOUT = 10
ATTEMPTS = 5


def _version() -> str:
    try:
        project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "0"


CONFIG = Config(
    # "legacy" never repeats Cognito's TooManyRequestsException, "adaptive" slows down every tenant of a client.
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
    connect_timeout=CONNECT_TIMEOUT,
    read_timeout=READ_TIMEOUT,
    max_pool_connections=32,
    user_agent_extra=f"admin-ui/{_version()}",
)

_lock = threading.RLock()
_sessions: dict[tuple[int, str, str], boto3.Session] = {}
_clients: dict[tuple[int, AwsTarget, str], BaseClient] = {}


def client(target: AwsTarget, service: str) -> BaseClient:
    """The shared client of one service. Raises botocore's own errors; `aws.calls` translates them."""
    if not target.region:
        # With an endpoint given, the SDK would go on without a Region.
        raise NoRegionError
    key = (os.getpid(), target, service)
    found = _clients.get(key)
    if found is not None:
        return found
    with _lock:
        if key not in _clients:
            made: BaseClient = _session(target).client(service, region_name=target.region, config=CONFIG)  # type: ignore[call-overload]
            made.meta.events.register(f"before-send.{service}", quotas.wait_for_turn)
            made.meta.events.register(f"before-parse.{service}", refuse_half_an_answer)
            made.meta.events.register_first(f"needs-retry.{service}", never_make_twice)
            if service == "s3":
                made.meta.events.register_first("needs-retry.s3", stay_in_the_region)
            _clients[key] = made
        return _clients[key]


def _session(target: AwsTarget) -> boto3.Session:
    key = (os.getpid(), target.role_arn, target.external_id)
    if key not in _sessions:
        inner = botocore.session.Session()
        if target.role_arn:
            inner.register_component("credential_provider", CredentialResolver([_AssumedRole(target)]))
        inner.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
        _sessions[key] = boto3.Session(botocore_session=inner)
    return _sessions[key]


def _moment(value: Any) -> datetime:
    """A time of an answer, in UTC. The SDK's own way takes half of the time it needs to read a page of users."""
    if isinstance(value, int | float):
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(value, UTC)
    return parse_timestamp(value)


class _AssumedRole(CredentialProvider):
    """Credentials of the target's role, fetched at the first call and again shortly before they expire."""

    METHOD = "assume-role"
    CANONICAL_NAME = "AdminUiAssumedRole"

    def __init__(self, target: AwsTarget) -> None:
        super().__init__()
        self.target = target

    def load(self) -> Any:
        return DeferredRefreshableCredentials(refresh_using=self.fetch, method=self.METHOD)

    def fetch(self) -> dict[str, str]:
        request = {"RoleArn": self.target.role_arn, "RoleSessionName": "admin-ui"}
        if self.target.external_id:
            request["ExternalId"] = self.target.external_id
        sts: Any = client(AwsTarget(self.target.region), "sts")
        answer = sts.assume_role(**request)["Credentials"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }


def warm(target: AwsTarget, services: Iterable[str] = SERVICES_OF_AN_IMPORT) -> None:
    """Make the clients ahead of the first request: the first of a process costs about 0.2 s. Never raises."""
    for service in services:
        try:
            client(target, service)
        except (BotoCoreError, ValueError) as exc:
            log.warning("The client of %s could not be made ahead: %s", service, type(exc).__name__)


def forget() -> None:
    """Drop every session and client, so that the next call reads the environment again."""
    with _lock:
        _sessions.clear()
        _clients.clear()


def _after_fork() -> None:
    global _lock
    # Another thread of the parent may have held the lock; the child must not wait for it.
    _lock = threading.RLock()
    _sessions.clear()
    _clients.clear()


os.register_at_fork(after_in_child=_after_fork)

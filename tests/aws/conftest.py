"""The gateway's tests talk HTTP to a sandbox in a process of its own, and never touch our own code's inside."""

import json
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from aws import quotas, session
from aws.target import AwsTarget
from tests.conftest import Clients, led_to

TARGET = AwsTarget("eu-west-1")
ROOT = Path(__file__).parents[2]


@cache
def _client(url: str, service: str) -> Any:
    """Making a client costs more than most calls, so each is made once."""
    make: Any = boto3.client
    return make(
        service,
        region_name=TARGET.region,
        endpoint_url=url,
        aws_access_key_id="planting",
        aws_secret_access_key="planting",
    )


class Sandbox:
    """The account behind the endpoint, and its control surface."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.has_faults = False

    def client(self, service: str) -> Any:
        """A client that knows nothing of the gateway, to plant and to compare with."""
        return _client(self.url, service)

    def _control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fail(self, operation: str, **fault: Any) -> None:
        self.has_faults = True
        self._control("POST", "faults", {"operation": operation, **fault})

    def calls(self, operation: str = "") -> list[dict[str, Any]]:
        calls = self._control("GET", "calls")["calls"]
        return [call for call in calls if operation in ("", call["operation"])]

    def forget(self) -> None:
        self._control("DELETE", "faults")
        self._control("DELETE", "calls")
        self.has_faults = False


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    process = subprocess.Popen(
        [sys.executable, "-m", "aws.sandbox", "--port", "0", "--empty"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        yield Sandbox(line.rpartition(" ")[2].strip())
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


KEPT = Clients()


@pytest.fixture(scope="module", autouse=True)
def no_credentials_of_roles() -> None:
    """What one file has of a role is no business of the next one."""
    for roles in [key for key in KEPT.sessions if key[1]], [key for key in KEPT.clients if key[1].role_arn]:
        for key in roles:
            KEPT.sessions.pop(key, None)
            KEPT.clients.pop(key, None)


@pytest.fixture(autouse=True)
def sandbox(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", served.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    KEPT.use(monkeypatch)
    leading = led_to()
    quotas.use_limiter(quotas.InProcessLimiter())
    served.forget()
    yield served
    # What was called disturbs nobody, and each request takes its time.
    if served.has_faults:
        served.forget()
    if leading != led_to():
        session.forget()


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the SDK repeat without waiting in between; answers the pauses it would have made."""
    pauses: list[float] = []

    class Clock:
        sleep = staticmethod(pauses.append)

    monkeypatch.setattr("botocore.endpoint.time", Clock)
    return pauses


class _Raw:
    """The stream of an answer that never came over a wire."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.body


def answer(status: int, body: bytes, **headers: str) -> AWSResponse:
    return AWSResponse("http://127.0.0.1/", status, HTTPHeaders.from_dict(headers), _Raw(body))


Inject = Callable[[str, str, Callable[[], AWSResponse | None]], list[int]]


@pytest.fixture
def inject() -> Iterator[Inject]:
    """`inject(service, operation, make)`: every attempt of that call gets `make()`; None lets it through.

    Answers a list that grows by one with every attempt. `make` may raise what a network would.
    """
    undo: list[Callable[[], None]] = []

    def put(service: str, operation: str, make: Callable[[], AWSResponse | None]) -> list[int]:
        attempts: list[int] = []

        def handler(**_: Any) -> AWSResponse | None:
            attempts.append(len(attempts) + 1)
            return make()

        events: Any = session.client(TARGET, service).meta.events
        event = f"before-send.{service}.{operation}"
        events.register_first(event, handler)
        undo.append(lambda: events.unregister(event, handler))
        return attempts

    yield put
    for step in undo:
        step()


@pytest.fixture
def pool(sandbox: Sandbox) -> str:
    created = sandbox.client("cognito-idp").create_user_pool(PoolName="Sample pool")
    return str(created["UserPool"]["Id"])


_GONE = b"<ErrorResponse><Error><Code>ChangeSetNotFound</Code><Message>Gone.</Message></Error></ErrorResponse>"

ByName = Callable[[str, str, str, dict[str, bytes]], list[str]]


@pytest.fixture
def answered_by_name() -> Iterator[ByName]:
    """`answered_by_name(service, operation, field, bodies)`: each request gets the body under its `field`, 404 without.

    The key is the field's value, with the page's token behind it. Answers the list of what was asked for, from
    whichever thread. For services whose requests are forms.
    """
    undo: list[Callable[[], None]] = []

    def put(service: str, operation: str, field: str, bodies: dict[str, bytes]) -> list[str]:
        asked: list[str] = []

        def handler(request: Any, **_: Any) -> AWSResponse:
            text = request.body.decode() if isinstance(request.body, bytes) else request.body
            fields = parse_qs(text)
            asked.append(fields[field][0])
            found = bodies.get(fields[field][0] + "".join(fields.get("NextToken", [])))
            return answer(404, _GONE) if found is None else answer(200, found)

        events: Any = session.client(TARGET, service).meta.events
        event = f"before-send.{service}.{operation}"
        events.register_first(event, handler)
        undo.append(lambda: events.unregister(event, handler))
        return asked

    yield put
    for step in undo:
        step()


@pytest.fixture
def bucket(sandbox: Sandbox) -> str:
    name = f"amplify-{uuid.uuid4().hex[:12]}-deployment"
    here: Any = {"LocationConstraint": TARGET.region}
    sandbox.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=here)
    sandbox.forget()
    return name

"""Running a command as its own process would: the same parser, standard streams of bytes, the exit code."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandError

from aws.sandbox.catalogue import Scenario

PLACE = ("--project", "shop", "--environment", "dev")
"""The environment that the tests make."""
JSON = ("--format", "json")


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, what it wrote to standard output, and the words beside it."""

    code: int
    out: bytes
    words: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


class Terminal(TextIOWrapper):
    """Standard input of somebody who typed the command and gave it nothing to read."""

    def isatty(self) -> bool:
        return True


def run(name: str, *arguments: str, stdin: str | bytes | TextIOWrapper = b"") -> Ended:
    """Runs `manage.py NAME ARGUMENTS` in this process.

    Django's own entry closes every connection at the end, which a test's transaction would not survive; the rest of it
    is repeated here.
    """
    out, err = TextIOWrapper(BytesIO(), encoding="utf-8"), TextIOWrapper(BytesIO(), encoding="utf-8")
    command = load_command_class(get_commands()[name], name)
    # Errors of the parser then end the process with 2, as they do for whoever types the command.
    vars(command)["_called_from_command_line"] = True
    with pytest.MonkeyPatch.context() as patch:
        if not isinstance(stdin, TextIOWrapper):
            stdin = TextIOWrapper(BytesIO(stdin.encode() if isinstance(stdin, str) else stdin))
        patch.setattr(sys, "stdin", stdin)
        patch.setattr(sys, "stderr", err)
        code = 0
        try:
            options = vars(command.create_parser("manage.py", name).parse_args(list(arguments)))
            options.pop("args", None)
            command.execute(**options, stdout=out, stderr=err)
        except CommandError as error:
            err.write(f"{type(error).__name__}: {error}")
            code = error.returncode
        except SystemExit as end:
            code = int(end.code or 0)
    streams = []
    for stream in (out, err):
        stream.flush()
        buffer = stream.buffer
        assert isinstance(buffer, BytesIO)
        streams.append(buffer.getvalue())
    return Ended(code, streams[0], streams[1].decode())


def payload_of(scenario: Scenario, **changes: Any) -> str:
    """The payload that imports a planted pool with its two clients and identity pool."""
    payload: dict[str, Any] = {
        "version": 1,
        "userPoolId": scenario.pool_id,
        "webClientId": scenario.web_client_id,
        "nativeClientId": scenario.native_client_id,
    }
    if scenario.identity_pool_id:
        payload["identityPoolId"] = scenario.identity_pool_id
    return json.dumps({**payload, **changes})


def severities(document: Any, *wanted: str) -> dict[str, str]:
    """Check id to severity, of the findings of these severities (none named: all but pass)."""
    return {
        one["id"]: one["severity"]
        for one in document["findings"]
        if (one["severity"] in wanted if wanted else one["severity"] != "pass")
    }


def plant_pool(cognito: Any) -> str:
    """A fresh user pool with a client for web and one with a secret; answers the payload that imports it."""
    pool = cognito.create_user_pool(PoolName="planted")["UserPool"]["Id"]
    clients = [
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, GenerateSecret=secret)
        for name, secret in (("web", False), ("mobile", True))
    ]
    web, native = (client["UserPoolClient"]["ClientId"] for client in clients)
    return json.dumps({"version": 1, "userPoolId": pool, "webClientId": web, "nativeClientId": native})


@contextmanager
def between_checks_and_job(sandbox: Any, change: Callable[[], object]) -> Iterator[None]:
    """Does `change` once the pre-flight has read the pool, and before it ends: the job finds another account."""
    sandbox.fail("ListGroups", delay_ms=1500, times=1)

    def watch() -> None:
        while not sandbox.calls("DescribeUserPool"):
            time.sleep(0.05)
        # What is read beside the pool arrives in the same moment.
        time.sleep(0.5)
        change()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=10)

"""The pretend account of a test run, in a process of its own, and the control surface that only it has."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Sandbox:
    def __init__(self, url: str) -> None:
        self.url = url
        self.is_touched = False
        """Whether something was asked of it that `forget` would undo; calls alone disturb nobody."""

    def environment(self) -> dict[str, str]:
        """The SDK's variables that lead to this account and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def _control(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sandbox/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def fail(self, operation: str, **fault: Any) -> None:
        """Makes the next calls of `operation` fail as described; see the sandbox's page for the words."""
        self.is_touched = True
        self._control("POST", "faults", {"operation": operation, **fault})

    def faults(self) -> list[dict[str, Any]]:
        """Those that have not acted as often as they shall."""
        return list(self._control("GET", "faults")["faults"])

    def stack(self, name: str, **asked: Any) -> None:
        """Puts a stack into a `status`, or makes its next updates take long (`takes_ms`) or fail (`fail_resource`)."""
        self.is_touched = True
        self._control("POST", "stacks", {"stack": name, **asked})

    def calls(self, operation: str = "") -> list[dict[str, Any]]:
        """What was called since the test began, or only the calls of one operation."""
        calls = self._control("GET", "calls")["calls"]
        return [call for call in calls if operation in ("", call["operation"])]

    def forget(self) -> None:
        """No faults, no calls and nothing asked of stacks, as when a test begins. The account stays as it is."""
        self._control("DELETE", "faults")
        self._control("DELETE", "calls")
        self._control("DELETE", "stacks")
        self.is_touched = False


@contextmanager
def served(*arguments: str) -> Iterator[Sandbox]:
    """A sandbox process with these arguments (`--empty`), stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aws.sandbox", "--port", "0", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Sandbox AWS: "), f"the sandbox did not start: {line!r}"
        yield Sandbox(line.removeprefix("Sandbox AWS: ").strip())
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()

"""The whole console as a person starts it: `manage.py up` on a free port, with a state directory of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from admin_ui.embedded.network import free_port
from tests.sandbox_control import ROOT, Sandbox

READY = re.compile(r"^Console: (\S+)  user: (\S+)  password: (\S+)$", re.MULTILINE)
SANDBOX = re.compile(r"^Sandbox AWS: (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Console:
    """What `up` said, and ways to reach behind the pages: the sandbox account, the logs, the commands."""

    url: str
    user: str
    password: str
    sandbox: Sandbox
    state: Path

    def aws(self, service: Any, region: str = "eu-west-1") -> Any:
        """A client of the pretend account, for what somebody does there without the console."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.sandbox.url,
            aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox",
        )

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in (self.state / "logs").iterdir())

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py` as an operator types it, on this console's database and account."""
        environment = {**_inherited(), "STATE": str(self.state), "SANDBOX": "1", **self.sandbox.environment()}
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )


def _inherited() -> dict[str, str]:
    # The console's own defaults are under test, not what the test run has set for itself.
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}


@contextmanager
def started(folder: Path) -> Iterator[Console]:
    """A console that keeps everything below `folder`, stopped by its own process id at the end."""
    out, err, state = folder / "up.out", folder / "up.err", folder / "state"
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "up", "--port", str(free_port()), "--state", state],
            # Nobody shares this account's quota of requests, so the tests may use all of it.
            env={**_inherited(), "AWS_BACKGROUND_SHARE": "1", "WATCH_SECONDS": "2"},
            cwd=folder,
            stdout=stdout,
            stderr=stderr,
        )
    try:
        deadline = time.monotonic() + 60
        while not (line := READY.search(out.read_text())):
            assert process.poll() is None, err.read_text()
            assert time.monotonic() < deadline, err.read_text()
            time.sleep(0.05)
        sandbox = SANDBOX.search(out.read_text())
        assert sandbox, out.read_text()
        yield Console(url=line[1], user=line[2], password=line[3], sandbox=Sandbox(sandbox[1]), state=state)
    finally:
        process.terminate()
        process.wait(timeout=15)

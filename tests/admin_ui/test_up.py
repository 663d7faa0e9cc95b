"""`manage.py up` as a person meets it: real processes on free ports, with a state directory of their own."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from admin_ui.embedded.network import free_port
from admin_ui.management.commands.up import UNCHANGED, Command

pytestmark = pytest.mark.services

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"^Console: (http://127\.0\.0\.1:\d+)  user: (\S+)  password: (\S+)$", re.MULTILINE)
SANDBOX = re.compile(r"^Sandbox AWS: (http://127\.0\.0\.1:\d+)$", re.MULTILINE)


class Up:
    """One `manage.py up` and what it printed."""

    def __init__(self, state: Path, *arguments: str, **environment: str) -> None:
        self.state = state
        self.port = free_port()
        self.out, self.err = state.parent / f"{state.name}.out", state.parent / f"{state.name}.err"
        # The console's own defaults are under test, not what the test run has set for itself.
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "up", "--port", str(self.port), "--state", state, *arguments],
                stdout=out,
                stderr=err,
                env={**inherited, **environment},
                cwd=state.parent,
            )

    def wait_until_ready(self) -> tuple[str, str, str]:
        """(address, user, password) of the ready line."""
        deadline = time.monotonic() + 90
        while not (line := READY.search(self.out.read_text())):
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < deadline, self.err.read_text()
            time.sleep(0.05)
        return line[1], line[2], line[3]

    def children(self) -> list[int]:
        """The processes it started, with everything those started.

        They carry the state directory in their environment, but for the broker, which names its socket instead.
        """
        note = self.state / "broker-socket"
        socket = note.read_bytes() if note.exists() else b"(none)"
        mark = f"STATE={self.state}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and (
                    mark in (entry / "environ").read_bytes().split(b"\0") or socket in (entry / "cmdline").read_bytes()
                ):
                    found.append(int(entry.name))
            except OSError:
                continue
        return [pid for pid in found if pid != self.process.pid]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=15)


Start = Callable[..., Up]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Up] = []

    def one(name: str = "state", *arguments: str, **environment: str) -> Up:
        up = Up(tmp_path / name, *arguments, **environment)
        started.append(up)
        return up

    yield one
    for up in started:
        if up.process.poll() is None:
            up.stop()


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.status, response.read().decode()


def gone(up: Up, within: float) -> bool:
    deadline = time.monotonic() + within
    while up.children():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def test_it_starts_serves_and_stops_everything(start: Start) -> None:
    # What a developer's shell may name. One console proves several things: starting another takes its time.
    first = start(
        "state",
        AWS_PROFILE="production",
        AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
        AWS_ENDPOINT_URL_IAM="https://iam.example.com",
    )
    address, user, password = first.wait_until_ready()
    lines = first.out.read_text().splitlines()

    assert address == f"http://127.0.0.1:{first.port}"
    assert len(lines) == 2
    sandbox = SANDBOX.search(first.out.read_text())
    assert sandbox
    assert get(f"{sandbox[1]}/sandbox/health")[0] == 200
    assert get(f"{address}/healthz")[0] == 200
    assert get(f"{address}/readyz")[0] == 200
    status, page = get(f"{address}/")
    assert status == 200
    assert re.search(r"/static/css/[a-z]+\.[0-9a-f]{12}\.css", page), "the static files were not collected"
    assert len(first.children()) >= 5
    the_sandbox_inherited_no_real_credentials(first)
    a_second_console_on_the_same_state_is_refused(first, start)

    begin = time.monotonic()
    assert first.stop() == 0
    assert time.monotonic() - begin < 8
    assert gone(first, within=1)


@pytest.mark.slow
def test_it_starts_again_where_it_was(start: Start) -> None:
    first = start()
    _, user, password = first.wait_until_ready()
    sandbox = SANDBOX.search(first.out.read_text())
    assert sandbox
    first.stop()

    second = start()
    _, again, new_password = second.wait_until_ready()
    assert again == user
    assert new_password != password
    assert SANDBOX.search(second.out.read_text())[1] == sandbox[1]  # type: ignore[index]
    assert second.stop(signal.SIGINT) == 0
    assert gone(second, within=1)


@pytest.mark.slow
def test_no_process_outlives_a_killed_parent(start: Start) -> None:
    up = start()
    up.wait_until_ready()
    assert up.children()

    up.stop(signal.SIGKILL)

    assert gone(up, within=10)


@pytest.mark.slow
def test_the_death_of_one_process_stops_all_and_names_its_log(start: Start) -> None:
    up = start()
    up.wait_until_ready()
    worker = next(
        pid for pid in up.children() if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes() and is_leader(pid)
    )

    os.kill(worker, signal.SIGKILL)

    assert up.process.wait(timeout=15) == 1
    assert "worker process ended by itself" in up.err.read_text()
    assert str(up.state / "logs" / "worker.log") in up.err.read_text()
    assert gone(up, within=1)


def is_leader(pid: int) -> bool:
    return os.getsid(pid) == pid


def a_second_console_on_the_same_state_is_refused(first: Up, start: Start) -> None:
    second = start()
    assert second.process.wait(timeout=20) == 1

    message = second.err.read_text()
    assert f"process {first.process.pid}" in message
    assert "--state" in message
    assert get(f"http://127.0.0.1:{first.port}/healthz")[0] == 200


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = subprocess.run(
            [sys.executable, ROOT / "manage.py", "up", "--port", str(port), "--state", tmp_path / "state"],
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": os.environ["PATH"]},
        )

    assert run.returncode == 1
    assert f"Port {port}" in run.stderr
    assert "--port" in run.stderr
    assert run.stdout == ""
    assert list((tmp_path / "state" / "logs").iterdir()) == []


def test_with_aws_there_is_no_sandbox(start: Start) -> None:
    up, _ = with_aws_there_is_no_sandbox(start)
    assert up.stop(signal.SIGINT) == 0
    assert gone(up, within=1)


@pytest.mark.slow
def test_with_aws_the_password_is_told_once_and_not_by_the_next_console(start: Start) -> None:
    first, user = with_aws_there_is_no_sandbox(start)
    first.stop()

    second = start("state", "--aws", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert second.wait_until_ready()[1:] == (user, UNCHANGED)


@pytest.mark.django_db
def test_with_aws_a_password_is_made_once_and_in_the_sandbox_each_time() -> None:
    user, password = Command().prepare_people(sandbox=False)
    assert password != UNCHANGED
    assert Command().prepare_people(sandbox=False) == (user, UNCHANGED)

    made = [Command().prepare_people(sandbox=True) for _ in range(2)]
    assert {name for name, _ in made} == {user}
    assert len({UNCHANGED, *(one for _, one in made)}) == 3


def with_aws_there_is_no_sandbox(start: Start) -> tuple[Up, str]:
    """A console that does without, and who may sign in."""
    up = start("state", "--aws", AWS_ENDPOINT_URL="http://127.0.0.1:9")
    _, user, password = up.wait_until_ready()
    assert password != UNCHANGED
    assert not SANDBOX.search(up.out.read_text())
    environments = environments_of(up)
    assert environments
    for environment in environments:
        assert b"AWS_ENDPOINT_URL=http://127.0.0.1:9" in environment.split(b"\0")
        assert b"SANDBOX=1" not in environment.split(b"\0")
    return up, user


def the_sandbox_inherited_no_real_credentials(up: Up) -> None:
    environments = environments_of(up)
    assert len(environments) >= 3
    for environment in environments:
        assert b"production" not in environment
        assert b"EXAMPLE" not in environment
        assert b"iam.example.com" not in environment
    assert any(b"AWS_ACCESS_KEY_ID=sandbox" in environment for environment in environments)


def environments_of(up: Up) -> list[bytes]:
    """What its processes were started with; some of them overwrite theirs later, to show a title in `ps`."""
    found = [Path(f"/proc/{pid}/environ").read_bytes() for pid in up.children()]
    return [environment for environment in found if b"STATE=" in environment]

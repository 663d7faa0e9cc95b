"""The commands as processes of their own: before any `./console up`, and where something around them is missing."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from aws.sandbox.catalogue import scenario
from tests.auth_import.commands.running import JSON, PLACE, payload_of, plant_pool

ROOT = Path(__file__).resolve().parents[3]
Ended = subprocess.CompletedProcess[bytes]


SEVERAL = """
import io, json, sys
from django.core.management import execute_from_command_line

ended = []
for arguments, stdin in json.load(sys.stdin):
    streams = [io.TextIOWrapper(io.BytesIO(text), encoding="utf-8") for text in (stdin.encode(), b"", b"")]
    sys.stdin, sys.stdout, sys.stderr = streams
    code = 0
    try:
        execute_from_command_line(["manage.py", *arguments])
    except SystemExit as end:
        code = end.code
    sys.stdout.flush(), sys.stderr.flush()
    ended.append((code, *(stream.buffer.getvalue().decode() for stream in streams[1:])))
json.dump(ended, sys.__stdout__)
"""


class Machine:
    """A shell with a state directory of its own and the AWS that `url` leads to."""

    def __init__(self, state: Path, url: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        self.environment = kept | {
            "STATE": str(state),
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    def run(self, *arguments: str, stdin: str = "", **more: str) -> Ended:
        return subprocess.run(
            self.command(*arguments),
            input=stdin.encode(),
            capture_output=True,
            env={**self.environment, **more},
            timeout=60,
            check=False,
        )

    def run_each(self, *commands: tuple[str, ...], stdin: str = "") -> list[tuple[int, str, str]]:
        """Code, output and words of commands that one process runs in turn: starting it costs most of what they take.

        Each goes the way of `manage.py`, and is given the same standard input.
        """
        ended = subprocess.run(
            [sys.executable, "-c", SEVERAL],
            input=json.dumps([[command, stdin] for command in commands]).encode(),
            capture_output=True,
            cwd=ROOT,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "admin_ui.settings"},
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        return [(code, out, words) for code, out, words in json.loads(ended.stdout)]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory in which nothing but `manage.py migrate` and one `environments create` were run."""
    machine = Machine(tmp_path_factory.mktemp("migrated") / "state", "http://127.0.0.1:9")
    assert machine.run("migrate", "--verbosity", "0").returncode == 0
    ended = machine.run("environments", "create", "--project", "shop", "--environment", "dev", "--region", "eu-west-1")
    assert (ended.returncode, ended.stderr) == (0, b"")
    return Path(machine.environment["STATE"])


@pytest.fixture
def machine(sandbox: Any, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "state", sandbox.url)


def prepared(machine: Machine, migrated: Path) -> Machine:
    """`manage.py migrate` and one `environments create`: all that the commands need."""
    shutil.copytree(migrated, machine.environment["STATE"])
    return machine


@pytest.mark.slow
def test_from_an_empty_machine_to_a_linked_environment(machine: Machine, migrated: Path, tmp_path: Path) -> None:
    prepared(machine, migrated)
    good = scenario("good")
    ended = machine.run("import_auth", *PLACE, *JSON, stdin=payload_of(good))
    document = json.loads(ended.stdout)
    assert ended.returncode == 0, ended.stderr
    assert (document["verdict"], bool(document["job"])) == ("accepted", True)
    assert ended.stderr.decode().splitlines() == [
        f"Checking {good.pool_id} in eu-west-1 …",
        f"Importing: job {document['job']} …",
    ]
    exports = machine.run("client_config", *PLACE, "--file", "aws-exports.js")
    assert exports.stdout.startswith(b"/* eslint-disable */\n")
    assert exports.stderr == b""
    again, written, linked, listed, unlinked, gone = machine.run_each(
        ("import_auth", *PLACE, *JSON),
        ("client_config", *PLACE, "--out", str(tmp_path / "out")),
        ("link_status", *PLACE),
        ("environments", "list", *JSON),
        ("unlink", *PLACE, "--yes"),
        ("link_status", *PLACE),
        stdin=payload_of(good),
    )
    assert (again[0], json.loads(again[1])["job"]) == (3, None)
    assert (tmp_path / "out" / "aws-exports.js").read_bytes() == exports.stdout
    rows = json.loads(listed[1])
    assert [(row["user_pool"], row["health"]) for row in rows] == [(good.pool_id, "pass")]
    assert [code for code, _, _ in (written, linked, listed, unlinked, gone)] == [0, 0, 0, 0, 1]


def test_wrong_usage_of_a_process_ends_with_two(machine: Machine) -> None:
    first = machine.run("import_auth")
    others = machine.run_each(("import_auth",), ("unlink", "--bogus"), ("environments",))
    assert others[0] == (first.returncode, first.stdout.decode(), first.stderr.decode())
    for code, _, words in others:
        assert code == 2
        assert "usage: manage.py" in words
        assert "Traceback" not in words


def test_without_a_prepared_database_each_command_names_the_cure(machine: Machine) -> None:
    commands = (
        ("import_auth", *PLACE),
        ("link_status", *PLACE),
        ("link_status", "--all"),
        ("client_config", *PLACE, "--file", "aws-exports.js"),
        ("unlink", *PLACE, "--yes"),
        ("environments", "list"),
        ("environments", "create", *PLACE, "--region", "eu-west-1"),
    )
    cure = "Failed: The database is not prepared for this version. Run: manage.py migrate\n"
    payload = payload_of(scenario("good"))
    first = machine.run(*commands[0], stdin=payload)
    assert (first.returncode, first.stdout.decode(), first.stderr.decode()) == (1, "", cure)
    for command, ended in zip(commands, machine.run_each(*commands, stdin=payload), strict=True):
        assert ended == (1, "", cure), command


def test_a_database_out_of_reach_is_words(machine: Machine) -> None:
    address = "postgresql://console:verysecret@127.0.0.1:9/console"
    ended = machine.run("environments", "list", DATABASE_URL=address, SECRET_KEY="only-for-tests")
    assert ended.returncode == 1
    assert b"The database cannot be used" in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"verysecret" not in ended.stderr


def test_a_reader_that_goes_away_is_no_crash(machine: Machine, migrated: Path) -> None:
    prepared(machine, migrated)
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        machine.command("environments", "list"), env=machine.environment, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    _, words = process.communicate(timeout=60)
    assert (process.returncode, words) == (1, b"")


def test_a_terminal_without_the_letters_gets_escapes(machine: Machine, migrated: Path) -> None:
    prepared(machine, migrated)
    ended = machine.run(
        "import_auth", *PLACE, "--dry-run", stdin=payload_of(scenario("hostile-emoji")), PYTHONIOENCODING="ascii"
    )
    assert ended.returncode == 0, ended.stderr
    assert b"\\U0001f6d2" in ended.stdout


def test_an_interrupted_import_ends_its_job_and_says_so(machine: Machine, migrated: Path, sandbox: Any) -> None:
    prepared(machine, migrated)
    sandbox.fail("DescribeUserPoolClient", delay_ms=1500)
    with subprocess.Popen(
        machine.command("import_auth", *PLACE),
        env=machine.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(payload_of(scenario("good")).encode())
        process.stdin.close()
        lines = [process.stderr.readline(), process.stderr.readline()]
        assert lines[1].startswith(b"Importing: job ")
        process.send_signal(signal.SIGINT)
        words = process.stderr.read().decode()
    assert process.returncode == 1
    assert words == "Failed: Interrupted. Run the command again: it does what is still missing.\n"
    sandbox.forget()
    assert machine.run("import_auth", *PLACE, stdin=payload_of(scenario("good"))).returncode == 0


def test_closed_standard_input_is_wrong_usage(machine: Machine) -> None:
    ended = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *machine.command("import_auth", *PLACE)],
        env=machine.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert b"Traceback" not in ended.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become a user that no list knows")
def test_a_user_without_a_name_is_recorded_by_number() -> None:
    # Read first: afterwards the folder of the project may be closed to that user.
    code = (
        "import getpass, os, pwd; from environments.command import operating_system_user; os.setuid(54321);"
        "[os.environ.pop(name, 0) for name in ('USER', 'LOGNAME', 'LNAME', 'USERNAME')];"
        "print(operating_system_user())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.strip() == "uid-54321"


@pytest.fixture
def plain_emulator() -> Iterator[str]:
    """moto as anybody else serves it, without what the sandbox adds."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_another_endpoint_than_the_sandbox_serves_as_well(plain_emulator: str, migrated: Path, tmp_path: Path) -> None:
    machine = prepared(Machine(tmp_path / "state", plain_emulator), migrated)
    make: Any = boto3.client
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    payload = plant_pool(make("cognito-idp", endpoint_url=plain_emulator, region_name="eu-west-1", **keys))
    ended = machine.run("import_auth", *PLACE, *JSON, stdin=payload)
    assert ended.returncode == 0, ended.stderr.decode() + ended.stdout.decode()
    status, exports = machine.run_each(("link_status", *PLACE), ("client_config", *PLACE, "--file", "aws-exports.js"))
    assert (status[0], exports[0]) == (0, 0)
    assert json.loads(payload)["userPoolId"] in exports[1]

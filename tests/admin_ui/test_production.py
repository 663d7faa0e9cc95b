"""The commands of docker-compose.yml and Dockerfile as plain processes: the same code runs without containers.

On the embedded default the database is SQLite and the broker the embedded Valkey; where TEST_DATABASE_URL and
TEST_REDIS_URL name servers, these are PostgreSQL and Redis.
"""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as django_settings
from django.db import connection

from admin_ui.celery import app
from admin_ui.embedded import processes
from admin_ui.embedded.network import free_port
from admin_ui.embedded.processes import Child
from jobs.models import Status
from tests.jobs.brokers import use_broker
from tests.jobs.sample_tasks import enqueue

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PATIENCE = 60.0


def command_of(service: str, **changes: str) -> list[str]:
    """The service's command with this Python's programs, and with other values for the named options."""
    command = list(SERVICES[service]["command"])
    for option, value in changes.items():
        command[command.index(f"--{option}") + 1] = value
    program = command[0]
    return [sys.executable if program == "python" else str(Path(sys.executable).parent / program), *command[1:]]


def database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def wait_until(true: Callable[[], Any], what: str, child: Child) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert child.is_alive, child.last_lines()
        assert time.monotonic() < deadline, f"{what} did not happen: {child.last_lines()}"
        time.sleep(0.1)


def status_of(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.fixture
def environment(broker_url: str, tmp_path: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker_url,
        "SECRET_KEY": django_settings.SECRET_KEY,
        "STATE": str(tmp_path / "state"),
        "STATIC_ROOT": str(tmp_path / "collected"),
        "PYTHONPATH": str(ROOT),
        "AWS_EC2_METADATA_DISABLED": "true",
        "LOG_JSON": "1",
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def one(name: str, command: list[str]) -> Child:
        children.append(processes.start(name, command, log=tmp_path / f"{name}.log", environment=environment))
        return children[-1]

    yield one
    processes.stop(children)


@pytest.mark.slow
def test_web_worker_and_schedule_do_a_job_together(
    environment: dict[str, str], start: Callable[..., Child], tmp_path: Path, broker_url: str
) -> None:
    run_to_the_end(command_of("migrate"), environment)
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    run_to_the_end(collect, environment)

    port = free_port()
    web = start("web", command_of("web", host="127.0.0.1", port=str(port)))
    # The task of the test is added to the product's own; the rest of the command is the one of the file.
    worker = start("worker", [*command_of("worker"), "--include", "tests.jobs.sample_tasks"])
    schedule = start("beat", command_of("beat", schedule=str(tmp_path / "beat-schedule")))

    wait_until(lambda: status_of(f"http://127.0.0.1:{port}/healthz")[0] == 200, "the web server's start", web)
    assert status_of(f"http://127.0.0.1:{port}/readyz") == (200, '{"ready": true, "failing": []}')
    probe = [part.replace(":8000", f":{port}") for part in SERVICES["web"]["healthcheck"]["test"][1:]]
    run_to_the_end([sys.executable, *probe[1:]], environment)
    status, page = status_of(f"http://127.0.0.1:{port}/")
    assert status == 200
    stylesheet = re.search(r'href="(/static/css/[a-z]+\.[0-9a-f]{12}\.css)"', page)
    assert stylesheet
    assert status_of(f"http://127.0.0.1:{port}{stylesheet[1]}")[0] == 200

    (tmp_path / "gate").touch()
    with use_broker(app, broker_url):
        job = enqueue(tmp_path)

    def succeeded() -> bool:
        job.refresh_from_db()
        return job.status == Status.SUCCEEDED

    wait_until(succeeded, "the job", worker)
    wait_until(lambda: "jobs.tick" in schedule.log.read_text(), "the first tick", schedule)
    for child in (web, worker, schedule):
        assert child.is_alive
        # SIGTERM is how containers are stopped; each process ends by itself and in time.
        child.process.terminate()
        assert child.process.wait(timeout=15) in (0, -15), child.last_lines()
    for line in worker.log.read_text().splitlines():
        if line.startswith("{"):
            assert "event" in json.loads(line)


def test_the_sandbox_service_serves_the_pretend_account(start: Callable[..., Child], tmp_path: Path) -> None:
    port = free_port()
    sandbox = start("sandbox", command_of("sandbox", host="127.0.0.1", port=str(port), state=str(tmp_path / "account")))
    wait_until(lambda: status_of(f"http://127.0.0.1:{port}/sandbox/health")[0] == 200, "the sandbox's start", sandbox)


def run_to_the_end(command: list[str], environment: dict[str, str]) -> None:
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_service_stops_without_a_secret_key(environment: dict[str, str]) -> None:
    del environment["SECRET_KEY"]
    run = subprocess.run(command_of("migrate"), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "SECRET_KEY" in run.stderr


def test_secrets_are_read_from_files_too(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file")
    del environment["SECRET_KEY"]
    environment["SECRET_KEY_FILE"] = str(tmp_path / "secret")
    show = [sys.executable, "-c", "from admin_ui import settings; print(settings.SECRET_KEY)"]
    run = subprocess.run(show, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "from-a-file"


def test_the_compose_file_runs_what_the_product_consists_of() -> None:
    assert SERVICES.keys() == {"migrate", "web", "worker", "beat", "postgres", "redis", "sandbox"}
    for service in ("migrate", "web", "worker", "beat"):
        assert SERVICES[service]["environment"].keys() == {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]
    assert all(port.startswith("127.0.0.1:") for service in SERVICES.values() for port in service.get("ports", []))


def test_the_image_starts_the_web_server_of_the_compose_file() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    command = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert command
    assert json.loads(command[1]) == SERVICES["web"]["command"]
    assert re.search(r"^USER console$", dockerfile, re.MULTILINE)


def test_the_image_contains_every_package() -> None:
    included = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
    assert set(packages) <= included
    assert {"static", "templates", "requirements", "manage.py", "pyproject.toml"} <= included


def test_every_setting_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    readers = re.findall(
        r'env\.(?:str|bool|int|float|list|db|email)\(\s*"([A-Z_]+)"', (ROOT / "admin_ui/settings.py").read_text()
    )
    assert readers
    assert [name for name in readers if not re.search(rf"^(# )?{name}=", example, re.MULTILINE)] == []

"""What a benchmark runs on: a state directory, a database, a limiter or broker, and a fresh process to be cold in."""

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from admin_ui.embedded import processes
from admin_ui.embedded.broker import plan_broker
from admin_ui.embedded.supervisor import accepts

ROOT = Path(__file__).resolve().parent.parent
NAMES = (
    "preflight", "page", "server-time", "matrix", "data", "job-latency", "push", "search-index", "export", "bulk",
    "drift",
)  # fmt: skip
DROPPED = ("AWS_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATIC_ROOT", "OIDC_", "EMAIL_URL", "SANDBOX", "DEBUG")


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing to run a benchmark on, in words and as the environment of its process."""

    words: str
    environment: dict[str, str]


def environment(state: Path) -> dict[str, str]:
    """The console as in production (no DEBUG, hashed static files), on a state directory of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    return kept | {
        "STATE": str(state),
        "SECRET_KEY": uuid.uuid4().hex,
        "DJANGO_SETTINGS_MODULE": "admin_ui.settings",
        "LOG_LEVEL": "WARNING",
        "SECURE_COOKIES": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments, "--verbosity", "0"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)


def prepare(environment: dict[str, str]) -> None:
    """Hashed static files, and an SQLite file with all tables for every process to copy."""
    _manage(environment, "collectstatic", "--noinput")
    _manage(environment | {"DATABASE_URL": f"sqlite:///{_tables(environment)}"}, "migrate")


def _tables(environment: dict[str, str]) -> Path:
    return Path(environment["STATE"]) / "tables.sqlite3"


def variants(name: str, environment: dict[str, str], stack: ExitStack) -> Iterator[Variant]:
    """The processes' environments for one benchmark. What they need is started in `stack`, once."""
    if name == "preflight":
        yield Variant("the file limiter, as without a broker", _with_sqlite(environment))
        broker = _broker(environment, stack)
        if broker:
            yield Variant("the Redis limiter", _with_sqlite(environment) | {"REDIS_URL": broker})
    elif name in ("server-time", "search-index"):
        yield Variant("SQLite", _with_sqlite(environment))
        if url := os.environ.get("TEST_DATABASE_URL", ""):
            yield Variant("PostgreSQL", environment | {"DATABASE_URL": _postgresql(url, environment, stack)})
        else:
            print(f"== {name} on PostgreSQL: left out, because TEST_DATABASE_URL names no server\n", flush=True)
    elif name in ("job-latency", "bulk"):
        broker = _broker(environment, stack)
        if broker:
            yield Variant("the embedded broker", _with_sqlite(environment) | {"REDIS_URL": broker})
        else:
            print(f"== {name}: left out, because there is no Valkey or Redis server here\n", flush=True)
    else:
        yield Variant("", _with_sqlite(environment))


def _with_sqlite(environment: dict[str, str]) -> dict[str, str]:
    """A new SQLite file for every process, so that one benchmark's rows do not slow another one down."""
    path = Path(environment["STATE"]) / f"{uuid.uuid4().hex}.sqlite3"
    shutil.copy(_tables(environment), path)
    return environment | {"DATABASE_URL": f"sqlite:///{path}"}


def _postgresql(server: str, environment: dict[str, str], stack: ExitStack) -> str:
    """A database of its own on that server, removed at the end."""
    import psycopg

    name = f"benchmark_{uuid.uuid4().hex[:12]}"

    def administer(statement: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement.encode())

    administer(f"CREATE DATABASE {name}")
    stack.callback(administer, f"DROP DATABASE {name} WITH (FORCE)")
    url = f"{server.rpartition('/')[0]}/{name}"
    plain = {key: value for key, value in environment.items() if not key.startswith("AWS_")}
    _manage(plain | {"DATABASE_URL": url}, "migrate")
    return url


_brokers: dict[str, str] = {}


def _broker(environment: dict[str, str], stack: ExitStack) -> str:
    """The address of the embedded broker, started at the first call; "" where there is no server for it."""
    state = Path(environment["STATE"])
    if str(state) in _brokers:
        return _brokers[str(state)]
    plan = plan_broker(state)
    if plan is None:
        return ""
    child = processes.start("broker", plan.command, log=state / "broker.log", environment=environment)
    stack.callback(plan.remove)
    stack.callback(processes.stop, [child])
    socket = plan.url.removeprefix("unix://")
    deadline = time.monotonic() + 20
    while not accepts(socket):
        if not child.is_alive or time.monotonic() > deadline:
            raise RuntimeError(f"The broker did not start: {child.last_lines()}")
        time.sleep(0.02)
    _brokers[str(state)] = plan.url
    return plan.url


def in_a_process(name: str, variant: Variant, *, results: Path, small: bool) -> int:
    """Run one benchmark; its words go to the terminal, its figures to `results`. Answers the exit code."""
    command = [sys.executable, "-m", "benchmarks.one", name, "--results", str(results), "--variant", variant.words]
    return subprocess.run([*command, *(["--small"] if small else [])], env=variant.environment, cwd=ROOT).returncode

"""What every test stands on. Settings are read after this file, so the environment is put in order first.

Tests never touch the state directory, the database, the broker or the AWS account that a developer's shell names: only
TEST_DATABASE_URL and TEST_REDIS_URL lead to servers, for the tests marked `services`.
"""

import atexit
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STATE = Path(tempfile.mkdtemp(prefix="admin-ui-tests-"))
atexit.register(shutil.rmtree, STATE, ignore_errors=True)
# Where collected static files would lie; WhiteNoise warns of a missing directory, and warnings are errors here.
(STATE / "static").mkdir()


def _prepare_environment() -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "OIDC_", "EMAIL_URL")):
            del os.environ[name]
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "admin_ui.settings",
            "STATE": str(STATE),
            "SECRET_KEY": "only-for-tests",
            "SECURE_COOKIES": "0",
            "LOG_LEVEL": "WARNING",
            # Without a sandbox fixture, the SDK finds nobody to talk to.
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            # Playwright's synchronous interface runs an event loop, in which Django would refuse the database.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
    )
    for name in ("DEBUG", "SANDBOX", "STATIC_ROOT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"):
        os.environ.pop(name, None)
    for name in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(f"TEST_{name}"):
            os.environ[name] = os.environ[f"TEST_{name}"]


_prepare_environment()


SLOW_SAMPLE = 2
"""Of the slow tests of each file."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sample-slow",
        metavar="SEED",
        help=f"of the tests marked slow, run only {SLOW_SAMPLE} of each file, chosen by this text",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The first process of xdist is given the first part of the list, and idle ones steal from its end: the browser's
    # tests come first, so that one process has them all and only one starts the browser, the console and the tour.
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)
    seed = config.getoption("--sample-slow")
    slow = [item for item in items if item.get_closest_marker("slow")]
    if seed:
        by_file: dict[Path, list[str]] = {}
        for item in slow:
            by_file.setdefault(item.path, []).append(item.nodeid)
        # The choice is for repeating a run, not for keeping a secret.
        draw = random.Random(seed)  # noqa: S311
        chosen = {one for ids in by_file.values() for one in draw.sample(ids, min(SLOW_SAMPLE, len(ids)))}
        left_out = [item for item in slow if item.nodeid not in chosen]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """While no test is slow, a sample of none of them is no failure."""
    if session.config.getoption("--sample-slow") and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_configure() -> None:
    """pytest-django reads settings named on its command line before any conftest.py; ours wait for the lines above."""
    import django

    django.setup()


IN_CI = os.environ.get("CI", "").lower() == "true"


def missing(what: str) -> None:
    """Skips the test for want of a browser or server; in CI, where they are installed, that is a failure."""
    message = f"{what} is not installed. On Debian: apt install {what}"
    if IN_CI:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite tests use a file, as the console does, so that threads and other processes see the same rows."""
    from django.db import connections

    settings = connections.settings["default"]
    if settings["ENGINE"].endswith("sqlite3"):
        settings["TEST"]["NAME"] = str(STATE / "test.sqlite3")


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Rate limits and other memories of one test are no business of the next one."""
    from django.core.cache import cache

    yield
    cache.clear()


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once() -> Iterator[None]:
    """Each browser of a test makes the middleware anew, and WhiteNoise would look for all static files each time."""
    from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[Any, dict[str, Any]] = {}

    def look_once(self: Any) -> None:
        key = self.static_prefix, self.static_root, self.max_age
        if key not in found:
            look(self)
            found[key] = dict(self.files)
        self.files.update(found[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def run_tasks_at_once(settings: Any) -> Iterator[None]:
    """Celery runs a task where it is sent from, for tests of what a job does rather than of how it travels."""
    from admin_ui.celery import app

    before = app.conf.task_always_eager
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = before


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium for every test that asks for a page.

    The one without a window is the same engine, and needs a third less of the processor's time for a page.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        missing("chromium")
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return {**browser_type_launch_args, "executable_path": program, "args": arguments}


@pytest.fixture(scope="session")
def sample_account() -> Iterator[Any]:
    """The seeded pretend account, one for the whole run: tests that change something plant resources of their own."""
    from tests.sandbox_control import served

    with served() as sandbox:
        yield sandbox


class Clients:
    """Clients of the SDK that outlive a test: making them anew costs more than everything else most tests do."""

    def __init__(self) -> None:
        self.sessions: dict[Any, Any] = {}
        self.clients: dict[Any, Any] = {}

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from aws import session

        monkeypatch.setattr(session, "_sessions", self.sessions)
        monkeypatch.setattr(session, "_clients", self.clients)


def led_to() -> dict[str, str]:
    """The SDK's variables. Clients remember what these were when they were made."""
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


PATIENT = Clients()
"""Those of the console as it is configured; a test that configures it otherwise brings its own."""


@pytest.fixture
def sandbox(sample_account: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The seeded account, without faults or calls of earlier tests; the SDK's variables lead to it."""
    from aws import session

    for name in led_to():
        monkeypatch.delenv(name)
    for name, value in sample_account.environment().items():
        monkeypatch.setenv(name, value)
    PATIENT.use(monkeypatch)
    sample_account.forget()
    yield sample_account
    # Forgetting takes three requests, so what is left untouched is not asked to forget once more.
    if sample_account.is_touched:
        sample_account.forget()
    if led_to() != sample_account.environment():
        session.forget()


@pytest.fixture
def sandbox_url(sandbox: Any) -> str:
    return str(sandbox.url)


@pytest.fixture(scope="session")
def broker_url() -> Iterator[str]:
    """A broker for real worker processes: the one named by TEST_REDIS_URL, else the embedded Valkey."""
    from admin_ui.embedded import processes
    from admin_ui.embedded.broker import plan_broker
    from admin_ui.embedded.supervisor import accepts

    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    plan = plan_broker(STATE)
    if plan is None:
        missing("redis-server")
        return
    child = processes.start("broker", plan.command, log=STATE / "broker.log", environment=os.environ)
    try:
        while not accepts(plan.url.removeprefix("unix://")):
            assert child.is_alive, child.last_lines()
            time.sleep(0.05)
        yield plan.url
    finally:
        processes.stop([child])
        plan.remove()

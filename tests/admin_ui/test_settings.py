"""What the environment says, and what the console answers when it says something dangerous."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONG = "a-sample-key-of-more-than-fifty-characters-that-protects-nothing-0123456789"


def manage(state: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", *arguments],
        env={**inherited, "STATE": str(state), **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


def settings_say(state: Path, *names: str, **variables: str) -> list[str]:
    """What another process reads in these settings: the module alone, which is ready long before the applications."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}
    program = f"from admin_ui import settings as s; print({', '.join(f's.{name}' for name in names)}, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**inherited, "STATE": str(state), **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("variables", [{}, {"SECRET_KEY": ""}], ids=["missing", "empty"])
def test_a_database_of_ones_own_needs_a_secret_key(tmp_path: Path, variables: dict[str, str]) -> None:
    done = manage(tmp_path, "check", DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite3", **variables)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("The console cannot start. SECRET_KEY is not set.")
    assert "SECRET_KEY_FILE" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "secret-key").exists()


def test_the_secret_key_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(LONG)
    database = f"sqlite:///{tmp_path}/own.sqlite3"
    done = manage(tmp_path, "check", DATABASE_URL=database, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.returncode == 0, done.stderr


def test_a_console_behind_a_proxy_passes_the_checks_of_a_deployment(tmp_path: Path) -> None:
    done = manage(
        tmp_path,
        *("check", "--deploy", "--fail-level", "WARNING"),
        DATABASE_URL="postgres://console:sample@127.0.0.1/console",
        SECRET_KEY=LONG,
        BEHIND_PROXY="true",
        ALLOWED_HOSTS="console.example.com",
    )
    assert done.returncode == 0, done.stderr


def test_processes_that_start_together_make_one_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        keys = {key for (key,) in pool.map(lambda _: settings_say(tmp_path, "SECRET_KEY"), range(3))}
    assert len(keys) == 1
    assert len(keys.pop()) > 50
    key = tmp_path / "secret-key"
    assert key.stat().st_mode & 0o077 == 0
    assert list(tmp_path.glob("secret-key*")) == [key]


def test_single_sign_on_may_lead_to_its_page(tmp_path: Path) -> None:
    """The browser follows a form only to addresses that the page's policy names."""
    said = settings_say(
        tmp_path,
        "CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']",
        OIDC_CLIENT_ID="console",
        OIDC_SERVER_URL="https://login.example.com/realms/sample",
        OIDC_PAGE_ORIGINS="https://accounts.example.com",
    )
    assert said == ["[\"'self'\", 'https://login.example.com', 'https://accounts.example.com']"]


@pytest.mark.parametrize(
    ("variables", "backend", "sends"),
    [
        ({}, "dummy", False),
        ({"EMAIL_URL": ""}, "dummy", False),
        ({"SANDBOX": "1"}, "console", True),
        ({"DEBUG": "1"}, "console", True),
        ({"EMAIL_URL": "smtp+tls://user:sample@mail.example.com:587"}, "smtp", True),
        ({"SANDBOX": "1", "EMAIL_URL": "smtp://mail.example.com:25"}, "smtp", True),
    ],
)
def test_letters_are_written_to_the_log_only_while_developing(
    tmp_path: Path, variables: dict[str, str], backend: str, sends: bool
) -> None:
    """A letter may hold the link that sets a new password."""
    said = settings_say(tmp_path, "EMAIL_BACKEND", "SENDS_EMAIL", **variables)
    assert said == [f"django.core.mail.backends.{backend}.EmailBackend", str(sends)]


def test_the_public_address_has_no_slash_at_its_end_and_must_be_whole(tmp_path: Path) -> None:
    said = settings_say(tmp_path, "PUBLIC_URL", PUBLIC_URL="https://console.example.com/")
    assert said == ["https://console.example.com"]
    done = manage(tmp_path, "check", PUBLIC_URL="console.example.com")
    assert done.returncode == 1
    assert "PUBLIC_URL must be a whole address" in done.stderr

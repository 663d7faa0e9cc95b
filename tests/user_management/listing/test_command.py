"""`manage.py users list` and `export`."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from audit.actions import Action
from audit.models import AuditEvent
from environments.command import Failed, Usage
from user_management.listing import export


@pytest.fixture
def users(place: Any) -> Callable[..., str]:
    """Runs `manage.py users …` for the place and answers what it wrote."""

    def run(*arguments: str) -> str:
        out = io.StringIO()
        where = ["--project", place.project.slug, "--environment", "dev"]
        call_command("users", *arguments, *where, stdout=out, stderr=io.StringIO())
        return out.getvalue()

    return run


def test_list_as_json_has_the_columns_of_the_page(users: Callable[..., str], pool: Any) -> None:
    assert json.loads(users("list", "--format", "json")) == []
    pool.user("ada", password="Correct-Horse-1", custom__tier="gold")
    pool.user("grace")
    rows = json.loads(users("list", "--format", "json"))
    assert [row["username"] for row in rows] == ["ada", "grace"]
    assert rows[0]["status"] == "CONFIRMED"
    assert set(rows[0]) == {"username", "email", "phone_number", "name", "status", "enabled", "created"}
    (row,) = json.loads(users("list", "--format", "json", "--columns", "username,custom:tier", "--limit", "1"))
    assert row == {"username": "ada", "custom:tier": "gold"}


def test_conditions(users: Callable[..., str], pool: Any) -> None:
    pool.user("ada", password="Correct-Horse-1")
    pool.user("adam")
    assert "adam" not in users("list", "--where", "ada@example.com")
    assert "adam" not in users("list", "--where", "ada", "--status", "confirmed")
    assert users("list", "--where", "nobody") == ""
    assert users("list", "--filter", "enabled=no") == ""
    assert "ada  " in users("list", "--where", "adam@", "--attribute", "email").replace("adam", "ada ")


def test_list_as_text(users: Callable[..., str], filled: Callable[[int], None]) -> None:
    filled(130)
    lines = users("list", "--columns", "username,status").splitlines()
    assert lines[0].split("  ")[0] == "User name"
    assert lines[1] == "load-000000  CONFIRMED"
    assert len(lines) == 131
    assert len(users("list", "--limit", "70").splitlines()) == 71


def test_export_to_standard_output(users: Callable[..., str], pool: Any) -> None:
    pool.user("ada", name="=1+1", phone_number="+491701234567")
    # Columns stand in the order of the page, whatever order they are named in.
    text = users("export", "--columns", "name,username,phone_number")
    _, row = csv.reader(io.StringIO(text, newline=""))
    assert row == ["ada", "+491701234567", "'=1+1"]
    event = AuditEvent.objects.get(action=Action.USERS_EXPORTED)
    assert event.actor_name.startswith("os:")
    assert event.after is not None
    assert event.after["users"] == 1


def test_export_to_a_file(users: Callable[..., str], pool: Any, tmp_path: Path) -> None:
    pool.user("ada")
    path = tmp_path / "people.csv"
    told = json.loads(users("export", "--columns", "username", "--out", str(path), "--excel", "--format", "json"))
    assert told == {"file": str(path), "users": 1, "columns": ["username"]}
    assert path.read_bytes() == b'\xef\xbb\xbf"username"\r\n"ada"\r\n'
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["people.csv"]


def test_no_half_files(
    users: Callable[..., str],
    sandbox: Any,
    filled: Callable[[int], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export, "ROWS_A_CHUNK", 60)
    filled(200)
    users("list", "--limit", "1")
    path = tmp_path / "people.csv"
    path.write_text("older")
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException", after=2)
    with pytest.raises(Failed, match="ListUsers"):
        users("export", "--out", str(path))
    assert path.read_text() == "older"
    assert [one.name for one in tmp_path.iterdir()] == ["people.csv"]
    with pytest.raises(Failed, match="--out"):
        users("export", "--out", str(tmp_path / "missing" / "people.csv"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--status", "nope"),
        ("list", "--attribute", "birthdate"),
        ("list", "--filter", "group"),
        ("list", "--columns", "username,nope"),
        ("list", "--limit", "0"),
        ("export", "--format", "json"),
    ],
)
def test_wrong_usage(users: Callable[..., str], arguments: tuple[str, ...]) -> None:
    with pytest.raises(Usage):
        users(*arguments)


def test_what_needs_the_index(users: Callable[..., str]) -> None:
    with pytest.raises(Failed, match="search index"):
        users("list", "--filter", "custom:tier=gold")


def test_permissions(users: Callable[..., str], cast: Any, pool: Any) -> None:
    pool.user("ada")
    assert "ada" in users("list", "--as", "viewer")
    with pytest.raises(Failed, match="manage-users"):
        users("export", "--as", "viewer")
    assert "ada" in users("export", "--as", "manager")
    assert AuditEvent.objects.get(action=Action.USERS_EXPORTED).actor_name == cast.manager.label

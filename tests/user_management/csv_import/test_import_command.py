"""`manage.py users import`: exit codes, what it says, and that nothing of the file is left behind."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from tests.user_management.csv_import.files import csv
from user_management.csv_import.models import ImportRow, Phase, UserImport

HEADER = "cognito:username,email,email_verified,custom:tier"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "users.csv"
    path.write_bytes(csv(HEADER, "ada,ada@example.com,TRUE,gold", "grace,grace@example.com,TRUE,silver"))
    return path


def users(place: Any, file: Path, *more: str, **options: Any) -> None:
    options = {"project": place.project.slug, "environment": place.environment.name, **options}
    call_command("users", "import", str(file), *more, **options)


def status_of(error: pytest.ExceptionInfo[CommandError]) -> int:
    return int(error.value.returncode)


def test_without_yes_it_only_says_what_would_happen(
    place: Any, pool: Any, file: Path, capsys: Any, sandbox: Any
) -> None:
    pool.user("grace", custom__tier="gold")
    users(place, file)

    assert "2 rows: 1 new, 1 exist and differ" in capsys.readouterr().out
    assert len(sandbox.calls("AdminCreateUser")) == 1, "the one of the test"
    assert (UserImport.objects.get().phase, ImportRow.objects.count()) == (Phase.DISCARDED, 0)


def test_with_yes_it_imports(place: Any, pool: Any, file: Path, capsys: Any) -> None:
    pool.user("grace", custom__tier="gold")
    users(place, file, "--yes", "--existing", "update", "--reason", "TICKET-9", "--format", "json")
    report = json.loads(capsys.readouterr().out)

    assert (report["outcome"]["created"], report["outcome"]["updated"]) == (1, 1)
    assert pool.described("grace")["Attributes"]["custom:tier"] == "silver"
    event = AuditEvent.objects.get(action="user_management:user:create")
    assert (event.actor_name.startswith("os:"), event.reason) == (True, "TICKET-9")


def test_a_wrong_row_stops_it_unless_it_may_be_skipped(place: Any, pool: Any, file: Path, capsys: Any) -> None:
    file.write_bytes(csv(HEADER, "ada,ada@example.com,TRUE,gold", "a b,x@example.com,TRUE,"))
    with pytest.raises(CommandError) as refusal:
        users(place, file, "--yes")

    assert status_of(refusal) == 3
    assert "line 3, cognito:username:" in capsys.readouterr().out
    users(place, file, "--yes", "--skip-wrong")
    assert pool.described("ada")["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_a_file_that_is_wrong_as_a_whole(place: Any, file: Path, capsys: Any) -> None:
    file.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(CommandError) as refusal:
        users(place, file)

    assert status_of(refusal) == 3
    assert "must name the columns" in capsys.readouterr().out


def test_a_file_that_is_not_there(place: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as refusal:
        users(place, tmp_path / "none.csv")

    assert status_of(refusal) == 2


def test_by_an_import_job_of_cognito(place: Any, pool: Any, file: Path, capsys: Any, sandbox: Any) -> None:
    sandbox._control("POST", "imports", {"takes_ms": 0})
    users(place, file, "--yes", "--role-arn", "arn:aws:iam::123456789012:role/import-log")
    sandbox._control("DELETE", "imports")

    assert pool.described("ada")["UserStatus"] == "RESET_REQUIRED"


def test_a_viewer_may_not(place: Any, cast: Any, file: Path) -> None:
    with pytest.raises(CommandError, match="no permission"):
        users(place, file, "--yes", as_user=cast.viewer.username)

    assert not UserImport.objects.exists()

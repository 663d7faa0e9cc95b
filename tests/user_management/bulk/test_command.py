"""`manage.py users bulk`: the same as the pages do, with the same permissions and words."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEvent
from jobs.models import Job
from tests.user_management.conftest import Pool
from user_management.bulk.models import BulkOperation
from user_management.place import Place

pytestmark = pytest.mark.django_db


def bulk(place: Place, *arguments: str) -> None:
    where = ("--project", place.project.slug, "--environment", place.environment.name)
    call_command("users", "bulk", *arguments, *where)


def test_a_dry_run_says_what_would_happen_and_keeps_nothing(place: Place, pool: Pool, capsys: Any) -> None:
    pool.user("ada", password="Passw0rd-x")
    pool.user("invited")

    bulk(place, "reset-password", "--all", "--dry-run")

    text = capsys.readouterr().out
    assert "To do: 1" in text
    assert "Messages: 1 e-mail" in text
    assert "1 left out:" in text
    assert not BulkOperation.objects.exists()
    assert pool.described("ada")["UserStatus"] == "CONFIRMED"


def test_users_of_a_file_are_changed(place: Place, pool: Pool, tmp_path: Path, capsys: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    (tmp_path / "names").write_text("\ufeffada\n\nbob\nnobody\n", encoding="utf-8")

    bulk(place, "suspend", "--file", str(tmp_path / "names"), "--yes", "--reason", "Left", "--format", "json")

    answer = json.loads(capsys.readouterr().out)
    assert (answer["counts"]["done"], answer["counts"]["skipped"]) == (2, 1)
    assert answer["job"] == Job.objects.get(kind="bulk-change").pk
    assert not pool.described("bob")["Enabled"]
    event = AuditEvent.objects.filter(action="user_management:user:suspend").first()
    assert event is not None
    assert event.actor_name.startswith("os:")
    assert event.reason == "Left"


def test_somebody_who_could_not_be_changed_is_told_by_the_exit_code(
    place: Place, pool: Pool, sandbox: Any, capsys: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    sandbox.fail("AdminDisableUser", kind="fail", code="InvalidParameterException", message="No.", times=1)
    with pytest.raises(CommandError, match="1 of 1 users could not be changed") as refused:
        bulk(place, "suspend", "--where", "ada", "--attribute", "username", "--yes")
    assert refused.value.returncode == 1
    assert "1 failed: AWS refused the request. No." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["suspend", "--all"], 2, "--dry-run"),
        (["suspend", "--yes"], 2, "Say whom"),
        (["suspend", "--all", "--where", "x", "--yes"], 2, "Say whom"),
        (["suspend", "--status", "asleep", "--yes"], 2, "no status"),
        (["suspend", "--file", "/nowhere", "--yes"], 2, "cannot be read"),
        (["add-to-group", "--all", "--yes"], 1, "Choose a group"),
        (["suspend", "--all", "--yes", "--as", "viewer"], 1, "no permission"),
    ],
)
def test_what_is_not_meant_is_refused(
    place: Place, pool: Pool, sandbox: Any, arguments: list[str], code: int, words: str
) -> None:
    pool.user("ada")
    with pytest.raises(CommandError, match=words) as refused:
        bulk(place, *arguments)
    assert refused.value.returncode == code
    assert not Job.objects.exists()
    assert not sandbox.calls("AdminDisableUser")

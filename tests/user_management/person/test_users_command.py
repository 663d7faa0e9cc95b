"""`manage.py users` about one user: the same rules, permissions and activity as on the pages."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from audit.models import AuditEvent
from tests.factories import Cast
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import events
from tests.user_management.person.test_create import signs_in
from user_management.place import Place

PASSWORD = "Correct-Horse-1"
Run = Callable[..., Any]


@pytest.fixture
def text(place: Place, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs `manage.py users ACTION …` and answers what stands on standard output."""

    def command(action: str, *arguments: str) -> str:
        call_command("users", action, "--project", place.project.slug, "--environment", "dev", *arguments)
        return capsys.readouterr().out

    return command


@pytest.fixture
def run(text: Callable[..., str]) -> Run:
    return lambda action, *arguments: json.loads(text(action, "--format", "json", *arguments))


@pytest.fixture
def ada(pool: Pool) -> str:
    return pool.user("ada", password=PASSWORD, custom__tier="gold")


def refused(run: Run, *arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    return error.value.returncode, str(error.value)


@pytest.mark.parametrize("name", ["ada", "ada@example.com"])
def test_show_finds_by_name_address_and_sub(run: Run, pool: Pool, ada: str, name: str) -> None:
    report = run("show", name)
    assert (report["username"], report["status"], report["help"]["key"]) == ("ada", "CONFIRMED", "ready")
    assert run("show", report["sub"])["username"] == "ada"


def test_show_in_words(text: Callable[..., str], ada: str) -> None:
    words = text("show", "ada")
    assert "Nothing in this account keeps the user from signing in." in words
    assert "users reset-password" in words


def test_create(run: Run, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    report = run(
        "create", "ada", "email=ada@example.com", "custom:tier=gold", "email_verified=true", "--invite", "none"
    )
    assert pool.described("ada")["Attributes"]["custom:tier"] == "gold"
    assert pool.described("ada")["Attributes"]["email_verified"] == "true"
    assert signs_in(pool, "ada", report["password"]) == "NEW_PASSWORD_REQUIRED"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    report = run("create", "bob", "email=bob@example.com", "--invite", "none", "--password-stdin", "--reason", "T-1")
    assert "password" not in report
    assert signs_in(pool, "bob", PASSWORD) == "NEW_PASSWORD_REQUIRED"
    assert [event.reason for event in events("user:create")] == ["", "T-1"]
    assert PASSWORD not in str(list(AuditEvent.objects.values()))


def test_set_attributes(run: Run, pool: Pool, ada: str) -> None:
    report = run("set-attributes", "ada", "custom:tier=", "name=Ada", "--dry-run")
    assert {one["name"] for one in report["changes"]} == {"custom:tier", "name"}
    assert pool.described("ada")["Attributes"]["custom:tier"] == "gold"
    run("set-attributes", "ada", "custom:tier=", "name=Ada", "--reason", "T-1")
    attributes = pool.described("ada")["Attributes"]
    assert (attributes["name"], "custom:tier" in attributes, attributes["email_verified"]) == ("Ada", False, "true")
    assert events("user:change")[0].reason == "T-1"


def test_one_action_after_another(run: Run, pool: Pool, ada: str) -> None:
    assert run("suspend", "ada", "--reason", "T-1")["enabled"] is False
    assert run("reactivate", "ada")["enabled"] is True
    assert run("sign-out", "ada")["username"] == "ada"
    assert run("reset-password", "ada")["status"] == "RESET_REQUIRED"
    pool.user("bob")
    assert run("resend-invitation", "bob", "--by", "email")["status"] == "FORCE_CHANGE_PASSWORD"
    names = [event.action.rpartition(":")[2] for event in events()]
    assert names == ["suspend", "reactivate", "sign-out", "reset-password", "invite"]
    assert events()[0].actor_name.startswith("os:")


def test_a_password_comes_on_standard_input(run: Run, pool: Pool, ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Battery-Staple-2\n"))
    report = run("set-password", "ada", "--permanent")
    assert "password" not in report
    assert signs_in(pool, "ada", "Battery-Staple-2") == ""
    assert signs_in(pool, "ada", run("set-password", "ada", "--generate")["password"]) == "NEW_PASSWORD_REQUIRED"
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    code, words = refused(run, "set-password", "ada")
    assert (code, "at least 10 characters" in words) == (2, True)


def test_delete(run: Run, pool: Pool, ada: str) -> None:
    code, words = refused(run, "delete", "ada")
    assert (code, "--yes" in words) == (2, True)
    assert pool.described("ada")["Enabled"]
    assert run("delete", "ada", "--yes")["deleted"] is True
    assert refused(run, "delete", "ada", "--yes")[0] == 1
    assert len(events("user:delete")) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "nobody"), 1, "The pool has no"),
        (("suspend", "nobody@example.com"), 1, "The pool has no such user"),
        (("confirm", "ada"), 3, "Only a sign-up that waits"),
        (("resend-invitation", "ada"), 3, "has replaced the temporary password already"),
        (("set-attributes", "ada", "tier"), 2, "NAME=VALUE"),
        (("set-attributes", "ada", "name=a", "name=b"), 2, "NAME=VALUE"),
        (("set-attributes", "ada", "custom:nothing=1"), 2, "This pool has"),
        (("set-attributes", "ada", "email="), 2, "required"),
        (("create", "a b", "email=x@example.com"), 2, "no spaces"),
        (("create", "bob"), 2, "required"),
        (("sessions", "ada"), 1, "not turned on for the pool"),
        (("reset-mfa", "ada"), 1, "software token"),
        (("revoke-session", "ada", "tkn"), 1, ""),
    ],
)
def test_how_it_ends(run: Run, pool: Pool, ada: str, arguments: tuple[str, ...], code: int, words: str) -> None:
    found, said = refused(run, *arguments)
    assert (found, words in said) == (code, True), said
    assert not events()


def test_security(run: Run, ada: str) -> None:
    report = run("security", "ada")
    assert report["factors"]["value"]["mfa"] == []
    assert "not_offered" in report["history"]


def test_as_somebody(run: Run, cast: Cast, pool: Pool, ada: str) -> None:
    code, words = refused(run, "suspend", "ada", "--as", cast.viewer.username)
    assert (code, "manage-users" in words) == (1, True)
    assert run("show", "ada", "--as", cast.viewer.username)["username"] == "ada"
    assert refused(run, "show", "ada", "--as", cast.stranger.username)[0] == 1
    run("suspend", "ada", "--as", cast.manager.username)
    assert events("suspend")[0].actor_name == cast.manager.label
    assert not pool.described("ada")["Enabled"]


@pytest.mark.usefixtures("impatient")
def test_what_aws_refuses(run: Run, ada: str, sandbox: Any) -> None:
    sandbox.fail("AdminDisableUser", kind="fail", code="AccessDeniedException", message="not authorized")
    code, words = refused(run, "suspend", "ada")
    assert (code, "AccessDeniedException" in words) == (1, True)
    assert not events()

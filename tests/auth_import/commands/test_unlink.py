"""`unlink`: only with --yes, and whatever has become of AWS."""

from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.models import CognitoLink
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.commands.running import JSON, PLACE, payload_of, run
from tests.factories import make_member


def test_without_yes_it_says_what_would_happen_and_changes_nothing(link: CognitoLink) -> None:
    ended = run("unlink", *PLACE)
    assert (ended.code, ended.out) == (2, b"")
    assert "--yes" in ended.words
    assert "What stays:" in ended.words
    assert "What goes:" in ended.words
    assert CognitoLink.objects.filter(pk=link.pk).exists()
    assert not AuditEvent.objects.filter(action=Action.AUTH_UNLINKED).exists()


def test_with_yes_the_link_goes_and_the_same_choice_can_be_imported_again(link: CognitoLink) -> None:
    ended = run("unlink", *PLACE, "--yes", *JSON)
    assert ended.code == 0
    assert ended.json["user_pool"] == link.user_pool_id
    assert ended.json["plan"]["aws"] == []
    assert {"path": "aws-exports.js", "change": "remove"} in ended.json["plan"]["files"]
    assert not CognitoLink.objects.exists()
    before = AuditEvent.objects.get(action=Action.AUTH_UNLINKED).before
    assert before is not None
    assert before["user_pool_id"] == link.user_pool_id
    assert run("unlink", *PLACE, "--yes").code == 1
    assert run("import_auth", *PLACE, stdin=payload_of(scenario("good"))).code == 0


def test_it_asks_aws_nothing(link: CognitoLink, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from aws import session

    sandbox.forget()
    assert run("unlink", *PLACE).code == 2
    assert sandbox.calls() == []
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    session.forget()
    ended = run("unlink", *PLACE, "--yes")
    assert ended.code == 0
    assert ended.text.endswith(f"Unlinked shop-users ({link.user_pool_id}).\n")
    assert sandbox.calls() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MANAGE_ONLY])
def test_a_person_without_the_permission_is_refused(link: CognitoLink, role: str) -> None:
    make_member(link.environment.project, role, name="reader")
    ended = run("unlink", *PLACE, "--yes", "--as", "reader")
    assert ended.code == 1
    assert "unlink-auth" in ended.words
    assert CognitoLink.objects.exists()


def test_nothing_linked_ends_with_one(environment: Environment) -> None:
    assert run("unlink", *PLACE, "--yes").code == 1

"""`link_status`: re-checks, drift, all links at once, and what it leaves in the activity."""

import json
from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from audit.record import Actor
from auth_import.models import CognitoLink
from auth_import.watch import decisions
from aws.sandbox.catalogue import scenario
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.commands.running import JSON, PLACE, payload_of, plant_pool, run, severities
from tests.factories import make_environment, make_member, make_project


def imported(*, cognito: Any, place: tuple[str, ...] = PLACE) -> str:
    """A fresh pool, linked; answers its id."""
    payload = plant_pool(cognito)
    ended = run("import_auth", *place, "--rules", "cli", stdin=payload)
    assert ended.code == 0, ended.words
    return str(json.loads(payload)["userPoolId"])


def test_a_healthy_link_ends_with_zero(link: CognitoLink) -> None:
    ended = run("link_status", *PLACE, *JSON)
    document = ended.json
    assert ended.code == 0, ended.words
    assert (document["verdict"], document["drift"], document["job"]) == ("accepted", [], None)
    assert document["plan"] == {"aws": [], "files": []}
    assert severities(document, "fail", "warn") == {}
    assert (document["project"], document["environment"]) == ("shop", "dev")
    assert document["user_pool"] == link.user_pool_id
    assert AuditEvent.objects.filter(action=Action.AUTH_CHECKED).count() == 1
    assert CognitoLink.objects.get().checked > link.checked


def test_text_names_the_pool_and_its_health(link: CognitoLink) -> None:
    ended = run("link_status", *PLACE)
    assert ended.text.startswith(f"shop / dev: shop-users ({link.user_pool_id}). Healthy.\n")


def test_drift_ends_with_three_and_says_what_breaks(environment: Environment, cognito: Any) -> None:
    pool = imported(cognito=cognito)
    cognito.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": {"MinimumLength": 42}})
    ended = run("link_status", *PLACE, *JSON)
    change = next(one for one in ended.json["drift"] if one["id"] == "pool.password-policy")
    assert ended.code == 3
    assert set(change) == {"id", "before", "after", "breaks"}
    assert "42" in change["after"]
    assert "42" not in change["before"]
    assert change["breaks"]
    text = run("link_status", *PLACE).text
    assert "DRIFT pool.password-policy" in text
    assert "What breaks: " in text


def test_a_resource_that_is_gone_ends_with_three(environment: Environment, cognito: Any) -> None:
    cognito.delete_user_pool(UserPoolId=imported(cognito=cognito))
    ended = run("link_status", *PLACE, *JSON)
    assert ended.code == 3
    assert ended.json["verdict"] == "refused"
    assert severities(ended.json)["pool.exists"] == "fail"
    assert CognitoLink.objects.get().failing > 0


def test_what_the_cli_rules_allowed_is_checked_by_them_again(environment: Environment) -> None:
    payload = payload_of(scenario("single-client"))
    assert run("import_auth", *PLACE, "--rules", "cli", stdin=payload).code == 0
    ended = run("link_status", *PLACE, *JSON)
    assert ended.code == 0, ended.words
    assert ended.json["drift"] == []


def test_unreachable_aws_is_reported_and_is_no_drift(
    link: CognitoLink, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from aws import session

    settings.SCREEN_DEADLINE_SECONDS = 2
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    session.forget()
    ended = run("link_status", *PLACE, *JSON)
    assert ended.code == 1
    assert "could not be checked" in ended.words
    assert "could not be read" in next(one for one in ended.json["findings"] if one["id"] == "pool.exists")["observed"]
    assert not [change for change in ended.json["drift"] if change["id"] == "pool.name"]


def test_ignored_drift_is_told_apart_and_does_not_alarm(environment: Environment, cognito: Any) -> None:
    pool = imported(cognito=cognito)
    cognito.update_user_pool(UserPoolId=pool, Policies={"PasswordPolicy": {"MinimumLength": 42}})
    assert run("link_status", *PLACE).code == 3
    link = CognitoLink.objects.get()
    [row] = link.drift
    digest, actor = decisions.digest_of([row]), Actor(name="somebody")
    decisions.ignore(link=link, drift_id=row["id"], digest=digest, reason="Wanted for March.", actor=actor)
    ended = run("link_status", *PLACE, *JSON)
    assert (ended.code, ended.json["drift"]) == (0, [])
    assert [(one["id"], one["reason"], one["by"]) for one in ended.json["ignored"]] == [
        ("pool.password-policy", "Wanted for March.", "somebody")
    ]
    text = run("link_status", *PLACE).text
    assert "IGNORED pool.password-policy" in text
    assert "somebody: Wanted for March." in text


def test_one_that_cannot_be_checked_ends_with_one_and_keeps_nobody_else_from_it(
    link: CognitoLink, cognito: Any, sandbox: Any, settings: Any
) -> None:
    make_environment(
        make_project("Other"), "test", region="eu-west-1", role_arn="arn:aws:iam::210987654321:role/Console"
    )
    sandbox.fail("AssumeRole", kind="fail", code="AccessDenied", status=403)
    other = CognitoLink.objects.get()
    other.pk, other.environment = None, Environment.objects.get(name="test")
    other.save()
    ended = run("link_status", "--all", *JSON)
    assert ended.code == 1, ended.words
    assert "other / test could not be checked" in ended.words
    assert "sts:AssumeRole" in ended.words
    assert [one["environment"] for one in ended.json] == ["test", "dev"]
    assert CognitoLink.objects.get(environment=link.environment).checked > link.checked


def test_nothing_linked_ends_with_one_and_says_how_to_link(environment: Environment) -> None:
    ended = run("link_status", *PLACE)
    assert ended.code == 1
    assert "manage.py import_auth --project shop --environment dev" in ended.words


def test_all_checks_every_link_and_skips_what_is_not_linked(link: CognitoLink, cognito: Any) -> None:
    make_environment(link.environment.project, "empty")
    other = make_environment(make_project("Other"), "test")
    imported(cognito=cognito, place=("--project", "other", "--environment", "test"))
    everything = run("link_status", "--all", *JSON).json
    assert [(one["project"], one["environment"]) for one in everything] == [("other", "test"), ("shop", "dev")]
    of_one = run("link_status", "--all", "--project", "other", *JSON).json
    assert [one["environment"] for one in of_one] == [other.name]


def test_all_with_nothing_linked_is_an_empty_list(environment: Environment) -> None:
    ended = run("link_status", "--all", *JSON)
    assert (ended.code, ended.json) == (0, [])
    assert run("link_status", "--all").text == "Nothing is linked.\n"


def test_a_viewer_may_check_and_sees_only_their_own(link: CognitoLink, cognito: Any) -> None:
    make_environment(make_project("Other"), "test")
    imported(cognito=cognito, place=("--project", "other", "--environment", "test"))
    make_member(link.environment.project, Role.VIEWER, name="reader")
    ended = run("link_status", "--all", *JSON, "--as", "reader")
    assert [one["project"] for one in ended.json] == ["shop"]
    assert AuditEvent.objects.filter(action=Action.AUTH_CHECKED, actor_name="reader@example.com").count() == 1


@pytest.mark.parametrize(
    "arguments",
    [(), ("--project", "shop"), ("--environment", "dev"), ("--all", *PLACE), ("--all", "--environment", "x")],
)
def test_an_environment_or_all_must_be_named(db: None, arguments: tuple[str, ...]) -> None:
    assert run("link_status", *arguments).code == 2


def test_a_row_that_nobody_can_work_out_keeps_no_other_link_from_its_check(link: CognitoLink, cognito: Any) -> None:
    broken = make_environment(make_project("Other"), "test")
    imported(cognito=cognito, place=("--project", "other", "--environment", "test"))
    CognitoLink.objects.filter(environment=broken).update(baseline=[])
    ended = run("link_status", "--all", *JSON)
    assert ended.code == 1, ended.words
    assert "Not checked: other / test." in ended.words
    assert CognitoLink.objects.get(environment=link.environment).checked > link.checked

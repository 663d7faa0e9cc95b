"""Copying groups to another environment, by the pages, by the job and by the command."""

import json
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from aws import user_groups
from aws.errors import Throttled
from aws.resources import Group
from environments.models import Project
from jobs import lifecycle
from jobs.models import Job
from tests.factories import Cast, make_environment, make_member
from tests.sandbox_control import Sandbox
from tests.user_management.conftest import Pool, linked
from tests.user_management.groups.conftest import Url
from tests.user_management.groups.looking import ADMIN, EDITOR, described, events, members, names
from user_management import patience
from user_management.groups import copy_job, copying

JSON = {"Accept": "application/json"}
FOREIGN = "arn:aws:iam::999999999999:role/other-editors"


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.fixture
def other(place: Any, project: Project, sandbox: Sandbox) -> Pool:
    """The pool of the environment `live`."""
    pool = Pool(sandbox.url)
    linked(project, pool, "live")
    return pool


def test_the_preview_knows_four_kinds() -> None:
    source = [
        Group("New", precedence=1, role_arn=ADMIN),
        Group("Same", "x", 2, EDITOR),
        Group("Other", "new", 3, ADMIN),
        Group("Less", "x"),
        Group("Foreign", role_arn=FOREIGN),
    ]
    target = [
        Group("Same", "x", 2, EDITOR),
        Group("Other", "old", 4, EDITOR),
        Group("Less", "x", 9, ADMIN),
        Group("Own"),
    ]
    rows = {row.name: row for row in copying.compare(source, target, account="123456789012")}
    assert {name: row.kind for name, row in rows.items()} == {
        "New": "create", "Same": "same", "Other": "change", "Less": "same", "Foreign": "create", "Own": "only-there",
    }  # fmt: skip
    assert [(one.field, one.before, one.after) for one in rows["Other"].changes] == [
        ("description", "old", "new"), ("precedence", 4, 3), ("role_arn", EDITOR, ADMIN)
    ]  # fmt: skip
    assert rows["Less"].stays == ("precedence 9", "role shop-admins")
    assert [row.name for row in rows.values() if row.foreign_role] == ["Foreign"]
    without = {row.name: row for row in copying.compare(source, target, roles=False, account="123456789012")}
    assert not any(row.foreign_role for row in without.values())
    assert [one.field for one in without["Other"].changes] == ["description", "precedence"]
    assert without["Other"].result.role_arn == EDITOR
    assert without["New"].result.role_arn == ""


def test_chosen_groups_are_copied_and_both_places_tell_of_it(owner: Client, pool: Pool, other: Pool, url: Url) -> None:
    pool.group("Admins", Description="Run it", Precedence=1, RoleArn=ADMIN)
    pool.group("Editors", Precedence=5)
    pool.group("Left", Precedence=6)
    pool.user("ada", groups=["Admins"])
    other.group("Editors", Description="Old", Precedence=7)
    other.group("Own")
    page = owner.get(url("copy-groups"), {"to": "live"})
    assert "2 to create, 1 different, 0 the same, 1 only in live." in text_of(page)
    sent = {"to": "live", "seen": page.context["seen"], "group": ["Admins", "Editors"], "reason": "Release"}
    answer = owner.post(url("copy-groups"), sent)
    assert answer.status_code == 200
    assert names(other) == {"Admins", "Editors", "Own"}
    assert described(other, "Admins") == {"Description": "Run it", "Precedence": 1, "RoleArn": ADMIN}
    assert described(other, "Editors")["Precedence"] == 5
    assert members(other, "Admins") == set()
    there, here = events("groups:copy")
    assert (there[0], there[1]["Editors"]["precedence"], there[2]["Editors"]["precedence"]) == ("from shop / dev", 7, 5)
    assert (here[0], here[2]) == ("to shop / live", {"groups": ["Admins", "Editors"]})
    assert there[3] == here[3] == "Release"


def test_nothing_is_copied_when_a_pool_changed_meanwhile(owner: Client, pool: Pool, other: Pool, url: Url) -> None:
    pool.group("Admins", Precedence=1)
    seen = owner.get(url("copy-groups"), {"to": "live"}).context["seen"]
    other.group("Admins", Precedence=2)
    answer = owner.post(url("copy-groups"), {"to": "live", "seen": seen, "group": "Admins"})
    assert answer.status_code == 422
    assert "changed since the preview" in text_of(answer)
    assert described(other, "Admins")["Precedence"] == 2
    refused = owner.post(url("copy-groups"), {"to": "live", "seen": seen, "group": "Admins"}, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "ChangedMeanwhile")
    fresh = owner.get(url("copy-groups"), {"to": "live"}).context["seen"]
    assert "No group was chosen" in text_of(owner.post(url("copy-groups"), {"to": "live", "seen": fresh}))
    assert not events("groups:copy")


def test_one_that_fails_does_not_keep_the_others_out(
    owner: Client, pool: Pool, other: Pool, url: Url, sandbox: Sandbox
) -> None:
    pool.group("Admins")
    pool.group("Editors")
    seen = owner.get(url("copy-groups"), {"to": "live"}).context["seen"]
    sandbox.fail("CreateGroup", kind="fail", code="AccessDeniedException", match="Admins")
    answer = owner.post(url("copy-groups"), {"to": "live", "seen": seen, "group": ["Admins", "Editors"]}, headers=JSON)
    assert [row["result"] for row in answer.json()["copied"]] == ["failed", "create"]
    assert names(other) == {"Editors"}


def test_roles_of_another_account_are_told_and_not_ticked(owner: Client, pool: Pool, other: Pool, url: Url) -> None:
    pool.group("Admins", RoleArn=FOREIGN)
    text = text_of(owner.get(url("copy-groups"), {"to": "live"}))
    assert "role of another account" in text
    assert 'aria-label="Copy Admins">' in text
    without = text_of(owner.get(url("copy-groups"), {"to": "live", "roles": "off"}))
    assert 'aria-label="Copy Admins" checked>' in without


def test_only_places_one_may_manage_are_offered(
    client: Client, cast: Cast, project: Project, pool: Pool, other: Pool, url: Url
) -> None:
    linked(project, pool, "copy-of-dev")
    make_environment(project, "unlinked")
    client.force_login(cast.limited_owner)
    assert client.get(url("copy-groups"), headers=JSON).json()["targets"] == []
    client.force_login(cast.manager)
    assert client.get(url("copy-groups"), headers=JSON).json()["targets"] == ["live"]
    assert "copy-of-dev" in text_of(client.get(url("copy-groups")))
    viewer = make_member(project, "viewer", name="reader")
    client.force_login(viewer)
    assert client.post(url("copy-groups"), {"to": "live"}).status_code == 403


def start(owner: Client, pool: Pool, url: Url, number: int = 21) -> Job:
    for index in range(number):
        pool.group(f"g{index:02}", Precedence=index)
    seen = owner.get(url("copy-groups"), {"to": "live"}).context["seen"]
    wanted = [f"g{index:02}" for index in range(number)]
    answer = owner.post(url("copy-groups"), {"to": "live", "seen": seen, "group": wanted}, headers=JSON)
    assert answer.status_code == 202
    return Job.objects.get(pk=answer.json()["job"])


def test_more_than_twenty_are_a_job(owner: Client, pool: Pool, other: Pool, url: Url) -> None:
    job = start(owner, pool, url)
    assert not names(other)
    lifecycle.perform(job.pk, copy_job.copy_groups)
    job.refresh_from_db()
    assert job.status == "succeeded", job.error_words
    assert len(names(other)) == 21
    assert len(events("groups:copy")) == 2


def test_the_job_refuses_what_the_preview_did_not_show(owner: Client, pool: Pool, other: Pool, url: Url) -> None:
    job = start(owner, pool, url)
    other.group("g00")
    lifecycle.perform(job.pk, copy_job.copy_groups)
    job.refresh_from_db()
    assert job.status == "failed"
    assert "changed since the preview" in f"{job.error_words} {job.error_message}"
    assert names(other) == {"g00"}
    assert not job.can_be_retried, "only a new preview leads on"


def test_throttling_slows_the_job_and_fails_no_group(
    owner: Client, pool: Pool, other: Pool, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(owner, pool, url)
    real, times, moments = user_groups.create_group, [0], count()

    def slow(*args: Any) -> Any:
        times[0] += 1
        if times[0] in (3, 4):
            raise Throttled("Rate exceeded.", code="TooManyRequestsException")
        return real(*args)

    monkeypatch.setattr(user_groups, "create_group", slow)
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=lambda seconds: None, monotonic=lambda: next(moments)))
    lifecycle.perform(job.pk, copy_job.copy_groups)
    job.refresh_from_db()
    assert (job.status, times[0], len(names(other))) == ("succeeded", 23, 21), job.error_words


def test_nought_is_a_precedence_in_the_commands_words(
    place: Any, pool: Pool, capsys: pytest.CaptureFixture[str]
) -> None:
    pool.group("Editors", Precedence=5)
    where = ("--project", place.project.slug, "--environment", "dev")
    call_command("groups", "edit", "Editors", "--precedence", "0", *where)
    assert "Precedence: 5 -> 0" in capsys.readouterr().out
    assert described(pool, "Editors")["Precedence"] == 0


def test_a_reason_that_no_database_keeps_is_kept_without_that(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    name = pool.user("ada")
    owner.post(url("join-group", username=name), {"group": "Editors", "reason": "Ask\x00ed"})
    assert [reason for *_, reason in events("member:add")] == ["Asked"]


Run = Callable[..., Any]


@pytest.fixture
def run(place: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `manage.py groups ACTION …` and answers its document."""

    def command(action: str, *arguments: str) -> Any:
        call_command(
            "groups", action, "--project", place.project.slug, "--environment", "dev", "--format", "json", *arguments
        )
        return json.loads(capsys.readouterr().out)

    return command


def test_the_command_does_what_the_pages_do(run: Run, pool: Pool, other: Pool) -> None:
    pool.user("ada")
    pool.user("bob")
    run("create", "Editors", "--precedence", "5", "--description", "Write", "--reason", "Release")
    assert run("edit", "Editors", "--precedence", "4", "--dry-run")["changes"][0]["after"] == 4
    assert described(pool, "Editors")["Precedence"] == 5
    run("edit", "Editors", "--precedence", "4")
    assert [row["precedence"] for row in run("list")] == [4]
    assert run("show", "Editors")["description"] == "Write"
    assert [row["result"] for row in run("add", "Editors", "ada@example.com", "bob")["results"]] == ["added", "added"]
    assert [row["username"] for row in run("members", "Editors")] == ["ada", "bob"]
    run("remove", "Editors", "bob")
    assert members(pool, "Editors") == {"ada"}
    assert [row["kind"] for row in run("copy", "--to", "live")["groups"]] == ["create"]
    assert not names(other)
    run("copy", "--to", "live", "--yes")
    assert described(other, "Editors") == {"Description": "Write", "Precedence": 4}
    run("delete", "Editors", "--yes")
    assert not names(pool)
    assert len(events("groups:copy")) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "Gone"), 1, "no group of this name"),
        (("create", "two words"), 2, "no spaces"),
        (("create", "Editors"), 1, "already has a group"),
        (("delete", "Editors"), 2, "add --yes|again with --yes"),
        (("add", "Editors", "nobody"), 1, "1 failed"),
        (("edit", "Editors", "--role-arn", "x"), 2, "not the ARN"),
        (("copy", "--to", "nowhere"), 1, "no environment"),
        (("create", "New", "--as", "viewer"), 1, "has no permission"),
    ],
)
def test_how_the_command_ends(run: Run, pool: Pool, arguments: tuple[str, ...], code: int, words: str) -> None:
    pool.group("Editors")
    with pytest.raises(CommandError, match=words) as ended:
        run(*arguments)
    assert ended.value.returncode == code
    assert names(pool) == {"Editors"}

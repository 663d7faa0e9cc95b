"""The list of groups, and the pages that make, change and delete one."""

from typing import Any

import pytest
from botocore.exceptions import ParamValidationError
from django.test import Client

from tests.factories import Cast
from tests.sandbox_control import Sandbox
from tests.user_management.conftest import Pool
from tests.user_management.groups.conftest import Url
from tests.user_management.groups.looking import ADMIN, EDITOR, described, events, names

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_groups_come_in_the_order_of_their_precedence(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Zebras", Precedence=1, Description="Stripes & <b>bold</b>", RoleArn=ADMIN)
    pool.group("Apes")
    pool.group("Bears", Precedence=2)
    text = text_of(owner.get(url("groups")))
    assert text.index(">Zebras<") < text.index(">Bears<") < text.index(">Apes<")
    assert "Stripes &amp; &lt;b&gt;bold" in text
    assert f'title="{ADMIN}">shop-admins<' in text
    assert "3 groups." in text


def test_no_groups_says_what_to_do(owner: Client, pool: Pool, url: Url) -> None:
    assert "No groups yet" in text_of(owner.get(url("groups")))


def test_every_page_of_groups_is_read_and_not_all_are_drawn(
    owner: Client, pool: Pool, url: Url, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("user_management.groups.views.ROWS", 60)
    for number in range(65):
        pool.group(f"group-{number:03}", Description="needle" if number == 64 else "hay")
    sandbox.forget()
    text = text_of(owner.get(url("groups")))
    assert len(sandbox.calls("ListGroups")) == 2
    assert "group-059" in text
    assert "group-060" not in text
    assert "60 of 65 groups" in text
    assert "group-064" in text_of(owner.get(url("groups") + "?rows=120"))
    assert "group-064" in text_of(owner.get(url("groups") + "?q=NEEDLE", headers=HTMX))
    assert len(sandbox.calls("ListGroups")) == 2, "the filter reads nothing again"
    answer = owner.get(url("groups"), headers=JSON).json()
    assert (len(answer["groups"]), answer["complete"]) == (65, True)


def test_reading_goes_on_where_it_stopped(
    owner: Client, pool: Pool, url: Url, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(130):
        pool.group(f"group-{number:03}")
    monkeypatch.setattr("user_management.groups.reading.READ_SECONDS", -1.0)
    assert "60 were read so far" in text_of(owner.get(url("groups")))
    assert owner.get(url("groups"), headers=JSON).json()["complete"] is False
    answer = owner.get(url("groups"), headers=JSON).json()
    assert (len(answer["groups"]), answer["complete"]) == (130, True)
    assert len(sandbox.calls("ListGroups")) == 3


def test_ties_are_told(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Buyers", Precedence=3, RoleArn=ADMIN)
    pool.group("Sellers", Precedence=3, RoleArn=EDITOR)
    pool.group("Others", Precedence=3)
    text = text_of(owner.get(url("groups")))
    assert "Buyers and Sellers share precedence 3 and have different roles." in text
    assert owner.get(url("groups"), headers=JSON).json()["ties"] == [{"precedence": 3, "groups": ["Buyers", "Sellers"]}]
    assert "Shares its precedence" in text_of(owner.get(url("group", group="Buyers")))
    assert "Shares its precedence" not in text_of(owner.get(url("group", group="Others")))


def test_members_are_counted_when_asked(owner: Client, pool: Pool, url: Url, sandbox: Sandbox) -> None:
    pool.group("Editors")
    for number in range(3):
        pool.user(f"u{number}", groups=["Editors"])
    sandbox.forget()
    owner.get(url("groups"))
    assert not sandbox.calls("ListUsersInGroup")
    assert ">3<" in text_of(owner.get(url("group", group="Editors") + "?count=1", headers=HTMX))
    report = owner.get(url("group", group="Editors") + "?count=1", headers=JSON).json()
    assert report["members"] == {"number": 3, "complete": True}


HARD_NAMES = ["create", "..", "a/b", "100%", 'quo"te\\', "😀", "é" * 128, "<i>Admins</i>"]


@pytest.mark.parametrize("name", HARD_NAMES)
def test_a_group_of_any_name_is_made_shown_and_deleted(owner: Client, pool: Pool, url: Url, name: str) -> None:
    answer = owner.post(url("create-group"), {"name": name, "precedence": "7", "description": "D", "role_arn": ADMIN})
    assert answer.status_code == 303, text_of(answer)
    assert answer["Location"] == url("group", group=name)
    assert described(pool, name) == {"Description": "D", "Precedence": 7, "RoleArn": ADMIN}
    assert owner.get(url("group", group=name)).status_code == 200
    assert owner.post(url("delete-group", group=name), {"confirm": "Delete"}).status_code == 303
    assert not names(pool)


def test_creating_and_deleting_are_in_the_activity(owner: Client, pool: Pool, url: Url) -> None:
    owner.post(url("create-group"), {"name": "Editors", "precedence": "0", "reason": "Ticket 7"})
    values = {"name": "Editors", "description": "", "precedence": 0, "role_arn": ""}
    assert events("group:create") == [("Editors", None, values, "Ticket 7")]
    pool.user("ada", groups=["Editors"])
    assert "1 member is no longer in it" in text_of(owner.get(url("delete-group", group="Editors")))
    owner.post(url("delete-group", group="Editors"), {"confirm": "delete", "reason": "Done"})
    assert events("group:delete") == [("Editors", {**values, "members": "1"}, None, "Done")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "two words"}, "no spaces"),
        ({"name": "a\u200bb"}, "another character"),
        ({"name": "x" * 129}, "at most 128 characters; this one has 129"),
        ({"name": "ok", "description": "x" * 2049}, "at most 2048 characters"),
        ({"name": "ok", "precedence": "-1"}, "greater than or equal to 0"),
        ({"name": "ok", "precedence": "2147483648"}, "less than or equal to 2147483647"),
        ({"name": "ok", "precedence": "high"}, "Enter a whole number"),
        ({"name": "ok", "role_arn": "shop-editors"}, "not the ARN of an IAM role"),
        ({"name": "ok", "role_arn": "arn:aws:s3:::bucket"}, "not the ARN of an IAM role"),
        ({"name": "Editors"}, "already has a group of this name"),
    ],
)
def test_what_cognito_forbids_is_said_at_the_field(
    owner: Client, pool: Pool, url: Url, fields: dict[str, str], words: str
) -> None:
    pool.group("Editors")
    sent = {"description": "What I typed", **fields}
    answer = owner.post(url("create-group"), sent)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert sent["description"][:20] in text_of(answer)
    assert words in owner.post(url("create-group"), sent, headers=JSON).json()["error"]
    assert names(pool) == {"Editors"}


def test_an_edit_is_shown_before_it_is_saved(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors", Description="Old", Precedence=5, RoleArn=EDITOR)
    pool.group("Admins", Precedence=1, RoleArn=ADMIN)
    page = url("edit-group", group="Editors")
    assert "1 Admins" in text_of(owner.get(page))
    wanted = {"description": "New", "precedence": "1", "role_arn": EDITOR, "reason": "Because"}
    review = owner.post(page, {**wanted, "do": "review"})
    text = text_of(review)
    assert "Review the changes" in text
    assert ">Old<" in text
    assert "Admins would share precedence 1 with Editors" in text
    assert described(pool, "Editors")["Description"] == "Old"
    answer = owner.post(page, {**wanted, "do": "save", "seen": review.context["seen"]})
    assert answer.status_code == 303
    assert described(pool, "Editors") == {"Description": "New", "Precedence": 1, "RoleArn": EDITOR}
    assert events("group:change") == [
        ("Editors", {"description": "Old", "precedence": 5}, {"description": "New", "precedence": 1}, "Because")
    ]


def test_an_edit_refuses_when_somebody_else_was_faster(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors", Description="Old")
    page = url("edit-group", group="Editors")
    seen = owner.post(page, {"description": "Mine", "do": "review"}).context["seen"]
    pool.cognito.update_group(UserPoolId=pool.id, GroupName="Editors", Description="Theirs")
    answer = owner.post(page, {"description": "Mine", "do": "save", "seen": seen})
    assert answer.status_code == 422
    assert "Somebody changed the group Editors" in text_of(answer)
    assert "Mine" in text_of(answer)
    assert described(pool, "Editors") == {"Description": "Theirs"}
    assert not events("group:change")


def test_nothing_to_save_is_said(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors", Description="Two\nlines")
    answer = owner.post(url("edit-group", group="Editors"), {"description": "Two\r\nlines", "do": "review"})
    assert "Nothing to save" in text_of(answer)


def test_a_role_and_a_precedence_cannot_be_taken_away(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors", Precedence=5, RoleArn=EDITOR)
    answer = owner.post(url("edit-group", group="Editors"), {"description": "", "precedence": "", "role_arn": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"precedence", "role_arn"}
    assert "cannot take it away" in text_of(answer)


def test_cognito_keeps_a_role_that_an_update_leaves_out(pool: Pool) -> None:
    """Why the form asks for them: what UpdateGroup is not given stays, and it takes no empty role."""
    pool.group("Editors", Precedence=5, RoleArn=EDITOR)
    pool.cognito.update_group(UserPoolId=pool.id, GroupName="Editors", Description="x")
    assert described(pool, "Editors") == {"Description": "x", "Precedence": 5, "RoleArn": EDITOR}
    with pytest.raises(ParamValidationError):
        pool.cognito.update_group(UserPoolId=pool.id, GroupName="Editors", RoleArn="")


@pytest.mark.parametrize("word", ["", "Editors", "Delete it"])
def test_deleting_asks_for_the_word(owner: Client, pool: Pool, url: Url, word: str) -> None:
    pool.group("Editors")
    assert owner.post(url("delete-group", group="Editors"), {"confirm": word}).status_code == 422
    assert names(pool) == {"Editors"}


@pytest.mark.parametrize("leaf", ["group", "edit-group", "delete-group", "add-members", "group-members"])
def test_a_group_that_is_gone(owner: Client, pool: Pool, url: Url, leaf: str) -> None:
    answer = owner.get(url(leaf, group="Vanished"))
    assert answer.status_code == 404
    assert "Vanished" not in answer.headers.get("Location", "")
    assert owner.get(url(leaf, group="Vanished"), headers=JSON).status_code in (404, 422)


def test_what_aws_forbids_keeps_what_was_typed(owner: Client, pool: Pool, url: Url, sandbox: Sandbox) -> None:
    sandbox.fail("CreateGroup", kind="fail", code="AccessDeniedException", message="not authorized to perform", times=2)
    fields = {"name": "Editors", "description": "Long words I typed"}
    answer = owner.post(url("create-group"), fields)
    assert answer.status_code == 422
    assert "Long words I typed" in text_of(answer)
    assert "AccessDeniedException" in text_of(answer)
    assert owner.post(url("create-group"), fields, headers=JSON).status_code == 502
    assert not events("group:create")


READ = ["groups", "group", "group-members"]
CHANGE = ["create-group", "edit-group", "delete-group", "add-members", "copy-groups", "remove-group-member"]


@pytest.mark.parametrize("leaf", READ + CHANGE)
def test_who_may_do_what(client: Client, cast: Cast, pool: Pool, url: Url, leaf: str) -> None:
    pool.group("Editors")
    user = pool.user("ada")
    address = url(leaf) if leaf in ("groups", "create-group", "copy-groups") else url(leaf, group="Editors")
    sent = {"name": "New", "confirm": "Delete", "username": user, "description": "x", "do": "save", "to": "none"}
    client.force_login(cast.stranger)
    assert client.get(address).status_code == 404
    assert client.post(address, sent).status_code in (404, 405)
    client.force_login(cast.viewer)
    assert client.get(address).status_code == (200 if leaf in READ else 403)
    assert client.post(address, sent).status_code == (405 if leaf in READ else 403)
    assert names(pool) == {"Editors"}
    assert described(pool, "Editors") == {}
    client.force_login(cast.manager)
    assert client.get(address, {"username": user}).status_code == 200


def test_a_token_does_what_a_page_does(client: Client, pool: Pool, url: Url, place: Any) -> None:
    from environments.permissions import Role
    from tests.factories import make_token

    _, token = make_token(place.project, role=Role.MANAGE_ONLY)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    made = client.post(url("create-group"), {"name": "Editors", "precedence": "3"}, headers=headers)
    assert (made.status_code, made.json()["precedence"]) == (201, 3)
    changed = client.post(
        url("edit-group", group="Editors"), {"description": "New", "precedence": "3"}, headers=headers
    )
    assert changed.json()["description"] == "New"
    gone = client.post(url("delete-group", group="Editors"), {"confirm": "Delete"}, headers=headers)
    assert gone.json() == {"group": "Editors", "deleted": True}


def test_a_script_names_only_what_it_changes(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors", Description="Write texts", Precedence=7, RoleArn=EDITOR)
    answer = owner.post(url("edit-group", group="Editors"), {"precedence": "3"}, headers=JSON)
    assert answer.status_code == 200, answer.content
    group = described(pool, "Editors")
    assert (group["Description"], group["Precedence"], group["RoleArn"]) == ("Write texts", 3, EDITOR)

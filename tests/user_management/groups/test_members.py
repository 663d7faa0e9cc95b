"""Who is in a group: the page of members, adding by search and by pasted list, taking out, and the user's own side."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from aws import user_groups
from aws.errors import Rejected
from tests.factories import Cast
from tests.sandbox_control import Sandbox
from tests.user_management.conftest import Pool
from tests.user_management.groups.conftest import Url
from tests.user_management.groups.looking import ADMIN, EDITOR, events, members
from user_management.groups import finding, membership, picking, services
from user_management.groups.membership import Chosen

JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def ticked(*usernames: str) -> list[str]:
    return [picking.packed(Chosen(name, name)) for name in usernames]


def test_members_are_paged_to_the_end(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    for number in range(61):
        pool.user(f"member-{number:02}", groups=["Editors"])
    page = owner.get(url("group", group="Editors"))
    assert text_of(page).count('data-label="User"') == 60
    token = page.context["found"].next_token
    more = owner.get(url("group-members", group="Editors"), {"token": token}, headers=HTMX)
    assert "<html" not in text_of(more)
    assert text_of(more).count('data-label="User"') == 1
    assert "<html" in text_of(owner.get(url("group", group="Editors"), {"token": token}))
    rows = owner.get(url("group-members", group="Editors"), headers=JSON).json()
    assert (len(rows["members"]), rows["next_token"]) == (60, token)
    found = text_of(owner.get(url("group-members", group="Editors"), {"q": "MEMBER-60@"}, headers=HTMX))
    assert found.count('data-label="User"') == 1
    assert "None of the 61 members has" in text_of(owner.get(url("group", group="Editors"), {"q": "nobody"}))


def test_a_member_is_taken_out_after_a_question(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    name = pool.user("ada", groups=["Editors"])
    page = url("remove-group-member", group="Editors")
    assert "ada" in text_of(owner.get(page, {"username": name}))
    assert members(pool, "Editors") == {name}
    assert owner.post(page, {"username": name, "reason": "Left the team"}).status_code == 303
    assert members(pool, "Editors") == set()
    before, after = {"group": "Editors", "member": True}, {"group": "Editors", "member": False}
    assert events("member:remove") == [(name, before, after, "Left the team")]


def test_somebody_deleted_meanwhile_cannot_be_taken_out(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    answer = owner.post(url("remove-group-member", group="Editors"), {"username": "gone"})
    assert answer.status_code == 422
    assert "Somebody deleted the user meanwhile" in text_of(answer)
    gone = owner.post(url("remove-group-member", group="Gone"), {"username": "gone"}, headers=JSON)
    assert (gone.status_code, gone.json()["code"]) == (404, "ResourceNotFoundException")
    assert not events("member:remove")


def test_searching_finds_by_anything_and_marks_members(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada", name="Augusta King", phone_number="+441632960961", groups=["Editors"])
    pool.user("bob", email="ada.b@example.com")
    page = url("add-members", group="Editors")
    for text in ("ada", "ada@example.com", "Augusta", "+441632960961"):
        found = text_of(owner.get(page, {"q": text}))
        assert 'for="found-1"' in found, text
        assert "a member already" in found, text
    assert text_of(owner.get(page, {"q": "ada"})).count('name="chosen"') == 2
    assert "Nobody else found" in text_of(owner.get(page, {"q": 'x" or "'}))


def test_who_is_ticked_stays_chosen_across_searches(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada")
    pool.user("bob")
    page = url("add-members", group="Editors")
    answer = owner.post(page, {"do": "search", "q": "bob", "chosen": ticked("ada")})
    assert answer.status_code == 303, "the search has an address of its own, so that Back works"
    text = text_of(owner.get(answer["Location"]))
    assert "Add 1 user" in text
    assert 'value="{}" id="chosen-1" checked'.format(*ticked("ada")) in text
    assert re.findall(r'name="do" value="([a-z-]+)"', text)[0] == "search", "the Enter key must not add anybody"
    many = ticked(*(f"u{number}" for number in range(41)))
    direct = owner.post(page, {"do": "search", "q": "bob", "chosen": many})
    assert direct.status_code == 200, "too many for an address"
    assert direct.context["is_bulk"]


def test_up_to_25_are_added_at_once_each_with_a_result(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada")
    pool.user("bob", groups=["Editors"])
    page = url("add-members", group="Editors")
    answer = owner.post(page, {"do": "add", "chosen": ticked("ada", "bob", "gone"), "reason": "New team"})
    text = text_of(answer)
    assert members(pool, "Editors") == {"ada", "bob"}
    assert "1 added, 1 not." in text
    assert "Was a member already" in text
    assert "The pool has no user of this name" in text
    assert [one.username for one in answer.context["adding"].chosen] == ["gone"]
    before, after = {"group": "Editors", "member": False}, {"group": "Editors", "member": True}
    assert events("member:add") == [("ada", before, after, "New team")]


def test_a_pasted_list_is_resolved_and_nothing_is_lost(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada", phone_number="+441632960961")
    bob = pool.user("bob")
    sub = pool.described(bob)["Attributes"]["sub"]
    pool.user("twin1", email="same@example.com", verified=False)
    pool.user("twin2", email="same@example.com", verified=False)
    pasted = f"ada@example.com,\n\n  +44 1632 960961 \nnobody@example.com\n{sub}\nsame@example.com\nxyz"
    answer = owner.post(url("add-members", group="Editors"), {"do": "look-up", "list": pasted})
    adding = answer.context["adding"]
    assert [one.username for one in adding.chosen] == ["ada", "bob"]
    assert [(one.line.number, one.line.text) for one in adding.unresolved] == [
        (4, "nobody@example.com"), (6, "same@example.com"), (7, "xyz")
    ]  # fmt: skip
    assert "Several users have this" in text_of(answer)
    assert adding.pasted == "nobody@example.com\nsame@example.com\nxyz"


def test_long_lists_are_looked_up_in_parts(
    owner: Client, pool: Pool, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LINES_AT_ONCE", 2)
    pool.group("Editors")
    for name in ("ada", "bob", "cem"):
        pool.user(name)
    answer = owner.post(url("add-members", group="Editors"), {"do": "look-up", "list": "ada\nbob\ncem"})
    assert answer.context["adding"].pasted == "cem"
    assert "1 not yet" in text_of(answer)


def test_what_aws_does_not_answer_stays_in_the_box(owner: Client, pool: Pool, url: Url, sandbox: Sandbox) -> None:
    pool.group("Editors")
    pool.user("ada")
    pool.user("bob")
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException", match="bob")
    page = url("add-members", group="Editors")
    answer = owner.post(page, {"do": "look-up", "list": "ada\nbob"})
    assert [one.username for one in answer.context["adding"].chosen] == ["ada"]
    assert answer.context["adding"].pasted == "bob"
    refused = owner.post(page, {"do": "look-up", "list": "bob", "chosen": ticked("ada")})
    assert refused.status_code == 422
    assert ">bob<" in text_of(refused)
    assert refused.context["adding"].chosen == [Chosen("ada", "ada")]


def test_more_than_25_become_a_bulk_job(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    names = [pool.user(f"u{number}") for number in range(26)]
    page = url("add-members", group="Editors")
    answer = owner.post(page, {"do": "add", "chosen": ticked(*names)})
    assert answer.status_code == 303
    assert "/users/bulk/" in answer["Location"]
    assert members(pool, "Editors") == set()
    assert "/users/bulk/" in owner.post(page, {"username": names}, headers=JSON).json()["bulk"]


def test_scripts_add_and_hear_of_each(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada")
    page = url("add-members", group="Editors")
    answer = owner.post(page, {"username": ["ada", "gone"], "list": "nobody"}, headers=JSON)
    assert answer.status_code == 207
    report = answer.json()
    assert [row["result"] for row in report["results"]] == ["added", "failed"]
    assert report["unresolved"] == [{"line": 1, "text": "nobody", "why": "No user of the pool has this."}]
    assert owner.post(page, {"list": "nobody"}, headers=JSON).status_code == 422


def test_packed_people_survive_any_name() -> None:
    people = [Chosen("a b.c", "Ada Lovelace"), Chosen("😀/..", 'q"uo,te')]
    assert picking.unpacked([" ".join(map(picking.packed, people)), "not!a.pair", ""]) == people


def test_the_groups_of_a_user_and_their_role(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Admins", Precedence=1, RoleArn=ADMIN)
    pool.group("Editors", Precedence=5, RoleArn=EDITOR)
    pool.group("Free<b>")
    name = pool.user("ada", groups=["Editors", "Admins"])
    page = url("user-groups", username=name)
    fragment = text_of(owner.get(page, headers=HTMX))
    assert "<html" not in fragment
    assert "shop-admins, from Admins: its precedence 1 is the lowest number" in fragment
    assert '<option value="Free&lt;b&gt;">' in fragment
    assert '<option value="Admins">' not in fragment
    report = owner.get(page, headers=JSON).json()
    assert report["effective_role"]["decided_by"] == "Admins"
    assert [group["name"] for group in report["groups"]] == ["Admins", "Editors"]


def test_a_user_joins_and_leaves(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    name = pool.user("ada")
    fragment = owner.post(
        url("join-group", username=name), {"group": "Editors", "reason": "Asked for it"}, headers=HTMX
    )
    assert "Remove<span" in text_of(fragment)
    assert members(pool, "Editors") == {name}
    assert events("member:add")[0][3] == "Asked for it"
    assert owner.post(url("leave-group", username=name), {"group": "Editors"}).status_code == 303
    assert members(pool, "Editors") == set()
    assert owner.get(url("leave-group", username=name)).status_code == 405
    refused = owner.post(url("join-group", username=name), {"group": "Gone"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Somebody deleted the group meanwhile" in text_of(refused)
    assert owner.post(url("join-group", username=name), {}, headers=JSON).status_code == 422


def test_a_hundred_groups_are_the_most(
    owner: Client, pool: Pool, url: Url, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The SDK takes this error for throttling, and would pause before it asks again.
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
    name = pool.user("ada")
    pool.group("g100")
    # As the sandbox answers the 101st; that many calls would only cost time here.
    sandbox.fail("AdminAddUserToGroup", kind="fail", code="LimitExceededException", message="Exceeded the maximum")
    answer = owner.post(url("join-group", username=name), {"group": "g100"}, headers=HTMX)
    assert answer.status_code == 422
    assert "LimitExceededException" in text_of(answer)
    assert not events("member:add")


@pytest.mark.parametrize("leaf", ["join-group", "leave-group"])
def test_only_who_manages_groups_changes_them(client: Client, cast: Cast, pool: Pool, url: Url, leaf: str) -> None:
    pool.group("Editors")
    pool.group("Others")
    name = pool.user("ada", groups=["Editors"])
    group = "Others" if leaf == "join-group" else "Editors"
    for person, status in ((cast.stranger, 404), (cast.viewer, 403)):
        client.force_login(person)
        assert client.post(url(leaf, username=name), {"group": group}).status_code == status
    assert (members(pool, "Editors"), members(pool, "Others")) == ({name}, set())
    assert 'id="join"' not in text_of(client.get(url("user-groups", username=name)))
    client.force_login(cast.manager)
    assert client.post(url(leaf, username=name), {"group": group}, headers=JSON).status_code == 200


def test_ticked_members_are_handed_to_a_bulk_job(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada", groups=["Editors"])
    pool.user("bob", groups=["Editors"])
    text = text_of(owner.get(url("group", group="Editors")))
    assert f'action="{url("bulk-users")}"' in text
    fields = dict(re.findall(r'<input type="hidden" name="(operation|to_group)" value="([^"]*)">', text))
    assert fields == {"operation": "remove-from-group", "to_group": "Editors"}
    answer = owner.post(url("bulk-users"), {**fields, "username": ["ada"]})
    assert answer.status_code == 303, text_of(answer)
    assert "1 user" in text_of(owner.get(answer["Location"]))
    assert members(pool, "Editors") == {"ada", "bob"}


def test_the_list_of_users_shows_and_exports_a_group_without_the_index(owner: Client, pool: Pool, url: Url) -> None:
    pool.group("Editors")
    pool.user("ada", groups=["Editors"])
    pool.user("bob")
    text = text_of(owner.get(url("users"), {"group": "Editors"}))
    assert "ada@example.com" in text
    assert "bob@example.com" not in text
    lines = b"".join(owner.get(url("users-csv"), {"group": "Editors"}))
    assert b"ada@example.com" in lines
    assert b"bob@example.com" not in lines


def test_pages_ask_the_database_and_aws_a_fixed_number_of_times(
    owner: Client, pool: Pool, url: Url, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        pool.group(f"g{number}", Precedence=number)
    for number in range(12):
        pool.user(f"u{number}", groups=["g1"])
    for leaf, calls in ((url("groups"), 1), (url("group", group="g1"), 2), (url("add-members", group="g1"), 2)):
        sandbox.forget()
        with django_assert_max_num_queries(10):
            owner.get(leaf)
        assert len(sandbox.calls()) <= calls, leaf


def test_a_deleted_group_is_told_to_who_keeps_memberships(
    owner: Client, pool: Pool, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, ...]] = []
    for module in (services, membership):
        monkeypatch.setattr(module, "_listeners", [])
    services.on_delete(lambda where, group: heard.append((where.pool_id, group)))
    membership.on_change(lambda where, group, username, joined: heard.append((group, username, str(joined))))
    pool.group("Editors")
    name = pool.user("ada")
    owner.post(url("join-group", username=name), {"group": "Editors"})
    owner.post(url("delete-group", group="Editors"), {"confirm": "Delete"})
    assert heard == [("Editors", name, "True"), (pool.id, "Editors")]


@pytest.mark.parametrize(
    ("code", "words"), [("AccessDeniedException", "may not do this"), ("TooManyRequestsException", "slow down")]
)
def test_what_aws_says_instead_is_told(
    owner: Client, pool: Pool, url: Url, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None))
    sandbox.fail("ListGroups", kind="fail", code=code)
    answer = owner.get(url("groups"))
    assert answer.status_code == 502
    assert words in text_of(answer)
    assert owner.get(url("groups"), headers=JSON).json()["code"] == code


def test_a_token_that_grew_too_old_leads_back_to_the_group(
    owner: Client, pool: Pool, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.group("Editors")
    real = user_groups.page_of_members

    def expired(*args: Any, token: str, **more: Any) -> Any:
        if token:
            raise Rejected("Invalid token.", code="InvalidParameterException", action="cognito-idp:ListUsersInGroup")
        return real(*args, token=token, **more)

    monkeypatch.setattr(user_groups, "page_of_members", expired)
    answer = owner.get(url("group", group="Editors"), {"token": "old"})
    assert answer.status_code == 422
    assert "Open the group once more" in text_of(answer)
    assert owner.get(url("group", group="Editors")).status_code == 200

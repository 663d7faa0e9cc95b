"""Rules in a draft that others change too, rules that go, and the groups that a rule is for."""

import re
from typing import Any

import boto3
import pytest
from django.db import connection
from django.test import Client
from django.utils.html import escape

from data_authorization.models import DataModel, Revision
from environments.models import Environment
from tests.data_authorization.rule_pages import EDITORS, HTMX, JSON, MODES, SCHEMA, check, create, draft, rule, text_of
from tests.factories import Cast, make_link
from tests.sandbox_control import Sandbox

pytestmark = pytest.mark.django_db


def test_somebody_saved_meanwhile(owner: Client, cast: Cast, model: DataModel) -> None:
    stale = {**EDITORS, "expected": "0"}
    owner.post(create(field="authors"), {"allow": "owner"})
    answer = owner.post(create(), stale)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Somebody saved the draft meanwhile" in page
    assert "Added a rule to Book.authors: Owners can create, read, update, delete." in page
    assert 'value="Editors" checked' in page, "nothing is lost"
    assert 'name="expected" value="1"' in page
    assert owner.post(create(), stale, headers=JSON).status_code == 409
    assert Revision.objects.count() == 1
    assert owner.post(create(), {**stale, "expected": "1"}).status_code == 303
    assert "@auth(rules: [{ allow: owner }])" in draft()
    assert "Editors" in draft()


def test_two_save_at_the_same_moment(owner: Client, model: DataModel) -> None:
    pending = [Revision(data_model=model, number=1, text=SCHEMA, modes=MODES, words="Added New.")]

    def meanwhile(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SAVEPOINT") and pending:
            pending.pop().save()
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        answer = owner.post(create(), EDITORS)
    assert answer.status_code == 409
    assert "Added New." in text_of(answer)
    assert 'name="expected" value="1"' in text_of(answer)
    assert Revision.objects.count() == 1


def test_the_edited_rule_is_found_again_or_becomes_a_new_one(owner: Client) -> None:
    was = '{ allow: groups, groups: "Admins", operations: [read], later: { a: 1 } }'
    mine = {"allow": "groups", "groups": "Admins", "operations": ["read", "update"], "expected": "0", "was": was}
    owner.post(rule(0, "cost", leaf="remove-data-rule"))
    owner.post(rule(0, leaf="remove-data-rule"))
    page = owner.post(rule(1), mine).content.decode()
    assert f'action="{rule(0)}"' in page, "it has moved"
    owner.post(rule(0, leaf="remove-data-rule"))
    page = owner.post(rule(1), mine).content.decode()
    assert "is no longer there" in page
    assert f'name="was" value="{escape(was)}"' in page
    assert f'action="{create()}"' in page
    assert "later: { a: 1 }" in page
    answer = owner.post(create(), {**mine, "expected": str(Revision.objects.count())})
    assert answer.status_code == 303, text_of(answer)
    assert "later: {a: 1}" in draft()


def test_a_trouble_that_was_there_stops_no_other_change(owner: Client) -> None:
    twice = "type Book @model @auth(rules: [{ allow: public }, { allow: owner }, { allow: owner }]) { id: ID! }"
    DataModel.objects.update(text=twice)
    answer = owner.post(rule(0, leaf="remove-data-rule"))
    assert answer.status_code == 303, "the two owner rules have other numbers now, and are not news"
    page = text_of(owner.post(rule(0), {"allow": "private", "operations": "read"}))
    assert not page, "one of them is mended"
    again = owner.post(create(), {"allow": "owner"}, headers=JSON)
    assert "Rules 2 and 3" in again.json()["errors"]["__all__"][0]


def test_a_rule_that_others_stand_upon_can_go_first_and_the_page_says_what_amplify_refuses(owner: Client) -> None:
    rules = '{ allow: owner }, { allow: groups, groups: ["Editors"] }'
    field = 'cost: Float @auth(rules: [{ allow: groups, groups: ["Editors"] }])'
    DataModel.objects.update(text=f"type Book @model @auth(rules: [{rules}]) {{ id: ID! {field} }}")
    page = text_of(owner.get(rule(1, leaf="remove-data-rule")))
    assert "“id” is required and hidden from the group Editors" in page
    assert ">Remove the rule<" in page
    report = owner.post(rule(1, leaf="remove-data-rule"), headers=JSON)
    assert report.status_code == 200
    assert [one["severity"] for one in report.json()["problems"]] == ["error"]


def test_two_places_that_have_to_agree_are_changed_one_after_the_other(owner: Client) -> None:
    """A required field with rules of its own: Amplify refuses the first of the two until the other is there."""
    managers = '@auth(rules: [{ allow: groups, groups: ["Managers"] }])'
    DataModel.objects.update(text=f"type Book @model {managers} {{ id: ID! title: String! {managers} }}")
    said = text_of(owner.post(check(), EDITORS, headers=HTMX))
    assert "Can be saved; Amplify refuses it so far" in said
    assert "“title” is required and hidden from the group Editors" in said
    assert owner.post(create(), EDITORS).status_code == 303
    answer = owner.post(create(field="title"), EDITORS, headers=JSON).json()
    assert answer["problems"] == [], "now both agree"


def test_a_rule_that_is_wrong_in_the_file_says_so_at_its_field_when_it_is_opened(owner: Client) -> None:
    bad = '{ allow: private, provider: apiKey }, { allow: owner, groups: ["A"] }'
    DataModel.objects.update(text=f"type Book @model @auth(rules: [{bad}]) {{ id: ID }}")
    page = text_of(owner.get(rule(0)))
    assert re.search(r'id="id_provider_error"><p class="error-line">', page)
    assert re.search(r'id="id_groups_error"><p class="error-line">', text_of(owner.get(rule(1))))
    assert "Cannot be saved like this" in page


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("interface Book { id: ID @auth(rules: [{ allow: private }]) }", "id", "A field of an interface cannot have"),
        ("type Book @auth(rules: [{ allow: private }]) { id: ID }", "", "Only models have rules"),
        (
            "type Book @model @auth(rules: [{ allow: private }]) { id: ID a: Int @auth(rules: []) }",
            "",
            "Wrong already at Book.a: There are no rules here.",
        ),
    ],
)
def test_what_amplify_refuses_beside_the_rule_is_not_called_accepted(
    owner: Client, text: str, field: str, words: str
) -> None:
    DataModel.objects.update(text=text)
    page = text_of(owner.get(rule(0, field)))
    assert words in page
    assert "Amplify accepts this" not in page


def test_of_two_types_of_one_name_the_first_is_edited_whatever_the_second_has(owner: Client) -> None:
    first = "type Book @model @auth(rules: [{ allow: owner }]) { id: ID }"
    second = first.replace("owner", "groups")
    DataModel.objects.update(text=f"{first}\n{second}")
    assert owner.post(rule(0), {"allow": "private"}).status_code == 303
    assert draft() == f"{first.replace('owner', 'private')}\n{second}"


GLOBAL = "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }\n"


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        (
            "type Book @model @auth(rules: [{ allow: owner }]) { id: ID }",
            "",
            "Nobody but administrators’ roles reaches Bo",
        ),
        (GLOBAL + "type Book @model @auth(rules: [{ allow: owner }]) { id: ID }", "", "that of the whole API holds"),
        (
            "type Book @model @auth(rules: [{ allow: owner }]) { id: ID a: Int @auth(rules: [{ allow: private }]) }",
            "",
            "Only a keeps its rules; nobody but administrators’ roles reaches the rest",
        ),
        (
            "type Book @model @auth(rules: [{ allow: owner }]) { id: ID a: Int @auth(rules: [{ allow: private }]) }",
            "a",
            "The rules of Book hold for this field again.",
        ),
        (
            "type Book @model { id: ID a: Int @auth(rules: [{ allow: private }]) }",
            "a",
            "Book has no rules of its own either",
        ),
        (
            "type Book { a: Int @auth(rules: [{ allow: private }]) }",
            "a",
            "Whoever may read what holds the Book may read",
        ),
    ],
)
def test_what_is_left_when_the_last_rule_goes(owner: Client, text: str, field: str, words: str) -> None:
    DataModel.objects.update(text=text)
    assert words in text_of(owner.get(rule(0, field, leaf="remove-data-rule")))


def test_a_field_without_rules_answers_to_the_default_mode_alone(owner: Client, model: DataModel) -> None:
    """Whom the API does not let in loses nothing by a first rule, and a public one is news for holders of the key."""
    address = check("?field=search", "Query")

    def changes(**fields: Any) -> list[str]:
        answer = owner.post(address, fields, headers=JSON).json()
        return [one["words"] for one in answer["differences"]]

    assert changes(allow="groups", groups="Editors") == ["Signed-in users can no longer read Query.search."]
    assert changes(allow="public") == [
        "Anyone with the API key can also read Query.search.",
        "Signed-in users can no longer read Query.search.",
    ]


def test_a_rule_is_removed_after_a_look(owner: Client) -> None:
    page = text_of(owner.get(rule(0, leaf="remove-data-rule")))
    assert "Owners can create, read, update, delete Books." in page
    assert "Owners can no longer create, read, update their own Books." in page
    answer = owner.post(rule(0, leaf="remove-data-rule"), {"expected": "0", "was": "{ allow: owner }"})
    assert answer.status_code == 303, text_of(answer)
    assert "allow: owner" not in draft()
    assert "# whoever made it" in draft()
    assert Revision.objects.get().words == "Removed a rule of Book: Owners can create, read, update, delete."
    stale = owner.post(rule(0, leaf="remove-data-rule"), {"expected": "0", "was": "{ allow: owner }"})
    assert stale.status_code == 409
    assert "there is nothing to remove" in text_of(stale)
    last = owner.get(rule(0, "cost", leaf="remove-data-rule"))
    assert "It is the last one at this place" in text_of(last)


def pool_of(environment: Environment, *groups: str) -> str:
    """A user pool of the test's own with these groups, linked to the environment."""
    make: Any = boto3.client
    cognito = make("cognito-idp", region_name=environment.region)
    pool: str = cognito.create_user_pool(PoolName="rules")["UserPool"]["Id"]
    for name in groups:
        cognito.create_group(GroupName=name, UserPoolId=pool)
    make_link(environment, user_pool_id=pool)
    return pool


def test_groups_are_picked_from_the_pool(owner: Client, environment: Environment, sandbox: Sandbox) -> None:
    pool_of(environment, "Editors", "Ä/<b>")
    begun = {"allow": "groups", "groups": "Gone", "other_groups": "Typed", "show": "groups"}
    answer = owner.post(check(), begun, headers=HTMX)
    part = answer.content.decode()
    assert "<html" not in part
    assert re.findall(r'name="groups" value="([^"]*)"( checked)?', part) == [
        ("Gone", " checked"), ("Editors", ""), ("Ä/&lt;b&gt;", "")
    ]  # fmt: skip
    assert "not in the pool" in part
    whole = text_of(owner.post(check(), begun))
    assert "Typed</textarea>" in whole, "without script the whole form comes back"
    assert "The user pool has no group “Gone”" in whole
    assert "no group “Typed”" in whole
    assert re.search(r'id="id_groups_error"><p class="caution-line">', whole), "warnings stand at their field, too"
    sandbox.forget()
    assert "no group “Typed”" in text_of(owner.post(check(), begun | {"show": ""}, headers=HTMX))
    assert not sandbox.calls(), "a keystroke asks AWS nothing"
    assert owner.post(create(), begun).status_code == 303, "such a group may be made later"


def test_typed_groups_do_where_the_pool_cannot_be_read(
    owner: Client, environment: Environment, sandbox: Sandbox
) -> None:
    begun = {"allow": "groups", "other_groups": "Editors\r\n Night shift \r\n", "show": "groups"}
    assert "No user pool is linked" in text_of(owner.post(check(), begun, headers=HTMX))
    pool_of(environment)
    sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException")
    answer = owner.post(check(), begun, headers=HTMX)
    assert answer.status_code == 200
    assert "AccessDeniedException" in text_of(answer)
    assert "Try again" in text_of(answer)
    owner.post(create(), begun)
    assert 'groups: ["Editors", "Night shift"]' in draft()

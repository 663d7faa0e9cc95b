"""The pages that add and edit one rule, and what they say to each keystroke."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from data_authorization.models import DataModel, Revision
from environments.models import Environment
from tests.data_authorization.rule_pages import EDITORS, HTMX, JSON, SCHEMA, check, create, draft, rule, text_of
from tests.factories import Cast, make_token

pytestmark = pytest.mark.django_db


def test_a_rule_is_added_to_the_model_and_nothing_else_changes(owner: Client, environment: Environment) -> None:
    answer = owner.post(create(), EDITORS)
    assert answer.status_code == 303, text_of(answer)
    assert answer["Location"] == reverse("data-type", args=["shop", "dev", "Book"]) + "#rule-2"
    added = '{ allow: groups, groups: ["Editors"], operations: [create, read] }'
    lines = [line for line in draft().splitlines() if line not in SCHEMA.splitlines()]
    assert len(lines) <= 2
    assert added in " ".join(lines)
    row = Revision.objects.get()
    assert row.words == "Added a rule to Book: Users in the Editors group can create, read."
    said = text_of(owner.get(answer["Location"]))
    assert "It waits in the draft: nothing in AWS has changed." in said


def test_a_rule_is_added_to_a_field_and_shown_in_the_form_again(owner: Client) -> None:
    answer = owner.post(create(field="title"), {"allow": "owner", "ticked": "1", "operations": ["read", "update"]})
    assert answer["Location"].endswith("/types/Book/?field=title#field-title-rule-0")
    assert "title: String @auth(rules: [{ allow: owner, operations: [read, update] }])" in draft()
    page = text_of(owner.get(rule(0, "title")))
    assert "Rule 1 of Book.title" in page
    assert "Owners can read, update title." in page
    assert not re.search(r'name="reads"', page), "fields know no single ways of reading"


def test_all_operations_are_the_absence_of_the_argument(owner: Client) -> None:
    everything = ["create", "read", "update", "delete"]
    owner.post(create(), {"allow": "private", "operations": everything, "ticked": "1"})
    assert "{ allow: private }" in draft()
    owner.post(rule(2), {"allow": "private", "reads": ["get", "list"], "operations": "delete", "ticked": "1"})
    assert "{ allow: private, operations: [get, list, delete] }" in draft()
    owner.post(rule(2), {"allow": "private"})
    assert "{ allow: private }" in draft(), "scripts that name none mean all"


def test_what_is_unknown_in_a_rule_is_shown_and_kept(owner: Client) -> None:
    page = text_of(owner.get(rule(1)))
    assert "later: { a: 1 }" in page
    assert "Kept as written" in page
    answer = owner.post(check("?rule=1"), {"allow": "groups", "groups": ["Admins", "Editors"], "operations": ["read"]})
    assert "groups: [&quot;Admins&quot;, &quot;Editors&quot;]" in text_of(answer)
    assert "later: { a: 1 }" in text_of(answer)
    assert "Can be saved" in text_of(answer), "what this console does not know may be news of Amplify"


def test_saving_a_rule_as_it_is_adds_no_version(owner: Client, environment: Environment) -> None:
    values = {"allow": "owner", "operations": ["create", "read", "update", "delete"], "ticked": "1", "expected": "0"}
    answer = owner.post(rule(0), values)
    assert answer.status_code == 303
    assert not Revision.objects.exists()


BAD = [
    ({}, "allow", "Choose who the rule is for."),
    ({"allow": "everyone"}, "allow", "everyone is nothing Amplify knows here."),
    ({"allow": "groups"}, "groups", "does not say which groups"),
    ({"allow": "groups", "groups": "A", "groups_field": "authors"}, "groups", ""),
    ({"allow": "groups", "groups_field": "cost"}, "groups_field", "Book has no text field of this name."),
    ({"allow": "owner", "owner_field": "x y"}, "owner_field", "This cannot be the name of a field."),
    ({"allow": "private", "owner_field": "title"}, "owner_field", "Amplify ignores this for “Any signed-in user”."),
    ({"allow": "public", "identity_claim": "sub"}, "identity_claim", "Amplify ignores this for “Anyone”."),
    ({"allow": "private", "groups_field": "authors"}, "groups_field", "Amplify ignores this"),
    ({"allow": "private", "groups": "Admins"}, "groups", "make this a rule for those groups alone"),
    ({"allow": "private", "other_groups": "Admins"}, "other_groups", "make this a rule for those groups alone"),
    ({"allow": "private", "group_claim": "roles"}, "group_claim", "Amplify ignores this"),
    (
        {"allow": "groups", "groups": "A", "identity_claim": "sub"},
        "identity_claim",
        "Amplify ignores this for “Groups”.",
    ),
    (
        {"allow": "private", "provider": "apiKey"},
        "provider",
        "takes Cognito user pool or OpenID Connect or Identity pool",
    ),
    ({"allow": "custom", "provider": "oidc"}, "provider", "“Custom Lambda” takes Lambda authorizer."),
    ({"allow": "private", "ticked": "1"}, "operations", "Tick at least one"),
    ({"allow": "private", "operations": "read", "reads": "get"}, "reads", "Read covers all of these already."),
    ({"allow": "private", "operations": "drop"}, "operations", "drop is nothing Amplify knows here."),
    ({"allow": "owner"}, "__all__", "Rules 1 and 3"),
    ({"allow": "private", "ownerField": "title"}, "__all__", "A rule has no ownerField here."),
]


@pytest.mark.parametrize(("fields", "name", "words"), BAD)
def test_what_amplify_refuses_or_takes_otherwise_is_said_at_its_field(
    owner: Client, fields: dict[str, Any], name: str, words: str
) -> None:
    answer = owner.post(create(), fields, headers=JSON)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert list(errors) == [name], errors
    assert words in " ".join(errors[name])
    assert not Revision.objects.exists()


def test_the_page_says_errors_at_the_field_and_keeps_what_was_typed(owner: Client) -> None:
    answer = owner.post(create(), {"allow": "private", "owner_field": "title", "groups": "Ä<b>"})
    assert answer.status_code == 422
    page = answer.content.decode()
    found = re.search(r'id="id_owner_field_error">(.*?)</div>', page, re.S)
    assert found
    assert "Amplify ignores this" in found[1]
    assert 'value="Ä&lt;b&gt;" checked' in page
    assert page.count("data-keep") == 2, "both sections stay in sight"


@pytest.mark.parametrize(
    ("type_name", "field", "words"),
    [
        ("Node", "", "is an interface"),
        ("Node", "id", "is an interface"),
        ("Address", "", "is no model"),
        ("Elsewhere", "name", "only extends Elsewhere"),
    ],
)
def test_where_no_rule_can_stand_nothing_is_offered(owner: Client, type_name: str, field: str, words: str) -> None:
    page = owner.get(create(type_name, field))
    assert words in text_of(page)
    assert "<form class" not in page.content.decode().split("<main")[1]
    assert owner.post(create(type_name, field), EDITORS).status_code == 422
    assert words in owner.post(create(type_name, field), EDITORS, headers=JSON).json()["error"]


def test_outside_of_models_there_are_neither_owners_nor_operations(owner: Client) -> None:
    page = text_of(owner.get(create("Query", "search")))
    assert 'value="owner"' not in page
    assert 'name="operations"' not in page
    for fields, name in (
        ({"allow": "owner"}, "allow"),
        ({"allow": "private", "operations": "read"}, "operations"),
        ({"allow": "groups", "groups_field": "name"}, "groups_field"),
    ):
        answer = owner.post(create("Query", "search"), fields, headers=JSON)
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [name])
    assert owner.post(create("Address", "street"), {"allow": "private", "ticked": "1"}).status_code == 303
    assert "street: String @auth(rules: [{ allow: private }])" in draft()


def test_a_keystroke_is_answered_with_text_sentence_problems_and_differences(owner: Client) -> None:
    answer = owner.post(check(), EDITORS | {"allow": "public", "groups": []}, headers=HTMX)
    text = text_of(answer)
    assert answer.status_code == 200
    assert "<html" not in text
    assert "{ allow: public, operations: [create, read] }" in text
    assert "Anyone with the API key can create, read Books." in text
    assert "cost has rules of its own, which this one does not reach." in text
    assert re.search(r'id="rule-verdict"[^>]*hx-swap-oob="innerHTML">Can be saved', text), "what is said aloud is short"
    assert "Anyone with the API key can also create, read Books." in text
    assert "API key" in text
    assert reverse("data-modes", args=["shop", "dev"]) in text, "the API lacks the mode"
    assert 'id="id_groups_error" hx-swap-oob="true"' in text
    refused = text_of(owner.post(check(), {"allow": "groups"}, headers=HTMX))
    assert re.search(r'id="id_groups_error" hx-swap-oob="true"><p class="error-line">', refused)
    assert "<html" in text_of(owner.post(check(), EDITORS)), "without script it is a page"
    report = owner.post(check(), EDITORS, headers=JSON).json()
    assert report["text"] == '{ allow: groups, groups: ["Editors"], operations: [create, read] }'
    assert report["errors"] == {}
    assert {one["words"] for one in report["differences"]} >= {"Editors can also create Books."}
    assert not Revision.objects.exists()


def test_a_provider_the_api_lacks_is_told_and_can_be_saved(owner: Client) -> None:
    answer = owner.post(create(), {"allow": "public", "operations": "read"}, headers=JSON)
    assert answer.status_code == 200
    found = [one for one in answer.json()["problems"] if one["id"] == "auth.provider-not-configured"]
    assert [one["severity"] for one in found] == ["warning"]


def test_the_old_name_of_the_identity_pool_is_taken_and_told(owner: Client) -> None:
    answer = owner.post(create(), {"allow": "public", "provider": "iam", "operations": "read"}, headers=JSON)
    assert answer.status_code == 200, answer.json()
    assert "lint.provider-deprecated" in {one["id"] for one in answer.json()["problems"]}
    assert 'value="iam"' not in owner.get(create()).content.decode()


PAGES = [create(), rule(0), rule(0, leaf="remove-data-rule")]


@pytest.mark.parametrize("url", [*PAGES, check()])
def test_who_may_not_edit_rules_sees_none_of_it(client: Client, cast: Cast, model: DataModel, url: str) -> None:
    for person, status in ((cast.viewer, 403), (cast.manager, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.post(url, EDITORS).status_code == status
        if "check" not in url:
            assert client.get(url).status_code == status
    client.force_login(cast.limited_owner)
    assert client.post(url, EDITORS | {"groups": "New"}).status_code in (200, 303)
    assert Revision.objects.count() == (0 if "check" in url else 1)


def test_what_is_not_there_is_not_found(owner: Client) -> None:
    assert owner.get(check()).status_code == 405
    for url in (create("Nothing"), create(field="nothing"), rule(7), rule(7, leaf="remove-data-rule")):
        assert owner.get(url).status_code == 404
        assert owner.post(url, EDITORS).status_code == 404


def test_without_a_readable_model_the_data_page_says_what_to_do(client: Client, cast: Cast, model: DataModel) -> None:
    client.force_login(cast.owner)
    DataModel.objects.update(text="type Book {")
    assert client.get(create())["Location"] == reverse("data", args=["shop", "dev"])
    assert client.get(create(), headers=JSON).json()["line"] == 1
    DataModel.objects.all().delete()
    assert client.post(create(), EDITORS)["Location"] == reverse("data", args=["shop", "dev"])


def test_scripts_save_with_a_token_and_read_a_rule(client: Client, environment: Environment, model: DataModel) -> None:
    _, secret = make_token(environment.project, role="full-access")
    bearer = {"Authorization": f"Bearer {secret}"}
    answer = client.post(create(), {"allow": "groups", "groups": ["A b", "C"]}, headers=bearer | JSON)
    report = answer.json()
    assert (answer.status_code, report["number"], report["version"]) == (200, 2, 1)
    read = client.get(rule(2), headers=bearer | JSON).json()
    assert (read["groups"], read["operations"], read["version"]) == (["A b", "C"], None, 1)
    _, weak = make_token(environment.project, role="viewer")
    refused = client.post(create(), {"allow": "private"}, headers={"Authorization": f"Bearer {weak}"} | JSON)
    assert refused.status_code == 403


def test_begun_by_a_link(owner: Client) -> None:
    page = owner.get(create() + "?allow=groups&groups=Editors").content.decode()
    assert 'value="Editors" checked' in page
    assert "Users in the Editors group can create, read, update, delete Books." in page
    for nonsense in ("?allow=owner}", "?allow=", "?groups=A", "?allow=private&groups=A"):
        page = owner.get(create() + nonsense).content.decode()
        assert 'name="groups" value' not in page


def test_names_of_any_kind_come_back_as_they_were_typed(owner: Client) -> None:
    names = ['a"b', "c\\d", "😀", "<i>", "#x", "{ allow: public }", "é" * 128]
    fields = {"allow": "groups", "groups": names, "group_claim": 'x"}]) type Y { id: ID }'}
    assert owner.post(create(), fields, headers=JSON).status_code == 200
    report = owner.get(rule(2), headers=JSON).json()
    assert (report["groups"], report["group_claim"]) == (names, fields["group_claim"])
    assert len([line for line in draft().splitlines() if line not in SCHEMA.splitlines()]) <= 2

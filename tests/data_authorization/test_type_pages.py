"""The page of one type: its rules, its fields, and the table whose answers lead to the rules."""

import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auth_import.models import CognitoLink
from data_authorization import presentation, who_tables
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place, Schema
from environments.models import Environment
from environments.permissions import Role
from tests.auth_import.journeys import address, bearer, signed_in
from tests.data_authorization.bookshop import DRAFT, GLOBAL, SCHEMA, long_names, many_models, plant
from tests.data_authorization.test_overview_pages import FRAGMENT, POOL, text_of
from tests.factories import make_link
from tests.sandbox_control import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(environment: Environment) -> Client:
    return signed_in(environment)


def url(environment: Environment, type: str = "Book", query: str = "") -> str:
    return address(environment, "data-type", type=type) + query


def html_of(client: Client, where: str, **headers: str) -> str:
    answer: Any = client.get(where, headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_rules_are_sentences_beside_their_text(environment: Environment, member: Client) -> None:
    plant(environment)
    html = html_of(member, url(environment))
    text = text_of(member, url(environment))
    assert "Users in the Editors group can read, create Books" in text
    assert '{ allow: groups, groups: ["Editors"], operations: [read, create] } line 5' in text
    assert 'id="rule-1"' in html
    assert address(environment, "data-rule", type="Book", number=1) in html
    assert address(environment, "remove-data-rule", type="Book", number=1) in html
    assert f"{address(environment, 'data-simulator')}?type=Book" in html
    assert "A book on the shelf." in text


def test_every_link_of_an_answer_leads_to_a_rule_that_is_there(environment: Environment, member: Client) -> None:
    plant(environment, draft=DRAFT)
    html = html_of(member, url(environment))
    table = html[html.index('id="who-table"') : html.index('id="fields"')]
    links = set(re.findall(r'href="([^"]*rule-\d+)"', table))
    assert {"#rule-0", "#rule-1", "#rule-2", "?field=cost#field-cost-rule-0"} <= links
    for link in links:
        query, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in html_of(member, url(environment, query=query))


def test_a_field_opens_in_place_and_without_javascript(environment: Environment, member: Client) -> None:
    plant(environment)
    closed = html_of(member, url(environment))
    assert "field-cost-rule-0" not in closed.replace("#field-cost-rule-0", "")
    for where in re.findall(r'hx-get="([^"]*)"', closed):
        if "?field=" in where:
            assert f'href="{where}#field-' in closed
    opened = html_of(member, url(environment, query="?field=cost"), **FRAGMENT)
    assert opened.lstrip().startswith('<tbody id="field-cost"')
    assert "Users in the Managers group can create, read, update, delete cost" in opened
    assert f"{address(environment, 'create-data-rule', type='Book')}?field=cost" in opened
    assert f"{address(environment, 'data-simulator')}?type=Book&amp;field=cost" in opened
    again = html_of(member, url(environment, query="?row=cost"), **FRAGMENT)
    assert again.count("<tr") == 1
    whole = html_of(member, url(environment, query="?field=title"))
    assert "No rules of its own: whoever may do something with Book" in whole
    assert 'id="field-cost"' in whole
    assert member.get(url(environment, query="?field=none"), headers=FRAGMENT).status_code == 404


def test_a_delete_that_field_rules_hold_back_says_so() -> None:
    table = who_tables.who_table(read_schema(SCHEMA), Place("Book"))
    owner = next(row for row in table.rows if row.kind == "owner")
    assert [(cell.answer, cell.is_held_back) for cell in owner.cells] == [
        ("own", False), ("own", False), ("own", False), ("no", True),
    ]  # fmt: skip
    guests = next(row for row in table.rows if row.kind == "guest")
    assert not any(cell.is_held_back for cell in guests.cells)
    assert owner.cells[3].held_by == who_tables.RuleLink("?field=cost#field-cost-rule-0", "cost")


def test_a_creation_leads_to_the_required_field_that_holds_it_back() -> None:
    rules = '@auth(rules: [{ allow: groups, groups: ["A"] }])'
    fields = f"id: ID! may: String {rules} must: String! {rules}"
    schema = read_schema(f"type Book @model @auth(rules: [{{ allow: private }}]) {{ {fields} }}")
    signed_in = who_tables.who_table(schema, Place("Book")).rows[1]
    assert [cell.held_by and cell.held_by.label for cell in signed_in.cells] == ["must", None, None, "may"]


def test_the_table_stays_short_with_300_groups(environment: Environment, member: Client) -> None:
    plant(environment, many_models(1, groups=300))
    html = html_of(member, url(environment, "Model0"))
    assert html.count("<tr") < 80
    text = text_of(member, url(environment, "Model0"))
    assert "270 more groups are named in rules" in text
    assert "Any other group as signed-in users" in text
    found = text_of(member, url(environment, "Model0", "?group=team299"), **FRAGMENT)
    assert "Team299" in found
    assert "Team29 " not in found
    assert "Guests" not in found
    every = html_of(member, url(environment, "Model0", "?group=&rows=all"), **FRAGMENT)
    assert every.count("<tr") > 300


def test_groups_that_no_rule_names_answer_as_signed_in_users(
    environment: Environment, member: Client, sandbox: Sandbox
) -> None:
    plant(environment)
    assert "nobody-has-this-name" in text_of(member, url(environment, "Comment", "?group=nobody-has-this-name"))
    make_link(environment, user_pool_id=POOL)
    found = text_of(member, url(environment, "Comment", "?group=EDIT"), **FRAGMENT)
    assert "Editors in no rule here: as signed-in users" in found
    sandbox.fail("ListGroups", kind="fail", code="AccessDeniedException")
    CognitoLink.objects.filter(environment=environment).update(user_pool_id="eu-west-1_Vanished1")
    refused = text_of(member, url(environment, "Comment", "?group=edit"), **FRAGMENT)
    assert "cognito-idp:ListGroups" in refused
    assert "as signed-in users" in refused


def test_every_group_of_the_pool_is_a_row_where_somebody_asks_for_all(
    environment: Environment, member: Client, sandbox: Sandbox
) -> None:
    plant(environment)
    assert "rows=pool" not in html_of(member, url(environment, "Book"))
    make_link(environment, user_pool_id=POOL)
    assert html_of(member, url(environment, "Book", "?field=cost")).count("rows=pool") == 4
    for query in ("?group=&rows=pool", "?field=cost&rows=pool"):
        whole = text_of(member, url(environment, "Book", query), **FRAGMENT)
        assert whole.index("Managers") < whole.index("Viewers in no rule here: as signed-in users")
        assert "Guests" in whole
        assert "Any other group" not in whole


def test_very_many_groups_of_a_pool_are_counted() -> None:
    pool = [f"Pool{number}" for number in range(400)]
    table = who_tables.who_table(read_schema(SCHEMA), Place("Book"), pool=pool, all_rows=True)
    assert table.hidden == 400 - who_tables.POOL_SHOWN
    assert "other" in {row.kind for row in table.rows}
    assert {row.words for row in table.rows} >= {"Managers", "Pool0", "Pool299"}


def test_groups_of_one_type_are_compared_with_the_pool(
    environment: Environment, member: Client, sandbox: Sandbox
) -> None:
    plant(environment, SCHEMA.replace('"Managers"', '"Nobodies"'))
    make_link(environment, user_pool_id=POOL)
    for name, is_there in (("Book", True), ("Comment", False)):
        assert ("?groups=check" in html_of(member, url(environment, name))) is is_there
    assert "Nobodies" in text_of(member, url(environment, query="?groups=check"), **FRAGMENT)


def test_types_that_are_no_models(environment: Environment, member: Client) -> None:
    plant(environment)
    assert "each field is an operation of its own" in text_of(member, url(environment, "Query"))
    opened = text_of(member, url(environment, "Query", "?field=bestsellers"))
    assert "Signed-in users can call bestsellers" in opened
    assert "Call" in opened
    assert "Its fields can carry rules" in text_of(member, url(environment, "Address"))
    shelf = html_of(member, url(environment, "Shelf"))
    assert "rules/create/" not in shelf
    assert "Enumeration" in shelf


def test_a_model_without_rules(environment: Environment, member: Client) -> None:
    row = plant(environment)
    assert "No rules: nobody gets in" in text_of(member, url(environment, "Diary"))
    row.text = GLOBAL + SCHEMA
    row.save()
    assert "As the whole API: Anyone with the API key can" in text_of(member, url(environment, "Diary"))
    assert "#origin" in html_of(member, url(environment, "Diary"))


def test_rules_that_appsync_does_not_keep_are_not_told_as_missing(environment: Environment, member: Client) -> None:
    plant(environment, SCHEMA, source="appsync", api="abc")
    overview = text_of(member, address(environment, "data"))
    assert "Its rules are not known" in overview
    assert "These are not the rules that are in force" in overview
    assert "nobody gets in" not in overview
    assert "lint.model-without-rules" not in overview
    page = text_of(member, url(environment, "Diary", "?field=text"))
    assert "Its rules are not known: AppSync does not keep them." in page
    assert "Who may do what" not in page
    # Whoever adds a rule to the draft sees what it means.
    assert "Who may do what" in text_of(member, url(environment, "Book"))
    report = member.get(url(environment, "Diary"), headers={"Accept": "application/json"}).json()
    assert report["rules_known"] is False
    assert report["problems"] == []


def test_what_is_not_there(environment: Environment, member: Client) -> None:
    assert "No data model has been read yet" in text_of(member, url(environment))
    assert member.get(url(environment), headers={"Accept": "application/json"}).status_code == 404
    plant(environment)
    assert member.get(url(environment, "Gone")).status_code == 404
    answer = member.get(url(environment, "Gone"), headers={"Accept": "application/json"})
    assert "no type Gone" in answer.json()["error"]


def test_names_as_long_as_they_can_be_and_markup_in_them(environment: Environment, member: Client) -> None:
    plant(environment, long_names())
    html = html_of(member, url(environment, "Customer" + "Relationship" * 8))
    assert "<script>alert" not in html
    assert "<b>z" not in html


def test_queries_do_not_grow(environment: Environment, member: Client) -> None:
    row = plant(environment)
    member.get(url(environment))
    with CaptureQueriesContext(connection) as few:
        member.get(url(environment))
    row.text = many_models(20, groups=40)
    row.save()
    with CaptureQueriesContext(connection) as many:
        member.get(url(environment, "Model7", "?field=secret"))
    assert len(many) == len(few) <= 9


def test_a_viewer_sees_no_buttons_that_change_something(environment: Environment) -> None:
    plant(environment)
    html = html_of(signed_in(environment, Role.VIEWER), url(environment, query="?field=cost"))
    assert "rules/" not in html.replace('id="rules"', "")
    assert "Users in the Managers group" in html


def test_scripts_read_the_same(environment: Environment) -> None:
    plant(environment)
    report = Client().get(url(environment), headers=bearer(environment, Role.VIEWER)).json()
    assert report["rules"][1] == {
        "number": 1,
        "sentence": "Users in the Editors group can read, create Books",
        "text": '{ allow: groups, groups: ["Editors"], operations: [read, create] }',
        "line": 5,
    }
    assert report["who"][0]["who"] == "Owner"
    assert report["who"][0]["create"]["answer"] == "own"
    cost = next(one for one in report["fields"] if one["name"] == "cost")
    managers = next(one for one in cost["who"] if one["who"] == "Managers")
    assert managers["delete"]["rules"] == ["rule 1"]
    assert report["fields"][0] == {"name": "id", "type": "ID!", "required": True, "rules": []}


CORPUS = sorted((Path(__file__).parent / "schemas").glob("*.graphql"))
ODD = ("duplicate_types", "extensions", "names_of_scalars", "odd_kinds", "root_types")
"""Schemas whose findings and types stand at places that are no ordinary models."""


def test_every_schema_of_the_corpus_has_its_tables() -> None:
    assert len(CORPUS) >= 30
    for file in CORPUS:
        schema = read_schema(file.read_bytes().decode())
        for definition in filter(lambda one: schema.type(one.name) is one, schema.definitions):
            # Of a field that stands there twice only the first is looked at; the schema is refused anyway.
            once = [name for name, times in Counter(one.name for one in definition.fields).items() if times == 1]
            there = anchors(schema, definition.name, once)
            for name in ("", *once[:4]):
                table = who_tables.who_table(schema, Place(definition.name, name))
                assert all(len(row.cells) == len(table.operations) for row in table.rows), (file.name, name)
                links = (link.url for row in table.rows for cell in row.cells for link in cell.links)
                assert {one for one in links if one != "../../#origin"} <= there or len(once) < len(definition.fields)


def anchors(schema: Schema, type_name: str, fields: Iterable[str]) -> set[str]:
    """Where answers about the type may lead."""
    places = [Place(type_name), *(Place(type_name, name) for name in fields)]
    return {
        who_tables.url_of(place, row.rule.number)
        for place in places
        for row in presentation.rule_rows(schema, place, presentation.problems_of(schema, ()))
    }


@pytest.mark.parametrize("name", ODD)
def test_odd_schemas_have_pages(environment: Environment, member: Client, name: str) -> None:
    text = next(file for file in CORPUS if file.stem == name).read_bytes().decode()
    plant(environment, text)
    html = html_of(member, address(environment, "data") + "?findings=all")
    for link in sorted(set(re.findall(r'href="([^"#]*/types/[^"#]*)', html)))[:6]:
        assert member.get(unescape(link)).status_code in (200, 404)

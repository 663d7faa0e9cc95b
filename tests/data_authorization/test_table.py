"""The table of who may do what, against single answers."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.table import Cell, Table, table_of
from tests.data_authorization import brute_force, generated

SHOP = read_schema("""
type Product @model @auth(rules: [
  { allow: owner }
  { allow: groups, groups: ["Managers"], operations: [read, update] }
  { allow: public, operations: [get, list] }
]) {
  id: ID!
  name: String!
  cost: Float @auth(rules: [{ allow: groups, groups: ["Managers"] }])
}
type Ticket @model @auth(rules: [
  { allow: groups, groupsField: "teams", operations: [read] }
  { allow: private, provider: identityPool, operations: [read] }
  { allow: owner, provider: oidc, identityClaim: "email" }
  { allow: groups, groups: ["Ops"], groupClaim: "roles" }
]) { id: ID! teams: [String] }
type Query { count: Int @auth(rules: [{ allow: custom }]) }
""")


def said(table: Table) -> Mapping[str, tuple[str, ...]]:
    return {row.who.title: tuple(cell.words for cell in row.cells) for row in table.rows}


def test_a_model_with_the_groups_of_the_pool() -> None:
    rows = said(table_of(SHOP, Place("Product"), ["Editors"]))
    own = "Own items, without cost"
    assert rows == {
        "Owner": (own, own, own, "No"),
        "Signed-in users": ("No",) * 4,
        "Editors": ("No",) * 4,
        "Managers": ("No", "Yes", "Yes", "No"),
        "Guests": ("No",) * 4,
        "API key": ("No", "Get, list only, without cost", "No", "No"),
        "Lambda authorizer": ("No",) * 4,
    }


def test_a_field_names_its_own_rule() -> None:
    table = table_of(SHOP, Place("Product", "cost"), [])
    managers = next(row for row in table.rows if row.who.name == "Managers")
    assert managers.cells == (Cell("yes", "Yes", ((Place("Product", "cost"), 0),)),) * 4


def test_other_doors_have_rows_only_where_rules_name_them() -> None:
    rows = said(table_of(SHOP, Place("Ticket"), []))
    assert rows["Groups in teams"] == ("No", "If named in teams", "No", "No")
    assert rows["Identity pool, signed in"] == ("No", "Yes", "No", "No")
    assert rows["Owner (claim email), OpenID Connect"] == ("Own items",) * 4
    assert rows["Ops (roles)"] == ("Yes",) * 4
    assert rows["OpenID Connect"] == ("No", "No", "No", "No")


def test_a_root_field_has_one_column() -> None:
    table = table_of(SHOP, Place("Query", "count"), [])
    assert table.operations == ("read",)
    assert said(table)["Lambda authorizer"] == ("Yes",)
    known = said(table_of(read_schema("type Query { a: Int }"), Place("Query", "a"), [], ["API_KEY", "AWS_IAM"]))
    assert [who for who, cells in known.items() if cells == ("Yes",)] == ["API key"], "the default mode alone"


@pytest.mark.parametrize("place", [Place("Nothing"), Place("Product", "nothing")])
def test_a_place_that_is_not_there(place: Place) -> None:
    with pytest.raises(LookupError):
        table_of(SHOP, place, [])


def test_three_hundred_groups_share_the_answer_of_all_signed_in() -> None:
    table = table_of(SHOP, Place("Product"), [f"group-{number}" for number in range(300)])
    groups = [row for row in table.rows if row.who.kind == "group" and row.who.name != "Managers"]
    assert len(groups) == 300
    assert len({id(row.cells) for row in groups}) == 1


@settings(max_examples=30, deadline=None)
@given(model=generated.models())
def test_every_cell_is_the_brute_force_answer_for_who_stands_for_the_row(model: dict[str, Any]) -> None:
    """The person of a row is made here once more, from the row's name alone."""
    schema = read_schema(generated.text_of(model, global_rule=False))
    entities = ("owner", "author", "editors", "team", "teams")
    strange: dict[str, Any] = dict.fromkeys(entities, "nobody")
    for field in ["", *(one["name"] for one in model["fields"])]:
        table = table_of(schema, Place("Thing", field), ["A", "Z"])
        for row in table.rows:
            door = {"signed-in": "user-pool", "custom": "lambda"}.get(row.who.kind, row.who.kind)
            token: dict[str, Any] = {"sub": "1", "username": "x"}
            item = dict(strange)
            if row.who.kind == "group" and "(" not in row.who.title and "OpenID" not in row.who.title:
                door, token = "user-pool", token | {"cognito:groups": [row.who.name]}
            elif row.who.title == "Owner":
                door, item["owner"] = "user-pool", "1::x"
            if door not in generated.DOORS:
                # Rows of other fields and claims; what remains is more than half.
                continue
            for operation, cell in zip(table.operations, row.cells, strict=True):
                may = brute_force.may(model, False, door, token, operation, field, item)
                assert (cell.answer != "no") is may, (field, row.who, operation)
                if cell.answer == "own":
                    assert not brute_force.may(model, False, door, token, operation, field, strange)

"""The table *who × operation* as a page draws it: few rows of many groups, and each answer leads to its rule."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data_authorization.graphql_schema.access import GLOBAL_PLACE, groups_named
from data_authorization.graphql_schema.schema import Place, Schema
from data_authorization.graphql_schema.table import Cell, Row, Who, table_of
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES
from data_authorization.presentation import anchor_of

GROUPS_SHOWN = 30
"""Rows of groups before somebody asks for all."""
FOUND_SHOWN = 20
POOL_SHOWN = 300
"""Groups of the pool that no rule names, where somebody asks for all; a pool may have 10,000."""
STATES = {"yes": "pass", "own": "info", "partly": "info", "no": "stopped"}
ICONS = {
    "owner": "user",
    "group": "users-round",
    "dynamic": "users-round",
    "signed-in": "log-in",
    "guest": "globe",
    "api-key": "key-round",
    "custom": "square-function",
    "oidc": "log-in",
    "identity-pool": "id-card",
}


@dataclass(frozen=True, slots=True)
class RuleLink:
    """`url` leads from the page of the type to the rule."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class CellView:
    """`operation` names the column, for phones."""

    operation: str
    answer: str
    state: str
    words: str
    links: tuple[RuleLink, ...]
    is_held_back: bool = False
    """The rules of the type would let them, and those of a field do not."""
    held_by: RuleLink | None = None
    """The field that does not, where one alone is enough."""


@dataclass(frozen=True, slots=True)
class WhoRow:
    kind: str
    icon: str
    words: str
    hint: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class WhoTable:
    """`hidden` counts the groups that belong here and are not shown."""

    place: Place
    operations: tuple[str, ...]
    rows: tuple[WhoRow, ...]
    hidden: int = 0


def who_table(
    schema: Schema,
    place: Place,
    *,
    asked: str = "",
    pool: Sequence[str] = (),
    all_rows: bool = False,
    modes: Sequence[str] = (),
) -> WhoTable:
    """The table of the place. With `asked`, only the groups whose name has that text, also those of the `pool`.

    The groups that rules of the type name are rows by themselves; the other ones of a pool are as many as it likes,
    and stand for one row where `pool` is not given.
    Nobody has a say about an enumeration or an input: the table is empty. Raises LookupError for a place that is not
    there.
    """
    if not _is_answerable(schema, place):
        return WhoTable(place, (), ())
    named = groups_named(schema, (place.type,))
    text = asked.casefold()
    found = [name for name in pool if text in name.casefold() and name not in named]
    if asked and not found and not any(text in name.casefold() for name in named):
        # A name that nobody knows has an answer too: that of everybody who is signed in.
        found = [asked]
    most = FOUND_SHOWN if asked else POOL_SHOWN
    table = table_of(schema, place, [*named, *found[:most]], modes)
    groups = [one for one in table.rows if one.who.kind == "group" and text in one.who.name.casefold()]
    shown = groups if all_rows else groups[:GROUPS_SHOWN]
    kept = shown if asked else [one for one in table.rows if one.who.kind != "group" or one in shown]
    # The fields of Query and its siblings are called; what a table says there is whether.
    operations = ("call",) if place.type in ROOT_TYPES else table.operations
    loose = _without_field_rules(schema, place, found[:most])
    rows = [_row(place, operations, one, loose.get(one.who), named) for one in kept]
    is_whole = bool(asked or (pool and not found[most:]))
    return WhoTable(
        place,
        operations,
        tuple(rows if is_whole else _with_any_other(rows)),
        hidden=len(groups) - len(shown) + len(found[most:]),
    )


def _is_answerable(schema: Schema, place: Place) -> bool:
    definition = schema.type(place.type)
    if definition is None:
        raise LookupError(str(place))
    return definition.is_model or (bool(place.field) and definition.kind in ("type", "interface"))


def _with_any_other(rows: list[WhoRow]) -> list[WhoRow]:
    """After the last named group one row stands for all the others of the pool, which no rule names."""
    signed_in = next((one for one in rows if one.kind == "signed-in"), None)
    places = [number for number, one in enumerate(rows) if one.kind == "group"]
    if signed_in is None or not places:
        return rows
    other = replace(signed_in, kind="other", icon=ICONS["group"], words="Any other group", hint="as signed-in users")
    return [*rows[: places[-1] + 1], other, *rows[places[-1] + 1 :]]


def _without_field_rules(schema: Schema, place: Place, groups: Sequence[str]) -> dict[Who, Row]:
    """What the rules of a model alone would answer; empty where no field has rules of its own.

    A delete needs delete on every field, a creation a value for every required one: a "No" that comes from there is
    not to be found among the rules of the model.
    """
    definition = schema.type(place.type)
    assert definition is not None
    loose = next((one.name for one in definition.fields if not one.auths), "")
    if place.field or not loose or all(not one.auths for one in definition.fields):
        return {}
    return {row.who: row for row in table_of(schema, Place(place.type, loose), groups).rows}


def _row(place: Place, operations: Sequence[str], row: Row, loose: Row | None, named: Sequence[str]) -> WhoRow:
    who = row.who
    is_named = who.kind != "group" or who.name in named or who.title != who.name
    hint = "" if is_named else "in no rule here: as signed-in users"
    alone = loose.cells if loose else row.cells
    cells = tuple(
        _cell(place, operation, cell, is_held_back=cell.answer == "no" and other.answer != "no")
        for operation, cell, other in zip(operations, row.cells, alone, strict=True)
    )
    return WhoRow(who.kind, ICONS.get(who.kind, "user"), who.title or who.words, hint, cells)


def _cell(place: Place, operation: str, cell: Cell, *, is_held_back: bool) -> CellView:
    links = tuple(RuleLink(url_of(one, number), _label(place, one, number)) for one, number in cell.rules)
    state = STATES.get(cell.answer, "pending")
    held_by = None
    if is_held_back and cell.lacking:
        held_by = RuleLink(url_of(Place(place.type, cell.lacking[0]), 0), cell.lacking[0])
    return CellView(operation.capitalize(), cell.answer, state, cell.words, links, is_held_back, held_by)


def url_of(place: Place, number: int) -> str:
    """From a page of the type: the field is opened by the query, and the anchor leads to the rule."""
    if place == GLOBAL_PLACE:
        return "../../#origin"
    return f"?field={place.field}#{anchor_of(place, number)}" if place.field else f"#{anchor_of(place, number)}"


def _label(here: Place, place: Place, number: int) -> str:
    if place == GLOBAL_PLACE:
        return "the rule of the whole API"
    return f"rule {number + 1}" + (f" of {place.field}" if place.field and place.field != here.field else "")

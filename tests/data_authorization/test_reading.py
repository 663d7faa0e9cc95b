"""Reading schemas: places, odd values, errors with their place, and reading again what has changed a little."""

import random

import pytest
from graphql import parse
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_authorization.graphql_schema import reading
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_definition, read_schema, replaced
from data_authorization.graphql_schema.schema import Definition, Field, Place, Schema
from tests.data_authorization import ugly


def fresh(text: str) -> Schema:
    """Read without regard to what was read before."""
    return Schema(text, tuple(reading._placed(text, 0)))


def test_there_are_at_least_thirty_schemas_of_our_own() -> None:
    assert len(ugly.CORPUS) >= 30


@pytest.mark.parametrize("name", ugly.CORPUS)
def test_every_schema_is_read_and_every_place_is_where_it_says(name: str) -> None:
    schema = read_schema(ugly.CORPUS[name])
    assert len(schema.placed) == len(parse(schema.text).definitions)
    for placed in schema.placed:
        definition = placed.definition
        text = definition.text
        assert schema.text[placed.start : placed.start + len(text)] == text
        assert not definition.name or text[slice(*definition.name_span)] == definition.name
        holders: list[Definition | Field] = [definition, *definition.fields]
        for holder in holders:
            assert not holder.name or text[slice(*holder.name_span)] == holder.name
            for directive in holder.directives:
                assert text[slice(*directive.span)].startswith("@")
                assert directive.span.end <= holder.directives_end
            for auth in holder.auths:
                assert text[slice(*auth.span)].startswith("@auth")
                for rule in auth.rules:
                    written = text[slice(*rule.span)]
                    assert (written[0], written[-1]) == ("{", "}")
                    assert rule.span in auth.items
                    for argument in rule.arguments:
                        assert text[slice(*argument.span)].startswith(argument.name)
                        assert text[slice(*argument.span)].endswith(text[slice(*argument.value.span)])


@pytest.mark.parametrize("name", ugly.CORPUS)
def test_a_definition_that_is_read_alone_says_the_same(name: str) -> None:
    for placed in read_schema(ugly.CORPUS[name]).placed:
        assert read_definition(placed.definition.text) == placed.definition


def test_rules_are_numbered_through_several_directives_and_lists_may_lack() -> None:
    schema = read_schema(ugly.CORPUS["several_auth_directives"])
    assert [(rule.number, rule.text("allow")) for rule in schema.rules_at(Place("Mixed")) or ()] == [
        (0, "owner"), (1, "groups"), (2, "private"),
    ]  # fmt: skip
    (rule,) = read_schema(ugly.CORPUS["single_rule_without_list"]).rules_at(Place("Note", "body")) or ()
    assert (rule.groups, rule.operations) == (("Editors",), None)


def test_odd_values_are_kept_with_their_kind() -> None:
    rules = read_schema(ugly.CORPUS["odd_kinds"]).rules_at(Place("Odd")) or ()
    third, last = rules[2].argument("groups"), rules[4].argument("allow")
    assert third
    assert [one.kind for one in third.value.python] == ["enum", "string", "int", "boolean", "null", "list", "object"]
    assert last
    assert last.value.python == "private"
    assert rules[1].operations is None


def test_the_first_of_two_types_counts_and_an_extension_stands_in_where_there_is_none() -> None:
    twice = read_schema(ugly.CORPUS["duplicate_types"])
    assert [rule.text("allow") for rule in twice.rules_at(Place("Book")) or ()] == ["owner"]
    extended = read_schema(ugly.CORPUS["extensions"])
    assert extended.rules_at(Place("Book")) == ()
    assert [rule.groups for rule in extended.rules_at(Place("Mutation", "three")) or ()] == [("A",)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("type Book {", 1, 12),
        ("type Book {\n  id: ID!\n  title String\n}", 3, 9),
        ("type Book {\r\n  id: ID!\r\n  title String\r\n}", 3, 9),
        ("type Book {\r  id: ID!\r  title String\r}", 3, 9),
        ("\ufefftype Book { id ID! }", 1, 17),
        ('type Book @auth(rules: [{ allow: "owner }]) {\n  id: ID!\n}', 1, 46),
        ('"""\nnever closed\n', 3, 1),
        ("type Book @auth(rules: [{ allow: $who }]) { id: ID! }", 1, 34),
        ("# nothing but a comment", 1, 24),
        ("type Book { id: ID! } }", 1, 23),
    ],
)
def test_an_error_has_its_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(SchemaUnreadable) as unreadable:
        read_schema(text)
    assert (unreadable.value.line, unreadable.value.column) == (line, column)
    assert str(unreadable.value).startswith(f"Line {line}, column {column}: ")


@pytest.mark.parametrize(
    "opening", ["type A @a(x: " + "[" * 5000, "type A { a: " + "[" * 5000, "type A @a(x: " + "{a:" * 5000]
)
def test_brackets_without_end_are_refused_with_a_place(opening: str) -> None:
    with pytest.raises(SchemaUnreadable, match="nested too deeply"):
        read_schema(opening)


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(SchemaUnreadable, match="longer than"):
        read_schema(" " * (reading.LONGEST + 1))


def test_lines_are_counted_as_graphql_counts_them() -> None:
    schema = read_schema("\r\n\r\n\n\rtype Book {\r\n  id: ID!\r  name: String }")
    placed = schema.placed_at("Book")
    assert placed
    assert schema.line_and_column(placed.start) == (5, 1)
    assert [schema.line_and_column(placed.start + one.span.start) for one in placed.definition.fields] == [
        (6, 3),
        (7, 3),
    ]


def test_smileys_in_comments_are_no_brackets() -> None:
    assert read_schema("# :(\n" * 200 + "type Book { id: ID! }").type("Book")


def test_the_schemas_that_are_kept_are_no_more_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", 500)
    for number in range(50):
        read_schema(f"type Book{number} {{ id: ID! }}")
    assert sum(map(len, reading._read)) <= 500


# --- Reading again ---


def test_a_definition_that_is_replaced_by_something_else_is_read_in_the_whole_text() -> None:
    schema = read_schema("type A { id: ID! }\ntype B { id: ID! }\n")
    first = schema.placed[0]
    assert replaced(schema, first, "type A { id: ID! } type C { id: ID! }").type("C")
    with pytest.raises(SchemaUnreadable) as unreadable:
        replaced(schema, schema.placed[1], "type B { id }")
    assert unreadable.value.line == 2


@pytest.mark.parametrize("new", ["# ", '"""', "{", "scalar X", "extend ", "implements C & D "])
def test_what_swallows_the_rest_of_the_line_is_not_overlooked(new: str) -> None:
    """The next definition begins on the line of the change, and is another one now, or none."""
    old = "type A { id: ID! } type B { id: ID! } type C { id: ID! }\ntype D { id: ID! }\n"
    for at in (old.index("type B"), old.index("type C"), old.index("type D")):
        text = old[:at] + new + old[at:]
        revised = reading._revised([fresh(old)], text)
        try:
            assert revised in (None, fresh(text))
        except SchemaUnreadable:
            assert revised is None


EDITS = (
    "",
    " ",
    "\n",
    "# x",
    "#",
    '"',
    '"""',
    "{",
    "}",
    "type",
    "scalar X",
    "\nunion U = A\n",
    "@model",
    "implements ",
    "\r",
    "é",
    "[",
    "extend ",
)


@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**32))
def test_a_text_that_differs_in_one_stretch_is_read_as_if_it_were_new(seed: int) -> None:
    """Whether what is in between is a definition, half of one, or swallows what comes after it."""
    chance = random.Random(seed)  # noqa: S311
    old = (
        ugly.CORPUS[chance.choice(list(ugly.CORPUS))]
        if seed % 2
        else "\n".join(map(ugly.written, range(seed % 97, seed % 97 + 3)))
    )
    known = [fresh(old)]
    for _ in range(6):
        start = chance.randint(0, len(old))
        text = old[:start] + chance.choice(EDITS) + old[chance.randint(start, min(len(old), start + 40)) :]
        revised = reading._revised(known, text) if text != old else None
        try:
            wanted = fresh(text)
        except SchemaUnreadable:
            assert revised is None
        else:
            assert revised is None or revised == wanted

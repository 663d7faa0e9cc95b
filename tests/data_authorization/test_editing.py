"""Editing rules: the text outside stays, the text inside says what was wanted, and undoing gives the first bytes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from graphql import parse
from graphql.language import ast
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_authorization.graphql_schema import reading
from data_authorization.graphql_schema.editing import (
    EditFailed,
    add_rule,
    change_rule,
    remove_rule,
    rule_text,
    wanted_of,
)
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place, Schema, WantedRule
from tests.data_authorization import ugly

SEEDS = st.integers(0, 2**32)
SPACE = " \t\r\n,\ufeff"


# --- An independent reading: by graphql-core's own tree ---


def tree_without(text: str, place: Place) -> tuple[Any, list[Any]]:
    """The tree without positions and without the rules at the place; and those rules, as nested values."""
    document = parse(text, no_location=True)
    rules: list[Any] = []
    node = holder(document, place)
    for directive in node.directives or ():
        if directive.name.value != "auth":
            continue
        for argument in directive.arguments or ():
            if argument.name.value == "rules":
                values = argument.value.values if isinstance(argument.value, ast.ListValueNode) else [argument.value]
                rules += [plain(one) for one in values if isinstance(one, ast.ObjectValueNode)]
    object.__setattr__(node, "directives", tuple(one for one in node.directives or () if one.name.value != "auth"))
    return document, rules


def holder(document: ast.DocumentNode, place: Place) -> Any:
    named = [one for one in document.definitions if getattr(getattr(one, "name", None), "value", None) == place.type]
    named = [one for one in named if not isinstance(one, ast.DirectiveDefinitionNode)]
    node: Any = sorted(named, key=lambda one: isinstance(one, ast.TypeExtensionNode))[0]
    return next(one for one in node.fields if one.name.value == place.field) if place.field else node


def plain(node: Any) -> Any:
    match node:
        case ast.ObjectValueNode():
            found = {one.name.value: plain(one.value) for one in node.fields}
            # One value stands for a list of one.
            lists = [name for name in ("groups", "operations") if isinstance(found.get(name), str)]
            return found | {name: [found[name]] for name in lists}
        case ast.ListValueNode():
            return [plain(one) for one in node.values]
        case ast.NullValueNode():
            return None
    return (node.kind, node.value) if node.kind in ("int_value", "float_value") else node.value


def plain_of(wanted: WantedRule) -> Any:
    document: Any = parse(f"type T @auth(rules: {rule_text(wanted)})")
    return plain(document.definitions[0].directives[0].arguments[0].value)


def outside(text: str, place: Place) -> list[str]:
    """The pieces of the text around the `@auth` directives at the place, without the space next to them."""
    spans = [one.loc for one in holder(parse(text), place).directives or () if one.name.value == "auth"]
    starts = [0, *(one.end for one in spans)]
    ends = [*(one.start for one in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def check(before: Schema, after: Schema, place: Place, change: Callable[[list[Any]], None]) -> None:
    """The tree is the one before but for the wanted rules, and the text outside the directives is the same."""
    tree, rules = tree_without(before.text, place)
    expected = list(rules)
    change(expected)
    assert tree_without(after.text, place) == (tree, expected)
    old, new = outside(before.text, place), outside(after.text, place)
    if len(old) == len(new):
        assert old == new
    else:
        # One directive more or less, and with it the space before it.
        longer, shorter = (new, old) if len(new) > len(old) else (old, new)
        assert any(matches(longer, shorter, number) for number in range(len(shorter)))
    fresh = read_again(after.text)
    assert fresh == after


def matches(longer: list[str], shorter: list[str], number: int) -> bool:
    left, right = longer[number], longer[number + 1]
    joined = shorter[number]
    rest = longer[:number] == shorter[:number] and longer[number + 2 :] == shorter[number + 1 :]
    cuts = (len(left), len(left.rstrip(SPACE)))
    heads = [left[:cut] for cut in range(cuts[1], cuts[0] + 1)]
    tails = [right[cut:] for cut in range(len(right) - len(right.lstrip(SPACE)) + 1)]
    return rest and any(joined in (head + tail, f"{head} {tail}") for head in heads for tail in tails)


def read_again(text: str) -> Schema:
    """The schema without anything that is kept of others."""
    return Schema(text, tuple(reading._placed(text, 0)))


def places_of(text: str) -> list[tuple[Schema, Place]]:
    schema = read_schema(text)
    return [(schema, place) for place in ugly.places(schema)]


def one_of(places: list[tuple[Schema, Place]], number: int) -> list[tuple[Schema, Place]]:
    """One of them, so that many schemas are tried in the time that all places of a few would take."""
    return places[number % len(places) :][:1] if places else []


# --- Every place of every schema of the corpus ---

NEW = WantedRule(allow="groups", groups=("Editors",), operations=("create", "read"))


@pytest.mark.parametrize("name", ugly.CORPUS)
def test_every_place_of_the_corpus_takes_a_rule_and_gives_the_same_bytes_without_it(name: str) -> None:
    for schema, place in places_of(ugly.CORPUS[name]):
        rules = schema.rules_at(place)
        assert rules is not None
        after = add_rule(schema, place, NEW)
        check(schema, after, place, lambda rules: rules.append(plain_of(NEW)))
        undone = remove_rule(after, place, len(rules))
        assert undone.text == schema.text or no_exact_undo(schema, place)


def no_exact_undo(schema: Schema, place: Place) -> bool:
    """One rule without a list, or a directive without any: what was added cannot tell how it was before."""
    definition = schema.type(place.type)
    assert definition
    holder = definition.field(place.field) if place.field else definition
    assert holder
    return bool(holder.auths) and (not holder.auths[-1].items or not holder.auths[-1].is_list)


@pytest.mark.parametrize("name", ugly.CORPUS)
def test_every_rule_of_the_corpus_is_removed_and_changed_alone(name: str) -> None:
    for schema, place in places_of(ugly.CORPUS[name]):
        for rule in schema.rules_at(place) or ():
            number = rule.number
            check(schema, remove_rule(schema, place, number), place, lambda rules, at=number: rules.pop(at))  # type: ignore[misc]
            assert change_rule(schema, place, number, wanted_of(rule)).text == schema.text
            after = change_rule(schema, place, number, NEW)
            assert wanted_of((after.rules_at(place) or ())[number]) == NEW
            comments = re.findall(r"#[^\r\n]*", schema.text)
            assert name == "many_groups" or len(re.findall(r"#[^\r\n]*", after.text)) <= len(comments)


# --- Generated schemas ---


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(SEEDS, SEEDS)
def test_adding_then_removing_gives_the_original_bytes(seed: int, other: int) -> None:
    wanted = ugly.rule(other)
    for schema, place in one_of(places_of(ugly.written(seed)), other):
        after = add_rule(schema, place, wanted)
        check(schema, after, place, lambda rules: rules.append(plain_of(wanted)))
        undone = remove_rule(after, place, len(schema.rules_at(place) or ()))
        assert undone.text == schema.text or no_exact_undo(schema, place)


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(SEEDS, SEEDS)
def test_removing_and_changing_leave_everything_else(seed: int, other: int) -> None:
    wanted = ugly.rule(other)
    for schema, place in one_of([one for one in places_of(ugly.written(seed)) if one[0].rules_at(one[1])], other):
        for number, rule in enumerate(schema.rules_at(place) or ()):
            check(schema, remove_rule(schema, place, number), place, lambda rules, at=number: rules.pop(at))  # type: ignore[misc]
            after = change_rule(schema, place, number, wanted)

            def changed(rules: list[Any], at: int = number) -> None:
                rules[at] = {**plain_of(wanted)}

            check(schema, after, place, changed)
            back = change_rule(after, place, number, wanted_of(rule))
            assert [wanted_of(one) for one in back.rules_at(place) or ()] == [
                wanted_of(one) for one in schema.rules_at(place) or ()
            ]


# --- What people see ---

BOOK = """type Book @model @auth(rules: [
  { allow: owner },  # own rows
  # those who write
  {allow: groups, groups: [ "Editors" ],   operations:[create, read]}
]) {
  id: ID!
  title: String
}
"""


def edited(**rule: Any) -> str:
    after = change_rule(read_schema(BOOK), Place("Book"), 1, WantedRule(allow="groups", **rule))
    assert after.text.startswith(
        "type Book @model @auth(rules: [\n  { allow: owner },  # own rows\n  # those who write\n"
    )
    return after.text.splitlines()[3].strip()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            {"groups": ("Editors", "Admins"), "operations": ("create", "read")},
            '{allow: groups, groups: [ "Editors", "Admins" ],   operations:[create, read]}',
        ),
        (
            {"groups": ("Editors",), "operations": ("read",)},
            '{allow: groups, groups: [ "Editors" ],   operations:[read]}',
        ),
        ({"groups": ("Editors",)}, '{allow: groups, groups: [ "Editors" ]}'),
        (
            {"groups": ("Editors",), "operations": ("read", "create")},
            '{allow: groups, groups: [ "Editors" ],   operations:[read, create]}',
        ),
        (
            {"provider": "oidc", "groups": ("Editors",), "operations": ("create", "read")},
            '{allow: groups, provider: oidc, groups: [ "Editors" ],   operations:[create, read]}',
        ),
        (
            {"groups_field": "teams", "operations": ("create", "read")},
            '{allow: groups, groupsField: "teams", operations:[create, read]}',
        ),
        (
            {"groups": ("Editors",), "operations": ()},
            '{allow: groups, groups: [ "Editors" ],   operations:[]}',
        ),
    ],
)
def test_arguments_that_stay_are_left_as_written(rule: dict[str, Any], text: str) -> None:
    assert edited(**rule) == text


def test_comments_around_a_rule_that_goes_stay() -> None:
    text = """type Book @model @auth(rules: [{ allow: owner }, # own rows
    { allow: private }, # all
    { allow: public }]) { id: ID! }"""
    schema = read_schema(text)
    assert remove_rule(schema, Place("Book"), 2).text == text.replace("\n    { allow: public }", "\n").replace(
        "{ allow: private }, #", "{ allow: private } #"
    )
    assert remove_rule(schema, Place("Book"), 1).text == text.replace("{ allow: private }, ", "")
    assert remove_rule(schema, Place("Book"), 0).text == text.replace("{ allow: owner }, ", "")


def test_one_word_without_a_list_stays_one_word() -> None:
    text = (
        'type A @auth(rules: [{ allow: groups, groups: "Editors", groupClaim: """a""", operations: read }]) { id: ID! }'
    )
    wanted = WantedRule(allow="groups", groups=("Editors",), group_claim="a", operations=("read", "create"))
    after = change_rule(read_schema(text), Place("A"), 0, wanted)
    assert after.text == text.replace("operations: read", "operations: [read, create]")


def test_the_last_rule_takes_its_directive_along() -> None:
    schema = read_schema("type Book\n  @model\n  @auth(rules: [ # only\n    { allow: owner }\n  ])\n{ id: ID! }\n")
    assert remove_rule(schema, Place("Book"), 0).text == "type Book\n  @model\n{ id: ID! }\n"


def test_a_new_directive_stands_like_its_neighbours() -> None:
    schema = read_schema("type Book\r\n\t@model\r\n{ id: ID! }\r\n")
    after = add_rule(schema, Place("Book"), WantedRule(allow="private"))
    assert after.text == "type Book\r\n\t@model\r\n\t@auth(rules: [{ allow: private }])\r\n{ id: ID! }\r\n"


def test_one_rule_without_a_list_becomes_a_list() -> None:
    schema = read_schema("type Note @model @auth(rules: { allow: owner }) { id: ID! }")
    after = add_rule(schema, Place("Note"), WantedRule(allow="private"))
    assert "@auth(rules: [{ allow: owner }, { allow: private }])" in after.text


def test_numbers_go_on_through_several_directives() -> None:
    schema = read_schema(ugly.CORPUS["several_auth_directives"])
    after = remove_rule(schema, Place("Mixed"), 0)
    assert [rule.text("allow") for rule in after.rules_at(Place("Mixed")) or ()] == ["groups", "private"]
    assert after.text.count("@auth") == schema.text.count("@auth") - 1


@pytest.mark.parametrize("place", [Place("Nobody"), Place("Book", "nothing")])
def test_a_place_that_is_not_there_is_a_lookup_error(place: Place) -> None:
    with pytest.raises(LookupError, match=str(place)):
        add_rule(read_schema(BOOK), place, NEW)


def test_a_rule_that_is_not_there_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        remove_rule(read_schema(BOOK), Place("Book"), 2)
    with pytest.raises(LookupError):
        change_rule(read_schema(BOOK), Place("Book", "id"), 0, NEW)


@pytest.mark.parametrize(
    "wanted",
    [
        WantedRule(allow="owner }, { allow: public"),
        WantedRule(allow=""),
        WantedRule(allow="owner", provider="a b"),
        WantedRule(allow="owner", operations=("read, delete",)),
        WantedRule(allow="groups", groups=("\ud800",)),
        WantedRule(allow="owner", unknown={"x": "1 }, { allow: public"}),
        WantedRule(allow="owner", unknown={"x": "1 # comment"}),
        WantedRule(allow="owner", unknown={"x y": "1"}),
    ],
)
def test_what_is_no_rule_is_never_written(wanted: WantedRule) -> None:
    with pytest.raises(EditFailed):
        add_rule(read_schema(BOOK), Place("Book"), wanted)
    with pytest.raises(EditFailed):
        change_rule(read_schema(BOOK), Place("Book"), 0, wanted)


def test_a_rule_survives_a_form() -> None:
    text = 'type A @auth(rules: [{ allow: owner, later: {a: [1, "x"], b: null}, groups: [1] }])'
    (rule,) = read_schema(text).rules_at(Place("A")) or ()
    assert wanted_of(rule) == WantedRule(allow="owner", unknown={"later": '{a: [1, "x"], b: null}', "groups": "[1]"})


def test_one_group_of_three_hundred_comes_and_goes_and_the_others_stay_as_written() -> None:
    schema = read_schema(ugly.CORPUS["many_groups"])
    names = tuple(f"Group-{number:03}" for number in range(300))
    fewer = change_rule(schema, Place("Wide"), 0, WantedRule(allow="groups", groups=(*names[:100], *names[101:])))
    assert fewer.text == schema.text.replace('    "Group-100"\n', "")
    more = change_rule(schema, Place("Wide"), 0, WantedRule(allow="groups", groups=(*names, "New")))
    assert more.text.replace('    "New",\n', "") == schema.text
    few = change_rule(schema, Place("Wide"), 0, WantedRule(allow="groups", groups=names[150:152]))
    assert few.text.count("Group-") == 2
    back = change_rule(few, Place("Wide"), 0, WantedRule(allow="groups", groups=(*names[150:152], *names[:150])))
    assert (back.rules_at(Place("Wide")) or ())[0].groups == (*names[150:152], *names[:150])


def test_a_schema_of_ten_thousand_lines_is_edited_in_place() -> None:
    types = "\n".join(
        f"type Model{number} @model @auth(rules: [{{ allow: owner }}]) {{\n" + "  field: String\n" * 12 + "}\n"
        for number in range(720)
    )
    schema = read_schema(types)
    assert schema.text.count("\n") > 10_000
    after = add_rule(schema, Place("Model700", "field"), NEW)
    assert remove_rule(after, Place("Model700", "field"), 0).text == schema.text

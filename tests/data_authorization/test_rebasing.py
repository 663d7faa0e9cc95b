"""A draft's rule changes upon a newer text of the schema."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_authorization.graphql_schema.editing import add_rule, change_rule, remove_rule, wanted_of
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.rebasing import Carried, carried_over
from data_authorization.graphql_schema.schema import Place, WantedRule
from tests.data_authorization import ugly

OLD = """type Book @model @auth(rules: [{ allow: owner }, { allow: groups, groups: ["Editors"] }]) {
  id: ID!
  title: String
}

type Film @model {
  id: ID!
}
"""
NEW = (
    OLD.replace("  title: String\n", "  title: String! # needed\n  pages: Int\n") + "\ntype Shelf @model { id: ID! }\n"
)
"""Somebody else's work: a field, a type and a comment."""


def draft(**places: tuple[str, ...]) -> str:
    """The old text with other rules at some places, each written as in the file."""
    text = OLD
    if "book" in places:
        text = text.replace('{ allow: owner }, { allow: groups, groups: ["Editors"] }', ", ".join(places["book"]))
    if "title" in places:
        text = text.replace("title: String", f"title: String @auth(rules: [{', '.join(places['title'])}])")
    if "film" in places:
        text = text.replace("Film @model", f"Film @model @auth(rules: [{', '.join(places['film'])}])")
    return text


OWNER, EDITORS, PRIVATE = "{ allow: owner }", '{ allow: groups, groups: ["Editors"] }', "{ allow: private }"


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (draft(), NEW),
        (draft(book=(OWNER, EDITORS, PRIVATE)), NEW.replace(EDITORS, f"{EDITORS}, {PRIVATE}")),
        (draft(book=(EDITORS,)), NEW.replace(f"{OWNER}, ", "")),
        (draft(book=(OWNER, EDITORS.replace('"]', '", "Admins"]'))), NEW.replace('"Editors"]', '"Editors", "Admins"]')),
        (draft(title=(PRIVATE,)), NEW.replace("String! #", f"String! @auth(rules: [{PRIVATE}]) #")),
        (draft(film=(OWNER, PRIVATE)), NEW.replace("Film @model", f"Film @model @auth(rules: [{OWNER}, {PRIVATE}])")),
        (draft(book=(PRIVATE,)), NEW.replace(f"{OWNER}, {EDITORS}", PRIVATE)),
    ],
)
def test_what_the_draft_changed_is_changed_in_the_newer_text(own: str, expected: str) -> None:
    assert carried_over(OLD, own, NEW) == Carried(expected)


def test_without_a_newer_text_the_draft_stays_byte_for_byte() -> None:
    own = draft(book=(PRIVATE,)).replace("title", "heading")
    assert carried_over(OLD, own, OLD) == Carried(own)


def test_what_both_have_done_is_done_once() -> None:
    own = draft(book=(OWNER, EDITORS, PRIVATE))
    newer = NEW.replace(EDITORS, f"{EDITORS}, {PRIVATE}")
    assert carried_over(OLD, own, newer) == Carried(newer)
    assert carried_over(OLD, draft(book=(EDITORS,)), NEW.replace(f"{OWNER}, ", "")).text == NEW.replace(
        f"{OWNER}, ", ""
    )


def test_what_somebody_else_has_done_too_is_not_done_again() -> None:
    newer = NEW.replace(EDITORS, f"{EDITORS}, {PRIVATE}, {{ allow: public }}")
    assert carried_over(OLD, draft(book=(OWNER, EDITORS, PRIVATE)), newer) == Carried(newer)


def test_a_type_and_a_field_that_are_gone_are_told() -> None:
    own = draft(title=(PRIVATE,), film=(OWNER,))
    newer = OLD.replace("  title: String\n", "")[: OLD.index("type Film") - len("  title: String\n")]
    assert carried_over(OLD, own, newer) == Carried(
        newer,
        (
            "Book has no field title any more, so the draft's changes of its rules are gone.",
            "Film is not in the newer schema, so the draft's changes of its rules are gone.",
        ),
    )


def test_a_rule_that_somebody_else_changed_meanwhile_stays_theirs_and_is_told() -> None:
    theirs = NEW.replace(EDITORS, '{ allow: groups, groups: ["Writers"] }')
    carried = carried_over(OLD, draft(book=(OWNER, EDITORS.replace('"]', '", "Admins"]'), PRIVATE)), theirs)
    assert carried.text == theirs.replace('["Writers"] }', f'["Writers"] }}, {PRIVATE}')
    (told,) = carried.lost
    assert told == (
        'The rule { allow: groups, groups: ["Editors"] } of Book is not in the newer schema, so it could not become '
        '{ allow: groups, groups: ["Editors", "Admins"] } as in the draft.'
    )
    (told,) = carried_over(OLD, draft(book=(OWNER,)), theirs).lost
    assert "which the draft takes away, is not in the newer schema" in told


def test_a_newer_text_that_is_no_schema_is_an_error() -> None:
    with pytest.raises(SchemaUnreadable):
        carried_over(OLD, draft(film=(OWNER,)), "type {")


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_a_draft_upon_a_text_with_more_around_it_has_the_draft_s_rules(seed: int, other: int) -> None:
    """Whatever the draft does to the rules, the newer text has them, and all that is new in it."""
    base = read_schema(ugly.written(seed))
    own = base
    for number, place in enumerate(ugly.places(base)):
        wanted = ugly.rule(other + number)
        rules = own.rules_at(place) or ()
        if (other + number) % 3 == 0:
            own = add_rule(own, place, wanted)
        elif rules and (other + number) % 3 == 1:
            own = change_rule(own, place, len(rules) - 1, wanted)
        elif rules:
            own = remove_rule(own, place, 0)
    head, tail = "# theirs\ntype New { id: ID }\n", "\n# theirs\ntype More { id: ID }\n"
    carried = carried_over(base.text, own.text, f"{head}{base.text}{tail}")
    assert carried.lost == ()
    assert carried.text.startswith(head)
    assert carried.text.endswith(tail)
    newer = read_schema(carried.text)
    for place in ugly.places(base):
        assert said(newer.rules_at(place)) == said(own.rules_at(place))


def said(rules: object) -> list[WantedRule]:
    assert isinstance(rules, tuple)
    return sorted((wanted_of(one) for one in rules), key=repr)


def test_a_place_can_be_named() -> None:
    assert (str(Place("Book")), str(Place("Book", "title"))) == ("Book", "Book.title")

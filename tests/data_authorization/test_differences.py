"""What a change of rules means, in sentences."""

import pytest

from data_authorization.graphql_schema.differences import between, joined
from data_authorization.graphql_schema.reading import read_schema


def model(rules: str, fields: str = "", *, name: str = "Book") -> str:
    auth = f" @auth(rules: [{rules}])" if rules else ""
    return f"type {name} @model{auth} {{ id: ID! title: String! owner: String {fields} }}"


def words(before: str, after: str, groups: tuple[str, ...] = ("Editors", "staff")) -> list[str]:
    return [one.words for one in between(read_schema(before), read_schema(after), groups)]


EDITORS = '{ allow: groups, groups: ["Editors"], operations: [read] }'
MORE = '{ allow: groups, groups: ["Editors"], operations: [read, delete] }'
OWNER = "{ allow: owner }"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (model(EDITORS), model(EDITORS), []),
        (model(EDITORS), model(f" {EDITORS} "), []),
        (model(EDITORS), model(MORE), ["Editors can also delete Books."]),
        (model(MORE), model(EDITORS), ["Editors can no longer delete Books."]),
        (
            model(EDITORS),
            model(f"{EDITORS}, {{ allow: owner, operations: [update] }}"),
            ["Owners can also update their own Books."],
        ),
        (
            model(EDITORS),
            model('{ allow: groups, groups: ["Editors"], operations: [get, list] }'),
            ["Editors can no longer listen, search, sync Books."],
        ),
        (
            model(""),
            model('{ allow: groups, groups: ["staff"], operations: [create] }'),
            ["Users in the staff group can also create Books."],
        ),
        # What all gain, the groups and owners gain with them.
        (model(""), model("{ allow: private, operations: [read] }"), ["Signed-in users can also read Books."]),
        # A group that had it gains nothing; owners gain what they did not have.
        (model(EDITORS), model("{ allow: private, operations: [read] }"), ["Signed-in users can also read Books."]),
        (
            model("{ allow: private, operations: [read] }"),
            model(f"{{ allow: owner, operations: [read] }}, {EDITORS}"),
            ["Signed-in users can no longer read Books."],
        ),
        # The public comes first.
        (
            model(EDITORS),
            model(f"{MORE}, {{ allow: public, operations: [read] }}"),
            ["Anyone with the API key can also read Books.", "Editors can also delete Books."],
        ),
        (
            model("{ allow: public, provider: iam, operations: [read] }", "cost: Float"),
            model(
                "{ allow: public, provider: iam, operations: [read] }",
                'cost: Float @auth(rules: [{ allow: groups, groups: ["Editors"], operations: [read] }])',
            ),
            ["Editors can also read Book.cost.", "Guests can no longer read Book.cost."],
        ),
        (
            model(OWNER, "cost: Float"),
            model(OWNER, "cost: Float @auth(rules: [{ allow: owner, operations: [create, read, delete] }])"),
            ["Owners can no longer update Book.cost of their own Books."],
        ),
        (
            "type Query { a: Int }",
            "type Query { a: Int @auth(rules: [{ allow: private }]) }",
            [
                "Guests can no longer read Query.a.",
                "Anyone with the API key can no longer read Query.a.",
                "Whoever the Lambda authorizer lets in can no longer read Query.a.",
            ],
        ),
        ("type A { x: Int }", "type A { x: Int } enum B { C }", []),
        (
            model(""),
            "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } } " + model(""),
            [f"Anyone with the API key can also {one} Books." for one in ("create", "read", "update", "delete")],
        ),
        (model(EDITORS), "type Other { a: Int }", ["Editors can no longer read Books."]),
        ("type Other { a: Int }", model(EDITORS), ["Editors can also read Books."]),
    ],
)
def test_sentences(before: str, after: str, expected: list[str]) -> None:
    assert words(before, after) == expected


def test_what_guests_and_keys_gain_is_marked_and_first() -> None:
    after = model(f"{MORE}, {{ allow: public, provider: identityPool }}")
    found = between(read_schema(model(EDITORS)), read_schema(after), ["Editors"])
    assert [one.is_public for one in found] == [True] * 4 + [False]
    assert {one.kind for one in found} == {"wider"}


def test_sentences_of_one_person_are_joined() -> None:
    found = between(read_schema(model("")), read_schema(model(f"{OWNER}, {EDITORS}")), ["Editors"])
    assert [one.words for one in joined(found)] == [
        "Owners can also create, read, update, delete their own Books.",
        "Editors can also read Books.",
    ]


def test_only_what_differs_is_compared() -> None:
    """200 models of 300 groups, one rule more: as quick as one model."""
    many = "\n".join(model(EDITORS, name=f"Model{number}") for number in range(200))
    before = read_schema(many)
    after = read_schema(many.replace(model(EDITORS, name="Model7"), model(MORE, name="Model7")))
    groups = [f"group{number}" for number in range(300)]
    assert [one.words for one in between(before, after, groups)] == ["Editors can also delete Model7s."]

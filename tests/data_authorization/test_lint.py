"""What is valid and yet worth a word."""

from pathlib import Path

import pytest

from data_authorization import words
from data_authorization.graphql_schema import lint, validity
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Place, Problem
from data_authorization.graphql_schema.validity_ids import MEANINGS

OWNER, PUBLIC, EDITORS = "{ allow: owner }", "{ allow: public }", '{ allow: groups, groups: ["Editors"] }'
GLOBAL = "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }\n"


def notices(text: str, modes: tuple[str, ...] | None = None, known: list[str] | None = None) -> tuple[Problem, ...]:
    return lint.notices(read_schema(text), modes=modes, known_groups=known)


def ids(text: str, modes: tuple[str, ...] | None = None) -> list[str]:
    return [one.id for one in notices(text, modes)]


def model(rules: str, fields: str = "a: Int", directive: str = "@model") -> str:
    return f"type Book {directive} @auth(rules: [{rules}]) {{ {fields} }}\n"


CASES = [
    (model(PUBLIC), ["lint.public-write"]),
    (model("{ allow: public, operations: [read, create] }"), ["lint.public-write"]),
    (model("{ allow: public, operations: [delete], provider: identityPool }"), ["lint.public-write"]),
    (model("{ allow: public, operations: [read] }"), []),
    (model("{ allow: public, operations: [get, list, listen] }"), []),
    (model("{ allow: private }"), []),
    (model("{ allow: private }", f"a: Int @auth(rules: [{PUBLIC}])"), ["lint.public-write"]),
    (f"type Mutation {{ a: Int @auth(rules: [{PUBLIC}]) }}", ["lint.public-write"]),
    (f"type Query {{ a: Int @auth(rules: [{PUBLIC}]) }}", []),
    (GLOBAL, ["lint.public-by-default"]),
    (GLOBAL + "type Book @model { a: Int }", ["lint.public-by-default"]),
    ("type Book @model { a: Int }", ["lint.model-without-rules"]),
    (f"type Book @model {{ a: Int @auth(rules: [{EDITORS}]) }}", []),
    ("type Book { a: Int }", []),
    # Who owns an item may give it away, unless a rule of the owner field keeps the owner from updating it.
    (model(OWNER), ["lint.owner-reassigns"]),
    (model(OWNER, "owner: String"), ["lint.owner-reassigns"]),
    (model("{ allow: owner, operations: [create, read, delete] }"), []),
    (model(OWNER, "owner: String @auth(rules: [{ allow: owner, operations: [create, read, delete] }])"), []),
    (model(OWNER, f"owner: String @auth(rules: [{EDITORS}])"), []),
    (model(OWNER, f"owner: String @auth(rules: [{OWNER}])"), ["lint.owner-reassigns"]),
    (f"type Book @model {{ owner: String @auth(rules: [{OWNER}]) }}", ["lint.owner-reassigns"]),
    (model('{ allow: owner, ownerField: "author" }', "author: String"), ["lint.owner-reassigns"]),
    (model('{ allow: owner, ownerField: "author", operations: [read] }'), ["lint.owner-field-missing"]),
    (model('{ allow: owner, ownerField: "author", operations: [read] }', "Author: String"), ["lint.owner-field-case"]),
    (model("{ allow: owner, operations: [read] }", "Owner: String"), ["lint.owner-field-case"]),
    (model("{ allow: owner, operations: [read] }", "owner: Int"), ["lint.owner-field-type"]),
    (model("{ allow: owner, operations: [read] }", "owner: [ID!]!"), []),
    (model('{ allow: groups, groupsField: "teams" }'), ["lint.groups-field-missing"]),
    (model('{ allow: groups, groupsField: "teams" }', "teams: [String]"), []),
    (model('{ allow: groups, groupsField: "teams" }', "teams: Boolean"), ["lint.groups-field-type"]),
    (model("{ allow: private, provider: iam }"), ["lint.provider-deprecated"]),
    (model("{ allow: private, provider: identityPool }"), []),
    # With subscriptions this is an error, so here is nothing to add.
    (model(f"{EDITORS}, {PUBLIC}", f"a: Int! b: Int! @auth(rules: [{EDITORS}])"), ["lint.public-write"]),
    (
        model(f"{EDITORS}, {{ allow: private, provider: oidc }}", f"a: Int! b: Int! @auth(rules: [{EDITORS}])",
              "@model(subscriptions: { level: off })"),
        ["lint.required-unreadable"],
    ),
    (model(f"{{ allow: owner, operations: [create] }}, {EDITORS}, {{ allow: private }}"), ["lint.owner-not-set"]),
    (model(f"{{ allow: owner, operations: [create], provider: oidc }}, {EDITORS}"), []),
    (model('{ allow: owner, operations: [create] }, { allow: groups, groups: ["A"], operations: [update] }'), []),
    (model(f"{{ allow: owner, operations: [read] }}, {EDITORS}"), []),
    (
        model('{ allow: groups, groupsField: "a" }, { allow: groups, groupsField: "b", operations: [read] }',
              "a: [String] b: [String]"),
        ["lint.groups-bypassed"],
    ),
    (
        model('{ allow: groups, groupsField: "a" }, { allow: groups, groupsField: "b", operations: [read] }',
              f"a: [String] b: [String] @auth(rules: [{EDITORS}])"),
        [],
    ),
    # Told at one of the two sides.
    (model("{ allow: private }", 'tags: [Tag] @manyToMany(relationName: "BookTags")'), ["lint.joined-rules"]),
    (model("{ allow: private }", 'as: [Author] @manyToMany(relationName: "BookAuthors")'), []),
    # Rules that are wrong are the matter of `validity`.
    (model("{ allow: pubic }"), []),
    (model("{ allow: owner, provider: iam }"), ["lint.provider-deprecated"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_notices(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_models_without_rules_where_the_global_rule_cannot_let_anybody_in() -> None:
    text = GLOBAL + "type Book @model { a: Int }"
    assert ids(text, ("API_KEY",)) == ["lint.public-by-default"]
    assert ids(text, ("AWS_IAM",)) == ["lint.public-by-default", "lint.model-without-rules"]


def test_groups_that_the_pool_does_not_have() -> None:
    text = model(
        '{ allow: groups, groups: ["Editors", "Gone"] }', 'a: Int @auth(rules: [{allow: groups, groups: "X"}])'
    )
    assert notices(text) == ()
    gone, x = notices(text, known=["Editors"])
    assert (gone.id, gone.place, gone.rule, gone.argument) == ("lint.unknown-group", Place("Book"), 0, "groups")
    assert text[gone.column - 1 :].startswith('"Gone"')
    assert "“Gone”" in gone.text
    assert x.place == Place("Book", "a")
    # Groups of another provider, or of a claim of one's own, are not those of the pool.
    for more in ("provider: oidc", 'groupClaim: "roles"'):
        assert notices(model(f'{{ allow: groups, groups: ["Gone"], {more} }}'), known=[]) == ()


def test_groups_that_nobody_is_in() -> None:
    schema = read_schema(model('{ allow: groups, groups: ["A", "B"] }'))
    (problem,) = lint.notices(schema, modes=None, known_groups=["A", "B"], empty_groups=["B"])
    assert (problem.id, problem.severity) == ("lint.empty-group", "info")
    assert "“B”" in problem.text


def test_300_groups_in_one_rule() -> None:
    names = [f"group-{number}" for number in range(300)]
    listed = ", ".join(f'"{name}"' for name in names)
    schema = read_schema(model(f"{{ allow: groups, groups: [{listed}] }}"))
    assert validity.problems(schema, modes=None) == ()
    assert lint.notices(schema, modes=None, known_groups=names) == ()
    assert len(lint.notices(schema, modes=None, known_groups=names[1:])) == 1
    (problem,) = validity.problems(read_schema(model(f"{{ allow: owner, groups: [{listed}] }}")), modes=None)
    assert len(problem.text) < 300


def test_the_documentation_has_every_id() -> None:
    page = (Path(__file__).parents[2] / "docs" / "data-access.md").read_text()
    weights = {"error": "refused", "warning": "warning", "info": "note"}
    rows = [
        f"| `{id}` | {'warning, blocked' if meaning.blocked else weights[meaning.severity]} | {meaning.words} |"
        for id, meaning in MEANINGS.items()
    ]
    assert words.REDEPLOY in page
    assert words.KEEP_IN_REPOSITORY in page
    assert [row for row in page.splitlines() if row.startswith(("| `schema.", "| `auth.", "| `lint."))] == rows

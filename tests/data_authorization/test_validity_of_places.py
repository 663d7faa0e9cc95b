"""Where rules may stand, what those of fields may say, and required fields: sections 9.4 and 9.5 of the format."""

import pytest

from data_authorization.graphql_schema.schema import Place
from tests.data_authorization.judging import EDITORS, OWNER, found, ids, model

DIRECTIVES = [
    ("@auth", ["auth.rules-empty"]),
    ("@auth(rules: [])", ["auth.rules-empty"]),
    ("@auth(rules: null)", ["auth.rules-empty"]),
    ("@auth(rules: { allow: owner })", ["auth.rules-list"]),
    ("@auth(rules: owner)", ["auth.rules-list"]),
    ("@auth(rules: [owner])", ["auth.rules-list"]),
    ("@auth(rules: [{ allow: owner }, null])", ["auth.rules-list"]),
    ("@auth(rule: [{ allow: owner }])", ["auth.rules-empty", "auth.directive-argument"]),
    ("@auth(rules: [{ allow: owner }], provider: iam)", ["auth.directive-argument"]),
    ("@auth(rules: [{ allow: owner }], rules: [{ allow: private }])", ["auth.directive-argument"]),
    ("@auth(rules: [{ allow: owner }]) @auth(rules: [{ allow: private }])", ["auth.repeated"]),
]


@pytest.mark.parametrize(("auth", "expected"), DIRECTIVES)
def test_the_directive_itself(auth: str, expected: list[str]) -> None:
    assert ids(f"type Book @model {auth} {{ name: String }}") == expected
    assert ids(f"type Book @model {{ owner: String\n name: String {auth} }}") == expected


FIELDS = [
    *((f"{{ allow: private, operations: [{one}] }}", ["auth.granular-at-field"])
      for one in ("get", "list", "listen", "search", "sync")),
    ("{ allow: private, operations: [read, get] }", ["auth.granular-at-field"]),
    ("{ allow: private, operations: [create, read, update, delete] }", []),
    ("{ allow: private, operations: [] }", ["auth.operations-empty"]),
    ("{ allow: owner }", []),
    ('{ allow: groups, groupsField: "teams" }', []),
    ("{ allow: groups }", ["auth.groups-missing"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), FIELDS)
def test_a_rule_of_a_field_of_a_model(rule: str, expected: list[str]) -> None:
    assert ids(model("{ allow: custom }", field_rules=rule)) == expected
    # The same rule where the model has none: nothing is required, so nothing is hidden.
    assert ids(model(field_rules=rule)) == expected


OUTSIDE = [
    ("{ allow: private }", []),
    ('{ allow: groups, groups: ["A"] }', []),
    ("{ allow: public, provider: identityPool }", []),
    ("{ allow: custom }", []),
    ("{ allow: private, operations: [read] }", ["auth.operations-not-allowed"]),
    ("{ allow: private, operations: [] }", []),
    ("{ allow: private, operations: [get] }", ["auth.granular-at-field", "auth.operations-not-allowed"]),
    ("{ allow: owner }", ["auth.rule-ignored"]),
    ('{ allow: groups, groupsField: "teams" }', ["auth.rule-ignored"]),
    ("{ allow: public, provider: oidc }", ["auth.provider-not-allowed"]),
]


@pytest.mark.parametrize("parent", ["type Query", "type Mutation", "type Subscription", "type Address"])
@pytest.mark.parametrize(("rule", "expected"), OUTSIDE)
def test_a_rule_of_a_field_outside_of_models(parent: str, rule: str, expected: list[str]) -> None:
    assert ids(f"{parent} {{ echo(a: Int): String @auth(rules: [{rule}]) }}") == expected


def test_operation_types_may_be_called_something_else() -> None:
    text = "schema { query: Ask }\ntype Ask { a: Int @auth(rules: [{ allow: private, operations: [read] }]) }"
    (problem,) = found(text)
    assert problem.text.startswith("A field of Query, Mutation or Subscription")


PLACES = [
    ("type A @auth(rules: [{ allow: private }]) { a: Int }", ["auth.without-model"]),
    ("type Query @auth(rules: [{ allow: private }]) { a: Int }", ["auth.without-model"]),
    ("interface A { a: Int @auth(rules: [{ allow: private }]) }", ["auth.interface-field"]),
    ("interface A @auth(rules: [{ allow: private }]) { a: Int }", ["auth.wrong-place"]),
    ("input A { a: Int @auth(rules: [{ allow: private }]) }", ["auth.wrong-place"]),
    ("input A @auth(rules: [{ allow: private }]) { a: Int }", ["auth.wrong-place"]),
    ("enum A @auth(rules: [{ allow: private }]) { B }", ["auth.wrong-place"]),
    ("enum A { B @auth(rules: [{ allow: private }]) }", ["auth.wrong-place"]),
    ("scalar A @auth(rules: [{ allow: private }])", ["auth.wrong-place"]),
    ("type Query { a(b: Int @auth(rules: [{ allow: private }])): Int }", ["auth.wrong-place"]),
    ("type A { a: Int }\nextend type A @auth(rules: [{ allow: private }])", ["auth.extension"]),
    ("type A @model { a: Int }\nextend type A { b: Int @auth(rules: [{ allow: private }]) }", ["auth.extension"]),
    ("type Query { a: Int }\nextend type Query { b: Int @auth(rules: [{ allow: private }]) }", []),
    ('"Say @auth(rules: []) to nobody"\ntype A { "@auth" a: Int # @auth\n }', []),
]


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_where_rules_may_stand(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


# A required field that fewer may read than the model, or another field, while subscriptions are on.
REQUIRED = [
    (f"@auth(rules: [{OWNER}])", "name: String!", []),
    (f"@auth(rules: [{OWNER}])", f"name: String! @auth(rules: [{OWNER}])", []),
    (f"@auth(rules: [{OWNER}, {EDITORS}])", f"name: String! @auth(rules: [{OWNER}])", ["name"]),
    (f"@auth(rules: [{OWNER}, {EDITORS}])", f"name: String @auth(rules: [{OWNER}])", []),
    (f"@auth(rules: [{OWNER}, {EDITORS}])", f"tags: [String!]! @auth(rules: [{OWNER}])", ["tags"]),
    (f"@auth(rules: [{OWNER}, {EDITORS}])", f"tags: [String!] @auth(rules: [{OWNER}])", []),
    (f"@auth(rules: [{OWNER}])", "name: String! @auth(rules: [{ allow: owner, operations: [create] }])", ["name"]),
    (f"@auth(rules: [{OWNER}])", 'name: String! @auth(rules: [{ allow: owner, identityClaim: "email" }])', ["name"]),
    (f"@auth(rules: [{OWNER}])", f"name: String! cost: Int @auth(rules: [{EDITORS}])", ["name"]),
    (f"@auth(rules: [{OWNER}])", "name: String! @auth(rules: [{ allow: private }])", []),
    (f"@auth(rules: [{OWNER}])", "name: String! @auth(rules: [{ allow: private, provider: oidc }])", ["name"]),
    (f"@auth(rules: [{OWNER}])", "name: String! @auth(rules: [{ allow: private, provider: iam }])", ["name"]),
    ("@auth(rules: [{ allow: public }])", "name: String! @auth(rules: [{ allow: private }])", ["name"]),
    ("", f"id: ID! name: String @auth(rules: [{OWNER}])", ["id"]),
    ("", f"id: ID name: String @auth(rules: [{OWNER}])", []),
    ("", "id: ID! name: String @auth(rules: [{ allow: owner, operations: [create] }])", []),
    ("", f"id: ID! @auth(rules: [{OWNER}]) name: String! @auth(rules: [{OWNER}])", []),
    # Who may only list is not counted: the transformer asks who may get.
    ("@auth(rules: [{ allow: owner, operations: [list] }])", f"name: String! @auth(rules: [{EDITORS}])", []),
    ("@auth(rules: [{ allow: owner, operations: [get] }])", f"name: String! @auth(rules: [{EDITORS}])", ["name"]),
]
LEVELS = {
    "@model": True,
    "@model(subscriptions: { level: on })": True,
    "@model(subscriptions: { level: off })": False,
    "@model(subscriptions: { level: public })": False,
    "@model(subscriptions: { level: null })": True,
    '@model(subscriptions: { onCreate: "made" })': True,
    "@model(subscriptions: null)": True,
    "@model(queries: null)": True,
}


@pytest.mark.parametrize(("auth", "fields", "hidden"), REQUIRED)
@pytest.mark.parametrize("directive", ["@model", "@model(subscriptions: { level: off })"])
def test_required_fields(auth: str, fields: str, hidden: list[str], directive: str) -> None:
    problems = found(f"type Book {directive} {auth} {{ pages: Int {fields} }}")
    expected = hidden if LEVELS[directive] else []
    assert [(one.id, one.place) for one in problems] == [
        ("auth.required-field", Place("Book", one)) for one in expected
    ]


@pytest.mark.parametrize(("directive", "on"), LEVELS.items())
def test_subscriptions_that_count_as_on(directive: str, on: bool) -> None:
    text = f"type Book {directive} @auth(rules: [{OWNER}]) {{ a: Int name: String! @auth(rules: [{EDITORS}]) }}"
    assert ids(text) == (["auth.required-field"] if on else [])

"""What Amplify's transformer refuses, accepts, and accepts for something else: section 9 of the format."""

import json
import time
from pathlib import Path

import pytest

from data_authorization.graphql_schema import validity
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.validity_ids import MEANINGS
from data_authorization.graphql_schema.vocabulary import MODE_OF, Mode, Provider, Strategy
from tests.data_authorization.judging import EDITORS, OWNER, found, ids, model

ALL_MODES = tuple(Mode)

# Section 9.2. Every strategy with every provider; what goes together is written out, not taken from the code.
GOES = {
    ("owner", "userPools"), ("owner", "oidc"),
    ("groups", "userPools"), ("groups", "oidc"),
    ("private", "userPools"), ("private", "oidc"), ("private", "iam"), ("private", "identityPool"),
    ("public", "apiKey"), ("public", "iam"), ("public", "identityPool"),
    ("custom", "function"),
}  # fmt: skip
NEEDS = {"groups": ', groups: ["Editors"]'}
PAIRS = [(str(strategy), str(provider)) for strategy in Strategy for provider in Provider]


@pytest.mark.parametrize(("strategy", "provider"), PAIRS)
@pytest.mark.parametrize("place", ["model", "field"])
def test_providers_that_go_with_a_strategy(strategy: str, provider: str, place: str) -> None:
    rule = f"{{ allow: {strategy}, provider: {provider}{NEEDS.get(strategy, '')} }}"
    text = model(rule) if place == "model" else model("{ allow: custom }", field_rules=rule)
    expected = [] if (strategy, provider) in GOES else ["auth.provider-not-allowed"]
    assert ids(text) == expected
    if expected:
        (problem,) = found(text)
        assert (problem.severity, problem.argument, problem.rule) == ("error", "provider", 0)
        assert problem.place == Place("Book", "" if place == "model" else "cost")


@pytest.mark.parametrize(
    ("strategy", "mode"),
    [
        ("owner", "AMAZON_COGNITO_USER_POOLS"),
        ("groups", "AMAZON_COGNITO_USER_POOLS"),
        ("private", "AMAZON_COGNITO_USER_POOLS"),
        ("public", "API_KEY"),
        ("custom", "AWS_LAMBDA"),
    ],
)
def test_the_provider_of_a_rule_that_names_none(strategy: str, mode: str) -> None:
    for given in ("", ", provider: null"):
        text = model(f"{{ allow: {strategy}{given}{NEEDS.get(strategy, '')} }}")
        assert ids(text, (mode,)) == []
        assert ids(text, tuple(one for one in ALL_MODES if one != mode)) == ["auth.provider-not-configured"]


@pytest.mark.parametrize(("strategy", "provider"), sorted(GOES))
def test_a_provider_that_the_api_lacks(strategy: str, provider: str) -> None:
    text = model(f"{{ allow: {strategy}, provider: {provider}{NEEDS.get(strategy, '')} }}")
    mode = MODE_OF[Provider(provider)]
    assert ids(text) == ids(text, (mode,)) == []
    lacking = tuple(str(one) for one in Mode if one != mode)
    (problem,) = found(text, lacking)
    assert problem.id == "auth.provider-not-configured"
    assert mode in problem.text
    assert ids(text, ()) == ["auth.provider-not-configured"]


# Section 9.4, row by row, and the cases beside each row.
RULES = [
    ("{ allow: groups }", ["auth.groups-missing"]),
    ("{ allow: groups, groups: null }", ["auth.groups-missing"]),
    ('{ allow: groups, groups: "" }', ["auth.groups-missing"]),
    ('{ allow: groups, groupsField: "" }', ["auth.groups-missing"]),
    ('{ allow: groups, groupClaim: "g" }', ["auth.groups-missing"]),
    ('{ allow: groups, groups: ["A"] }', []),
    ('{ allow: groups, groups: "A" }', []),
    ('{ allow: groups, groups: [null, "A"] }', []),
    ('{ allow: groups, groupsField: "teams" }', []),
    ('{ allow: groups, groupsField: "teams", groups: null }', []),
    ("{ allow: groups, groups: [] }", ["auth.groups-empty"]),
    ('{ allow: groups, groups: ["A"], groupsField: "teams" }', ["auth.groups-and-field"]),
    ('{ allow: groups, groups: [], groupsField: "teams" }', ["auth.groups-and-field"]),
    ('{ allow: owner, groups: ["A"], groupsField: "teams" }', ["auth.groups-and-field"]),
    ('{ allow: groups, groups: ["A"], identityClaim: "sub" }', ["auth.identity-claim"]),
    ('{ allow: groups, groups: ["A"], identityClaim: "" }', []),
    ('{ allow: owner, groupClaim: "roles" }', ["auth.group-claim"]),
    ('{ allow: owner, groupClaim: "" }', []),
    ('{ allow: groups, groups: ["A"], groupClaim: "roles" }', []),
    ('{ allow: owner, identityClaim: "email", ownerField: "author" }', []),
    ('{ allow: private, ownerField: "author" }', ["auth.argument-ignored"]),
    ('{ allow: public, ownerField: "author" }', ["auth.argument-ignored"]),
    ('{ allow: custom, ownerField: "author" }', ["auth.argument-ignored"]),
    ('{ allow: groups, groups: ["A"], ownerField: "author" }', ["auth.argument-ignored"]),
    ('{ allow: public, identityClaim: "sub" }', ["auth.argument-ignored"]),
    ('{ allow: private, identityClaim: "sub" }', ["auth.argument-ignored"]),
    ('{ allow: custom, identityClaim: "sub" }', ["auth.argument-ignored"]),
    ('{ allow: private, groupsField: "teams" }', ["auth.argument-ignored"]),
    ('{ allow: owner, groupsField: "teams" }', ["auth.argument-ignored"]),
    ('{ allow: public, groupsField: "teams" }', ["auth.argument-ignored"]),
    ('{ allow: private, groupClaim: "roles" }', ["auth.argument-ignored"]),
    ('{ allow: public, groupClaim: "roles" }', ["auth.argument-ignored"]),
    ('{ allow: custom, groupClaim: "roles", groupsField: "t" }', ["auth.argument-ignored", "auth.argument-ignored"]),
    ('{ allow: owner, groups: ["A"] }', ["auth.groups-lost"]),
    ('{ allow: owner, groups: "A" }', ["auth.groups-lost"]),
    ("{ allow: owner, groups: [] }", ["auth.groups-lost"]),
    ('{ allow: private, groups: ["A"] }', ["auth.groups-lost"]),
    ('{ allow: private, groups: ["A"], groupClaim: "roles" }', ["auth.groups-lost"]),
    ('{ allow: public, groups: ["A"] }', ["auth.groups-lost"]),
    ('{ allow: custom, groups: ["A"] }', ["auth.groups-lost"]),
    ("{ allow: owner, operations: [] }", ["auth.operations-empty"]),
    ("{ allow: owner, operations: null }", []),
    ("{ allow: owner, operations: [create, read, update, delete] }", []),
    ("{ allow: owner, operations: [get, list, listen, search, sync] }", []),
    ("{ allow: owner, operations: [create, create] }", []),
    ("{ allow: owner, operations: [read, read] }", ["auth.operation-repeated"]),
    *((f"{{ allow: owner, operations: [read, {one}] }}", ["auth.read-and-granular"])
      for one in ("get", "list", "listen", "search", "sync")),
    ("{ allow: owner, operations: [list, read] }", ["auth.read-and-granular"]),
    # What the definition of the directive refuses before the rules are looked at.
    ("{ allow: group }", ["auth.allow-unknown"]),
    ('{ allow: group, groups: ["A"], provider: oidc }', ["auth.allow-unknown"]),
    ("{ allow: everyone }", ["auth.allow-unknown"]),
    ('{ allow: "owner" }', ["auth.wrong-value"]),
    ('{ allow: "boss" }', ["auth.allow-unknown"]),
    ("{ allow: [owner] }", ["auth.wrong-value"]),
    ("{ allow: 1 }", ["auth.wrong-value"]),
    ("{ allow: null }", ["auth.allow-missing"]),
    ("{}", ["auth.allow-missing"]),
    ("{ operations: [read] }", ["auth.allow-missing"]),
    ("{ allow: private, provider: cognito }", ["auth.provider-unknown"]),
    ('{ allow: private, provider: "oidc" }', ["auth.wrong-value"]),
    ("{ allow: private, provider: [oidc] }", ["auth.wrong-value"]),
    ("{ allow: owner, operations: [write] }", ["auth.operation-unknown"]),
    ("{ allow: owner, operations: [write, wipe] }", ["auth.operation-unknown", "auth.operation-unknown"]),
    ("{ allow: owner, operations: read }", ["auth.wrong-value"]),
    ('{ allow: owner, operations: ["read"] }', ["auth.wrong-value"]),
    ("{ allow: owner, operations: [[read]] }", ["auth.wrong-value"]),
    ("{ allow: owner, operations: [null] }", ["auth.wrong-value"]),
    ("{ allow: owner, operations: {} }", ["auth.wrong-value"]),
    ('{ allow: owner, ownerField: ["author"] }', ["auth.wrong-value"]),
    ("{ allow: owner, ownerField: author }", ["auth.wrong-value"]),
    ("{ allow: owner, ownerField: 1 }", ["auth.wrong-value"]),
    ("{ allow: owner, ownerField: null }", []),
    ("{ allow: owner, identityClaim: true }", ["auth.wrong-value"]),
    ('{ allow: groups, groupsField: ["a", "b"] }', ["auth.wrong-value"]),
    ("{ allow: groups, groups: [A] }", ["auth.wrong-value"]),
    ('{ allow: groups, groups: [["A"]] }', ["auth.wrong-value"]),
    ('{ allow: groups, groups: [1, "A"] }', ["auth.wrong-value"]),
    ('{ allow: groups, groups: ["A"], groupClaim: ["c"] }', ["auth.wrong-value"]),
    ("{ allow: owner, mutations: [create] }", ["auth.unknown-argument"]),
    ("{ allow: owner, queries: null }", ["auth.unknown-argument"]),
    ("{ allow: owner, allow: private }", ["auth.repeated-argument"]),
    ("{ allow: owner, operations: [read], operations: [create] }", ["auth.repeated-argument"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "expected"), RULES)
def test_a_rule_of_a_model(rule: str, expected: list[str]) -> None:
    assert ids(model(rule, fields="owner: String author: String teams: [String]")) == expected


SAME = [
    ("{ allow: owner }", "{ allow: owner, operations: [read] }"),
    ("{ allow: owner }", '{ allow: owner, ownerField: "owner", identityClaim: "sub::username" }'),
    ("{ allow: owner }", "{ allow: owner, provider: userPools }"),
    ("{ allow: private }", "{ allow: private, operations: [create] }"),
    ("{ allow: public }", "{ allow: public, provider: apiKey }"),
    ("{ allow: custom }", "{ allow: custom, provider: function }"),
    ("{ allow: private, provider: iam }", "{ allow: private, provider: identityPool }"),
    ("{ allow: public, provider: identityPool }", "{ allow: public, provider: iam }"),
    ('{ allow: groups, groups: ["A", "B"] }', '{ allow: groups, groups: ["C", "B"] }'),
    ('{ allow: groups, groups: "A" }', '{ allow: groups, groups: ["A"], groupClaim: "cognito:groups" }'),
    ('{ allow: groups, groupsField: "teams" }', '{ allow: groups, groupsField: "teams", operations: [read] }'),
]
DIFFERENT = [
    ("{ allow: owner }", '{ allow: owner, ownerField: "author" }'),
    ("{ allow: owner }", '{ allow: owner, identityClaim: "email" }'),
    ("{ allow: owner }", "{ allow: owner, provider: oidc }"),
    ("{ allow: private }", "{ allow: private, provider: oidc }"),
    ("{ allow: private }", "{ allow: private, provider: iam }"),
    ("{ allow: private, provider: iam }", "{ allow: public, provider: iam }"),
    ("{ allow: public }", "{ allow: public, provider: identityPool }"),
    ('{ allow: groups, groups: ["A"] }', '{ allow: groups, groups: ["a"] }'),
    ('{ allow: groups, groups: ["A"] }', '{ allow: groups, groups: ["A"], groupClaim: "roles" }'),
    ('{ allow: groups, groups: ["A"] }', '{ allow: groups, groups: ["A"], provider: oidc }'),
    ('{ allow: groups, groupsField: "teams" }', '{ allow: groups, groupsField: "author" }'),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_rules_for_the_same_people(one: str, other: str) -> None:
    fields = "owner: String author: String teams: [String]"
    (problem,) = found(model(one, other, fields=fields))
    assert (problem.id, problem.severity, problem.rule) == ("auth.role-repeated", "error", 1)
    # At a field the transformer takes the later one instead.
    (problem,) = found(model(fields=fields, field_rules=f"{one}, {other}"))
    assert (problem.id, problem.severity, problem.rule) == ("auth.role-replaced", "warning", 1)
    assert problem.id in validity.BLOCKED


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_rules_for_different_people(one: str, other: str) -> None:
    assert ids(model(one, other, fields="owner: String author: String teams: [String]")) == []


def test_a_group_that_is_named_twice_in_one_list() -> None:
    (problem,) = found(model('{ allow: groups, groups: ["A", "B", "A"] }'))
    assert (problem.id, problem.argument) == ("auth.role-repeated", "groups")


SCHEMAS = [
    ("type A { a: Int }\ntype A { b: Int }", ["schema.duplicate-type"]),
    ("type A { a: Int }\nenum A { B }", ["schema.duplicate-type"]),
    ("type A { a: Int }\nextend type A { b: Int }", []),
    ("directive @a on OBJECT\ntype a { a: Int }", []),
    ("type A { a: Int a: String }", ["schema.duplicate-field"]),
    ("type String @model { a: Int }", ["schema.built-in-name"]),
    ("type ID { a: Int }", ["schema.built-in-name"]),
    ("scalar AWSDate", ["schema.scalar-name"]),
    ("type BigInt @model { a: Int }", ["schema.scalar-name"]),
    ("type __A { a: Int }", ["schema.built-in-name"]),
    ("type Date @model { a: Int }\nscalar Money", []),
    ("type Query @model { a: Int }", ["schema.operation-type"]),
    ("input Mutation { a: Int }", []),
    ("input Mutation { a: Int }\ntype A @model { a: Int }", ["schema.operation-type"]),
    ("type Subscription @model { a: Int }", ["schema.operation-type"]),
    ("type A @model { a: B @hasOne c: AWSDateTime d: Double }", ["schema.unknown-type"]),
    ("extend type A { a: Int }", ["schema.unknown-type"]),
    ("type A @model @secret(level: 3) { a: Int @upper }", ["schema.unknown-directive", "schema.unknown-directive"]),
    ('type A @model @key(fields: ["a"]) { a: Int }', ["schema.old-directive"]),
    ("directive @secret on OBJECT\ntype A @model @secret { a: Int }", ["schema.unknown-directive"]),
    ("type A @model @searchable @auth(rules: [{allow: owner}]) { a: ID! @primaryKey b: Int @deprecated }", []),
    ("input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }", []),
    ("input AMPLIFY { globalAuthRule: AuthRule = { allow: private } }", ["schema.global-rule"]),
    ("input AMPLIFY { globalAuthRule: AuthRule = { allow: owner } }", ["schema.global-rule"]),
    ("input AMPLIFY { globalAuthRule: AuthRule = { provider: iam, allow: public } }", ["schema.global-rule"]),
    ("input AMPLIFY { globalAuthRule: AuthRule = { allow: public, provider: iam } }", ["auth.argument-ignored"]),
    ("input AMPLIFY { globalAuthRule: AuthRule }", ["schema.global-rule"]),
    ("input AMPLIFY { globalAuthRule: String = { allow: public } }", ["schema.global-rule"]),
    ("input AMPLIFY { other: Int }", ["schema.global-rule"]),
    ("input AMPLIFY { global_auth_rule: AuthRule = { allow: public } }", []),
    ('input AMPLIFY { engine: String = "mysql" }', []),
    (
        'input AMPLIFY { engine: String = "mysql" }\n'
        "type A @model @auth(rules: [{ allow: owner, operations: [sync, get] }]) { a: Int }",
        ["auth.sql-operation"],
    ),
    ("query Q { a }", ["schema.no-type"]),
]


@pytest.mark.parametrize(("text", "expected"), SCHEMAS)
def test_the_schema_around_the_rules(text: str, expected: list[str]) -> None:
    assert ids(text) == expected


def test_the_examples_of_the_format() -> None:
    text = """
    type Product @model @auth(rules: [
      { allow: owner },
      { allow: groups, groups: ["Managers"], operations: [read, update] },
      { allow: public, operations: [read] }
    ]) { id: ID! name: String! cost: Float @auth(rules: [{ allow: groups, groups: ["Managers"] }]) }
    type Draft @model @auth(rules: [{ allow: owner, ownerField: "author", identityClaim: "sub::username" }]) {
      id: ID! author: String body: String
    }
    type Ticket @model @auth(rules: [{ allow: groups, groupsField: "teams" }]) { id: ID! teams: [String] }
    """
    assert ids(text, ("AMAZON_COGNITO_USER_POOLS", "API_KEY")) == []


def test_the_verdicts_of_the_genuine_transformer() -> None:
    """170 made-up schemas, and what the published package named in the file said about each.

    They are spread over the reasons of refusal; every mode of the API is as the file names it.
    """
    recorded = json.loads((Path(__file__).parent / "verdicts_of_amplify.json").read_text())
    for verdict, is_refused in (("accepted", False), ("refused", True)):
        assert len(recorded[verdict]) >= 80
        for case in recorded[verdict]:
            errors = [one.id for one in found(case["schema"], case["modes"]) if one.severity == "error"]
            assert bool(errors) is is_refused, f"{case['modes']}\n{case['schema']}\n{errors}"


def test_places_lines_and_columns() -> None:
    text = "type A @model {\r\n  a: Int\r\n}\r\n\r\ntype Book @model @auth(rules: [\r\n  { allow: owner },\r\n"
    text += '  { allow: private, ownerField: "x" }\r\n]) {\r\n  n: Int @auth(rules: [{ allow: groups }])\r\n}\r\n'
    ignored, missing = found(text)
    assert (ignored.id, ignored.line, ignored.column) == ("auth.argument-ignored", 7, 21)
    assert (ignored.place, ignored.rule, ignored.argument) == (Place("Book"), 1, "ownerField")
    assert (missing.id, missing.line, missing.column) == ("auth.groups-missing", 9, 24)
    assert (missing.place, missing.rule, missing.argument) == (Place("Book", "n"), 0, "groups")


def test_a_text_that_is_no_schema() -> None:
    with pytest.raises(SchemaUnreadable) as caught:
        read_schema("type A {\n  a: Int\n  b\n}")
    problem = validity.unreadable(caught.value)
    assert (problem.id, problem.severity, problem.line, problem.column) == ("schema.syntax", "error", 4, 1)


def test_problems_at_one_place() -> None:
    text = model(OWNER, EDITORS, field_rules="{ allow: groups }, " + OWNER, fields="n: String") + model(
        "{ allow: groups }"
    ).replace("Book", "Shelf")
    schema = read_schema(text)
    every = validity.problems(schema, modes=None)
    book = validity.problems_at(schema, Place("Book"), modes=None)
    assert [one.id for one in every] == ["auth.groups-missing", "auth.groups-missing"]
    assert book == every[:1] == validity.problems_at(schema, Place("Book", "cost"), modes=None)
    assert validity.problems_at(schema, Place("Book", "n"), modes=None) == ()
    assert validity.problems_at(schema, Place("Nothing"), modes=None) == ()
    # A rule of one field hides another one, which is told at both.
    schema = read_schema(model(fields="n: String!", field_rules=OWNER))
    (problem,) = validity.problems_at(schema, Place("Book", "cost"), modes=None)
    assert problem.place == Place("Book", "n")


def test_what_is_blocked_is_what_amplify_takes_for_something_else() -> None:
    assert {MEANINGS[id].severity for id in validity.BLOCKED} == {"warning"}
    assert {
        "auth.argument-ignored",
        "auth.groups-lost",
        "auth.operations-empty",
        "auth.role-replaced",
        "auth.rule-ignored",
    } == validity.BLOCKED


def test_a_keystroke_in_a_schema_of_200_models() -> None:
    one = model(OWNER, EDITORS, "{ allow: public, operations: [read] }", fields="id: ID! a: Int b: Int c: String d: ID")
    schema = read_schema("".join(one.replace("Book", f"Book{number}") for number in range(200)))
    best = 1.0
    for number in range(3):
        started = time.perf_counter()
        validity.problems_at(schema, Place(f"Book{100 + number}"), modes=ALL_MODES)
        best = min(best, time.perf_counter() - started)
    assert best < 0.01

"""Gen 2 files, against files that the TypeScript compiler took with @aws-amplify/data-schema 1.26."""

from pathlib import Path

import pytest

from data_authorization.graphql_schema.differences import between
from data_authorization.graphql_schema.gen2 import of_type, render
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.schema import Place
from data_authorization.graphql_schema.sentences import summary
from data_authorization.graphql_schema.table import table_of

GOLDEN = Path(__file__).parent / "gen2"
CORPUS = sorted((Path(__file__).parent / "schemas").glob("*.graphql"))
USER_POOLS = "AMAZON_COGNITO_USER_POOLS"


@pytest.mark.parametrize(("name", "modes"), [("shop", [USER_POOLS, "API_KEY"]), ("blog", [])])
def test_the_whole_file(name: str, modes: list[str]) -> None:
    schema = read_schema((GOLDEN / f"{name}.graphql").read_text())
    assert render(schema, modes) == (GOLDEN / f"{name}.ts").read_text()


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_schema_of_ours_has_a_file_a_table_and_a_sentence(path: Path) -> None:
    try:
        schema = read_schema(path.read_bytes().decode())
    except (SchemaUnreadable, UnicodeDecodeError):
        pytest.skip("This one is no GraphQL, on purpose.")
    text = render(schema)
    for definition in schema.definitions:
        assert not definition.is_model or definition.is_extension or f"  {definition.name}: a" in text
        assert summary(definition)
        if (found := schema.type(definition.name)) and found.kind in ("type", "interface"):
            assert table_of(schema, Place(found.name), []).rows
    assert not between(schema, schema, [])


def model(rule: str, fields: str = "") -> str:
    schema = read_schema(f"type A @model @auth(rules: [{rule}]) {{ id: ID! many: [String] {fields} }}")
    (definition,) = schema.models
    return of_type(definition, schema)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("{ allow: owner }", "allow.owner(),"),
        ('{ allow: owner, identityClaim: "sub::username" }', "allow.owner(),"),
        ('{ allow: owner, provider: oidc, identityClaim: "sub" }', 'allow.owner("oidc").identityClaim("sub"),'),
        ('{ allow: owner, ownerField: "by" }', 'allow.ownerDefinedIn("by"),'),
        ('{ allow: owner, ownerField: "many" }', 'allow.ownersDefinedIn("many"),'),
        ('{ allow: groups, groups: "A" }', 'allow.group("A"),'),
        ('{ allow: groups, groups: ["A", "B"], provider: oidc }', 'allow.groups(["A", "B"], "oidc"),'),
        ('{ allow: groups, groups: ["A"], groupClaim: "r" }', 'allow.group("A").withClaimIn("r"),'),
        ('{ allow: groups, groupsField: "one" }', 'allow.groupDefinedIn("one"),'),
        ('{ allow: groups, groupsField: "many", groupClaim: "r" }', 'allow.groupsDefinedIn("many").withClaimIn("r"),'),
        ("{ allow: private, operations: [read] }", 'allow.authenticated().to(["read"]),'),
        ("{ allow: private, provider: identityPool }", 'allow.authenticated("identityPool"),'),
        ("{ allow: public }", "allow.publicApiKey(),"),
        ("{ allow: public, provider: iam, operations: [get, list] }", 'allow.guest().to(["get", "list"]),'),
        ("{ allow: custom }", "allow.custom(),"),
    ],
)
def test_a_rule_in_the_words_of_gen_2(rule: str, line: str) -> None:
    assert f"\n      {line}\n" in model(rule)


def test_a_field_that_nobody_may_read_is_never_left_open() -> None:
    """A field of Gen 2 without rules is as open as its model."""
    assert "\n      // secret: a.string(),\n" in model("{ allow: private }", "secret: String @auth(rules: [])")


def test_a_name_cannot_leave_its_string() -> None:
    assert r'allow.group("a\"), allow.guest(\"\n"),' in model(r'{ allow: groups, groups: ["a\"), allow.guest(\"\n"] }')


def test_a_global_rule_does_not_open_a_model_that_had_rules() -> None:
    schema = read_schema(
        "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } } "
        "type A @model { id: ID! x: Int @auth(rules: [{ allow: private }]) }"
    )
    assert of_type(schema.models[0], schema).startswith("  // Write a rule here: without one")

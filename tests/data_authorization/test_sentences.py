"""Rules in sentences."""

import pytest

from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.sentences import group_words, listed, of_rule, plural, summary


def said(rule: str) -> str:
    (definition,) = read_schema(f"type A @model @auth(rules: [{rule}]) {{ id: ID! }}").models
    return of_rule(definition.rules[0])


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ('{ allow: groups, groups: "Ed", operations: [read, create] }', "Users in the Ed group can read, create"),
        ('{ allow: groups, groups: ["A", "B"] }', "Users in the A or B groups can create, read, update, delete"),
        ("{ allow: owner }", "Owners can create, read, update, delete"),
        ('{ allow: owner, ownerField: "by", operations: [read] }', "Owners (named in by) can read"),
        ('{ allow: owner, identityClaim: "email", operations: [read] }', "Owners (claim email) can read"),
        ('{ allow: owner, groups: ["A"], operations: [read] }', "Users in the A group can read"),
        ("{ allow: owner, provider: oidc, operations: [read] }", "Owners, signed in with OpenID Connect, can read"),
        ('{ allow: groups, groupsField: "t", operations: [get] }', "Users in a group that the item names in t can get"),
        ("{ allow: private, operations: [get, list] }", "Signed-in users can get, list"),
        ("{ allow: private, provider: iam, operations: [read] }", "Users signed in through the identity pool can read"),
        ("{ allow: public, operations: [read] }", "Anyone with the API key can read"),
        ("{ allow: public, provider: iam, operations: [read] }", "Guests can read"),
        ("{ allow: custom, operations: [delete] }", "Whoever the Lambda authorizer lets in can delete"),
        ("{ allow: private, operations: [] }", "Signed-in users can do nothing by this rule"),
        ("{ allow: groups }", "Nobody, as it stands: the rule is not complete or not allowed"),
    ],
)  # fmt: skip
def test_a_rule(rule: str, words: str) -> None:
    assert said(rule) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("type A @model { id: ID! }", "No rules: nobody can reach it."),
        ("type A { id: ID! }", "No rules of its own."),
        ("type A { id: ID! @auth(rules: [{ allow: private }]) }", "id has rules of its own."),
        ("type A @model @auth(rules: []) { id: ID! }", "An @auth without rules: nobody can reach it."),
        (
            "type A @model @auth(rules: [{ allow: owner }]) { id: ID! x: Int @auth(rules: [{ allow: private }]) }",
            "Owners can create, read, update, delete. x has rules of its own.",
        ),
    ],
)
def test_a_summary(text: str, words: str) -> None:
    definition = next(read_schema(text).definitions)
    assert summary(definition) == words


def test_names() -> None:
    assert [plural(one) for one in ("Book", "Category", "Box", "Day")] == ["Books", "Categories", "Boxes", "Days"]
    assert [group_words(one) for one in ("Editors", "admin")] == ["Editors", "Users in the admin group"]
    assert listed([]) == ""
    assert listed([str(one) for one in range(20)]).endswith("10 and 9 more")

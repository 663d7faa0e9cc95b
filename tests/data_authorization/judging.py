"""Schemas for the tests of what is judged, and the judgement in short."""

from data_authorization.graphql_schema import validity
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Problem

OWNER, EDITORS = "{ allow: owner }", '{ allow: groups, groups: ["Editors"] }'


def found(text: str, modes: tuple[str, ...] | None = None) -> tuple[Problem, ...]:
    return validity.problems(read_schema(text), modes=modes)


def ids(text: str, modes: tuple[str, ...] | None = None) -> list[str]:
    return [one.id for one in found(text, modes)]


def model(*rules: str, fields: str = "owner: String", directive: str = "@model", field_rules: str = "") -> str:
    """A model with these rules, and one field of its own with others."""
    auth = f"@auth(rules: [{', '.join(rules)}])" if rules else ""
    own = f"cost: Float @auth(rules: [{field_rules}])" if field_rules else "cost: Float"
    return f"type Book {directive} {auth} {{\n  {fields}\n  {own}\n}}\n"

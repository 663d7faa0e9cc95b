"""Reading a schema: graphql-core parses, and every definition keeps the place of all that can be edited."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from graphql import GraphQLSyntaxError, parse, print_ast
from graphql.language import ast

from data_authorization.graphql_schema.schema import (
    Argument,
    Auth,
    Definition,
    Directive,
    Field,
    Placed,
    Rule,
    Schema,
    Span,
    Value,
)

LONGEST = 2_000_000
"""Characters of a schema; ten times the largest that anybody has described in public."""
DEEPEST = 60
"""Levels of brackets; the parser's own recursion ends far beyond, with an error that is not of the schema."""


class SchemaUnreadable(Exception):
    """The text is no GraphQL schema. `line` and `column` count from 1."""

    def __init__(self, words: str, *, line: int, column: int) -> None:
        super().__init__(words)
        self.words = words
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.words}"


@lru_cache(maxsize=16)
def read_schema(text: str) -> Schema:
    """The schema. Raises SchemaUnreadable at the first place that is not GraphQL.

    Reading the same text again costs nothing: pages of one schema follow each other.
    """
    placed = []
    for node in _parsed(text):
        assert node.loc is not None
        start, end = node.loc.start, node.loc.end
        placed.append(Placed(start, _definition(node, text[start:end], start)))
    return Schema(text, tuple(placed))


@lru_cache(maxsize=512)
def read_definition(text: str) -> Definition:
    """The only definition of the text, which begins and ends with it. Raises SchemaUnreadable."""
    (node,) = _parsed(text)
    return _definition(node, text, 0)


def replaced(schema: Schema, placed: Placed, text: str) -> Schema:
    """The schema with another text for one definition; the others are not read again. Raises SchemaUnreadable.

    Line and column of the error are those of the whole text.
    """
    old = placed.definition.text
    whole = schema.text[: placed.start] + text + schema.text[placed.start + len(old) :]
    try:
        definition = read_definition(text)
    except (SchemaUnreadable, ValueError):
        # Anything but one whole definition: the place of the error is that in the whole text.
        return read_schema(whole)
    moved = len(text) - len(old)
    after = [
        Placed(one.start, definition)
        if one is placed
        else one
        if one.start <= placed.start
        else Placed(one.start + moved, one.definition)
        for one in schema.placed
    ]
    return Schema(whole, tuple(after))


def _parsed(text: str) -> tuple[ast.DefinitionNode, ...]:
    if len(text) > LONGEST:
        raise SchemaUnreadable(f"The schema is longer than {LONGEST:,} characters.", line=1, column=1)
    _refuse_depth(text)
    try:
        return tuple(parse(text).definitions)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        raise SchemaUnreadable(error.message.removeprefix("Syntax Error: "), line=line, column=column) from error


def _refuse_depth(text: str) -> None:
    """Brackets are counted without regard to strings: a schema that means well never comes near."""
    depth = 0
    for offset, character in enumerate(text):
        if character in "([{":
            depth += 1
            if depth > DEEPEST:
                line = text.count("\n", 0, offset) + 1
                column = offset - (text.rfind("\n", 0, offset) + 1) + 1
                raise SchemaUnreadable(f"Brackets are nested more than {DEEPEST} deep.", line=line, column=column)
        elif character in ")]}" and depth:
            depth -= 1


_KINDS: tuple[tuple[type[ast.Node], type[ast.Node], str], ...] = (
    (ast.ObjectTypeDefinitionNode, ast.ObjectTypeExtensionNode, "type"),
    (ast.InterfaceTypeDefinitionNode, ast.InterfaceTypeExtensionNode, "interface"),
    (ast.InputObjectTypeDefinitionNode, ast.InputObjectTypeExtensionNode, "input"),
    (ast.EnumTypeDefinitionNode, ast.EnumTypeExtensionNode, "enum"),
    (ast.UnionTypeDefinitionNode, ast.UnionTypeExtensionNode, "union"),
    (ast.ScalarTypeDefinitionNode, ast.ScalarTypeExtensionNode, "scalar"),
    (ast.SchemaDefinitionNode, ast.SchemaExtensionNode, "schema"),
)


def _kind(node: ast.Node) -> tuple[str, bool]:
    for own, extension, kind in _KINDS:
        if isinstance(node, own):
            return kind, False
        if isinstance(node, extension):
            return kind, True
    return ("directive" if isinstance(node, ast.DirectiveDefinitionNode) else "other"), False


def _span(node: ast.Node, base: int) -> Span:
    assert node.loc is not None
    return Span(node.loc.start - base, node.loc.end - base)


def _definition(node: ast.Node, text: str, base: int) -> Definition:
    kind, is_extension = _kind(node)
    name = getattr(node, "name", None)
    name_span = _span(name, base) if name else Span(0, 0)
    directives = getattr(node, "directives", None) or ()
    before = [*(getattr(node, "interfaces", None) or ()), *directives]
    behind = max((_span(one, base).end for one in before), default=name_span.end)
    fields = getattr(node, "fields", None) or () if kind in ("type", "interface", "input") else ()
    return Definition(
        kind=kind,
        name=name.value if name else "",
        text=text,
        is_extension=is_extension,
        name_span=name_span,
        directives=tuple(_directive(one, base) for one in directives),
        auths=_auths(directives, base),
        directives_end=behind,
        fields=tuple(_field(one, base) for one in fields),
        global_rule=_global_rule(node, base) if kind == "input" and name and name.value == "AMPLIFY" else None,
        description=_description(node),
    )


def _field(node: Any, base: int) -> Field:
    directives = node.directives or ()
    default = getattr(node, "default_value", None)
    behind = max(_span(one, base).end for one in (node.type, *((default,) if default else ()), *directives))
    named = node.type
    while isinstance(named, ast.NonNullTypeNode | ast.ListTypeNode):
        named = named.type
    return Field(
        name=node.name.value,
        span=_span(node, base),
        type=print_ast(node.type),
        named_type=named.name.value,
        directives=tuple(_directive(one, base) for one in directives),
        auths=_auths(directives, base),
        directives_end=behind,
        name_span=_span(node.name, base),
        description=_description(node),
    )


def _description(node: Any) -> str:
    found = getattr(node, "description", None)
    return str(found.value) if found else ""


def _directive(node: ast.ConstDirectiveNode, base: int) -> Directive:
    arguments = tuple(_argument(one, base) for one in node.arguments or ())
    return Directive(node.name.value, _span(node, base), arguments)


def _argument(node: Any, base: int) -> Argument:
    return Argument(node.name.value, _value(node.value, base), _span(node, base))


def _value(node: Any, base: int) -> Value:
    span = _span(node, base)
    match node:
        case ast.ListValueNode():
            return Value("list", tuple(_value(one, base) for one in node.values), span)
        case ast.ObjectValueNode():
            return Value("object", {one.name.value: _value(one.value, base) for one in node.fields}, span)
        case ast.StringValueNode():
            return Value("string", node.value, span)
        case ast.EnumValueNode():
            return Value("enum", node.value, span)
        case ast.IntValueNode():
            return Value("int", node.value, span)
        case ast.FloatValueNode():
            return Value("float", node.value, span)
        case ast.BooleanValueNode():
            return Value("boolean", node.value, span)
        case ast.NullValueNode():
            return Value("null", None, span)
    return Value("variable", "", span)


def _auths(directives: Iterable[Any], base: int) -> tuple[Auth, ...]:
    found: list[Auth] = []
    number = 0
    for directive in directives:
        if directive.name.value != "auth":
            continue
        argument = next((one for one in directive.arguments or () if one.name.value == "rules"), None)
        rules: list[Rule] = []
        rules_span = None
        if argument is not None:
            rules_span = _span(argument.value, base)
            # A single rule counts as a list of one, as in GraphQL.
            nodes = argument.value.values if isinstance(argument.value, ast.ListValueNode) else (argument.value,)
            for node in nodes:
                if isinstance(node, ast.ObjectValueNode):
                    rules.append(_rule(node, number, base))
                    number += 1
        found.append(Auth(_span(directive, base), tuple(rules), rules_span))
    return tuple(found)


def _rule(node: ast.ObjectValueNode, number: int, base: int) -> Rule:
    return Rule(number, _span(node, base), tuple(_argument(one, base) for one in node.fields))


def _global_rule(node: Any, base: int) -> Rule | None:
    for one in node.fields or ():
        if one.name.value == "globalAuthRule" and isinstance(one.default_value, ast.ObjectValueNode):
            return _rule(one.default_value, 0, base)
    return None

"""Reading a schema: graphql-core parses, and every definition keeps the place of all that can be edited."""

import gc
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

from graphql import GraphQLSyntaxError, parse
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

LONGEST = 1_000_000
"""Characters of a schema; five times the largest that anybody has described in public."""
KEPT = 3_000_000
"""Characters of all the schemas that are kept as read; a schema takes some forty times its text."""
MOST_KEPT = 24
"""How many, however short: each is compared with every new text."""
_LONG = 20_000
"""Characters from which a definition is not kept beside the schema it is in."""

_read: OrderedDict[str, Schema] = OrderedDict()
"""The schemas read last, by their text, the newest at the end."""
_reading = Lock()


class SchemaUnreadable(Exception):
    """The text is no GraphQL schema. `line` and `column` count from 1."""

    def __init__(self, words: str, *, line: int, column: int) -> None:
        super().__init__(words)
        self.words = words
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.words}"


def read_schema(text: str) -> Schema:
    """The schema. Raises SchemaUnreadable at the first place that is not GraphQL.

    Reading the same text again costs nothing, and reading one that differs in a few definitions costs little: pages of
    one schema follow each other, and so do the states of a draft.
    """
    with _reading:
        found = _read.get(text)
        if found is not None:
            _read.move_to_end(text)
            return found
        known = list(_read.values())
    with _no_collection():
        return _kept(_revised(known, text) or Schema(text, tuple(_placed(text, 0))))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the garbage collector: it would look again and again at what is all in use, for a third of the time.

    Of two threads that read at once the one that ends first may let it run again, which costs the other a little.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _kept(schema: Schema) -> Schema:
    with _reading:
        _read[schema.text] = schema
        total = sum(map(len, _read))
        while (total > KEPT or len(_read) > MOST_KEPT) and len(_read) > 1:
            total -= len(_read.popitem(last=False)[0])
    return schema


def _revised(known: Iterable[Schema], text: str) -> Schema | None:
    """The schema of a text that is a known one's but for one stretch; None where it is too different, or no schema.

    Only the definitions that the stretch touches are read. They begin where the old text has one, by a character that
    has not changed, and end where one begins at the start of a line: there no token and no definition can go on, as a
    definition that is whole takes no name and no text for its continuation.
    """
    alike = [(*_alike(one.text, text), one) for one in known]
    same, behind, old = max(alike, key=lambda one: one[0] + one[1], default=(0, 0, Schema("", ())))
    if not same or len(text) - same - behind > len(text) // 2:
        return None
    moved = len(text) - len(old.text)
    starts = [one.start for one in old.placed]
    first = max(bisect_left(starts, same) - 1, 0)
    last = next(
        (
            number
            for number in range(bisect_left(starts, len(old.text) - behind + 1), len(starts))
            if number > first
            and old.text[starts[number] - 1] in "\r\n"
            and (old.text[starts[number]].isalpha() or old.text[starts[number]] == '"')
        ),
        len(starts),
    )
    begin = starts[first] if first else 0
    end = starts[last] + moved if last < len(starts) else len(text)
    try:
        between = _placed(text[begin:end], begin)
    except SchemaUnreadable:
        # Its line and column are those of the whole text.
        return None
    after = (Placed(one.start + moved, one.definition) for one in old.placed[last:])
    return Schema(text, (*old.placed[:first], *between, *after))


def _alike(one: str, other: str) -> tuple[int, int]:
    """How many characters the two begin and end with alike; none counts for both."""
    same = _common(one, other)
    least = min(len(one), len(other)) - same
    return same, _common(one[::-1][:least], other[::-1][:least])


def _common(one: str, other: str) -> int:
    """How many characters the two begin with alike. Slices are compared at the speed of memory."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def read_definition(text: str) -> Definition:
    """The only definition of the text, which begins and ends with it. Raises SchemaUnreadable, ValueError."""
    return _kept_definition(text) if len(text) < _LONG else read_once(text)


def read_once(text: str) -> Definition:
    """The same for a text that nobody will ask for again."""
    (placed,) = _placed(text, 0)
    if placed.definition.text != text:
        raise ValueError("The text is more than the definition.")
    return placed.definition


_kept_definition = lru_cache(maxsize=512)(read_once)


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


def _placed(text: str, base: int) -> list[Placed]:
    """The definitions of a text that begins at `base` of the whole."""
    return [
        Placed(base + node.loc.start, _definition(node, text[node.loc.start : node.loc.end], node.loc.start))
        for node in _parsed(text)
        if node.loc
    ]


def _parsed(text: str) -> tuple[ast.DefinitionNode, ...]:
    if len(text) > LONGEST:
        raise SchemaUnreadable(f"The schema is longer than {LONGEST:,} characters.", line=1, column=1)
    try:
        return tuple(parse(text).definitions)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        raise SchemaUnreadable(error.message.removeprefix("Syntax Error: "), line=line, column=column) from error


_KINDS: Mapping[type[ast.Node], tuple[str, bool]] = {
    ast.ObjectTypeDefinitionNode: ("type", False),
    ast.ObjectTypeExtensionNode: ("type", True),
    ast.InterfaceTypeDefinitionNode: ("interface", False),
    ast.InterfaceTypeExtensionNode: ("interface", True),
    ast.InputObjectTypeDefinitionNode: ("input", False),
    ast.InputObjectTypeExtensionNode: ("input", True),
    ast.EnumTypeDefinitionNode: ("enum", False),
    ast.EnumTypeExtensionNode: ("enum", True),
    ast.UnionTypeDefinitionNode: ("union", False),
    ast.UnionTypeExtensionNode: ("union", True),
    ast.ScalarTypeDefinitionNode: ("scalar", False),
    ast.ScalarTypeExtensionNode: ("scalar", True),
    ast.SchemaDefinitionNode: ("schema", False),
    ast.SchemaExtensionNode: ("schema", True),
    ast.DirectiveDefinitionNode: ("directive", False),
}


def _kind(node: ast.Node) -> tuple[str, bool]:
    return _KINDS.get(type(node), ("other", False))


def _span(node: Any, base: int) -> Span:
    loc = node.loc
    return Span(loc.start - base, loc.end - base)


def _definition(node: Any, text: str, base: int) -> Definition:
    kind, is_extension = _kind(node)
    name = getattr(node, "name", None)
    name_span = _span(name, base) if name else Span(0, 0)
    directives = getattr(node, "directives", None) or ()
    last = directives or getattr(node, "interfaces", None)
    fields = getattr(node, "fields", None) or () if kind in ("type", "interface", "input") else ()
    return Definition(
        kind=kind,
        name=name.value if name else "",
        text=text,
        is_extension=is_extension,
        name_span=name_span,
        directives=tuple(_directive(one, base) for one in directives),
        auths=_auths(directives, base),
        directives_end=_span(last[-1], base).end if last else name_span.end,
        fields=tuple(_field(one, base) for one in fields),
        global_rule=_global_rule(node, base) if kind == "input" and name and name.value == "AMPLIFY" else None,
        description=_description(node),
    )


def _field(node: Any, base: int) -> Field:
    directives = node.directives or ()
    default = getattr(node, "default_value", None)
    type_text, named = _type(node.type)
    return Field(
        name=node.name.value,
        span=_span(node, base),
        type=type_text,
        named_type=named,
        directives=tuple(_directive(one, base) for one in directives),
        auths=_auths(directives, base) if directives else (),
        directives_end=_span(directives[-1] if directives else default or node.type, base).end,
        name_span=_span(node.name, base),
        description=_description(node),
    )


def _type(node: Any) -> tuple[str, str]:
    """As GraphQL prints it, and the name within."""
    if isinstance(node, ast.NamedTypeNode):
        return node.name.value, node.name.value
    inner, named = _type(node.type)
    return (f"{inner}!" if isinstance(node, ast.NonNullTypeNode) else f"[{inner}]"), named


def _description(node: Any) -> str:
    found = getattr(node, "description", None)
    return str(found.value) if found else ""


def _directive(node: Any, base: int) -> Directive:
    arguments = node.arguments or ()
    return Directive(node.name.value, _span(node, base), tuple(_argument(one, base) for one in arguments))


def _argument(node: Any, base: int) -> Argument:
    return Argument(node.name.value, _value(node.value, base), _span(node, base))


_VALUES: Mapping[type[ast.Node], str] = {
    ast.StringValueNode: "string",
    ast.EnumValueNode: "enum",
    ast.IntValueNode: "int",
    ast.FloatValueNode: "float",
    ast.BooleanValueNode: "boolean",
}


def _value(node: Any, base: int) -> Value:
    span = _span(node, base)
    kind = _VALUES.get(type(node))
    if kind:
        return Value(kind, node.value, span)
    match node:
        case ast.ListValueNode():
            return Value("list", tuple(_value(one, base) for one in node.values), span)
        case ast.ObjectValueNode():
            return Value("object", {one.name.value: _value(one.value, base) for one in node.fields}, span)
        case ast.NullValueNode():
            return Value("null", None, span)
    return Value("variable", f"${node.name.value}", span)


def _auths(directives: Iterable[Any], base: int) -> tuple[Auth, ...]:
    found: list[Auth] = []
    number = 0
    for directive in directives:
        if directive.name.value != "auth":
            continue
        argument = next((one for one in directive.arguments or () if one.name.value == "rules"), None)
        if argument is None:
            found.append(Auth(_span(directive, base), (), None))
            continue
        is_list = isinstance(argument.value, ast.ListValueNode)
        # A single rule counts as a list of one, as in GraphQL.
        nodes = argument.value.values if is_list else (argument.value,)
        if not is_list and not isinstance(argument.value, ast.ObjectValueNode):
            nodes = ()
        objects = [node for node in nodes if isinstance(node, ast.ObjectValueNode)]
        rules = tuple(_rule(node, number + place, base) for place, node in enumerate(objects))
        number += len(rules)
        items = tuple(_span(node, base) for node in nodes)
        found.append(Auth(_span(directive, base), rules, _span(argument.value, base), items, is_list))
    return tuple(found)


def _rule(node: ast.ObjectValueNode, number: int, base: int) -> Rule:
    return Rule(number, _span(node, base), tuple(_argument(one, base) for one in node.fields))


def _global_rule(node: Any, base: int) -> Rule | None:
    for one in node.fields or ():
        if one.name.value == "globalAuthRule" and isinstance(one.default_value, ast.ObjectValueNode):
            return _rule(one.default_value, 0, base)
    return None

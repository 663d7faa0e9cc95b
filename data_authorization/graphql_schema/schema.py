"""What a schema is made of, with the place of everything that can be edited.

A `Definition` knows nothing of where it stands: its spans count from its own first character, so that an edit of one
definition leaves the others as they are, and each is read once however often the whole is edited.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from itertools import accumulate
from typing import Any, NamedTuple

from data_authorization.graphql_schema.vocabulary import (
    DEFAULT_GROUP_CLAIM,
    DEFAULT_IDENTITY_CLAIM,
    DEFAULT_OWNER_FIELD,
    DEFAULT_PROVIDER,
    Provider,
    Strategy,
)

_STRATEGIES = {str(one): one for one in Strategy}
_PROVIDERS = {str(one): one for one in Provider}


class Span(NamedTuple):
    """Characters from `start` up to, and without, `end`. A tuple, as a large schema has tens of thousands of them."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Value:
    """A value as written. `kind` is `enum`, `string`, `int`, `float`, `boolean`, `null`, `list`, `object`, `variable`.

    `python` is the text of an enum and of a number, the content of a string, a tuple of `Value` for a list, and a
    mapping of names to `Value` for an object.
    """

    kind: str
    python: Any
    span: Span

    @property
    def texts(self) -> tuple[str, ...]:
        """The strings or enum words of a list; one value counts as a list of one, as in GraphQL."""
        items: tuple[Value, ...] = self.python if self.kind == "list" else (self,)
        return tuple(str(one.python) for one in items if one.kind in ("enum", "string"))


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an `@auth` directive, as written, right or wrong. `number` counts from 0 within its directives."""

    number: int
    span: Span
    arguments: tuple[Argument, ...]

    def argument(self, name: str) -> Argument | None:
        """The last one of the name, as a JavaScript object would keep it."""
        return next((one for one in reversed(self.arguments) if one.name == name), None)

    def text(self, name: str) -> str:
        """A string or an enum word; "" where the argument is absent or something else."""
        found = self.argument(name)
        return str(found.value.python) if found and found.value.kind in ("enum", "string") else ""

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The words of a list; None where the argument is absent or `null`."""
        found = self.argument(name)
        return found.value.texts if found and found.value.kind != "null" else None

    @property
    def strategy(self) -> Strategy | None:
        """None for a word that is no strategy."""
        return _STRATEGIES.get(self.text("allow"))

    @property
    def provider(self) -> Provider | None:
        """The one written, or the strategy's default; None where either is unknown."""
        word = self.text("provider")
        if word:
            return _PROVIDERS.get(word)
        return DEFAULT_PROVIDER[self.strategy] if self.strategy else None

    @property
    def operations(self) -> tuple[str, ...] | None:
        """As written; None where the argument is absent, which means all."""
        return self.texts("operations")

    @property
    def groups(self) -> tuple[str, ...] | None:
        return self.texts("groups")

    @property
    def groups_field(self) -> str:
        return self.text("groupsField")

    @property
    def owner_field(self) -> str:
        return self.text("ownerField") or DEFAULT_OWNER_FIELD

    @property
    def identity_claim(self) -> str:
        return self.text("identityClaim") or DEFAULT_IDENTITY_CLAIM

    @property
    def group_claim(self) -> str:
        return self.text("groupClaim") or DEFAULT_GROUP_CLAIM


@dataclass(frozen=True, slots=True)
class Directive:
    name: str
    span: Span
    arguments: tuple[Argument, ...]

    def argument(self, name: str) -> Argument | None:
        return next((one for one in self.arguments if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Auth:
    """One `@auth`. `rules_span` is that of the value of `rules`, None where there is none.

    `items` are the places of what stands in the list, rules and anything else; of the one value where there `is_list`
    not, as GraphQL takes one value for a list of one.
    """

    span: Span
    rules: tuple[Rule, ...]
    rules_span: Span | None
    items: tuple[Span, ...] = ()
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object, interface or input. `type` is as GraphQL prints it: `[Comment!]!`."""

    name: str
    span: Span
    type: str
    named_type: str
    directives: tuple[Directive, ...]
    auths: tuple[Auth, ...]
    directives_end: int
    """Where one more directive goes: behind the last one, or behind the type and its default."""
    name_span: Span
    description: str = ""

    @property
    def is_required(self) -> bool:
        return self.type.endswith("!")

    @property
    def is_list(self) -> bool:
        return self.type.startswith("[")

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for auth in self.auths for rule in auth.rules)


@dataclass(frozen=True, slots=True)
class Definition:
    """One top-level definition; an extension has `is_extension`.

    `kind` is `type`, `interface`, `input`, `enum`, `union`, `scalar`, `directive`, `schema` or `other`.
    """

    kind: str
    name: str
    text: str
    is_extension: bool
    name_span: Span
    directives: tuple[Directive, ...]
    auths: tuple[Auth, ...]
    directives_end: int
    """Where one more directive goes: behind the last one, or behind the name and what it implements."""
    fields: tuple[Field, ...]
    global_rule: Rule | None = None
    """That of `input AMPLIFY { globalAuthRule: AuthRule = {…} }`."""
    description: str = ""

    @property
    def is_model(self) -> bool:
        return self.kind == "type" and any(one.name == "model" for one in self.directives)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for auth in self.auths for rule in auth.rules)

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)

    def directive(self, name: str) -> Directive | None:
        return next((one for one in self.directives if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Place:
    """A type, or one of its fields; where rules stand."""

    type: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.type}.{self.field}" if self.field else self.type


@dataclass(frozen=True, slots=True)
class Placed:
    """A definition and the offset in the whole text at which it begins."""

    start: int
    definition: Definition


@dataclass(frozen=True)
class Schema:
    """The whole text and its definitions, in the order of the text. Names may occur twice; the first one counts."""

    text: str
    placed: tuple[Placed, ...]

    @property
    def definitions(self) -> Iterator[Definition]:
        return (one.definition for one in self.placed)

    @cached_property
    def _by_name(self) -> Mapping[str, Placed]:
        found: dict[str, Placed] = {}
        # An extension stands for its type where the type itself is not in the text, as with `extend type Query`.
        for one in sorted(self.placed, key=lambda one: one.definition.is_extension):
            if one.definition.kind != "directive":
                found.setdefault(one.definition.name, one)
        return found

    @cached_property
    def models(self) -> tuple[Definition, ...]:
        return tuple(one for one in self.definitions if one.is_model)

    @cached_property
    def global_rule(self) -> Rule | None:
        return next((one.global_rule for one in self.definitions if one.global_rule), None)

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        # A stream knows the three ways in which lines end in GraphQL, and no others.
        lengths = map(len, StringIO(self.text, newline=""))
        return (0, *accumulate(lengths))

    def placed_at(self, name: str) -> Placed | None:
        return self._by_name.get(name)

    def type(self, name: str) -> Definition | None:
        found = self._by_name.get(name)
        return found.definition if found else None

    def rules_at(self, place: Place) -> tuple[Rule, ...] | None:
        """None where there is no such type or field; an empty tuple where it has no rules of its own."""
        definition = self.type(place.type)
        if definition is None:
            return None
        if not place.field:
            return definition.rules
        found = definition.field(place.field)
        return found.rules if found else None

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Both count from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to say about a schema. `severity` is `error`, `warning` or `info`; line and column count from 1."""

    id: str
    severity: str
    text: str
    line: int
    column: int
    place: Place | None = None
    rule: int | None = None
    """The number of the rule at the place."""
    argument: str = ""
    """The argument of the rule that is wrong, as a form names its field."""


@dataclass(frozen=True, kw_only=True)
class WantedRule:
    """A rule as a person wants it. "" and None leave the argument out."""

    allow: str
    provider: str = ""
    owner_field: str = ""
    identity_claim: str = ""
    group_claim: str = ""
    groups: tuple[str, ...] | None = None
    groups_field: str = ""
    operations: tuple[str, ...] | None = None
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Arguments that this console does not know, as written; they stay."""

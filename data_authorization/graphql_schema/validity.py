"""What the genuine GraphQL transformer v2 says about a schema (Amplify project format, sections 9.2, 9.4 and 9.5).

Errors are what it refuses, also where it does so by an accident of its own: one word instead of a list in `operations`,
one rule in no list, `read` twice. Warnings are what it accepts and takes otherwise, or what only another file can cure.

Where the published transformer (July 2026) is more exact than the format document, the transformer is followed:
the same role twice is an error in the rules of a model, while in those of a field the later rule replaces the earlier;
who reads a model is, for required fields, who may `get` something of it; `@model(subscriptions: null)` does not switch
the check of required fields off, only another level than `on` does; `@auth` may not stand on `extend type`, nor twice.
tests/data_authorization/verdicts_of_amplify.json holds what it said about schemas made up for the purpose.

Not judged: the arguments of other directives than `@auth`, and directives of arguments.
"""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property

from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Auth, Directive, Field, Place, Placed, Problem, Schema, Span
from data_authorization.graphql_schema.validity_ids import (
    ERROR,
    MEANINGS,
    Found,
    Spot,
    found_once,
    listed,
    located,
)
from data_authorization.graphql_schema.validity_places import misplaced
from data_authorization.graphql_schema.validity_roles import (
    has_subscriptions,
    hidden_required_fields,
    matrix_of,
    repeated,
)
from data_authorization.graphql_schema.validity_rule import Judge, meaning_problems, shape_problems
from data_authorization.graphql_schema.validity_schema import (
    global_rule_problems,
    is_sql,
    known_names,
    name_problems,
    repeated_definitions,
    root_types,
    unknown_problems,
)
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES

BLOCKED: frozenset[str] = frozenset(id for id, meaning in MEANINGS.items() if meaning.blocked)
"""Ids of warnings that an editor must refuse: the transformer accepts the rule and means something else."""


def problems(schema: Schema, *, modes: Collection[str] | None) -> tuple[Problem, ...]:
    """All problems of the schema, in the order of the text. `modes` are AppSync's names, None where nobody knows."""
    ground = _Ground(schema, modes)
    return _in_order(one for number, placed in enumerate(schema.placed) for one in ground.of(number, placed))


def problems_at(schema: Schema, place: Place, *, modes: Collection[str] | None) -> tuple[Problem, ...]:
    """The problems of one type and its fields, or of one field.

    With a field come those of required fields elsewhere in the type: a rule of one field can make another unreadable.
    """
    ground = _Ground(schema, modes)
    found = _in_order(
        one
        for number, placed in enumerate(schema.placed)
        if placed.definition.name == place.type
        for one in ground.of(number, placed)
    )
    if not place.field:
        return found
    return tuple(one for one in found if one.place == place or one.id == "auth.required-field")


def unreadable(error: SchemaUnreadable) -> Problem:
    """A text that is no GraphQL, as a problem like the others."""
    return Problem("schema.syntax", ERROR, error.words, error.line, error.column)


@dataclass(frozen=True)
class _Ground:
    """What the definitions of a schema have in common, found once."""

    schema: Schema
    modes: Collection[str] | None

    @cached_property
    def roots(self) -> frozenset[str]:
        return root_types(self.schema)

    @cached_property
    def sql(self) -> bool:
        return is_sql(self.schema)

    @cached_property
    def has_models(self) -> bool:
        return bool(self.schema.models)

    @cached_property
    def names(self) -> frozenset[str]:
        return known_names(self.schema)

    @cached_property
    def repeated(self) -> frozenset[int]:
        return repeated_definitions(self.schema)

    @cached_property
    def common(self) -> tuple[Hashable, ...]:
        modes = None if self.modes is None else frozenset(self.modes)
        return ("validity", modes, self.roots, self.sql, self.names, self.has_models)

    def of(self, number: int, placed: Placed) -> Iterator[Problem]:
        is_repeated = number in self.repeated
        ground = (*self.common, is_repeated)
        found = found_once(placed.definition, ground, lambda spot: self._find(spot, is_repeated=is_repeated))
        return (located(self.schema, placed, one) for one in found)

    def _find(self, spot: Spot, *, is_repeated: bool) -> Iterator[Found]:
        yield from name_problems(spot, is_repeated=is_repeated, roots=self.roots, has_models=self.has_models)
        yield from unknown_problems(spot, names=self.names)
        if spot.definition.name == "AMPLIFY":
            yield from global_rule_problems(spot)
        yield from misplaced(spot)
        if spot.definition.kind == "type":
            yield from self._rules(spot)

    def _rules(self, spot: Spot) -> Iterator[Found]:
        one = spot.definition
        if one.auths and not one.is_model and not one.is_extension:
            words = f"Only models have rules, and {one.name} is none. Add @model, or give the rules to its fields."
            yield spot.problem("auth.without-model", words, one.auths[0].span)
        judge = Judge(spot, self.modes, is_sql=self.sql)
        yield from _at(judge, one.directives, one.auths)
        if one.is_model:
            yield from _repeated_roles(judge)
        for field in one.fields:
            if field.auths:
                yield from self._field(spot, field)
        if one.is_model and any(field.auths for field in one.fields) and has_subscriptions(one):
            yield from self._required(spot)

    def _field(self, spot: Spot, field: Field) -> Iterator[Found]:
        one = spot.definition
        is_operation = one.name in self.roots or (one.is_extension and one.name in ROOT_TYPES)
        on_model = one.is_model and not one.is_extension
        judge = Judge(spot, self.modes, field.name, on_model, is_operation, self.sql)
        yield from _at(judge, field.directives, field.auths)
        for rule, first, role in repeated(field.rules):
            words = (
                f"Rules {first.number + 1} and {rule.number + 1} are both for {role.words}: only the later one counts. "
                "Make them one rule."
                if rule is not first
                else f"“{role.name}” stands twice in the list. Keep it once."
            )
            yield judge.problem("auth.role-replaced", words, rule, "groups" if rule is first else "")

    def _required(self, spot: Spot) -> Iterator[Found]:
        matrix = matrix_of(spot.definition, is_sql=self.sql)
        if matrix is None:
            return
        for field, roles in hidden_required_fields(spot.definition, matrix):
            who = listed(role.words for role in roles)
            words = (
                f"“{field.name}” is required and hidden from {who}, who can read the model or another field. "
                "Give them a rule with read for this field too, make the field optional, "
                "or turn the model's subscriptions off: @model(subscriptions: { level: off })."
            )
            rule = field.rules[0].number if field.rules else None
            span = field.auths[0].span if field.auths else field.span
            yield spot.problem("auth.required-field", words, span, field=field.name, rule=rule)


def _at(judge: Judge, directives: tuple[Directive, ...], auths: tuple[Auth, ...]) -> Iterator[Found]:
    """The problems of all rules at one place."""
    written = [one for one in directives if one.name == "auth"]
    for number, (directive, auth) in enumerate(zip(written, auths, strict=True)):
        if number:
            words = "@auth stands twice here. Move all rules into the list of the first."
            yield judge.spot.problem("auth.repeated", words, directive.span, field=judge.field)
        yield from _list(judge, directive, auth)
        for rule in auth.rules:
            shape = tuple(shape_problems(judge, rule))
            yield from shape or meaning_problems(judge, rule)


def _list(judge: Judge, directive: Directive, auth: Auth) -> Iterator[Found]:
    def found(id: str, words: str, span: Span) -> Found:
        return judge.spot.problem(id, words, span, field=judge.field)

    seen = set()
    for argument in directive.arguments:
        if argument.name != "rules":
            words = f"@auth has no argument “{argument.name}”. Rules stand in rules: [ … ]."
            yield found("auth.directive-argument", words, argument.span)
        elif "rules" in seen:
            yield found("auth.directive-argument", "“rules” stands twice. Make it one list.", argument.span)
        seen.add(argument.name)
    given = directive.argument("rules")
    if given is None or given.value.kind == "null" or (given.value.kind == "list" and not given.value.python):
        words = "There are no rules here. Add one, or remove @auth."
        yield found("auth.rules-empty", words, given.span if given else directive.span)
    elif given.value.kind != "list" or any(one.kind != "object" for one in given.value.python):
        words = "“rules” is a list of rules in braces: rules: [{ allow: owner }]."
        yield found("auth.rules-list", words, given.span)


def _repeated_roles(judge: Judge) -> Iterator[Found]:
    for rule, first, role in repeated(judge.spot.definition.rules):
        if rule is first:
            words = f"“{role.name}” stands twice in the list of groups. Keep it once."
        else:
            words = (
                f"Rules {first.number + 1} and {rule.number + 1} are both for {role.words}. "
                "Make them one rule with the operations of both."
            )
        argument = "groups" if role.kind == "group" else ""
        yield judge.problem("auth.role-repeated", words, rule, argument)


def _in_order(found: Iterator[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(found, key=lambda one: (one.line, one.column, one.severity != ERROR, one.id)))

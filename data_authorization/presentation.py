"""Answers of the pure modules as the rows that the Data pages draw."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from data_authorization.graphql_schema import lint, sentences, validity
from data_authorization.graphql_schema.access import groups_named
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Definition, Field, Place, Problem, Rule, Schema
from data_authorization.graphql_schema.vocabulary import MODE_WORDS, ROOT_TYPES, Mode
from data_authorization.services import Working

SENTENCES = 3
"""How many rules of a model the list of models spells out."""
MANY_ALIKE = 3
ALSO_SHOWN = 6
"""How many of the other places of a finding are named."""
AROUND = 3
"""Lines of text shown on either side of a syntax error."""
LONGEST_LINE = 240
KINDS = {
    "type": "Object type",
    "interface": "Interface",
    "input": "Input",
    "enum": "Enumeration",
    "union": "Union",
    "scalar": "Scalar",
}
WITHOUT_RULES = "lint.model-without-rules"
_CAN = " can "
_BY_THIS_RULE = "by this rule"
_ORDER = {"error": 0, "warning": 1, "info": 2}
_REMEMBERED = 16
_found: dict[tuple[str, tuple[str, ...]], tuple[Problem, ...]] = {}
_named: dict[str, tuple[str, ...]] = {}


def problems_of(schema: Schema, modes: Sequence[str]) -> tuple[Problem, ...]:
    """What the transformer would say and what else is worth a word, the worst first; what needs AWS is not asked.

    Pages of one schema follow each other, so the answer is remembered by the text.
    """
    key = (schema.text, tuple(modes))
    found = _found.get(key)
    if found is None:
        known = tuple(modes) or None
        said = (*validity.problems(schema, modes=known), *lint.notices(schema, modes=known, known_groups=None))
        found = worst_first(said)
        if len(_found) >= _REMEMBERED:
            _found.clear()
        _found[key] = found
    return found


def rules_are_unknown(working: Working) -> bool:
    """AppSync keeps what Amplify compiled: that a model stands there without rules says nothing about its rules."""
    return working.data_model.source == working.data_model.Source.APPSYNC and "@model" in working.base_text


def problems_in(working: Working) -> tuple[Problem, ...]:
    """`problems_of` for this model, without what only the way it was read explains. Raises SchemaUnreadable."""
    found = problems_of(working.schema, working.modes)
    return tuple(one for one in found if one.id != WITHOUT_RULES) if rules_are_unknown(working) else found


def groups_in(schema: Schema) -> tuple[str, ...]:
    """The groups that any rule names, remembered in the same way."""
    found = _named.get(schema.text)
    if found is None:
        found = groups_named(schema)
        if len(_named) >= _REMEMBERED:
            _named.clear()
        _named[schema.text] = found
    return found


def worst_first(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=_rank))


def _rank(problem: Problem) -> tuple[int, int, int]:
    return _ORDER.get(problem.severity, 2), problem.line, problem.column


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem, and the other places that have the same one."""

    problem: Problem
    also: tuple[Problem, ...] = ()

    @property
    def shown(self) -> tuple[Problem, ...]:
        return self.also[:ALSO_SHOWN]

    @property
    def more(self) -> int:
        return len(self.also) - len(self.shown)


def gathered(problems: Iterable[Problem], *, by_text: bool = False) -> list[Finding]:
    """What many places have in common is said once; a few of a kind are told one by one.

    Of a kind are those of one id, or with `by_text` those that say the same in every word.
    """
    kinds: dict[str, list[Problem]] = {}
    for one in problems:
        kinds.setdefault(one.text if by_text else one.id, []).append(one)
    found: list[Finding] = []
    for alike in kinds.values():
        if len(alike) > MANY_ALIKE:
            found.append(Finding(alike[0], tuple(alike[1:])))
        else:
            found += [Finding(one) for one in alike]
    return sorted(found, key=lambda one: _rank(one.problem))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many problems of each severity."""

    errors: int = 0
    warnings: int = 0
    infos: int = 0

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> "Counts":
        found = Counter(one.severity for one in problems)
        return cls(found["error"], found["warning"], found["info"])

    @property
    def state(self) -> str:
        return "fail" if self.errors else "warn" if self.warnings else "info" if self.infos else "pass"

    @property
    def words(self) -> str:
        """ "2 errors, 1 warning"; "" where there is nothing."""
        named = ((self.errors, "error"), (self.warnings, "warning"), (self.infos, "note"))
        return ", ".join(f"{number} {word}{'' if number == 1 else 's'}" for number, word in named if number)


def mode_words(modes: Iterable[str]) -> list[str]:
    """AppSync's names in words; what this console does not know stays as it is."""
    return [MODE_WORDS[Mode(one)] if one in tuple(Mode) else one for one in modes]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type in the list. `sentences` are those of its first rules, `more` counts the others."""

    definition: Definition
    sentences: tuple[str, ...]
    more: int
    fields_with_rules: tuple[str, ...]
    counts: Counts

    @property
    def kind(self) -> str:
        return kind_words(self.definition)


def kind_words(definition: Definition) -> str:
    if definition.is_model:
        return "Model"
    if definition.name in ROOT_TYPES and not definition.is_extension:
        return "Operations of the API"
    return KINDS.get(definition.kind, "Other") + (" extension" if definition.is_extension else "")


def type_rows(definitions: Iterable[Definition], problems: Iterable[Problem]) -> list[TypeRow]:
    """A row for each; only those that are shown should be handed in."""
    by_type: dict[str, list[Problem]] = {}
    for one in problems:
        if one.place:
            by_type.setdefault(one.place.type, []).append(one)
    return [_type_row(one, by_type.get(one.name, ())) for one in definitions]


def _type_row(definition: Definition, problems: Iterable[Problem]) -> TypeRow:
    said = [short_sentence(rule, definition) for rule in definition.rules[:SENTENCES]]
    number = len(definition.rules)
    if not definition.is_model:
        # There the fields are what rules are about.
        of_fields = [(one.name, rule) for one in definition.fields if one.auths for rule in one.rules]
        number += len(of_fields)
        said += [f"{name}: {short_sentence(rule, definition)}" for name, rule in of_fields[: SENTENCES - len(said)]]
    return TypeRow(
        definition,
        tuple(said),
        number - len(said),
        tuple(one.name for one in definition.fields if one.auths),
        Counts.of(problems),
    )


def global_sentence(schema: Schema) -> str:
    """What `input AMPLIFY` grants to everybody, in words; "" where there is none."""
    return sentences.of_rule(schema.global_rule) if schema.global_rule else ""


def models(schema: Schema, text: str) -> list[Definition]:
    """The models whose name has the text, in the order of the schema."""
    return [one for one in schema.models if text.casefold() in one.name.casefold()]


def others_with_rules(schema: Schema, text: str) -> list[Definition]:
    """What is no model and has rules all the same, of its own or on a field."""
    return [
        one
        for one in schema.definitions
        if not one.is_model
        and (one.auths or any(field.auths for field in one.fields))
        and text.casefold() in one.name.casefold()
    ]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: in words, as written, and what is wrong with it. `anchor` is its id on the page of the type."""

    rule: Rule
    place: Place
    anchor: str
    sentence: str
    sdl: str
    line: int
    problems: tuple[Problem, ...]

    @property
    def number(self) -> int:
        """As people count."""
        return self.rule.number + 1


def anchor_of(place: Place, number: int) -> str:
    return f"field-{place.field}-rule-{number}" if place.field else f"rule-{number}"


def sentence_about(rule: Rule, place: Place, definition: Definition) -> str:
    """ "Users in the Editors group can read, create Books": with what the rule is about."""
    said = short_sentence(rule, definition)
    about = place.field or sentences.plural(definition.name)
    return f"{said} {about}" if _CAN in said and not said.endswith(_BY_THIS_RULE) else said


def short_sentence(rule: Rule, definition: Definition) -> str:
    """Without what it is about. Outside models the operations of a rule mean nothing: a field is asked for, or not."""
    said = sentences.of_rule(rule)
    if definition.is_model or _CAN not in said:
        return said
    return said.partition(_CAN)[0] + _CAN + ("call" if definition.name in ROOT_TYPES else "read")


def rule_rows(schema: Schema, place: Place, problems: Iterable[Problem]) -> tuple[RuleRow, ...]:
    """The rules that stand at the place. Raises LookupError for a place that is not there."""
    placed = schema.placed_at(place.type)
    rules = schema.rules_at(place)
    if placed is None or rules is None:
        raise LookupError(str(place))
    text = placed.definition.text
    of_place = [one for one in problems if one.place == place]
    return tuple(
        RuleRow(
            rule,
            place,
            anchor_of(place, rule.number),
            sentence_about(rule, place, placed.definition),
            text[rule.span.start : rule.span.end],
            schema.line_and_column(placed.start + rule.span.start)[0],
            tuple(one for one in of_place if one.rule == rule.number),
        )
        for rule in rules
    )


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a type. `sentences` is empty where it has no rules of its own."""

    field: Field
    sentences: tuple[str, ...]
    counts: Counts

    @property
    def name(self) -> str:
        return self.field.name


def field_row(definition: Definition, one: Field, problems: Iterable[Problem]) -> FieldRow:
    place = Place(definition.name, one.name)
    said = tuple(short_sentence(rule, definition) for rule in one.rules)
    return FieldRow(one, said, Counts.of(found for found in problems if found.place == place))


def of_type(problems: Iterable[Problem], name: str) -> tuple[Problem, ...]:
    return tuple(one for one in problems if one.place and one.place.type == name)


@dataclass(frozen=True)
class SyntaxTrouble:
    """Where a text stops being GraphQL, with the lines around it."""

    error: SchemaUnreadable
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> list[tuple[int, str, bool]]:
        """Number, text, and whether it is the line of the error."""
        all_lines = self.text.splitlines()
        first = max(0, self.error.line - 1 - AROUND)
        shown = all_lines[first : self.error.line + AROUND]
        return [
            (number, line[:LONGEST_LINE], number == self.error.line)
            for number, line in enumerate(shown, start=first + 1)
        ]


def changed_in(working: Working) -> tuple[str, ...]:
    """The names of the types whose text the draft changes, in the order of the text; those that went come last."""
    if not working.has_draft:
        return ()
    old = {one.name: one.text for one in working.base_schema.definitions}
    new = {one.name: one.text for one in working.schema.definitions}
    changed = [name for name, text in new.items() if old.get(name) != text]
    return (*changed, *(name for name in old if name not in new))

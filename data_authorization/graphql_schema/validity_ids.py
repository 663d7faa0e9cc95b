"""Every id that a problem of a schema can have, what it means, and its weight. docs/data-access.md lists them."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from data_authorization.graphql_schema.schema import Definition, Place, Placed, Problem, Schema, Span

ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True, slots=True)
class Meaning:
    """`severity` is `error` where Amplify refuses the schema. What is `blocked` Amplify accepts and takes otherwise."""

    severity: str
    words: str
    blocked: bool = False


MEANINGS: dict[str, Meaning] = {
    "schema.syntax": Meaning(ERROR, "The text is not GraphQL at this place."),
    "schema.duplicate-type": Meaning(ERROR, "Two types have the same name."),
    "schema.duplicate-field": Meaning(ERROR, "Two fields of a type have the same name."),
    "schema.scalar-name": Meaning(ERROR, "A type is called like a scalar of AppSync or Amplify, such as `AWSDate`."),
    "schema.operation-type": Meaning(ERROR, "`Query`, `Mutation` or `Subscription` is a model, or no object type."),
    "schema.old-directive": Meaning(
        ERROR, "`@key`, `@connection` or `@versioned`, of the transformer's first version."
    ),
    "schema.no-type": Meaning(ERROR, "A query, mutation, subscription or fragment stands among the types."),
    "schema.global-rule": Meaning(ERROR, "`globalAuthRule` is something else than `AuthRule = { allow: public }`."),
    "schema.built-in-name": Meaning(WARNING, "A type is called like a scalar of GraphQL, such as `String`, or `__…`."),
    "schema.unknown-type": Meaning(WARNING, "A field names a type that is not in this text."),
    "schema.unknown-directive": Meaning(WARNING, "A directive that Amplify does not have."),
    "auth.without-model": Meaning(ERROR, "`@auth` on a type that has no `@model`."),
    "auth.wrong-place": Meaning(ERROR, "`@auth` where no rules can be: an interface, input, enum, union, an argument."),
    "auth.interface-field": Meaning(ERROR, "`@auth` on a field of an interface."),
    "auth.extension": Meaning(
        ERROR, "`@auth` on `extend type`, or on its fields where it extends something else than an operation type."
    ),
    "auth.repeated": Meaning(ERROR, "`@auth` twice at one place."),
    "auth.directive-argument": Meaning(ERROR, "`@auth` has an argument other than `rules`, or `rules` twice."),
    "auth.rules-empty": Meaning(ERROR, "`@auth` without rules."),
    "auth.rules-list": Meaning(ERROR, "`rules` is not a list of rules in braces."),
    "auth.allow-missing": Meaning(ERROR, "A rule does not say whom it allows."),
    "auth.allow-unknown": Meaning(ERROR, "`allow` is none of owner, groups, private, public, custom."),
    "auth.provider-unknown": Meaning(ERROR, "`provider` is none that there is."),
    "auth.operation-unknown": Meaning(ERROR, "One of `operations` is none that there is."),
    "auth.unknown-argument": Meaning(ERROR, "A rule has an argument that there is not."),
    "auth.repeated-argument": Meaning(ERROR, "A rule has the same argument twice."),
    "auth.wrong-value": Meaning(ERROR, "An argument has a value of the wrong kind, such as a list for a text."),
    "auth.provider-not-allowed": Meaning(ERROR, "This provider does not go with this `allow`."),
    "auth.provider-not-configured": Meaning(ERROR, "The API does not let callers in by the rule's provider."),
    "auth.groups-missing": Meaning(ERROR, "A groups rule names neither `groups` nor `groupsField`."),
    "auth.groups-empty": Meaning(ERROR, "The list of `groups` is empty."),
    "auth.groups-and-field": Meaning(ERROR, "A rule has both `groups` and `groupsField`."),
    "auth.identity-claim": Meaning(ERROR, "`identityClaim` on a groups rule."),
    "auth.group-claim": Meaning(ERROR, "`groupClaim` on an owner rule."),
    "auth.read-and-granular": Meaning(ERROR, "`read` together with get, list, listen, search or sync."),
    "auth.operation-repeated": Meaning(ERROR, "`read` twice in one rule."),
    "auth.granular-at-field": Meaning(ERROR, "get, list, listen, search or sync in the rule of a field."),
    "auth.operations-not-allowed": Meaning(
        ERROR, "`operations` on a field of Query, Mutation or Subscription, or of a type that is no model."
    ),
    "auth.sql-operation": Meaning(ERROR, "`sync` or `search` in a schema for an SQL database."),
    "auth.role-repeated": Meaning(ERROR, "Two rules of a model, or two names in one list, are for the same people."),
    "auth.required-field": Meaning(
        ERROR, "A required field can be read by fewer people than the model, while subscriptions are on."
    ),
    "auth.argument-ignored": Meaning(WARNING, "An argument that does nothing with this `allow`.", blocked=True),
    "auth.groups-lost": Meaning(
        WARNING, "`groups` on a rule that is not for groups: the rule becomes one for the groups only.", blocked=True
    ),
    "auth.operations-empty": Meaning(WARNING, "`operations: []`: the rule allows nothing.", blocked=True),
    "auth.rule-ignored": Meaning(
        WARNING, "An owner rule or a `groupsField` on a field outside of models does nothing.", blocked=True
    ),
    "auth.role-replaced": Meaning(
        WARNING, "Two rules of a field are for the same people: only the later one counts.", blocked=True
    ),
    "lint.public-write": Meaning(WARNING, "Anyone may create, change or delete."),
    "lint.public-by-default": Meaning(WARNING, "Models without rules are open to anyone with the API key."),
    "lint.model-without-rules": Meaning(WARNING, "A model without rules: nobody gets in."),
    "lint.owner-reassigns": Meaning(WARNING, "An owner may write another owner's name into the item."),
    "lint.owner-not-set": Meaning(INFO, "Who creates by a rule for groups or all may, in older projects, not own it."),
    "lint.groups-bypassed": Meaning(WARNING, "Who gets in by one `groupsField` may write the groups of another one."),
    "lint.required-unreadable": Meaning(
        WARNING, "A required field is hidden from people who may read the model: their whole answer fails."
    ),
    "lint.owner-field-missing": Meaning(INFO, "The owner field is not in the type; Amplify adds it as a text."),
    "lint.owner-field-case": Meaning(WARNING, "The owner field differs from a field of the type only in upper case."),
    "lint.owner-field-type": Meaning(WARNING, "The owner field is neither a text nor a list of texts."),
    "lint.groups-field-missing": Meaning(WARNING, "The field of the groups is not in the type: nobody gets in."),
    "lint.groups-field-type": Meaning(WARNING, "The field of the groups is neither a text nor a list of texts."),
    "lint.unknown-group": Meaning(WARNING, "The user pool has no group of this name."),
    "lint.empty-group": Meaning(INFO, "Nobody is in the group."),
    "lint.provider-deprecated": Meaning(INFO, "The provider `iam` is called `identityPool` today."),
    "lint.joined-rules": Meaning(INFO, "What `@manyToMany` links is open to whom the rules of either side allow."),
}


_LONGEST_LIST = 9


def listed(words: Iterable[str], *, last: str = "and") -> str:
    """Words in a sentence; of very many only the first ones."""
    items = [str(one) for one in words]
    if len(items) > _LONGEST_LIST:
        items = [*items[: _LONGEST_LIST - 1], f"{len(items) - _LONGEST_LIST + 1} more"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


class Found(NamedTuple):
    """A problem of a definition, wherever it stands: `offset` counts from the definition's own start."""

    id: str
    text: str
    offset: int
    field: str
    rule: int | None
    argument: str


@dataclass(frozen=True, slots=True)
class Spot:
    """The definition in which problems are looked for."""

    definition: Definition

    def problem(
        self, id: str, text: str, span: Span, *, field: str = "", rule: int | None = None, argument: str = ""
    ) -> Found:
        return Found(id, text, span.start, field, rule, argument)


_KEPT = 5_000
_kept: dict[tuple[Hashable, ...], tuple[Found, ...]] = {}
"""What was found in definitions, by their text and all else that it depends on: an edit changes one of hundreds."""


def found_once(
    definition: Definition, ground: tuple[Hashable, ...], find: Callable[[Spot], Iterable[Found]]
) -> tuple[Found, ...]:
    """What `find` finds. `ground` is what that depends on beside the definition, beginning with a name for `find`."""
    key = (*ground, definition.text)
    known = _kept.get(key)
    if known is None:
        known = tuple(find(Spot(definition)))
        if len(_kept) >= _KEPT:
            _kept.clear()
        _kept[key] = known
    return known


def located(schema: Schema, placed: Placed, found: Found) -> Problem:
    line, column = schema.line_and_column(placed.start + found.offset)
    name = placed.definition.name
    place = Place(name, found.field) if name else None
    severity = MEANINGS[found.id].severity
    return Problem(found.id, severity, found.text, line, column, place, found.rule, found.argument)

"""What every rule grants: to whom, which operations, on which fields (Amplify project format, 9.3 to 9.5).

A `Principal` is what the transformer calls a role: somebody who comes through one door of the API with one property.
Rules are OR-ed; a field with an `@auth` of its own does not see the rules of its type. Where section 9 is silent, or
a rule means something else than it says, this follows the published transformer (amplify-graphql-auth-transformer):

- `groups` on an `owner` rule makes it a rule for these groups. On `private`, `public` and `custom` rules the argument
  stays without effect: whoever reads "only these groups" there is wrong, so the wider reading is the safe one, too.
- What the transformer refuses for its provider or its missing groups grants nothing here.
- `input AMPLIFY` opens a model to the API key only where neither the model nor any of its fields has an `@auth`.
- On a type that is no model and on root types the operations do not matter, and owner and dynamic group rules are
  dropped: they would look into an item that is not there.
- A field of a root type without rules answers to the API's default authorization mode; that of an embedded type to
  whoever reads what holds it.
- An item is deleted by one principal who may delete every field; two who may delete a half each do not add up. That is
  stricter than OR, and it is how the transformer reads "delete permission on every field".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from data_authorization.graphql_schema.schema import Definition, Place, Rule, Schema
from data_authorization.graphql_schema.vocabulary import (
    ALLOWED_PROVIDERS,
    DEFAULT_GROUP_CLAIM,
    READS,
    ROOT_TYPES,
    Mode,
    Operation,
    Provider,
    Strategy,
)


class Door(StrEnum):
    """How a caller comes in; IAM is two doors, for who is signed in to the identity pool and for guests."""

    USER_POOL = "user-pool"
    IDENTITY_POOL = "identity-pool"
    GUEST = "guest"
    API_KEY = "api-key"
    OIDC = "oidc"
    LAMBDA = "lambda"


MODE_OF_DOOR: Mapping[Door, Mode] = {
    Door.USER_POOL: Mode.USER_POOLS,
    Door.IDENTITY_POOL: Mode.IAM,
    Door.GUEST: Mode.IAM,
    Door.API_KEY: Mode.API_KEY,
    Door.OIDC: Mode.OIDC,
    Door.LAMBDA: Mode.LAMBDA,
}
GLOBAL_PLACE = Place("AMPLIFY", "globalAuthRule")
"""Where the rule for models without rules stands."""
FINE = (Operation.CREATE, Operation.UPDATE, Operation.DELETE, *READS)
"""Operations as the transformer keeps them."""
EVERYTHING = frozenset(FINE)


@dataclass(frozen=True, slots=True)
class Principal:
    """`kind` is `anyone`, `owner`, `group` or `dynamic`; `name` is the group, or the field of the item."""

    door: Door
    kind: str
    name: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What rule `number` at `place` gives to one principal."""

    principal: Principal
    operations: frozenset[str]
    place: Place
    number: int


def operations_of(rule: Rule) -> frozenset[str]:
    """The operations a rule names, `read` as the five that it stands for; words that are none are left out."""
    if rule.operations is None:
        return EVERYTHING
    fine = {Operation(word) for word in rule.operations if word in tuple(Operation)}
    return frozenset(fine - {Operation.READ} | (set(READS) if Operation.READ in fine else set()))


def principals_of(rule: Rule) -> tuple[Principal, ...]:
    """Whom a rule speaks of. Empty for a rule that the transformer refuses, or that no one can meet."""
    strategy, provider = rule.strategy, rule.provider
    if strategy is None or provider is None or provider not in ALLOWED_PROVIDERS[strategy]:
        return ()
    door = Door.OIDC if provider is Provider.OIDC else Door.USER_POOL
    match strategy:
        case Strategy.GROUPS if rule.groups is not None and rule.groups_field:
            return ()
        case Strategy.OWNER | Strategy.GROUPS if rule.groups and not rule.groups_field:
            return tuple(Principal(door, "group", name, rule.group_claim) for name in dict.fromkeys(rule.groups))
        case Strategy.OWNER:
            return (Principal(door, "owner", rule.owner_field, rule.identity_claim),)
        case Strategy.GROUPS:
            return (Principal(door, "dynamic", rule.groups_field, rule.group_claim),) if rule.groups_field else ()
        case Strategy.PRIVATE:
            by_iam = provider in (Provider.IAM, Provider.IDENTITY_POOL)
            return (Principal(Door.IDENTITY_POOL if by_iam else door, "anyone"),)
        case Strategy.PUBLIC:
            return (Principal(Door.API_KEY if provider is Provider.API_KEY else Door.GUEST, "anyone"),)
    return (Principal(Door.LAMBDA, "anyone"),)


def grants_of(rule: Rule, place: Place, *, reads_only: bool = False) -> tuple[Grant, ...]:
    """`reads_only` is for fields outside models: every static rule there means that the field may be asked for."""
    operations = frozenset(READS) if reads_only else operations_of(rule)
    return tuple(
        Grant(one, operations, place, rule.number)
        for one in principals_of(rule)
        if not reads_only or one.kind not in ("owner", "dynamic")
    )


@dataclass(frozen=True)
class Access:
    """The access rules of one type: its fields, and whom each lets do what."""

    schema: Schema
    definition: Definition

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def is_root(self) -> bool:
        return self.name in ROOT_TYPES

    @property
    def is_model(self) -> bool:
        return self.definition.is_model

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.definition.fields)

    @cached_property
    def restricted(self) -> frozenset[str]:
        """The fields with an `@auth` of their own, which the rules of the type do not reach."""
        if self.definition.kind != "type":
            return frozenset()
        return frozenset(one.name for one in self.definition.fields if one.auths)

    @cached_property
    def of_type(self) -> tuple[Grant, ...]:
        """What holds for fields without rules of their own; the global rule is among it."""
        if not self.is_model:
            return ()
        if not self.definition.auths and not self.restricted:
            return self._global()
        place = Place(self.name)
        return tuple(grant for rule in self.definition.rules for grant in grants_of(rule, place))

    def _global(self) -> tuple[Grant, ...]:
        rule = self.schema.global_rule
        if rule is None or rule.strategy is not Strategy.PUBLIC or rule.provider is not Provider.API_KEY:
            return ()
        # The transformer reads nothing but `allow: public` of it.
        return (Grant(Principal(Door.API_KEY, "anyone"), EVERYTHING, GLOBAL_PLACE, 0),)

    @cached_property
    def _by_field(self) -> Mapping[str, tuple[Grant, ...]]:
        found: dict[str, tuple[Grant, ...]] = {}
        for one in self.definition.fields:
            if one.name not in self.restricted:
                found[one.name] = self.of_type
                continue
            place = Place(self.name, one.name)
            found[one.name] = tuple(
                grant for rule in one.rules for grant in grants_of(rule, place, reads_only=not self.is_model)
            )
        return found

    def of_field(self, name: str) -> tuple[Grant, ...]:
        """The grants on a field. One that the transformer adds (`owner`, `createdAt`) follows its type."""
        return self._by_field.get(name, self.of_type)

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """Every grant once: those of the type where they reach a field, then those of the fields."""
        reached = self.of_type if len(self.restricted) < len(self.field_names) else ()
        own = (grant for name in self.field_names if name in self.restricted for grant in self._by_field[name])
        return (*reached, *own)

    @property
    def is_open(self) -> bool:
        """Whether a field without rules is nobody's to refuse: types that are no models."""
        return not self.is_model


def access_of(schema: Schema, name: str) -> Access:
    """Raises LookupError for a type that is not there, or that nobody can be let into."""
    definition = schema.type(name)
    if definition is None or definition.kind not in ("type", "interface"):
        raise LookupError(f"The schema has no type {name} that access rules could be about.")
    return Access(schema, definition)


def groups_named(schema: Schema, types: Collection[str] | None = None) -> tuple[str, ...]:
    """The user groups that rules name, in the order of the text; those of some types only where `types` is given."""
    found: dict[str, None] = {}
    for definition in schema.definitions:
        if types is not None and definition.name not in types:
            continue
        rules = (*definition.rules, *(rule for one in definition.fields for rule in one.rules))
        for rule in rules:
            for one in principals_of(rule):
                if one.kind == "group" and one.door is Door.USER_POOL and one.claim == DEFAULT_GROUP_CLAIM:
                    found[one.name] = None
    return tuple(found)

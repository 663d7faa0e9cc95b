"""Who may do what on which field of a type, as the transformer keeps it: one row for each *role* of the rules.

A role is what two rules have in common that the transformer cannot tell apart (section 9.4 of the format). Verified
against the published transformer (packages/amplify-graphql-auth-transformer, July 2026).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from data_authorization.graphql_schema.schema import Definition, Field, Rule
from data_authorization.graphql_schema.validity_rule import is_well_formed, names_of
from data_authorization.graphql_schema.vocabulary import ALLOWED_PROVIDERS, READS, Operation, Provider, Strategy

_WRITES = (Operation.CREATE, Operation.UPDATE, Operation.DELETE)
_NOT_IN_SQL = (Operation.SEARCH, Operation.SYNC)
_DEFAULT_GROUPS_FIELD = "groups"


@dataclass(frozen=True, slots=True)
class Role:
    """`kind` is `owner`, `private`, `public`, `custom`, `group` or `groups in`; `name` is a field or a group."""

    provider: str
    kind: str
    name: str = ""
    claim: str = ""

    @property
    def words(self) -> str:
        match self.kind:
            case "owner":
                return f"owners (field {self.name})"
            case "group":
                return f"the group {self.name}"
            case "groups in":
                return f"groups that the field {self.name} names"
            case "private":
                return "signed-in users" if self.provider != "iam" else "signed-in users of the identity pool"
            case "public":
                return "anyone with the API key" if self.provider == "apiKey" else "guests"
        return "callers that a Lambda function lets in"


Matrix = Mapping[Role, Mapping[str, frozenset[str]]]


def has_roles(rule: Rule) -> bool:
    """Whether the rule is one that the transformer looks at any further."""
    return is_well_formed(rule) and rule.strategy is not None and rule.provider in ALLOWED_PROVIDERS[rule.strategy]


def roles_of(rule: Rule) -> tuple[Role, ...]:
    """The roles of a rule that has some. A group that is named twice gives two."""
    strategy, provider = rule.strategy, rule.provider
    assert strategy is not None
    assert provider is not None
    names = names_of(rule)
    # The deprecated name and the new one are the same role.
    key = "iam" if provider in (Provider.IAM, Provider.IDENTITY_POOL) else str(provider)
    if names is not None and not rule.groups_field:
        return tuple(Role(key, "group", name, rule.group_claim) for name in names)
    if provider == Provider.API_KEY:
        return (Role(key, "public"),)
    if provider == Provider.FUNCTION:
        return (Role(key, "custom"),)
    if key == "iam" or strategy not in (Strategy.GROUPS, Strategy.OWNER):
        return (Role(key, str(strategy)),)
    if strategy == Strategy.GROUPS:
        return (Role(key, "groups in", rule.groups_field or _DEFAULT_GROUPS_FIELD, rule.group_claim),)
    return (Role(key, "owner", rule.owner_field, rule.identity_claim),)


def operations_of(rule: Rule, *, is_sql: bool = False) -> frozenset[str]:
    """The operations with `read` spelled out; all where the rule names none."""
    reads = [one for one in READS if not (is_sql and one in _NOT_IN_SQL)]
    if rule.operations is None:
        return frozenset((*_WRITES, *READS))
    return frozenset(one for word in rule.operations for one in (reads if word == Operation.READ else (word,)))


def matrix_of(definition: Definition, *, is_sql: bool = False) -> Matrix | None:
    """The rows of a model, None where a rule is wrong. Rules of a field replace those of the model."""
    matrix: dict[Role, dict[str, frozenset[str]]] = {}
    every = [field for field in definition.fields if field.auths]
    if not all(has_roles(rule) for rule in (*definition.rules, *(rule for one in every for rule in one.rules))):
        return None
    names = [field.name for field in definition.fields]
    nothing: frozenset[str] = frozenset()
    for rule in definition.rules:
        for role in roles_of(rule):
            matrix.setdefault(role, dict.fromkeys(names, operations_of(rule, is_sql=is_sql)))
    for field in every:
        for row in matrix.values():
            row[field.name] = nothing
        for rule in field.rules:
            for role in roles_of(rule):
                row = matrix.setdefault(role, dict.fromkeys(names, nothing))
                row[field.name] = operations_of(rule, is_sql=is_sql)
    return matrix


def repeated(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule, Role]]:
    """Each later rule with the first one that has the same role; the two may be one rule that names a group twice."""
    first: dict[Role, Rule] = {}
    for rule in rules:
        if not has_roles(rule):
            continue
        for role in roles_of(rule):
            if role in first:
                yield rule, first[role], role
            else:
                first[role] = rule


def hidden_required_fields(definition: Definition, matrix: Matrix) -> Iterator[tuple[Field, tuple[Role, ...]]]:
    """Required fields of a model that some of those who read it may not read, with who that is.

    As in the transformer, only who may `get` something of the model counts as reading it, and signed-in users who
    may read a field in every way stand for all users of their provider.
    """
    readers = [role for role, row in matrix.items() if any(Operation.GET in one for one in row.values())]
    everybody = [role for role in readers if role.kind == "private" and role.provider != "iam"]
    for field in definition.fields:
        if not field.is_required:
            continue
        covered = {role.provider for role in everybody if matrix[role][field.name].issuperset(READS)}
        hidden = [
            role
            for role in readers
            if not matrix[role][field.name].intersection(READS)
            and not (role.provider in covered and role.kind != "private")
        ]
        if hidden:
            yield field, tuple(hidden)


def has_subscriptions(definition: Definition) -> bool:
    """Whether the model's subscriptions are at the level `on`, the default.

    Since June 2023 (`@model(subscriptions: null)` and a `subscriptions: {…}` that names no level) counts as `on` when
    required fields are checked; before, it counted as off.
    """
    model = definition.directive("model")
    given = model.argument("subscriptions") if model else None
    if given is None or given.value.kind != "object":
        return True
    level = given.value.python.get("level")
    return level is None or level.kind == "null" or level.python == "on"

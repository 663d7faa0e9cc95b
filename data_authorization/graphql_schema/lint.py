"""What is valid and yet worth a word: rules that let in more people, or fewer, than somebody may think.

Rules whose provider the API lacks are errors of `validity`. Amplify itself tells of owners who may reassign, of the
deprecated provider and of an owner field that differs in upper case only; the rest nobody tells. It tells of
reassigning, too, where an owner may not update at all and the field `owner` is not in the schema; here that is silent,
and an owner field of another name that is not in the schema is told of, because its owners do reassign.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from data_authorization.graphql_schema.schema import Definition, Field, Problem, Rule, Schema, Span
from data_authorization.graphql_schema.validity_ids import Found, Spot, found_once, listed, located
from data_authorization.graphql_schema.validity_roles import (
    Matrix,
    Role,
    has_subscriptions,
    hidden_required_fields,
    matrix_of,
    operations_of,
    roles_of,
)
from data_authorization.graphql_schema.validity_rule import is_well_formed, names_of
from data_authorization.graphql_schema.validity_schema import is_sql
from data_authorization.graphql_schema.vocabulary import (
    DEFAULT_GROUP_CLAIM,
    DEFAULT_OWNER_FIELD,
    Mode,
    Operation,
    Provider,
    Strategy,
)

_WRITES = {Operation.CREATE: "create", Operation.UPDATE: "change", Operation.DELETE: "delete"}
_TEXT_TYPES = ("String", "ID")


def notices(
    schema: Schema,
    *,
    modes: Collection[str] | None,
    known_groups: Collection[str] | None,
    empty_groups: Collection[str] = (),
) -> tuple[Problem, ...]:
    """Severity `warning` or `info`, in the order of the text. `known_groups` are those of the pool, None if unknown.

    Groups are looked for in the rules that read them from the user pool's own claim.
    """
    known = None if known_groups is None else frozenset(known_groups)
    ground = _Ground(schema, None if modes is None else frozenset(modes), known, frozenset(empty_groups))
    rule = schema.global_rule
    is_public = rule is not None and rule.text("allow") == Strategy.PUBLIC
    common = ("lint", ground.modes, ground.known_groups, ground.empty_groups, ground.sql, is_public)
    found = [
        located(schema, placed, one)
        for placed in schema.placed
        for one in found_once(placed.definition, common, ground.of)
    ]
    return tuple(sorted(found, key=lambda one: (one.line, one.column, one.id)))


@dataclass(frozen=True)
class _Ground:
    schema: Schema
    modes: frozenset[str] | None
    known_groups: frozenset[str] | None
    empty_groups: frozenset[str]

    @cached_property
    def sql(self) -> bool:
        return is_sql(self.schema)

    def of(self, spot: Spot) -> Iterator[Found]:
        one = spot.definition
        if one.global_rule is not None and one.global_rule.text("allow") == Strategy.PUBLIC:
            words = (
                "Anyone with the API key may read and change every model that has no rules of its own. "
                "Remove globalAuthRule before other people use the API."
            )
            yield spot.problem("lint.public-by-default", words, one.global_rule.span, field="globalAuthRule")
        if one.kind != "type" or one.is_extension:
            return
        for field in (None, *one.fields):
            for rule in field.rules if field else one.rules:
                if is_well_formed(rule):
                    yield from self._rule(spot, rule, field)
        if one.is_model:
            yield from self._model(spot)
            yield from _joined(spot)
            yield from _not_set(spot)
            yield from _bypassing(spot)

    def _rule(self, spot: Spot, rule: Rule, field: Field | None) -> Iterator[Found]:
        at = field.name if field else ""
        yield from _public_write(spot, rule, at, is_root=not spot.definition.is_model)
        yield from self._groups(spot, rule, at)
        if rule.provider == Provider.IAM and (found := rule.argument("provider")):
            words = "The provider iam is called identityPool today, and means the same. Write identityPool."
            yield spot.problem(
                "lint.provider-deprecated", words, found.span, field=at, rule=rule.number, argument="provider"
            )
        if not spot.definition.is_model:
            return
        if rule.strategy == Strategy.OWNER and names_of(rule) is None:
            yield from _owner_field(spot, rule, at)
        if rule.strategy == Strategy.GROUPS and rule.groups_field:
            yield from _groups_field(spot, rule, at)

    def _groups(self, spot: Spot, rule: Rule, at: str) -> Iterator[Found]:
        """The names of a rule whose groups are those of the user pool."""
        found = rule.argument("groups")
        names = names_of(rule)
        is_pool = rule.provider == Provider.USER_POOLS and rule.group_claim == DEFAULT_GROUP_CLAIM
        if found is None or not names or not is_pool:
            return
        items = found.value.python if found.value.kind == "list" else (found.value,)
        spans = {one.python: one.span for one in items}
        for name in dict.fromkeys(names):
            if self.known_groups is not None and name not in self.known_groups:
                words = f"The user pool has no group “{name}”: nobody gets in by it. Create it, or correct the name."
                yield spot.problem(
                    "lint.unknown-group", words, spans[name], field=at, rule=rule.number, argument="groups"
                )
            elif name in self.empty_groups:
                words = f"Nobody is in the group “{name}”. Add users to it, or this part of the rule lets nobody in."
                yield spot.problem(
                    "lint.empty-group", words, spans[name], field=at, rule=rule.number, argument="groups"
                )

    def _model(self, spot: Spot) -> Iterator[Found]:
        one = spot.definition
        if not one.auths and not any(field.auths for field in one.fields):
            yield from self._without_rules(spot)
            return
        matrix = matrix_of(one, is_sql=self.sql)
        if matrix is None:
            return
        yield from _reassigning(spot, matrix)
        if not has_subscriptions(one):
            yield from _unreadable(spot, matrix)

    def _without_rules(self, spot: Spot) -> Iterator[Found]:
        one = spot.definition
        rule = self.schema.global_rule
        if rule is not None and rule.text("allow") == Strategy.PUBLIC:
            if self.modes is None or Mode.API_KEY in self.modes:
                return
            words = (
                f"{one.name} has no rules, and the API lets nobody in by an API key: nobody but administrators "
                "reaches it. Add a rule."
            )
        else:
            words = f"{one.name} has no rules: nobody but administrators reaches it. Add a rule for those who shall."
        yield spot.problem("lint.model-without-rules", words, one.name_span)


def _public_write(spot: Spot, rule: Rule, at: str, *, is_root: bool) -> Iterator[Found]:
    if rule.strategy != Strategy.PUBLIC or names_of(rule) is not None:
        return
    if is_root:
        # Outside of models only the fields of Mutation write, and each of them is one operation.
        writes = ["call this mutation"] if spot.definition.name == "Mutation" else []
    else:
        allowed = operations_of(rule)
        writes = [words for operation, words in _WRITES.items() if operation in allowed]
    if not writes:
        return
    provider = rule.provider
    who = "Anyone with the API key" if provider == Provider.API_KEY else "Any guest of the identity pool"
    what = "" if is_root else " this field" if at else f" every {spot.definition.name}"
    words = f"{who} may {listed(writes)}{what}, without an account. " + (
        "If that is not meant, choose another “allow”." if is_root else "If that is not meant, leave them only read."
    )
    yield spot.problem("lint.public-write", words, rule.span, field=at, rule=rule.number, argument="operations")


def _joined(spot: Spot) -> Iterator[Found]:
    """`@manyToMany` makes a model that nobody wrote, with the rules of both sides (section 9.5); told at one side."""
    name = spot.definition.name
    for field in spot.definition.fields:
        directive = next((one for one in field.directives if one.name == "manyToMany"), None)
        if directive is not None and name <= field.named_type:
            words = (
                f"Amplify keeps which {name} belongs to which {field.named_type} in a model of its own, and gives it "
                "the rules of both: whoever may change the items of one may link and unlink those of the other."
            )
            yield spot.problem("lint.joined-rules", words, directive.span, field=field.name)


def _not_set(spot: Spot) -> Iterator[Found]:
    """Told once a model. The feature flag is that of the transformer (amplify-category-api, pull request 580)."""
    rules = [one for one in spot.definition.rules if is_well_formed(one) and Operation.CREATE in operations_of(one)]
    doors = {one.provider for one in rules if one.strategy == Strategy.OWNER and names_of(one) is None}
    for rule in rules:
        is_static = rule.strategy == Strategy.PRIVATE or names_of(rule) is not None
        if is_static and rule.provider in doors:
            words = (
                f"Whoever creates {spot.definition.name} items by this rule becomes their owner only where "
                "graphqltransformer.populateOwnerFieldForStaticGroupAuth is true in amplify/cli.json, as in new "
                "projects. In older ones the item has no owner."
            )
            yield spot.problem("lint.owner-not-set", words, rule.span, rule=rule.number)
            return


def _bypassing(spot: Spot) -> Iterator[Found]:
    """Rules are alternatives: whoever one lets in is not held to the groups that another one reads from the item."""
    one = spot.definition
    rules = [rule for rule in one.rules if is_well_formed(rule) and rule.strategy == Strategy.GROUPS]
    dynamic = [rule for rule in rules if rule.groups_field]
    for rule in dynamic:
        field = one.field(rule.groups_field)
        writers = [
            other.groups_field
            for other in dynamic
            if other.groups_field != rule.groups_field and {Operation.CREATE, Operation.UPDATE} & operations_of(other)
        ]
        if writers and field is not None and not field.auths:
            words = (
                f"Whoever gets in by {listed(dict.fromkeys(writers))} may write any group into “{rule.groups_field}”, "
                "and so let it in by this rule. If that is not meant, give the field rules of its own."
            )
            yield spot.problem("lint.groups-bypassed", words, rule.span, rule=rule.number, argument="groupsField")


def _owner_field(spot: Spot, rule: Rule, at: str) -> Iterator[Found]:
    one, name = spot.definition, rule.owner_field
    given = rule.argument("ownerField")
    span = given.span if given else rule.span
    field = one.field(name)

    def found(id: str, words: str) -> Found:
        return spot.problem(id, words, span, field=at, rule=rule.number, argument="ownerField")

    if field is not None:
        if field.named_type not in _TEXT_TYPES:
            words = f"The owner field “{name}” is a {field.type}, and owners are texts. Make it String or [String]."
            yield found("lint.owner-field-type", words)
        return
    near = next((other.name for other in one.fields if other.name.lower() == name.lower()), "")
    if near:
        words = (
            f"There is a field “{near}”, and the rule's owner field is “{name}”: Amplify adds a second one. "
            f'Write ownerField: "{near}" if that is the one.'
        )
        yield found("lint.owner-field-case", words)
    elif name != DEFAULT_OWNER_FIELD:
        words = (
            f"{one.name} has no field “{name}”. Amplify adds it as a text; write it into the type if other rules "
            "or queries need it, or correct the name."
        )
        yield found("lint.owner-field-missing", words)


def _groups_field(spot: Spot, rule: Rule, at: str) -> Iterator[Found]:
    one, name = spot.definition, rule.groups_field
    given = rule.argument("groupsField")
    span = given.span if given else rule.span
    field = one.field(name)
    if field is None:
        id, words = (
            "lint.groups-field-missing",
            f"{one.name} has no field “{name}”, and Amplify adds none: nobody gets in by this rule. "
            f"Add {name}: [String] to the type, or correct the name.",
        )
    elif field.named_type not in _TEXT_TYPES:
        id, words = (
            "lint.groups-field-type",
            f"The field “{name}” is a {field.type}, and groups are texts. Make it String or [String].",
        )
    else:
        return
    yield spot.problem(id, words, span, field=at, rule=rule.number, argument="groupsField")


def _reassigning(spot: Spot, matrix: Matrix) -> Iterator[Found]:
    """Silenced by a rule on the owner field that does not let the owner update it."""
    told = set()
    for at, rule, role in _owners(spot.definition):
        if role.name in told or not _may_reassign(matrix, role):
            continue
        told.add(role.name)
        words = (
            f"An owner may write somebody else's name into “{role.name}” and so give the item away. If that is not "
            f"meant, give the field a rule without update: {role.name}: String "
            f"@auth(rules: [{{ allow: owner{_owner_argument(role)}, operations: [create, read, delete] }}])."
        )
        yield spot.problem("lint.owner-reassigns", words, rule.span, field=at, rule=rule.number, argument="ownerField")


def _owners(definition: Definition) -> Iterator[tuple[str, Rule, Role]]:
    """Each owner role, with the field ("" for the type) and the rule that make it."""
    for at, rules in (("", definition.rules), *((field.name, field.rules) for field in definition.fields)):
        for rule in rules:
            yield from ((at, rule, role) for role in roles_of(rule) if role.kind == "owner")


def _owner_argument(role: Role) -> str:
    return "" if role.name == DEFAULT_OWNER_FIELD else f', ownerField: "{role.name}"'


def _may_reassign(matrix: Matrix, role: Role) -> bool:
    """Who may update anything may update a field that Amplify adds."""
    row = matrix[role]
    if role.name in row:
        return Operation.UPDATE in row[role.name]
    return any(Operation.UPDATE in operations for operations in row.values())


def _unreadable(spot: Spot, matrix: Matrix) -> Iterator[Found]:
    """With subscriptions this is an error of `validity`; without, Amplify accepts it."""
    for field, roles in hidden_required_fields(spot.definition, matrix):
        span: Span = field.auths[0].span if field.auths else field.span
        rule = field.rules[0].number if field.rules else None
        words = (
            f"“{field.name}” is required and hidden from {listed(role.words for role in roles)}: whoever of them asks "
            "for it gets no item at all. Let them read it, or make it optional."
        )
        yield spot.problem("lint.required-unreadable", words, span, field=field.name, rule=rule)

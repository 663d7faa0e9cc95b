"""What is wrong with a schema beside its rules: names, unknown types and directives, `input AMPLIFY`."""

import re
from collections.abc import Collection, Iterator

from data_authorization.graphql_schema.schema import Definition, Schema, Span
from data_authorization.graphql_schema.validity_ids import Found, Spot
from data_authorization.graphql_schema.vocabulary import APPSYNC_SCALARS, BUILT_IN_SCALARS, ROOT_TYPES

AMPLIFY_SCALARS = APPSYNC_SCALARS | {"BigInt", "Double"}
"""The last two are those that the transformer adds for itself."""
_OWN_TYPES = frozenset({"AuthRule", "AuthStrategy", "AuthProvider", "ModelOperation", "ModelSubscriptionLevel"})
"""Types of the directives' arguments, which every schema may name."""
DIRECTIVES = frozenset(
    {
        "model", "auth", "primaryKey", "index", "default", "hasOne", "hasMany", "belongsTo", "manyToMany",
        "searchable", "function", "http", "predictions", "mapsTo", "sql", "refersTo", "validate", "conversation",
        "generation", "aws_subscribe", "aws_auth", "aws_api_key", "aws_iam", "aws_oidc", "aws_lambda",
        "aws_cognito_user_pools", "deprecated",
    }
)  # fmt: skip
"""Those of the transformer v2, of AppSync and of GraphQL."""
OLD_DIRECTIVES = frozenset({"connection", "key", "versioned"})
"""Those of the first transformer, at which the second ends with an error of its own."""
_OPERATION_TYPE = re.compile(r"\b(?:query|mutation|subscription)\s*:\s*(\w+)")


def root_types(schema: Schema) -> frozenset[str]:
    """The names of the types whose fields are operations."""
    own = (one for one in schema.definitions if one.kind == "schema")
    named = frozenset(name for one in own for name in _OPERATION_TYPE.findall(one.text))
    return named or frozenset(ROOT_TYPES)


def is_sql(schema: Schema) -> bool:
    """Whether the models are tables of an SQL database, which `input AMPLIFY { engine: … }` says."""
    amplify = schema.type("AMPLIFY")
    return amplify is not None and amplify.field("engine") is not None


def known_names(schema: Schema) -> frozenset[str]:
    own = frozenset(one.name for one in schema.definitions if not one.is_extension)
    return own | BUILT_IN_SCALARS | AMPLIFY_SCALARS | _OWN_TYPES


def repeated_definitions(schema: Schema) -> frozenset[int]:
    """The numbers of those definitions whose name an earlier one has."""
    seen: set[tuple[bool, str]] = set()
    found = set()
    for number, one in enumerate(schema.definitions):
        # Directives have names of their own, and a schema definition or something else has none.
        key = (one.kind == "directive", one.name)
        if one.is_extension or not one.name:
            continue
        if key in seen:
            found.add(number)
        seen.add(key)
    return frozenset(found)


def name_problems(spot: Spot, *, is_repeated: bool, roots: Collection[str], has_models: bool) -> Iterator[Found]:
    one = spot.definition
    if is_repeated:
        words = f"There is another {one.name} further up. Rename one of them, or make them one."
        yield spot.problem("schema.duplicate-type", words, one.name_span)
    if not one.is_extension and one.kind not in ("directive", "schema", "other"):
        yield from _taken_names(spot, roots, has_models=has_models)
    if one.kind == "other":
        words = "A schema has types only. Keep queries, mutations and fragments in files of their own."
        yield spot.problem("schema.no-type", words, Span(0, 0))
    seen = set()
    for field in one.fields:
        if field.name in seen:
            words = f"{one.name} has another field {field.name} further up. Rename or remove one of them."
            yield spot.problem("schema.duplicate-field", words, field.name_span, field=field.name)
        seen.add(field.name)


def _taken_names(spot: Spot, roots: Collection[str], *, has_models: bool) -> Iterator[Found]:
    """Amplify adds its own scalars to the schema; a type called like one of GraphQL's it takes for that scalar.

    What is called like an operation type is in its way once it adds the operations of models there.
    """
    one = spot.definition
    if one.name in AMPLIFY_SCALARS:
        words = f"{one.name} is a scalar that Amplify adds itself. Call this {one.kind} something else."
        yield spot.problem("schema.scalar-name", words, one.name_span)
    elif one.name in BUILT_IN_SCALARS or one.name.startswith("__"):
        words = (
            f"The name {one.name} belongs to GraphQL. Amplify lets it pass, and what comes of it is no API that works. "
            f"Call this {one.kind} something else."
        )
        yield spot.problem("schema.built-in-name", words, one.name_span)
    elif one.name in roots and (one.is_model or (one.kind != "type" and has_models)):
        words = f"{one.name} holds the API's operations, and is a plain type. Call this something else."
        yield spot.problem("schema.operation-type", words, one.name_span)


def unknown_problems(spot: Spot, *, names: Collection[str]) -> Iterator[Found]:
    """Warnings: another file of the folder `schema/`, or a transformer of the project's own, may have what lacks."""
    one = spot.definition
    for field in one.fields:
        if field.named_type not in names:
            words = f"There is no type {field.named_type} in this text. Amplify refuses it unless another file has it."
            yield spot.problem("schema.unknown-type", words, field.span, field=field.name)
    if one.is_extension and one.name and one.name not in names:
        words = f"There is no type {one.name} here to extend. Amplify refuses it unless another file has it."
        yield spot.problem("schema.unknown-type", words, one.name_span)
    for field_name, directive in (
        *(("", directive) for directive in one.directives),
        *((field.name, directive) for field in one.fields for directive in field.directives),
    ):
        if directive.name in OLD_DIRECTIVES:
            id = "schema.old-directive"
            words = f"@{directive.name} belongs to the first version of Amplify's transformer. The second has others."
        elif directive.name not in DIRECTIVES:
            id = "schema.unknown-directive"
            words = f"Amplify has no @{directive.name}, and refuses it unless a transformer of your own handles it."
        else:
            continue
        yield spot.problem(id, words, directive.span, field=field_name)


def global_rule_problems(spot: Spot) -> Iterator[Found]:
    """`input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }` (section 9.3).

    The command line looks at the type and at the first entry of the braces only; what follows it is ignored.
    """
    one: Definition = spot.definition
    field = one.field("globalAuthRule")
    if field is None:
        # The name of its first days is still taken; a schema for an SQL database may do without.
        if one.kind == "input" and not one.field("global_auth_rule") and not one.field("engine"):
            words = "“input AMPLIFY” needs globalAuthRule: AuthRule = { allow: public }. Add it, or remove the input."
            yield spot.problem("schema.global-rule", words, one.name_span)
        return
    rule = one.global_rule
    first = rule.arguments[0] if rule and rule.arguments else None
    is_public = first is not None and first.name == "allow" and first.value.python == "public"
    if field.type != "AuthRule" or not is_public:
        words = "The rule for all models can only be globalAuthRule: AuthRule = { allow: public }."
        yield spot.problem("schema.global-rule", words, field.span, field=field.name)
    elif rule is not None:
        for argument in rule.arguments[1:]:
            words = f"“{argument.name}” does nothing here: the rule for all models is allow: public. Remove it."
            yield spot.problem("auth.argument-ignored", words, argument.span, field=field.name, argument=argument.name)

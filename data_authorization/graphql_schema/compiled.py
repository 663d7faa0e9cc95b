"""The models behind a schema that the GraphQL transformer compiled: what AppSync holds of an Amplify API.

The compiler adds, for each model, a connection, inputs, queries, mutations and subscriptions, and takes `@model` and
`@auth` away (Amplify's GraphQL transformer, publicly known behaviour). What it added is told by its names and left out
here. The rules cannot be told: they are in resolvers by then. Nor can two models' relation, where either side may be
the one that has the key.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLSyntaxError, parse, print_ast
from graphql.language import ast

from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.vocabulary import APPSYNC_SCALARS, ROOT_TYPES

_GENERATED = frozenset(
    {
        "ModelAttributeTypes", "ModelSizeInput", "ModelSortDirection", "SearchableAggregateBucketResult",
        "SearchableAggregateBucketResultItem", "SearchableAggregateGenericResult", "SearchableAggregateResult",
        "SearchableAggregateScalarResult", "SearchableAggregateType", "SearchableSortDirection",
    }
)  # fmt: skip
_SCALARS = ("String", "Int", "Float", "Boolean", "ID")
_SYNC_FIELDS = frozenset({"_version", "_deleted", "_lastChangedAt"})
_TIMES = frozenset({"createdAt", "updatedAt"})


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The schema without what the compiler added. `models` are those found; none: nobody compiled it."""

    text: str
    models: tuple[str, ...]


def rebuilt(sdl: str) -> Rebuilt:
    """Raises SchemaUnreadable. A schema without a model comes back as it is."""
    try:
        document = parse(sdl, no_location=True)
    except GraphQLSyntaxError as error:
        line, column = error.locations[0] if error.locations else (1, 1)
        raise SchemaUnreadable(error.message.removeprefix("Syntax Error: "), line=line, column=column) from error
    names = {one.name.value for one in document.definitions if isinstance(one, ast.TypeDefinitionNode)}
    models = tuple(
        one.name.value
        for one in document.definitions
        if isinstance(one, ast.ObjectTypeDefinitionNode) and _is_model(one.name.value, names)
    )
    if not models:
        return Rebuilt(sdl, ())
    enums = [one.name.value for one in document.definitions if isinstance(one, ast.EnumTypeDefinitionNode)]
    added = _added(models, enums)
    kept = [_kept(one, models, document.definitions) for one in document.definitions if _name(one) not in added]
    text = "\n\n".join(print_ast(one) for one in kept if one is not None)
    return Rebuilt(f"{text}\n", models)


def _is_model(name: str, names: Collection[str]) -> bool:
    return f"Model{name}Connection" in names or f"Model{name}FilterInput" in names


def _name(node: ast.DefinitionNode) -> str:
    name = getattr(node, "name", None)
    return name.value if name else ""


def _added(models: Iterable[str], enums: Iterable[str]) -> set[str]:
    found = set(_GENERATED)
    for one in _SCALARS:
        found |= {f"Model{one}Input", f"ModelSubscription{one}Input", f"Model{one}KeyConditionInput"}
        found |= {f"Searchable{one}FilterInput", f"Model{one}ListInput"}
    for one in enums:
        found |= {f"Model{one}Input", f"Model{one}ListInput", f"Searchable{one}FilterInput"}
    for one in models:
        found |= {f"{verb}{one}Input" for verb in ("Create", "Update", "Delete")}
        found |= {f"Model{one}{what}" for what in ("Connection", "FilterInput", "ConditionInput")}
        found |= {f"ModelSubscription{one}FilterInput", f"Searchable{one}FilterInput", f"Searchable{one}SortInput"}
        found |= {
            f"Searchable{one}AggregationInput",
            f"Searchable{one}AggregateField",
            f"Searchable{one}SortableFields",
        }
        found |= {f"Searchable{one}Connection"}
    return found


def _kept(
    node: ast.DefinitionNode, models: Sequence[str], whole: Sequence[ast.DefinitionNode]
) -> ast.DefinitionNode | None:
    """The definition as somebody wrote it, or None where it says nothing more."""
    if isinstance(node, ast.SchemaDefinitionNode):
        usual = {(one.operation.value, one.type.name.value) for one in node.operation_types}
        return None if usual <= {(name.lower(), name) for name in ROOT_TYPES} else node
    if isinstance(node, ast.DirectiveDefinitionNode):
        return None if node.name.value.startswith("aws_") else node
    if isinstance(node, ast.ScalarTypeDefinitionNode) and node.name.value in APPSYNC_SCALARS:
        return None
    if isinstance(node, ast.ObjectTypeDefinitionNode):
        return _object(node, models, whole)
    return node


def _object(
    node: ast.ObjectTypeDefinitionNode, models: Sequence[str], whole: Sequence[ast.DefinitionNode]
) -> ast.ObjectTypeDefinitionNode | None:
    name, fields = node.name.value, node.fields or ()
    directives = _own_directives(node.directives)
    if name in ROOT_TYPES:
        fields = tuple(one for one in fields if not _is_generated(one, models))
    elif name in models:
        fields = tuple(_field(one, name, models, whole) for one in fields if _is_own(one))
        directives = (_directive("model"), *directives)
    fields = tuple(replace(one, directives=_own_directives(one.directives)) for one in fields)
    return replace(node, fields=fields, directives=directives) if fields else None


def _own_directives(directives: Sequence[ast.ConstDirectiveNode] | None) -> tuple[ast.ConstDirectiveNode, ...]:
    """Without `@aws_cognito_user_pools` and its kin, which the compiler wrote for the rules: who may come in at all."""
    return tuple(one for one in directives or () if not one.name.value.startswith("aws_"))


def _named(type_: ast.TypeNode) -> str:
    while isinstance(type_, ast.NonNullTypeNode | ast.ListTypeNode):
        type_ = type_.type
    assert isinstance(type_, ast.NamedTypeNode)
    return type_.name.value


def _is_generated(field: ast.FieldDefinitionNode, models: Sequence[str]) -> bool:
    """Whether a query, mutation or subscription is one that a model brings along."""
    name, answer = field.name.value, _named(field.type)
    connections = {f"{kind}{one}Connection": one for one in models for kind in ("Model", "Searchable")}
    if answer in connections:
        return True
    verbs = ("get", "create", "update", "delete", "onCreate", "onUpdate", "onDelete")
    return answer in models and name in {f"{verb}{answer[:1].upper()}{answer[1:]}" for verb in verbs}


def _is_own(field: ast.FieldDefinitionNode) -> bool:
    name = field.name.value
    if name in _SYNC_FIELDS:
        return False
    return not (name in _TIMES and print_ast(field.type) == "AWSDateTime!")


def _field(
    field: ast.FieldDefinitionNode, owner: str, models: Sequence[str], whole: Sequence[ast.DefinitionNode]
) -> ast.FieldDefinitionNode:
    """A field of a model; one that leads to another model gets its relation back."""
    answer, directives = _named(field.type), field.directives or ()
    other = answer.removeprefix("Model").removesuffix("Connection")
    if answer == f"Model{other}Connection" and other in models:
        many = ast.ListTypeNode(type=ast.NamedTypeNode(name=ast.NameNode(value=other)))
        return replace(field, arguments=(), type=many, directives=(_directive("hasMany"), *directives))
    if answer in models:
        kind = "belongsTo" if _leads_to(answer, owner, whole) else "hasOne"
        return replace(field, directives=(_directive(kind), *directives))
    return field


def _leads_to(model: str, other: str, whole: Sequence[ast.DefinitionNode]) -> bool:
    """Whether the model has a list of the other one."""
    fields = [
        field
        for one in whole
        if isinstance(one, ast.ObjectTypeDefinitionNode) and one.name.value == model
        for field in one.fields or ()
    ]
    return any(_named(field.type) == f"Model{other}Connection" for field in fields)


def _directive(name: str) -> ast.ConstDirectiveNode:
    return ast.ConstDirectiveNode(name=ast.NameNode(value=name), arguments=())

"""Reading the compiled schema of an Amplify GraphQL API.

The compiled schema uses scalars and directives of AWS AppSync without defining them. Beyond those it must be complete:
what is wrong with it is said with the line and column it is at.
"""

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    TypeNode,
    build_ast_schema,
    is_object_type,
    parse,
)
from graphql.validation import (
    ASTValidationRule,
    KnownTypeNamesRule,
    PossibleTypeExtensionsRule,
    UniqueArgumentDefinitionNamesRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
)
from graphql.validation.validate import validate_sdl

# BigInt and Double are no scalars of AppSync, but the original knows them too.
_APPSYNC_SCALARS = (
    *("AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp", "AWSEmail", "AWSJSON", "AWSURL", "AWSPhone", "AWSIPAddress"),
    *("BigInt", "Double"),
)
# Those about directives are missing on purpose: AppSync's are many, never defined, and of no consequence here.
_RULES: tuple[type[ASTValidationRule], ...] = (
    UniqueOperationTypesRule,
    UniqueTypeNamesRule,
    UniqueEnumValueNamesRule,
    UniqueFieldDefinitionNamesRule,
    UniqueArgumentDefinitionNamesRule,
    KnownTypeNamesRule,
    PossibleTypeExtensionsRule,
)
_WITH_FIELDS = (
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
)
_WITH_INPUT_FIELDS = (InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode)
_LEAVES = (ScalarTypeDefinitionNode, EnumTypeDefinitionNode)


class SchemaInvalid(ValueError):
    """The text is not a complete GraphQL schema. ``line`` and ``column`` count from 1."""

    def __init__(self, words: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(f"Line {line}, column {column}: {words}")
        self.words = words
        self.line = line
        self.column = column


def read_schema(sdl: str) -> GraphQLSchema:
    """The schema of an SDL text, with the AppSync scalars it leaves undefined. Raises ``SchemaInvalid``."""
    try:
        document = _with_appsync_scalars(parse(sdl))
        for error in sorted(validate_sdl(document, rules=_RULES), key=_position):
            raise error
        _require_matching_kinds(document)
        schema = build_ast_schema(document, assume_valid_sdl=True)
        _require_object_roots(schema)
    except GraphQLError as error:
        line, column = _position(error)
        raise SchemaInvalid(error.message.removeprefix("Syntax Error: "), line=line, column=column) from error
    except TypeError as error:
        # What none of this finds, such as a union of scalars; it does not say where.
        raise SchemaInvalid(str(error)) from error
    if schema.query_type is None:
        raise SchemaInvalid("The schema has no Query type.")
    return schema


def _position(error: GraphQLError) -> tuple[int, int]:
    """Where to look; of a name defined twice, the second one."""
    return max(((location.line, location.column) for location in error.locations or ()), default=(1, 1))


def _with_appsync_scalars(document: DocumentNode) -> DocumentNode:
    defined = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    missing = tuple(
        ScalarTypeDefinitionNode(name=NameNode(value=name)) for name in _APPSYNC_SCALARS if name not in defined
    )
    return DocumentNode(definitions=(*document.definitions, *missing), loc=document.loc)


def _require_matching_kinds(document: DocumentNode) -> None:
    """Fields return no input types; arguments and input fields take nothing else. The names are known to exist."""
    definitions = {node.name.value: node for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    inputs = {name for name, node in definitions.items() if isinstance(node, InputObjectTypeDefinitionNode)}
    outputs = {name for name, node in definitions.items() if name not in inputs and not isinstance(node, _LEAVES)}
    for definition in document.definitions:
        if isinstance(definition, _WITH_FIELDS):
            for field in definition.fields or ():
                _refuse(field, inputs, "is an input type, which no field can return")
                for argument in field.arguments or ():
                    _refuse(argument, outputs, "is no input type, so no argument can be of it")
        elif isinstance(definition, _WITH_INPUT_FIELDS):
            for value in definition.fields or ():
                _refuse(value, outputs, "is no input type, so no field of an input type can be of it")


def _require_object_roots(schema: GraphQLSchema) -> None:
    for root in (schema.query_type, schema.mutation_type, schema.subscription_type):
        # Its type promises that it is one, but nothing has made sure.
        if root is not None and not is_object_type(root):
            raise GraphQLError(f"“{root.name}” is no object type, so it holds no operations.", root.ast_node)


def _refuse(node: FieldDefinitionNode | InputValueDefinitionNode, names: set[str], reason: str) -> None:
    named = _named(node.type)
    if named.name.value in names:
        raise GraphQLError(f"“{named.name.value}” {reason}.", named)


def _named(node: TypeNode) -> NamedTypeNode:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]
    return node

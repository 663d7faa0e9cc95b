"""What holds for the statements of every schema, whatever its types: they are GraphQL, and the schema accepts them."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    validate,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amplify_files.graphql_schema import read_schema
from amplify_files.statements import Language, statements

DEPTHS = st.integers(1, 4)
LEAVES = ("Int", "String!", "ID", "AWSDateTime", "AWSJSON", "Kind", "[Kind!]!", "[Float]", "[[Int!]]")
ARGUMENTS = (
    "a: Int",
    "b: [ID!]!",
    "filter: FilterInput",
    "kind: Kind = B",
    "flag: Boolean = true",
    "size: Float = 2.50",
)
OBJECTS = tuple(f"Model{number}" for number in range(4))
COMPOSITES = (*OBJECTS, "Node", "Sum", "S3Object", "Model0Connection")
DIRECTIVES = ("", "", " @aws_iam", ' @aws_auth(cognito_groups: ["Staff"])', ' @deprecated(reason: "old")')
WRAPPINGS = ("{}", "{}!", "[{}]", "[{}!]!")


def argument_lists(optional: bool) -> st.SearchStrategy[str]:
    # The statements pass no arguments to inner fields, so a required one makes them invalid, as it does the original's.
    allowed = [argument for argument in ARGUMENTS if not (optional and argument == "b: [ID!]!")]
    return st.lists(st.sampled_from(allowed), max_size=4, unique=True).map(
        lambda chosen: f"({', '.join(chosen)})" if chosen else ""
    )


types = st.sampled_from(LEAVES) | st.builds(
    lambda wrapping, name: wrapping.format(name), st.sampled_from(WRAPPINGS), st.sampled_from(COMPOSITES)
)


def fields(prefix: str, *, root: bool = False) -> st.SearchStrategy[str]:
    """Fields with names of their own: two types of a union may not give one name different types."""
    tails = argument_lists(optional=not root), types, st.sampled_from(DIRECTIVES), st.integers(0, 40)
    return st.lists(st.tuples(*tails), min_size=1, max_size=5).map(
        lambda found: "\n".join(
            f"  {prefix}{number}{'x' * length}{arguments}: {kind}{directive}"
            for number, (arguments, kind, directive, length) in enumerate(found)
        )
    )


@st.composite
def schemas(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    parts = [
        'enum Kind { A B @deprecated(reason: "no") }',
        "input FilterInput { eq: String and: [FilterInput] }",
        "type S3Object { bucket: String! region: String! key: String! }",
        "type Model0Connection { items: [Model0]! nextToken: String }",
        "interface Node { id: ID! next: Node }",
        f"union Sum = {' | '.join(draw(st.lists(st.sampled_from(OBJECTS), min_size=1, unique=True)))}",
    ]
    for number, name in enumerate(OBJECTS):
        node = draw(st.booleans())
        own = draw(fields(f"f{number}_"))
        parts.append(
            f"type {name}{' implements Node' if node else ''} {{\n{'id: ID! next: Node' if node else ''}\n{own}\n}}"
        )
    renamed = draw(st.booleans())
    roots = ["Query", *draw(st.lists(st.sampled_from(["Mutation", "Subscription"]), unique=True))]
    for root in roots:
        parts.append(f"type {'My' if renamed else ''}{root} {{\n{draw(fields('op', root=True))}\n}}")
    if renamed:
        parts.append("schema {\n" + "\n".join(f"  {root.lower()}: My{root}" for root in roots) + "\n}")
    return "\n\n".join(draw(st.permutations(parts)))


def documents(files: dict[str, str]) -> list[DocumentNode]:
    """Each file with the fragment it spreads; a query and a mutation may have the same name."""
    fragment = files.get("fragments.graphql", "")
    operations = [text for name, text in files.items() if name != "fragments.graphql"]
    assert bool(fragment) == any("...S3Object" in text for text in operations)
    return [parse(text + fragment if "...S3Object" in text else text) for text in operations]


class TypeNames(Visitor):
    """Finds the selection sets of object types that lack ``__typename``."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.lacking: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        selected = self.info.get_type()
        if node.selection_set is None or selected is None:
            return
        names = [one.name.value for one in node.selection_set.selections if isinstance(one, FieldNode)]
        if isinstance(get_named_type(selected), GraphQLObjectType) and "__typename" not in names:
            self.lacking.append(node.name.value)


def lacking_type_names(schema: GraphQLSchema, document: DocumentNode) -> list[str]:
    info = TypeInfo(schema)
    visitor = TypeNames(info)
    visit(document, TypeInfoVisitor(info, visitor))
    return visitor.lacking


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas(), DEPTHS)
def test_every_statement_is_valid_and_names_its_types(sdl: str, depth: int) -> None:
    schema = read_schema(sdl)
    for language in ("graphql", "angular"):
        for document in documents(statements(sdl, language, depth)):
            assert [error.message for error in validate(schema, document)] == []
            assert lacking_type_names(schema, document) == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas(), DEPTHS)
def test_there_is_one_statement_for_every_operation_and_its_name_is_its_own(sdl: str, depth: int) -> None:
    schema = read_schema(sdl)
    files = statements(sdl, "graphql", depth)
    roots = {"queries": schema.query_type, "mutations": schema.mutation_type, "subscriptions": schema.subscription_type}
    assert {name for name in files if name != "fragments.graphql"} == {
        f"{stem}.graphql" for stem, root in roots.items() if root
    }
    for stem, root in roots.items():
        if root is None:
            continue
        found = [one for one in parse(files[f"{stem}.graphql"]).definitions if isinstance(one, OperationDefinitionNode)]
        names = [one.name.value for one in found if one.name]
        assert names == [name[0].upper() + name[1:] for name in root.fields]
        assert len(names) == len(set(names))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schemas(), DEPTHS)
def test_no_line_is_longer_than_it_must_be(sdl: str, depth: int) -> None:
    for language in ("javascript", "flow", "graphql", "angular"):
        for text in statements(sdl, language, depth).values():
            long = [line for line in text.split("\n") if len(line) > 80]
            assert not any("$" in line and "," in line for line in long)


@pytest.mark.parametrize("language", ["javascript", "typescript", "flow"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sdl=schemas(), depth=DEPTHS)
def test_every_language_holds_the_same_documents(language: Language, sdl: str, depth: int) -> None:
    plain = statements(sdl, "angular", depth)
    wrapped = statements(sdl, language, depth)
    assert [name.partition(".")[0] for name in wrapped] == [name.partition(".")[0] for name in plain]
    for text, document in zip(wrapped.values(), plain.values(), strict=True):
        found = [part.partition("`")[0] for part in text.split("/* GraphQL */ `")[1:]]
        assert print_ast(parse("\n".join(found))) == print_ast(parse(document))

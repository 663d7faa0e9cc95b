"""The statement files ``amplify codegen`` generates from a compiled schema (Amplify project format, section 8.5).

The files are byte for byte those of the original, but where it gives up, or writes what is no GraphQL or no JavaScript:
there ours are valid. The main case is ``fragments.graphql``, which the original cannot write.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Literal

from graphql import GraphQLField, get_named_type, is_composite_type

from amplify_files.graphql_schema import SchemaInvalid, read_schema
from amplify_files.graphql_selections import S3_OBJECT, Selections, StatementsTooLarge, braced, indented
from amplify_files.graphql_variables import variable_definition
from amplify_files.javascript_json import stringify

__all__ = ["DEFAULT_DEPTH", "Language", "SchemaInvalid", "StatementsTooLarge", "statements"]

Language = Literal["javascript", "typescript", "flow", "graphql", "angular"]

DEFAULT_DEPTH = 2
_GREATEST_DEPTH = 100
_WIDTH = 80

# The words are part of the file format.
_NOTICE = "this is an auto generated file. This will be overwritten"
_GRAPHQL_OPENING = f"# {_NOTICE}\n\n"
_OPENINGS: dict[Language, str] = {
    "javascript": f"/* eslint-disable */\n// {_NOTICE}\n\n",
    "typescript": f"/* tslint:disable */\n/* eslint-disable */\n// {_NOTICE}\n\n",
    "flow": f"// @flow\n// {_NOTICE}\n\n",
    "graphql": _GRAPHQL_OPENING,
    "angular": _GRAPHQL_OPENING,
}
_EXTENSIONS: dict[Language, str] = {"javascript": "js", "typescript": "ts", "flow": "js"}


def statements(
    schema_sdl: str, language: Language, max_depth: int = DEFAULT_DEPTH, *, types_path: str = "../API"
) -> dict[str, str]:
    """The statement files of a compiled schema: file names and texts; a kind without operations has no file.

    ``types_path`` is where TypeScript finds the generated types, seen from the statements; without it the statements
    have no types. ``angular`` is ``graphql`` without a fragment for S3 objects. Raises ``SchemaInvalid`` and, when the
    depth is too great for the schema, ``StatementsTooLarge``.
    """
    if not 1 <= max_depth <= _GREATEST_DEPTH:
        raise ValueError(f"The depth must be between 1 and {_GREATEST_DEPTH}, not {max_depth}.")
    schema = read_schema(schema_sdl)
    selections = Selections(schema, fragment_for_s3_objects=language == "graphql")
    roots = (
        ("query", "queries", schema.query_type),
        ("mutation", "mutations", schema.mutation_type),
        ("subscription", "subscriptions", schema.subscription_type),
    )
    files: dict[str, str] = {}
    fields: list[GraphQLField] = []
    for kind, stem, root in roots:
        if root is None:
            continue
        document = partial(_document, kind=kind, selections=selections, depth=max_depth)
        if language == "typescript" and types_path:
            body = _typed(kind, types_path, root.fields, document)
        elif language in _EXTENSIONS:
            body = _embedded(root.fields, document)
        else:
            body = "\n".join(_text(document(name, field, width=_WIDTH)) for name, field in root.fields.items())
        files[f"{stem}.{_EXTENSIONS.get(language, 'graphql')}"] = _OPENINGS[language] + body
        fields += root.fields.values()
    depth = _s3_depth(fields, selections, max_depth)
    if depth:
        fragment = braced(f"fragment {S3_OBJECT} on {S3_OBJECT}", selections.s3_fragment(depth))
        files["fragments.graphql"] = _GRAPHQL_OPENING + _text(fragment)
    return files


def _document(
    name: str, field: GraphQLField, *, kind: str, selections: Selections, depth: int, width: int
) -> list[str]:
    """The lines of one operation; lists of variables and arguments that would be wider take a line for each item."""
    selected = get_named_type(field.type)
    arguments = [f"{argument}: ${argument}" for argument in field.args]
    if is_composite_type(selected):
        # The braces would be empty where nothing of an interface or a union is within the depth.
        inner = selections.of(selected, depth) or ("__typename",)
        lines = [*_opening(name, arguments, " {", width - 2), *indented(inner), "}"]
    else:
        lines = _opening(name, arguments, "", width - 2)
    selections.count(len(lines))
    variables = [variable_definition(argument, definition) for argument, definition in field.args.items()]
    return [*_opening(f"{kind} {_capitalized(name)}", variables, " {", width), *indented(lines), "}"]


def _opening(text: str, items: Sequence[str], end: str, width: int) -> list[str]:
    line = f"{text}({', '.join(items)}){end}" if items else f"{text}{end}"
    return [line] if not items or len(line) <= width else [f"{text}(", *indented(items), f"){end}"]


def _embedded(fields: Mapping[str, GraphQLField], document: Callable[..., list[str]]) -> str:
    """One constant for each operation; the documents are moved in by two spaces, which count as width."""
    return "".join(
        f"export const {name} = /* GraphQL */ `\n{_escaped(indented(document(name, field, width=_WIDTH - 2)))}`;\n"
        for name, field in fields.items()
    )


def _typed(kind: str, types_path: str, fields: Mapping[str, GraphQLField], document: Callable[..., list[str]]) -> str:
    """One typed constant for each operation, and the type they have."""
    generated = f"Generated{kind.capitalize()}"
    opening = (
        f"import * as APITypes from {stringify(types_path)};\n"
        f"type {generated}<InputType, OutputType> = string & {{\n"
        f"  __{generated[0].lower()}{generated[1:]}Input: InputType;\n"
        f"  __{generated[0].lower()}{generated[1:]}Output: OutputType;\n"
        "};\n\n"
    )
    constants = []
    for name, field in fields.items():
        types = f"APITypes.{_capitalized(name)}{kind.capitalize()}"
        cast = f"` as {generated}<{types}Variables, {types}>;\n"
        if len(cast) > _WIDTH + 1:
            cast = f"` as {generated}<\n  {types}Variables,\n  {types}\n>;\n"
        constants.append(f"export const {name} = /* GraphQL */ `{_escaped(document(name, field, width=_WIDTH))}{cast}")
    return opening + "".join(constants)


def _s3_depth(fields: Sequence[GraphQLField], selections: Selections, depth: int) -> int:
    """The depth that decides what the fragment holds: the last at which the S3 object type was selected, or 0.

    The original overlooks it within inline fragments, and then writes statements that spread a fragment there is not.
    """
    for through_fragments in (False, True):
        for field in reversed(fields):
            found = selections.s3_depth(get_named_type(field.type), depth, through_fragments=through_fragments)
            if found:
                return found
    return 0


def _capitalized(name: str) -> str:
    return name[0].upper() + name[1:]


def _escaped(lines: Iterable[str]) -> str:
    """The lines as they stand in a JavaScript template literal."""
    return _text(lines).replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)

"""The selection sets of generated GraphQL statements, as the original writes them.

An object type is selected with its fields, as deep as the depth allows, and with ``__typename``. An interface or union
is selected with an inline fragment for each type that adds fields, without ``__typename``; it is left out where nothing
of it is within the depth. Arguments of inner fields are never passed, not even required ones.
"""

from collections.abc import Iterable, Mapping, Sequence

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

S3_OBJECT = "S3Object"
_S3_FIELDS = ("bucket", "key", "region")

# Statements grow exponentially with the depth where types refer to one another; these are some 100 megabytes.
_MOST_LINES = 2_000_000


class StatementsTooLarge(ValueError):
    """The statements would be too large to be of use to anybody."""

    def __init__(self) -> None:
        super().__init__(f"The statements would have more than {_MOST_LINES:,} lines. Choose a lower depth.")


class Selections:
    """The selection sets for one schema, each made once. Lines have no line ends; the outermost have no indent."""

    def __init__(self, schema: GraphQLSchema, *, fragment_for_s3_objects: bool) -> None:
        self._schema = schema
        self._fragment_for_s3_objects = fragment_for_s3_objects
        self._made: dict[tuple[str, int], tuple[str, ...]] = {}
        self._lines = 0

    def of(self, selected: GraphQLNamedType, depth: int) -> tuple[str, ...]:
        """What stands between the braces after a field of this type; nothing for scalars and enums."""
        key = (selected.name, depth)
        if key not in self._made:
            lines = tuple(self._select(selected, depth))
            self.count(len(lines))
            self._made[key] = lines
        return self._made[key]

    def count(self, lines: int) -> None:
        """Add to the lines written so far. Raises ``StatementsTooLarge``."""
        self._lines += lines
        if self._lines > _MOST_LINES:
            raise StatementsTooLarge

    def s3_fragment(self, depth: int) -> list[str]:
        """The fields of the fragment on the S3 object type."""
        return self._fields(self._fields_of(self._schema.type_map[S3_OBJECT]), depth)

    def is_s3_object(self, selected: GraphQLNamedType) -> bool:
        """Whether the fragment is spread where this type is selected."""
        if not (self._fragment_for_s3_objects and selected.name == S3_OBJECT):
            return False
        fields = self._fields_of(selected)
        return isinstance(selected, GraphQLObjectType) and all(
            name in fields and get_named_type(fields[name].type).name == "String" for name in _S3_FIELDS
        )

    def s3_depth(self, selected: GraphQLNamedType, depth: int, *, through_fragments: bool) -> int:
        """The depth at which the S3 object type was selected last, 0 if it was not."""
        found: dict[tuple[str, int], int] = {}

        def search(one: GraphQLNamedType, depth: int) -> int:
            if depth < 1 or self.is_s3_object(one):
                return max(depth, 0)
            key = (one.name, depth)
            if key not in found:
                inner = [(get_named_type(field.type), depth - 1) for field in self._fields_of(one).values()]
                if through_fragments:
                    inner += [(possible, depth) for possible in self._possible_types(one)]
                found[key] = next(filter(None, (search(*item) for item in reversed(inner))), 0)
            return found[key]

        return search(selected, depth)

    def _select(self, selected: GraphQLNamedType, depth: int) -> list[str]:
        if self.is_s3_object(selected):
            return ["__typename", "", f"...{S3_OBJECT}"]
        own = self._fields_of(selected)
        lines = self._fields(own, depth)
        if isinstance(selected, GraphQLObjectType):
            return [*lines, "__typename"]
        fragments = [
            line
            for possible in self._possible_types(selected)
            for line in braced(f"... on {possible.name}", self._fields(possible.fields, depth, without=own))
        ]
        return [*lines, "", *fragments] if lines and fragments else [*lines, *fragments]

    def _fields(self, fields: Mapping[str, GraphQLField], depth: int, *, without: Iterable[str] = ()) -> list[str]:
        lines: list[str] = []
        for name, field in fields.items():
            if name in without:
                continue
            selected = get_named_type(field.type)
            if not is_composite_type(selected):
                lines.append(name)
            elif depth > 1:
                lines += braced(name, self.of(selected, depth - 1))
        return lines

    @staticmethod
    def _fields_of(selected: GraphQLNamedType) -> Mapping[str, GraphQLField]:
        return selected.fields if isinstance(selected, GraphQLObjectType | GraphQLInterfaceType) else {}

    def _possible_types(self, selected: GraphQLNamedType) -> Iterable[GraphQLObjectType]:
        if isinstance(selected, GraphQLInterfaceType | GraphQLUnionType):
            return self._schema.get_possible_types(selected)
        return ()


def indented(lines: Iterable[str]) -> list[str]:
    """The lines two spaces further in."""
    return [f"  {line}" if line else "" for line in lines]


def braced(opening: str, lines: Sequence[str]) -> list[str]:
    """The lines within braces; nothing at all if there are none."""
    return [f"{opening} {{", *indented(lines), "}"] if lines else []

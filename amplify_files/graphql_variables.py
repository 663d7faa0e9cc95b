"""The variables of a generated GraphQL statement: their types and default values, as the original writes them.

The original is careless here, and its carelessness is kept, because its files are compared with ours. It writes a list
of lists as one list, leaves out defaults that JavaScript holds to be false, writes strings without their quotes and a
list with one element as that element. Only where that gives no GraphQL at all, and the original gives up, the default
is written as it should be.
"""

from decimal import Decimal
from math import isnan

from graphql import (
    ConstValueNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLType,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    Undefined,
    get_named_type,
    get_nullable_type,
    parse_const_value,
    print_ast,
    value_from_ast,
)
from graphql.language.print_string import print_string

# From here on JavaScript writes whole numbers with an exponent, and below that one fractions.
_LARGE = Decimal(10) ** 21
_SMALL = Decimal(10) ** -6


def variable_definition(name: str, argument: GraphQLArgument) -> str:
    """``$name: Type``, with the default value if there is one to write."""
    default = _default(argument)
    return f"${name}: {_type(argument.type)}" + (f" = {default}" if default else "")


def _type(argument_type: GraphQLInputType) -> str:
    named = get_named_type(argument_type).name
    mark = "!" if isinstance(argument_type, GraphQLNonNull) else ""
    is_list = isinstance(get_nullable_type(argument_type), GraphQLList)
    return f"[{named}{_item_mark(argument_type)}]{mark}" if is_list else f"{named}{mark}"


def _item_mark(list_type: GraphQLType) -> str:
    """The mark for items that are not null, which the original looks for at a level of its own in lists of lists."""
    while isinstance(list_type, GraphQLNonNull) and isinstance(list_type.of_type, GraphQLList):
        list_type = list_type.of_type.of_type
    if isinstance(list_type, GraphQLList):
        list_type = list_type.of_type
    return "!" if isinstance(list_type, GraphQLNonNull) else ""


def _default(argument: GraphQLArgument) -> str:
    literal = argument.ast_node.default_value if argument.ast_node else None
    if literal is None:
        return ""
    value = value_from_ast(literal, argument.type)
    if _is_false(value):
        return ""
    try:
        return _value(parse_const_value(_javascript_text(value)))
    except GraphQLError:
        return _value(literal)


def _is_false(value: object) -> bool:
    """Whether the template language of the original takes the value for absent."""
    if isinstance(value, float) and isnan(value):
        return True
    return value is Undefined or (not value and not isinstance(value, dict))


def _javascript_text(value: object) -> str:
    """The value as JavaScript turns it into a string; what it cannot turn is nothing one could parse either."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _javascript_number(value)
    if isinstance(value, list):
        return ",".join("" if item is None else _javascript_text(item) for item in value)
    return value if isinstance(value, str) else ""


def _javascript_number(value: int | float) -> str:
    try:
        shortest = Decimal(repr(float(value)))
    except OverflowError:
        return ""
    if not shortest.is_finite():
        return ""
    if shortest == 0:
        return "0"
    if _SMALL <= abs(shortest) < _LARGE:
        text = format(shortest, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = format(shortest.normalize(), "e").partition("e")
    return f"{mantissa}e{int(exponent):+d}"


def _value(node: ConstValueNode) -> str:
    """The value on one line, as the formatter lays it out."""
    if isinstance(node, ListValueNode):
        return f"[{', '.join(_value(item) for item in node.values)}]"
    if isinstance(node, ObjectValueNode):
        fields = ", ".join(f"{field.name.value}: {_value(field.value)}" for field in node.fields)
        return f"{{ {fields} }}" if fields else "{}"
    if isinstance(node, StringValueNode):
        return print_string(node.value)
    return print_ast(node)

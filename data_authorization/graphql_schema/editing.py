"""Changing one rule of a schema by its place in the text; what is outside it stays byte for byte.

After every edit the definition is read again: it must say what it said before, but for the rule that was wanted.
"""

from collections.abc import Mapping
from typing import Any

from graphql.language.print_string import print_string

from data_authorization.graphql_schema import layout
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_definition, read_once, replaced
from data_authorization.graphql_schema.schema import (
    Argument,
    Auth,
    Definition,
    Field,
    Place,
    Placed,
    Rule,
    Schema,
    Span,
    Value,
    WantedRule,
)
from data_authorization.graphql_schema.vocabulary import ARGUMENTS

_WORDS = {"allow": "allow", "provider": "provider"}
_STRINGS = {
    "ownerField": "owner_field", "identityClaim": "identity_claim", "groupClaim": "group_claim",
    "groupsField": "groups_field",
}  # fmt: skip
_LISTS = {"groups": "groups", "operations": "operations"}
_ATTRIBUTES = _WORDS | _STRINGS | _LISTS
_MANY = 10
"""New words of a list from which they are written on one line, however the others stand."""


class EditFailed(Exception):
    """The text after an edit does not say what was wanted, so the edit is not made."""


def add_rule(schema: Schema, place: Place, wanted: WantedRule) -> Schema:
    """One more rule, behind the last. Raises LookupError for a place that is not there, EditFailed."""
    placed, holder = _at(schema, place)
    text, new = placed.definition.text, rule_text(wanted)
    if not holder.auths:
        last = holder.directives[-1].span.start if holder.directives else None
        text = layout.with_directive(text, holder.directives_end, last, f"@auth(rules: [{new}])")
    else:
        auth = holder.auths[-1]
        if auth.rules_span is None:
            text = _put(text, auth.span, f"@auth(rules: [{new}])")
        elif not auth.items:
            text = _put(text, auth.rules_span, f"[{new}]")
        elif not auth.is_list:
            text = _put(text, auth.rules_span, f"[{_cut(text, auth.rules_span)}, {new}]")
        else:
            text = layout.appended(text, auth.items, auth.rules_span.start + 1, new)
    return _checked(schema, placed, place, text, [*map(wanted_of, holder.rules), wanted])


def change_rule(schema: Schema, place: Place, number: int, wanted: WantedRule) -> Schema:
    """Arguments that stay as they are stay as written. Raises LookupError, EditFailed."""
    placed, holder = _at(schema, place)
    _, rule = _rule_at(holder, number)
    text, span = placed.definition.text, rule.span
    new = _changed(_cut(text, span), rule, wanted)
    after = [wanted if one is rule else wanted_of(one) for one in holder.rules]
    return _checked(schema, placed, place, _put(text, span, new), after)


def remove_rule(schema: Schema, place: Place, number: int) -> Schema:
    """The last rule of a directive takes the directive with it. Raises LookupError, EditFailed."""
    placed, holder = _at(schema, place)
    auth, rule = _rule_at(holder, number)
    text = placed.definition.text
    if len(auth.items) == 1 or auth.rules_span is None:
        text = layout.without_directive(text, auth.span)
    else:
        text = layout.taken_out(text, auth.items, auth.items.index(rule.span), auth.rules_span.start + 1)
    return _checked(schema, placed, place, text, [wanted_of(one) for one in holder.rules if one is not rule])


def rule_text(wanted: WantedRule) -> str:
    """`{ allow: groups, groups: ["Editors"] }`, on one line. Raises EditFailed for a rule that allows nobody."""
    if not wanted.allow and "allow" not in wanted.unknown:
        raise EditFailed("The rule does not say whom it allows.")
    return "{ " + ", ".join(f"{name}: {text}" for name, text in _written(wanted).items()) + " }"


def wanted_of(rule: Rule) -> WantedRule:
    """The rule as a form holds it.

    What a form cannot hold is in `unknown`, as GraphQL prints it: arguments of other names, and values of another kind.
    """
    known: dict[str, Any] = {"allow": ""}
    unknown: dict[str, str] = {}
    for argument in {one.name: one for one in rule.arguments}.values():
        attribute = _ATTRIBUTES.get(argument.name, "")
        if attribute and _fits(argument):
            known[attribute] = rule.texts(argument.name) if argument.name in _LISTS else rule.text(argument.name)
        else:
            unknown[argument.name] = _printed(argument.value)
    return WantedRule(**known, unknown=unknown)


def _at(schema: Schema, place: Place) -> tuple[Placed, Definition | Field]:
    placed = schema.placed_at(place.type)
    holder: Definition | Field | None = None
    if placed:
        holder = placed.definition.field(place.field) if place.field else placed.definition
    if placed is None or holder is None:
        raise LookupError(f"{place} is not in the schema.")
    return placed, holder


def _rule_at(holder: Definition | Field, number: int) -> tuple[Auth, Rule]:
    for auth in holder.auths:
        for rule in auth.rules:
            if rule.number == number:
                return auth, rule
    raise LookupError(f"{holder.name} has no rule {number + 1}.")


def _cut(text: str, span: Span) -> str:
    return text[span.start : span.end]


def _put(text: str, span: Span, new: str) -> str:
    return layout.joined(text[: span.start] + new, text[span.end :])


# --- Writing a rule ---


def _written(wanted: WantedRule) -> dict[str, str]:
    """The text of each argument that the rule shall have, by name."""
    result: dict[str, str] = {}
    for name in ARGUMENTS:
        value = getattr(wanted, _ATTRIBUTES[name])
        if name in _LISTS and value is not None:
            result[name] = "[" + ", ".join(_item(name, one) for one in value) + "]"
        elif value:
            result[name] = _item(name, value)
        elif name in wanted.unknown:
            result[name] = wanted.unknown[name]
    return result | {name: text for name, text in wanted.unknown.items() if name not in _ATTRIBUTES}


def _item(name: str, value: str) -> str:
    return value if name in _WORDS or name == "operations" else print_string(value)


def _fits(argument: Argument) -> bool:
    """Whether a form can hold the value: words, and for some arguments lists of words."""
    value = argument.value
    if argument.name in _LISTS and value.kind == "list":
        return all(one.kind in ("enum", "string") for one in value.python)
    return value.kind in ("enum", "string", "null")


def _printed(value: Value) -> str:
    match value.kind:
        case "list":
            return "[" + ", ".join(map(_printed, value.python)) + "]"
        case "object":
            return "{" + ", ".join(f"{name}: {_printed(one)}" for name, one in value.python.items()) + "}"
        case "string":
            return print_string(value.python)
        case "boolean":
            return "true" if value.python else "false"
        case "null":
            return "null"
    return str(value.python)


def _changed(text: str, rule: Rule, wanted: WantedRule) -> str:
    """The text of the rule with those arguments changed that differ; `text` is that of the rule alone."""
    before, after = wanted_of(rule), _written(wanted)
    if _settled(before) == _settled(wanted):
        return text
    present = {one.name: one for one in rule.arguments}
    if not any(name in after for name in present):
        return rule_text(wanted)
    names = [one.name for one in rule.arguments]
    for name in dict.fromkeys((*names, *after)):
        if name in present and _same(before, wanted, name):
            continue
        # Each step reads its own result, so that no position has to be carried along.
        arguments = _arguments(text)
        numbers = [number for number, one in enumerate(arguments) if one.name == name]
        spans = [one.span for one in arguments]
        if name not in after:
            for number in reversed(numbers):
                text = layout.taken_out(text, spans, number, 1)
                spans = [one.span for one in _arguments(text)]
        elif not numbers:
            text = _with_argument(text, arguments, name, after[name])
        else:
            value = arguments[numbers[-1]].value
            words = getattr(wanted, _LISTS[name]) if name in _LISTS else None
            new = _relisted(text, value, name, words) if words and value.kind == "list" else ""
            text = new or _put(text, value.span, after[name])
    return text


def _with_argument(text: str, arguments: tuple[Argument, ...], name: str, new: str) -> str:
    """In the order of the format, as far as the arguments before are."""
    order = {one: number for number, one in enumerate(ARGUMENTS)}
    spans = [one.span for one in arguments]
    rank = order.get(name, len(order))
    later = [number for number, one in enumerate(arguments) if order.get(one.name, len(order)) > rank]
    if later and later[0] > 0:
        return layout.put_before(text, spans, later[0], f"{name}: {new}")
    return layout.appended(text, spans, 1, f"{name}: {new}")


def _arguments(text: str) -> tuple[Argument, ...]:
    """Those of a rule that stands alone; spans count from its brace."""
    head = "type T @auth(rules: "
    try:
        (rule,) = read_once(f"{head}{text})").rules
    except (SchemaUnreadable, ValueError) as error:
        raise EditFailed(str(error)) from error
    back = len(head)
    return tuple(_moved(one, -back) for one in rule.arguments)


def _moved(argument: Argument, by: int) -> Argument:
    value = _moved_value(argument.value, by)
    return Argument(argument.name, value, Span(argument.span.start + by, argument.span.end + by))


def _moved_value(value: Value, by: int) -> Value:
    python = tuple(_moved_value(one, by) for one in value.python) if value.kind == "list" else value.python
    return Value(value.kind, python, Span(value.span.start + by, value.span.end + by))


def _same(before: WantedRule, wanted: WantedRule, name: str) -> bool:
    attribute = _ATTRIBUTES.get(name, "")
    same = not attribute or getattr(before, attribute) == getattr(wanted, attribute)
    return same and before.unknown.get(name) == wanted.unknown.get(name)


def _relisted(text: str, value: Value, name: str, wanted: tuple[str, ...]) -> str:
    """The list with words taken out and put behind the last; "" where that does not give the wanted order."""
    items = list(value.python)
    texts = value.texts
    kept = [one for one in texts if one in wanted]
    added = [one for one in wanted if one not in texts]
    if len(texts) != len(items) or not kept or (*kept, *added) != wanted:
        return ""
    spans = [one.span for one in items]
    for number in reversed(range(len(items))):
        # From the end, so that what comes before stays where it is.
        if texts[number] not in wanted:
            text = layout.taken_out(text, spans, number, value.span.start + 1)
            del spans[number]
    written = [_item(name, one) for one in added]
    for new in written if len(written) < _MANY else [", ".join(written)]:
        value = next(one.value for one in reversed(_arguments(text)) if one.name == name)
        text = layout.appended(text, [item.span for item in value.python], value.span.start + 1, new)
    return text


# --- Checking the result ---


def _checked(schema: Schema, placed: Placed, place: Place, text: str, wanted: list[WantedRule]) -> Schema:
    if text == placed.definition.text:
        return schema
    try:
        after = read_definition(text)
    except (SchemaUnreadable, ValueError) as error:
        raise EditFailed(f"The rules of {place} could not be written: {error}") from error
    expected = _said(placed.definition)
    expected[place.field] = (expected[place.field][0], tuple(map(_settled, wanted)))
    if _said(after) != expected:
        raise EditFailed(f"The rules of {place} could not be written as wanted.")
    return replaced(schema, placed, text)


def _settled(wanted: WantedRule) -> Mapping[str, Any]:
    """The rule as reading it back gives it: a value that is left out, and one that is empty, are the same."""
    texts = _written(wanted)
    known = {name: getattr(wanted, attribute) for name, attribute in _ATTRIBUTES.items()}
    given = {name: value for name, value in known.items() if value or (name in _LISTS and value is not None)}
    unknown = {name: text for name, text in texts.items() if name not in given}
    return given | {f"unknown {name}": text for name, text in unknown.items()}


def _said(definition: Definition) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """All a definition says, without positions, and the rules apart: by field, and "" for the type itself."""
    head = (definition.kind, definition.name, definition.is_extension, definition.description)
    own = (*head, tuple(one.name for one in definition.fields), _directives(definition))
    return {"": (own, _rules(definition))} | {
        one.name: ((one.type, one.description, _directives(one)), _rules(one)) for one in reversed(definition.fields)
    }


def _directives(holder: Definition | Field) -> tuple[Any, ...]:
    others = (one for one in holder.directives if one.name != "auth")
    return tuple((one.name, tuple((each.name, _printed(each.value)) for each in one.arguments)) for one in others)


def _rules(holder: Definition | Field) -> tuple[Any, ...]:
    return tuple(_settled(wanted_of(one)) for one in holder.rules)

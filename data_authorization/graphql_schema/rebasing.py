"""Carrying a draft's rule changes over to a newer text of the schema.

Rules have no names, so a rule is the same where it says the same. What the draft changed is found by comparing its
rules with those of the text it was made from, place by place, and done once more to the newer text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from data_authorization.graphql_schema.editing import (
    EditFailed,
    add_rule,
    change_rule,
    remove_rule,
    rule_text,
    wanted_of,
)
from data_authorization.graphql_schema.reading import read_schema
from data_authorization.graphql_schema.schema import Definition, Place, Schema, WantedRule


@dataclass(frozen=True, slots=True)
class Carried:
    """The newer text with the draft's rules. `lost` says in sentences what could not be carried over."""

    text: str
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One change of the draft: a rule that becomes another one, one that goes (`after` None), or one more."""

    before: WantedRule | None
    after: WantedRule | None


def carried_over(old_base: str, draft: str, new_base: str) -> Carried:
    """Raises SchemaUnreadable when one of the texts is no schema."""
    old, own, newer = read_schema(old_base), read_schema(draft), read_schema(new_base)
    if new_base == old_base:
        return Carried(draft)
    lost: list[str] = []
    for place in _places(old, own):
        before, after = _rules(old, place), _rules(own, place)
        if before == after:
            continue
        present = newer.rules_at(place)
        if present is None:
            lost.append(_gone(newer, place))
            continue
        if _rules(newer, place) == after:
            continue
        for step in _steps(before, after):
            newer, words = _done(newer, place, step)
            lost += words
    return Carried(newer.text, tuple(dict.fromkeys(lost)))


def with_rules_of(older: str, newer: str) -> Carried:
    """The newer text with the rules of an older one, wherever both have the place; what is new keeps its own.

    Raises SchemaUnreadable when one of the texts is no schema.
    """
    own, found = read_schema(older), read_schema(newer)
    lost: list[str] = []
    for place in _places(found, own):
        wanted, present = own.rules_at(place), _rules(found, place)
        if wanted is None or _rules(own, place) == present:
            continue
        if found.rules_at(place) is None:
            lost.append(_gone(found, place))
            continue
        for step in _steps(present, _rules(own, place)):
            found, words = _done(found, place, step)
            lost += words
    return Carried(found.text, tuple(dict.fromkeys(lost)))


def _places(old: Schema, own: Schema) -> Iterator[Place]:
    """Every place at which the two may differ, in the order of the draft."""
    names = dict.fromkeys(one.name for schema in (own, old) for one in schema.definitions if one.name)
    for name in names:
        definitions = (old.type(name), own.type(name))
        if definitions[0] is definitions[1]:
            continue
        yield Place(name)
        yield from (Place(name, field) for field in dict.fromkeys(_fields(*reversed(definitions))))


def _fields(*definitions: Definition | None) -> Iterator[str]:
    return (field.name for one in definitions if one for field in one.fields)


def _rules(schema: Schema, place: Place) -> list[WantedRule]:
    return [wanted_of(one) for one in schema.rules_at(place) or ()]


def _gone(schema: Schema, place: Place) -> str:
    if schema.type(place.type) is None:
        return f"{place.type} is not in the newer schema, so the draft's changes of its rules are gone."
    return f"{place.type} has no field {place.field} any more, so the draft's changes of its rules are gone."


def _steps(before: list[WantedRule], after: list[WantedRule]) -> Iterator[_Step]:
    """Rules that stand in place of others, pair by pair; the rest goes, or comes."""
    texts = ([rule_key(one) for one in before], [rule_key(one) for one in after])
    for what, start, end, new_start, new_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = before[start:end], after[new_start:new_end]
        for number in range(max(len(gone), len(come))):
            yield _Step(
                gone[number] if number < len(gone) else None,
                come[number] if number < len(come) else None,
            )


def rule_key(wanted: WantedRule) -> str:
    """The same for rules that say the same, whatever they say."""
    return repr(wanted)


def _done(schema: Schema, place: Place, step: _Step) -> tuple[Schema, list[str]]:
    present = _rules(schema, place)
    if step.after is not None and step.after in present and step.before not in present:
        # Somebody else has made the same change.
        return schema, []
    try:
        if step.before is None:
            return (add_rule(schema, place, step.after) if step.after else schema), []
        if step.before not in present:
            return schema, _not_found(place, step)
        number = present.index(step.before)
        if step.after is None or step.after in present:
            return remove_rule(schema, place, number), []
        return change_rule(schema, place, number, step.after), []
    except EditFailed as error:
        return schema, [str(error)]


def _not_found(place: Place, step: _Step) -> list[str]:
    """It is gone, or has become another rule that the draft's author has not seen: theirs is not to be undone."""
    assert step.before
    rule = f"The rule {_words(step.before)} of {place}"
    if step.after is None:
        return [
            f"{rule}, which the draft takes away, is not in the newer schema; look at the rules that are there now."
        ]
    return [f"{rule} is not in the newer schema, so it could not become {_words(step.after)} as in the draft."]


def _words(rule: WantedRule) -> str:
    try:
        return rule_text(rule)
    except EditFailed:
        return "without “allow”"

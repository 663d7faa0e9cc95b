"""Changing JSON text without touching what is not changed: order, spaces and the way numbers are written stay.

`reconciled` compares the value a text holds with the value it shall hold, member by member, and rewrites only the
members that differ, in the text's own indentation.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files.javascript_json import javascript_sort_key, stringify

_NEWLINE = re.compile(r"[\r\n]")
_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"[\[{]\r?\n([ \t]+)")
_DEEPEST = 100
"""Levels of nesting that are read; Amplify writes about twenty, and reading more would end in a RecursionError."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One `"key": value` of an object: where it begins, and where its value does."""

    key: str
    start: int
    value_start: int
    end: int


def in_key_order(value: Any) -> Any:
    """The value with the keys of its objects sorted at every level, as the CLI writes backend-config.json."""
    if isinstance(value, dict):
        return {key: in_key_order(value[key]) for key in sorted(value, key=javascript_sort_key)}
    return [in_key_order(item) for item in value] if isinstance(value, list) else value


def parsed(text: str) -> dict[str, Any]:
    """The object a text holds; a byte order mark in front is passed over, as the CLI does. Raises ValueError."""
    try:
        value = _decoder.decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    if not isinstance(value, dict):
        raise ValueError("It is not a JSON object.")
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
        if not level:
            return value
    raise ValueError(_TOO_DEEP)


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is not JSON.")


_TOO_DEEP = f"It is nested more than {_DEEPEST} levels deep."
_decoder = json.JSONDecoder(parse_constant=_no_number)


def as_object(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, an empty one where it is anything else: files of others may hold both."""
    return value if isinstance(value, Mapping) else {}


def reconciled(text: str, wanted: Mapping[str, Any]) -> str:
    """The text changed so that it holds `wanted`. New members stand where `wanted` has them. Raises ValueError."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix("\ufeff")
    before = parsed(body)
    if _same(before, wanted):
        return text
    start = _after_space(body, 0)
    changed = _object(body, start, before, wanted, _Style.of(body), 0)
    end = _end_of_value(body, start)
    result = body[:start] + changed + body[end:]
    assert _same(parsed(result), wanted)
    return mark + result


@dataclass(frozen=True, slots=True)
class _Style:
    """`unit` is one step of indentation, None where the text stands on one line; `newline` ends its lines."""

    unit: str | None
    newline: str

    @classmethod
    def of(cls, text: str) -> "_Style":
        found = _INDENT.search(text)
        if found is None:
            # An empty object says nothing; Amplify indents by two spaces.
            return cls(None if len("".join(text.split())) > 2 else "  ", "\r\n" if "\r\n" in text else "\n")
        return cls(found[1], "\r\n" if "\r\n" in text else "\n")

    def value(self, value: Any, depth: int) -> str:
        if self.unit is None:
            return stringify(value)
        lines = stringify(value, indent=2).split("\n")
        return self.newline.join([lines[0], *(self.unit * depth + self._indented(line) for line in lines[1:])])

    def _indented(self, line: str) -> str:
        stripped = line.lstrip(" ")
        return (self.unit or "") * ((len(line) - len(stripped)) // 2) + stripped

    def member(self, key: str, value: Any, depth: int) -> str:
        return f"{stringify(key)}:{'' if self.unit is None else ' '}{self.value(value, depth)}"


def _object(
    text: str, start: int, before: Mapping[str, Any], wanted: Mapping[str, Any], style: _Style, depth: int
) -> str:
    """The text of the object at `start` with the members it shall have; `depth` is that of its own brace."""
    present = list(_members(text, start))
    if present and style.unit is not None and not _NEWLINE.search(text, start, _end_of_value(text, start)):
        # An object that stands on one line stays on one.
        style = _Style(None, style.newline)
    members = {member.key: (place, member) for place, member in enumerate(present)}
    parts: list[tuple[int | None, str]] = []
    for key in _order(list(members), list(wanted)):
        if key not in members:
            parts.append((None, style.member(key, wanted[key], depth + 1)))
            continue
        place, member = members[key]
        head = text[member.start : member.value_start]
        old, new = before[key], wanted[key]
        if _same(old, new):
            parts.append((place, text[member.start : member.end]))
        elif isinstance(old, dict) and isinstance(new, Mapping) and old:
            parts.append((place, head + _object(text, member.value_start, old, new, style, depth + 1)))
        else:
            parts.append((place, head + style.value(new, depth + 1)))
    if not parts:
        return "{}"
    return _joined(text, start, present, parts, style, depth)


def _joined(
    text: str, start: int, present: list[_Member], parts: list[tuple[int | None, str]], style: _Style, depth: int
) -> str:
    """The members between their braces. Where two neighbours were neighbours before, what stood between them stays."""
    inner = "" if style.unit is None else style.newline + style.unit * (depth + 1)
    outer = "" if style.unit is None else style.newline + style.unit * depth
    first, last = parts[0][0], parts[-1][0]
    result = text[start : present[0].start] if first == 0 else "{" + inner
    for number, (place, part) in enumerate(parts):
        if number:
            previous = parts[number - 1][0]
            between = place is not None and previous is not None and place == previous + 1
            result += text[present[previous].end : present[place].start] if between else "," + inner  # type: ignore[index]
        result += part
    if last is not None and last == len(present) - 1:
        return result + text[present[last].end : _end_of_value(text, start)]
    return result + outer + "}"


def _order(present: list[str], wanted: list[str]) -> list[str]:
    """The wanted keys: those present in the order they have, each new one behind the key it follows in `wanted`."""
    known = set(present).intersection(wanted)
    result, place = [key for key in present if key in known], -1
    for key in wanted:
        if key in known:
            place = result.index(key)
        else:
            place += 1
            result.insert(place, key)
    return result


def _same(one: Any, other: Any) -> bool:
    """Whether JSON tells no difference: `True` is not 1 there, as it is in Python, and a tuple is a list."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _members(text: str, start: int) -> Iterator[_Member]:
    at = _after_space(text, start + 1)
    while text[at] != "}":
        if text[at] == ",":
            at = _after_space(text, at + 1)
        key, after = _decoder.raw_decode(text, at)
        value_start = _after_space(text, _after_space(text, after) + 1)
        end = _end_of_value(text, value_start)
        yield _Member(key, at, value_start, end)
        at = _after_space(text, end)


def _end_of_value(text: str, start: int) -> int:
    return _decoder.raw_decode(text, start)[1]


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at

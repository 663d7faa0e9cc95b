"""JSON of others is changed where it must change, and nowhere else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend_state.document.json_text import parsed, reconciled


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        # Two spaces, four, a tab; a new member comes behind the one it follows in what is wanted.
        ('{\n  "b": 1\n}', {"b": 1, "a": {"x": [1, {}]}},
         '{\n  "b": 1,\n  "a": {\n    "x": [\n      1,\n      {}\n    ]\n  }\n}'),
        ('{\n    "b": 1\n}\n', {"a": {"x": 1}, "b": 1}, '{\n    "a": {\n        "x": 1\n    },\n    "b": 1\n}\n'),
        ('{\n\t"b": 1,\n\t"d": 2\n}', {"b": 1, "c": [0], "d": 2}, '{\n\t"b": 1,\n\t"c": [\n\t\t0\n\t],\n\t"d": 2\n}'),
        # Windows' line ends, the byte order mark, the end of the file.
        ('\ufeff{\r\n  "b": 1\r\n}\r\n\r\n', {"b": {"c": 2}}, '\ufeff{\r\n  "b": {\r\n    "c": 2\r\n  }\r\n}\r\n\r\n'),
        # One line stays one line, wherever it is.
        ('{"b":1}', {"b": 1, "a": {"x": [1, 2]}}, '{"b":1,"a":{"x":[1,2]}}'),
        ('{\n  "a": {"x": 1, "y": 2},\n  "b": 3\n}', {"a": {"x": 1}, "b": 3}, '{\n  "a": {"x": 1},\n  "b": 3\n}'),
        ('{\n  "a": {"x": 1}\n}', {"a": {"x": 1, "y": {"z": 0}}}, '{\n  "a": {"x": 1,"y":{"z":0}}\n}'),
        # Out of an empty object.
        ("{}", {"a": {"b": 1}}, '{\n  "a": {\n    "b": 1\n  }\n}'),
        ("{\n}\n", {"a": 1}, '{\n  "a": 1\n}\n'),
        ('{\n  "auth": {}\n}', {"auth": {"shop": 1}}, '{\n  "auth": {\n    "shop": 1\n  }\n}'),
        # Into one.
        ('{\n  "auth": {\n    "shop": 1\n  }\n}', {"auth": {}}, '{\n  "auth": {}\n}'),
        ('{\n  "auth": 1\n}', {}, "{}"),
        # Removal at either end and in the middle.
        ('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', {"a": 1, "c": 3}, '{\n  "a": 1,\n  "c": 3\n}'),
        ('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', {"b": 2, "c": 3}, '{\n  "b": 2,\n  "c": 3\n}'),
        ('{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}', {"a": 1, "b": 2}, '{\n  "a": 1,\n  "b": 2\n}'),
        # What stays is written as it was: numbers, escapes, odd spaces.
        ('{ "n" :1.50e0 ,"u":"\\u00e9\\/", "a":[ 1,2 ] }', {"n": 1.5, "u": "é/", "a": 0},
         '{ "n" :1.50e0 ,"u":"\\u00e9\\/", "a":0 }'),
        ('{"a": 1, "n": 12345678901234567890123}', {"n": 12345678901234567890123}, '{"n": 12345678901234567890123}'),
        # Python's `True == 1` is no reason to leave a number where a flag shall stand, however deep.
        ('{"a":1}', {"a": True}, '{"a":true}'),
        ('{"a":[0]}', {"a": [False]}, '{"a":[false]}'),
        ('{"a":{"b":0}}', {"a": {"b": False}}, '{"a":{"b":false}}'),
        # A tuple is a list.
        ('{"a":[1]}', {"a": (1,)}, '{"a":[1]}'),
        ('{"a":1}', {"a": (1, "x")}, '{"a":[1,"x"]}'),
        # Of two members of one name the last one counts, as it does for JavaScript.
        ('{"a":1,"a":2,"b":3}', {"a": 2, "b": 4}, '{"a":2,"b":4}'),
    ],
)  # fmt: skip
def test_only_what_differs_is_written_anew(text: str, wanted: dict[str, Any], expected: str) -> None:
    assert reconciled(text, wanted) == expected
    assert reconciled(expected, wanted) == expected


@pytest.mark.parametrize(
    "text",
    ["", "[]", "1", '"a"', "{", '{"a":1}}', "{'a':1}", '{"a":NaN}', '{"a":-Infinity}', '{"a":1,}', "// a\n{}"]
    + ['{"a":' + "[" * depth + "]" * depth + "}" for depth in (100, 2_000, 100_000)]
    + ['{"a":' * 500 + "1" + "}" * 500, '{"n":' + "9" * 5000 + "}"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_not_an_object_is_a_value_error_and_no_other(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


def test_nesting_as_deep_as_is_allowed_can_be_changed_too() -> None:
    text = '{"a":' * 99 + "{}" + "}" * 99
    wanted = parsed(text)
    inner = wanted
    for _ in range(99):
        inner = inner["a"]
    inner["b"] = 1
    assert reconciled(text, wanted) == '{"a":' * 99 + '{"b":1}' + "}" * 99


keys = st.sampled_from(["a", "b", "c", "é", 'q"\\', "10", "9", "\u2028"])
scalars = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=4)
values = st.recursive(
    scalars | st.sampled_from([1.5, -0.25, 1e300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
objects = st.dictionaries(keys, values, max_size=5)
INDENTED: list[dict[str, Any]] = [{"indent": indent, "ensure_ascii": False} for indent in (2, 4, "\t", 1)]
OTHERS: list[dict[str, Any]] = [
    {"indent": None},
    {"indent": None, "separators": (",", ":")},
    {"indent": 3, "separators": (" ,", " : ")},
]


def as_text(value: Any) -> str:
    """Text, because Python takes `True` for 1."""
    return json.dumps(value, sort_keys=True)


def members(text: str, start: int = 0, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Every member of every object within objects: its path, the very text of its value, and the value."""
    decoder, at = json.JSONDecoder(), start + 1
    while True:
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,"))
        if text[at] == "}":
            return
        key, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n:"))
        value, end = decoder.raw_decode(text, at)
        yield (*path, key), text[at:end], value
        if isinstance(value, dict):
            yield from members(text, at, (*path, key))
        at = end


@st.composite
def changes(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A value and another one that has much in common with it."""
    before, other = draw(objects), draw(objects)
    kept = {key: value for key, value in before.items() if draw(st.booleans())}
    for key, value in kept.items():
        if isinstance(value, dict) and draw(st.booleans()):
            kept[key] = {**value, draw(keys): draw(values)}
    return before, {**other, **kept}


@settings(max_examples=40, deadline=None)
@given(changes(), st.sampled_from(INDENTED + OTHERS), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff"]))
def test_any_text_comes_to_hold_any_value_in_its_own_style(
    change: tuple[dict[str, Any], dict[str, Any]], style: dict[str, Any], newline: str, mark: str
) -> None:
    before, wanted = change
    body = json.dumps(before, **style).replace("\n", newline)
    result = reconciled(mark + body + newline, wanted)
    assert as_text(parsed(result)) == as_text(wanted)
    assert result.startswith("\ufeff") == bool(mark)
    assert result.endswith("}" + newline)
    assert newline == "\n" or "\n" not in result.replace("\r\n", "")
    # What has not changed is written as it was.
    texts = {path: (text, value) for path, text, value in members(body)}
    for path, text, value in members(result.removeprefix("\ufeff")):
        if path in texts and as_text(texts[path][1]) == as_text(value):
            assert text == texts[path][0]
    # What is new is written as all the rest is.
    if before and style in INDENTED:
        assert result == mark + json.dumps(parsed(result), **style).replace("\n", newline) + newline
    # And back again.
    assert as_text(parsed(reconciled(result, before))) == as_text(before)

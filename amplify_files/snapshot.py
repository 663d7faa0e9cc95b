"""Typed readers for a stored snapshot: a wrong or missing value is named instead of travelling into a file."""

from collections.abc import Mapping


class SnapshotInvalid(ValueError):
    """A stored snapshot lacks a value that is required, or holds one of the wrong type."""


def require(data: Mapping[str, object], key: str) -> object:
    """The value of a key that must be there."""
    if key not in data:
        raise SnapshotInvalid(f"The snapshot has no value for “{key}”.")
    return data[key]


def text(data: Mapping[str, object], key: str) -> str:
    """A required text."""
    value = require(data, key)
    if not isinstance(value, str):
        raise SnapshotInvalid(f"The snapshot's “{key}” must be a text, not {type(value).__name__}.")
    return value


def text_or(data: Mapping[str, object], key: str, default: str = "") -> str:
    """A text that may be missing."""
    return text(data, key) if key in data else default


def text_or_none(data: Mapping[str, object], key: str) -> str | None:
    """A text that may be missing or null."""
    return None if data.get(key) is None else text(data, key)


def flag(data: Mapping[str, object], key: str) -> bool:
    """A required boolean."""
    value = require(data, key)
    if not isinstance(value, bool):
        raise SnapshotInvalid(f"The snapshot's “{key}” must be true or false, not {type(value).__name__}.")
    return value


def flag_or(data: Mapping[str, object], key: str, default: bool) -> bool:
    """A boolean that may be missing."""
    return flag(data, key) if key in data else default


def number_or_none(data: Mapping[str, object], key: str) -> int | None:
    """A whole number that may be missing or null."""
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise SnapshotInvalid(f"The snapshot's “{key}” must be a whole number, not {type(value).__name__}.")
    return value


def items(data: Mapping[str, object], key: str) -> list[object]:
    """A list that may be missing, which means empty."""
    value = data.get(key, [])
    if not isinstance(value, list | tuple):
        raise SnapshotInvalid(f"The snapshot's “{key}” must be a list, not {type(value).__name__}.")
    return list(value)


def texts(data: Mapping[str, object], key: str) -> tuple[str, ...]:
    """A list of texts that may be missing, which means empty."""
    return tuple(_text_item(item, key) for item in items(data, key))


def texts_or_none(data: Mapping[str, object], key: str) -> tuple[str, ...] | None:
    """A list of texts that may be missing or null, which is not the same as empty."""
    return None if data.get(key) is None else texts(data, key)


def pairs(data: Mapping[str, object], key: str) -> tuple[tuple[str, str], ...]:
    """A list of pairs of texts that may be missing, which means empty."""
    found: list[tuple[str, str]] = []
    for item in items(data, key):
        if not isinstance(item, list | tuple) or len(item) != 2:
            raise SnapshotInvalid(f"The snapshot's “{key}” must hold pairs of texts.")
        found.append((_text_item(item[0], key), _text_item(item[1], key)))
    return tuple(found)


def mapping(value: object, key: str) -> Mapping[str, object]:
    """A nested object."""
    if not isinstance(value, Mapping):
        raise SnapshotInvalid(f"The snapshot's “{key}” must be an object, not {type(value).__name__}.")
    return value


def mapping_or_none(data: Mapping[str, object], key: str) -> Mapping[str, object] | None:
    """A nested object that may be missing or null."""
    return None if data.get(key) is None else mapping(data[key], key)


def _text_item(item: object, key: str) -> str:
    if not isinstance(item, str):
        raise SnapshotInvalid(f"The snapshot's “{key}” must hold texts, not {type(item).__name__}.")
    return item

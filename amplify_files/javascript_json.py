"""JSON text exactly as JavaScript's ``JSON.stringify`` writes it, because the genuine files are written by it."""

import json
import re
from collections.abc import Mapping, Sequence

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_LARGEST_ARRAY_INDEX = 2**32 - 2


def stringify(value: object, *, indent: int | None = None) -> str:
    """Write ``value`` like ``JSON.stringify(value, null, indent)``; no trailing newline.

    Text stays as it is, U+2028, emoji and ``</script>`` included; only quotes, backslashes, control characters and lone
    surrogates are escaped. ``None`` is not JavaScript's ``undefined``: callers leave absent keys out.
    """
    text = json.dumps(
        in_javascript_order(value),
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=(",", ":") if indent is None else (",", ": "),
    )
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def javascript_sort_key(key: str) -> bytes:
    """The key by which JavaScript's ``sort()`` orders strings: UTF-16 code units, not code points."""
    return key.encode("utf-16-be", "surrogatepass")


def in_javascript_order(value: object) -> object:
    """Put keys that look like array indexes first, in numeric order, as every JavaScript object does."""
    if isinstance(value, Mapping):
        indexes = sorted((key for key in value if _is_array_index(key)), key=int)
        others = [key for key in value if not _is_array_index(key)]
        return {key: in_javascript_order(value[key]) for key in [*indexes, *others]}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [in_javascript_order(item) for item in value]
    return value


def _is_array_index(key: str) -> bool:
    return _ARRAY_INDEX.fullmatch(key) is not None and int(key) <= _LARGEST_ARRAY_INDEX

"""Unified diffs as rows a template can draw. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

RowKind = Literal["added", "removed", "same", "hunk", "note"]

HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
NO_NEWLINE = "\\ No newline at end of file"


@dataclass(frozen=True)
class DiffRow:
    """One line of a diff; ``text`` keeps its leading sign, so that what is copied is a diff that ``patch`` reads."""

    kind: RowKind
    text: str
    old_number: int | None = None
    new_number: int | None = None


def rows_between(old: str, new: str, *, context_lines: int = 3) -> list[DiffRow]:
    """Compare two texts; equal texts give no row, and a missing newline at the end counts as a difference."""
    if old and new and not old.endswith("\n") and not new.endswith("\n"):
        # Neither side has the newline, so the note about it would only be in the way.
        old, new = old + "\n", new + "\n"
    lines = unified_lines(lines_of(old), lines_of(new), context_lines=context_lines)
    return list(rows(with_end_notes(lines)))


Opcode = tuple[str, int, int, int, int]
"""As `difflib` has them: `equal`, `replace`, `delete` or `insert`, and the lines of either side."""
WHOLE = 200
"""Lines of either side up to which every line counts, however often it occurs."""


def unified_lines(old: Sequence[str], new: Sequence[str], *, context_lines: int = 3) -> Iterator[str]:
    """The hunks of a unified diff, without the two lines that name the files."""
    matcher = SequenceMatcher[str]()
    matcher.opcodes = list(_merged(_opcodes(old, new)))  # type: ignore[attr-defined]
    for group in matcher.get_grouped_opcodes(context_lines):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[i1:i2])
                continue
            yield from (f"-{line}" for line in old[i1:i2])
            yield from (f"+{line}" for line in new[j1:j2])


def _range(start: int, end: int) -> str:
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start if not length else start + 1},{length}"


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Iterator[Opcode]:
    """What leads from one text to the other.

    In a long text `difflib` takes lines that occur often for no landmarks. Where types of a schema resemble each other
    those are nearly all lines, and a changed word would look like another file. So long texts are compared part by
    part: a part begins at each line that is not indented, and its first two words are its name.
    """
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    yield "equal", 0, start, 0, start
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    found = _by_parts(a, b) if max(len(a), len(b)) > WHOLE else _exact(a, b)
    yield from ((tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in found)
    yield "equal", len(old) - end, len(old), len(new) - end, len(new)


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _exact(old: Sequence[str], new: Sequence[str]) -> Sequence[Opcode]:
    return SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > WHOLE).get_opcodes()


def _by_parts(old: Sequence[str], new: Sequence[str]) -> Iterator[Opcode]:
    before, after = _parts(old), _parts(new)
    named = SequenceMatcher(None, _names(old, before), _names(new, after), autojunk=False)
    for tag, i1, i2, j1, j2 in named.get_opcodes():
        if tag != "equal":
            yield tag, _start(before, i1), _start(before, i2), _start(after, j1), _start(after, j2)
            continue
        for (a1, a2), (b1, b2) in zip(before[i1:i2], after[j1:j2], strict=True):
            for inner, x1, x2, y1, y2 in _exact(old[a1:a2], new[b1:b2]):
                yield inner, a1 + x1, a1 + x2, b1 + y1, b1 + y2


def _parts(lines: Sequence[str]) -> list[tuple[int, int]]:
    starts = [number for number, line in enumerate(lines) if not number or line[:1].isalnum()]
    return list(zip(starts, [*starts[1:], len(lines)], strict=True)) if starts else []


def _names(lines: Sequence[str], parts: Iterable[tuple[int, int]]) -> list[str]:
    return [" ".join(lines[start].split()[:2]) for start, _ in parts]


def _start(parts: list[tuple[int, int]], number: int) -> int:
    if number < len(parts):
        return parts[number][0]
    return parts[-1][1] if parts else 0


def _merged(opcodes: Iterable[Opcode]) -> Iterator[Opcode]:
    """Neighbours of the same kind as one, without empty ones: only so can context be cut out of them."""
    held: Opcode | None = None
    for tag, i1, i2, j1, j2 in opcodes:
        if i1 == i2 and j1 == j2:
            continue
        if held and held[0] == tag:
            held = tag, held[1], i2, held[3], j2
            continue
        if held:
            yield held
        held = tag, i1, i2, j1, j2
    if held:
        yield held


def rows_of(unified: str) -> list[DiffRow]:
    """Read a diff that somebody else wrote in the unified format."""
    return list(rows(unified.split("\n")[:-1] if unified.endswith("\n") else unified.split("\n")))


def lines_of(text: str) -> list[str]:
    """Split at line feeds alone: ``splitlines`` would also break at characters that a name may contain."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def with_end_notes(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield NO_NEWLINE


def rows(lines: Iterable[str]) -> Iterator[DiffRow]:
    old_number = new_number = 0
    inside = False
    for line in lines:
        if match := HUNK.match(line):
            inside = True
            old_number, new_number = int(match[1]), int(match[2])
            yield DiffRow("hunk", line)
        elif not inside:
            # The two lines that name the files say nothing that the heading does not.
            continue
        elif line.startswith("+"):
            yield DiffRow("added", line, None, new_number)
            new_number += 1
        elif line.startswith("-"):
            yield DiffRow("removed", line, old_number, None)
            old_number += 1
        elif line.startswith("\\"):
            yield DiffRow("note", line)
        else:
            yield DiffRow("same", line or " ", old_number, new_number)
            old_number += 1
            new_number += 1

"""Unified diffs as rows a template can draw. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
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
    lines = unified_diff(lines_of(old), lines_of(new), n=context_lines)
    return list(rows(with_end_notes(lines)))


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

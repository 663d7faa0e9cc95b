"""How the files of a backend differ, as diffs that may be kept and shown: without anybody's secrets. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from amplify_files.javascript_json import stringify
from amplify_files.outputs import MASK
from backend_state.document import json_text
from backend_state.document.state import BackendDocument
from web.diffs import unified_lines

MOST_LINES = 400
"""Of one file's diff; more than anybody reads, and enough for every file Amplify writes."""

_NAMES = "secret|api_?key|password|token|private_?key|creds"
_SECRET = re.compile(rf'("(?:[^"\\]|\\.)*(?:{_NAMES})(?:[^"\\]|\\.)*"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_VALUE = re.compile(r'^(\s*(?:"(?:[^"\\]|\\.)*"\s*:\s*)?)(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)(,?)$')
_SOUNDS_SECRET = re.compile(_NAMES, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file of the backend; `path` is its name in the zip, `diff` unified and without secrets."""

    path: str
    change: Literal["add", "change", "remove"]
    diff: str
    digest: str
    """A keyed hash of the new bytes; "" for a file that is taken out."""


def file_changes(
    before: BackendDocument, after: BackendDocument, digest: Callable[[bytes], str]
) -> tuple[FileChange, ...]:
    """Every file that differs, with its diff. `digest` hashes the new bytes with a key."""
    changes = []
    for name in dict.fromkeys([*after.pending, *before.pending]):
        old = before.read(name) if name in before else None
        new = after.read(name) if name in after else None
        if old == new or name.endswith("/"):
            continue
        changes.append(
            FileChange(
                path=name,
                change="add" if old is None else "remove" if new is None else "change",
                diff=masked_diff(_shown(old), _shown(new)),
                digest=digest(new) if new is not None else "",
            )
        )
    return tuple(changes)


def masked(text: str) -> str:
    """The text with the value of every JSON member that sounds like a secret replaced."""
    return _SECRET.sub(lambda found: f'{found[1]}"{MASK}"', text)


def masked_diff(before: str, after: str) -> str:
    """A unified diff without secrets; a secret that changed shows as a line that says so.

    Lines around a change keep their names and lose their values: what stands there is somebody else's, a function's
    parameters for instance, and no name tells whether it is a secret.
    """
    # A file that is not there has no lines; without this it would seem to have had an empty one.
    old, new = (masked(_line_by_line(text)).split("\n") if text else [] for text in (before, after))
    lines = [line.removesuffix("\n") for line in unified_lines(old, new)]
    stays = _staying(lines)
    lines = [
        line[:1] + _without_values(line[1:]) if line[:1] == " " or _bare(line) in stays else line for line in lines
    ]
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"@@ -0,0 +0,0 @@ and {len(lines) - MOST_LINES} more lines"]
    return "\n".join(lines)


def _staying(lines: Sequence[str]) -> set[str]:
    """What is on both sides and differs by the comma alone that a new neighbour needs: it is no change either."""
    removed = {_bare(line) for line in lines if line.startswith("-")}
    return removed & {_bare(line) for line in lines if line.startswith("+")}


def _bare(line: str) -> str:
    return line[1:].removesuffix(",")


def _line_by_line(text: str) -> str:
    """JSON as Amplify lays it out, one value a line; any other text as it is."""
    try:
        value = json_text.parsed(text)
    except (ValueError, RecursionError):
        return text
    return stringify(value, indent=2)


def _without_values(line: str) -> str:
    """A line of such JSON with its value, a text or a number, left out."""
    return _VALUE.sub(r"\1…\2", line)


def _shown(body: bytes | None) -> str:
    return body.decode("utf-8", "replace") if body is not None else ""


def sounds_secret(name: str) -> bool:
    return _SOUNDS_SECRET.search(name.rpartition("/")[2]) is not None

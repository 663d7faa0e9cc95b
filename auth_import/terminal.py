"""Findings, files and drift as a person reads them in a terminal: what needs attention first, with its cure."""

import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from auth_import.findings import Finding, Severity

WIDTH = 100
_MARGIN = " " * 6


def findings_text(findings: Sequence[Finding], *, accepted: Collection[str] = ()) -> str:
    """Failures and warnings in full, information in a line each, and how many checks passed."""
    parts: list[str] = []
    for severity in (Severity.FAIL, Severity.WARN):
        parts += [_in_full(one, accepted) for one in findings if one.severity is severity]
    told = [one for one in findings if one.severity is Severity.INFO]
    if told:
        parts.append("\n".join(f"INFO  {one.id}: {one.observed}" for one in told))
    passed = sum(1 for one in findings if one.passed)
    parts.append(f"{passed} of {len(findings)} checks passed.")
    return "\n\n".join(parts)


def _in_full(finding: Finding, accepted: Collection[str]) -> str:
    mark = "  (accepted when it was imported)" if finding.severity is Severity.FAIL and finding.id in accepted else ""
    lines = [f"{finding.severity.upper():<4}  {finding.id}: {finding.title}{mark}"]
    for label, words in (
        ("Observed", finding.observed),
        ("Why", finding.reason),
        ("Affects", finding.affects),
        ("What to do", finding.cure.text),
    ):
        if words:
            lines += _wrapped(f"{label}: {words}")
        if label == "Observed":
            lines += _table(finding.table)
    # A command must stay on its own line, as it is, to be copied.
    lines += [f"{_MARGIN}  {line}" for line in finding.cure.command.splitlines()]
    if finding.overridable and not mark:
        lines += _wrapped(f"Or import anyway: --accept {finding.id} --reason TEXT")
    return "\n".join(lines)


def _wrapped(words: str) -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=_MARGIN,
        subsequent_indent=_MARGIN,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under each other; a cell of several lines keeps them."""
    lines = [line for row in rows for line in zip_longest(*(cell.splitlines() for cell in row), fillvalue="")]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    return [
        (_MARGIN + "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=False))).rstrip()
        for line in lines
    ]


def files_text(files: Iterable[Mapping[str, str]], heading: str) -> str:
    """The plan's files, one a line."""
    lines = [f"  {file['change']:<6}  {file['path']}" for file in files]
    return "\n".join([heading, *lines]) if lines else ""


def swap_text(swap: Mapping[str, Any]) -> str:
    """What a swap changes for people: sentences, what differs, and groups that are not the same in both pools."""
    if not swap:
        return ""
    lines = ["What the app's users notice:", *(line for one in swap["consequences"] for line in _wrapped(f"- {one}"))]
    for row in swap["differences"]:
        lines += _wrapped(f"{row['what']}: {row['before']} → {row['after']}. {row['effect']}")
    for row in swap["groups"]:
        if row["state"] != "same":
            lines += _wrapped(f"Group {row['name']}, {row['state']}: {row['before']} → {row['after']}.")
    return "\n".join(lines)


def drift_text(drift: Iterable[Mapping[str, str]]) -> str:
    """What changed in AWS since the import: before, after, and what breaks."""
    parts = []
    for change in drift:
        lines = [f"DRIFT {change['id']}", f"{_MARGIN}Before: {change['before']}", f"{_MARGIN}Now:    {change['after']}"]
        parts.append("\n".join([*lines, *_wrapped(f"What breaks: {change['breaks']}")]))
    return "\n\n".join(parts)


def ignored_text(ignored: Iterable[Mapping[str, str]]) -> str:
    """Drifts that somebody decided to live with, and why."""
    parts = []
    for row in ignored:
        lines = [f"IGNORED {row['id']}", f"{_MARGIN}Before: {row['before']}", f"{_MARGIN}Now:    {row['after']}"]
        parts.append("\n".join([*lines, *_wrapped(f"{row['by']}: {row['reason']}")]))
    return "\n\n".join(parts)

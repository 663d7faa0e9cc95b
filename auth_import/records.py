"""Findings as JSON: in the database, and as the commands print them."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth_import.findings import Cure, Finding, Fix, Severity

_FIXES = frozenset(fix.value for fix in Fix)


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON, with everything a page shows."""
    return {
        "id": finding.id,
        "title": finding.title,
        "severity": str(finding.severity),
        "overridable": finding.overridable,
        "observed": finding.observed,
        "reason": finding.reason,
        "affects": finding.affects,
        "cure": {"text": finding.cure.text, "command": finding.cure.command},
        "fixes": [str(fix) for fix in finding.fixes],
        "table": [list(row) for row in finding.table],
    }


def finding_from_record(record: Mapping[str, Any]) -> Finding:
    """The finding of a stored record. Fixes that this version no longer knows are left out."""
    return Finding(
        id=record["id"],
        title=record["title"],
        severity=Severity(record["severity"]),
        observed=record.get("observed", ""),
        reason=record.get("reason", ""),
        affects=record.get("affects", ""),
        cure=Cure(**record.get("cure", {})),
        overridable=bool(record.get("overridable")),
        fixes=tuple(Fix(value) for value in record.get("fixes", ()) if value in _FIXES),
        table=tuple(tuple(row) for row in record.get("table", ())),
    )


def finding_line(finding: Finding) -> dict[str, Any]:
    """A finding as `import_auth` and `link_status` print it; these keys are fixed (docs/command-line.md)."""
    record = finding_record(finding)
    line = {key: record[key] for key in ("id", "severity", "overridable", "observed", "reason", "cure")}
    if finding.table:
        line["table"] = record["table"]
    return line


def baseline_of(findings: Sequence[Finding]) -> dict[str, list[str]]:
    """What every rule observed: severity and observed value by id."""
    return {finding.id: [str(finding.severity), finding.observed] for finding in findings}

"""The JSON of `import_auth`, `link_status` and the JSON endpoints. Its keys are fixed (docs/command-line.md)."""

from collections.abc import Sequence
from typing import Any

from auth_import import rules
from auth_import.findings import Finding
from auth_import.models import CognitoLink
from auth_import.plan import FileChange, ImportPlan, plan_lines
from auth_import.records import finding_line
from auth_import.swap import comparison


def import_report(
    *,
    findings: Sequence[Finding],
    accepted: Sequence[str] = (),
    changes: tuple[FileChange, ...] = (),
    job: str | None = None,
    refused: bool | None = None,
) -> dict[str, Any]:
    """Verdict, every finding, and what would change. `job` is the row's id, None on a dry run or a refusal."""
    verdict = rules.verdict(findings, accepted) if refused is None else ("refused" if refused else "accepted")
    return {
        "verdict": verdict,
        "findings": [finding_line(finding) for finding in findings],
        "plan": plan_lines(changes),
        "job": job,
    }


def swap_report(plan: ImportPlan) -> dict[str, Any]:
    """What a swap changes for people, as `swap`; nothing for the plan of an import."""
    if plan.replaced_outputs is None:
        return {}
    return {"swap": comparison.report(plan.replaced_outputs, plan.outputs)}


def link_report(link: CognitoLink) -> dict[str, Any]:
    """A link as it was last checked, with its drift."""
    return import_report(findings=link.last_findings, accepted=link.accepted) | {
        "project": link.environment.project.slug,
        "environment": link.environment.name,
        "user_pool": link.user_pool_id,
        "web_client": link.web_client_id,
        "native_client": link.native_client_id,
        "identity_pool": link.identity_pool_id,
        "accepted": link.accepted,
        "checked": link.checked.isoformat(),
        "drift": [{key: row[key] for key in ("id", "before", "after", "breaks")} for row in link.drift],
        "ignored": [row.to_dict() for row in link.ignored_drift.all()],
    }

"""A planned environment as scripts read it; the page and the command say the same. External ids stay out of it."""

from collections.abc import Sequence
from typing import Any

from auth_import.plan import FileChange
from auth_import.records import finding_line
from auth_import.views.importing import changes_of
from deployments.cloning.checking import environment_of
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import ClonePlan
from deployments.cloning.preparing import NotReady, Prepared
from deployments.cloning.presentation import as_made, made_in_aws


def plan_report(planned: PlannedClone, prepared: Prepared | None = None) -> dict[str, Any]:
    """A kept plan. `checks` and `warnings` are told where the place has just been looked at."""
    job = str(planned.job_id) if planned.job_id else None
    plan = as_made(planned.plan, planned.source)
    return clone_report(plan, files_of(planned), prepared) | {"planned": planned.pk, "job": job}


def files_of(planned: PlannedClone) -> tuple[FileChange, ...]:
    """The files the new environment begins with, as far as they come of its Cognito resources."""
    plan = as_made(planned.plan, planned.source)
    return changes_of(environment_of(planned, plan), plan.auth) if plan.auth else ()


def clone_report(plan: ClonePlan, files: Sequence[FileChange], prepared: Prepared | None = None) -> dict[str, Any]:
    """What would be made: the keys of `import_auth` (docs/command-line.md), and the environment beside them."""
    report: dict[str, Any] = {
        "verdict": "accepted",
        "environment": {
            "source": plan.source,
            "name": plan.name,
            "kind": plan.kind,
            "region": plan.region,
            "role_arn": plan.role_arn,
            "app_id": plan.app_id,
            "production": plan.production,
            "resources": str(plan.resources),
            "carried": [str(one) for one in plan.carried],
        },
        "findings": [finding_line(one) for one in plan.auth.findings] if plan.auth else [],
        "plan": {
            "aws": [{"what": one.what, "name": one.name} for one in made_in_aws(plan)],
            "files": [{"path": one.path, "change": one.change} for one in files],
        },
        "job": None,
    }
    return report | (_looked_at(prepared) if prepared else {})


def _looked_at(prepared: Prepared) -> dict[str, Any]:
    return {
        "account": prepared.account,
        "checks": [check.to_dict() for check in prepared.checks],
        "warnings": list(prepared.comparison.warnings),
    }


def refusal_report(refused: NotReady) -> dict[str, Any]:
    """Why there is no plan."""
    prepared = refused.prepared
    found = prepared.preflight.findings if prepared.preflight else ()
    return {
        "verdict": "refused",
        "error": str(refused),
        "blocking": list(refused.blocking),
        "findings": [finding_line(one) for one in found],
        "plan": {"aws": [], "files": []},
        "job": None,
        "planned": None,
    } | _looked_at(prepared)

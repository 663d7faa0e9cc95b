"""Groups and members as scripts read them, with the names of the page's columns."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.http import JsonResponse

from aws.resources import Group
from aws.user_resources import CognitoUser
from user_management.groups.copying import Copied, Row
from user_management.groups.forms import values_of
from user_management.groups.membership import Outcome
from user_management.groups.precedence import EffectiveRole, Tie
from user_management.groups.services import Change
from user_management.place import error_report


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def group_report(group: Group) -> dict[str, Any]:
    return {**values_of(group), "created": _time(group.created), "modified": _time(group.modified)}


def member_report(user: CognitoUser) -> dict[str, Any]:
    return {
        "username": user.username,
        "email": user.email,
        "phone_number": user.phone_number,
        "status": user.status,
        "enabled": user.enabled,
        "created": _time(user.created),
    }


def tie_reports(ties: Iterable[Tie]) -> list[dict[str, Any]]:
    return [{"precedence": tie.precedence, "groups": list(tie.names)} for tie in ties]


def role_report(role: EffectiveRole) -> dict[str, Any]:
    return {
        "role": role.role,
        "decided_by": role.decided_by,
        "ambiguous": list(role.ambiguous),
        "sentence": role.sentence,
    }


def change_reports(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"field": one.field, "before": one.before, "after": one.after} for one in changes]


def outcome_report(outcome: Outcome) -> dict[str, Any]:
    result = "failed" if outcome.error else "already" if outcome.already else "added"
    report: dict[str, Any] = {"username": outcome.username, "result": result}
    if outcome.error:
        report["error"] = error_report(outcome.error)
    return report


def row_report(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "changes": change_reports(row.changes),
        "stays": list(row.stays),
        "foreign_role": row.foreign_role,
    }


def copied_report(copied: Copied) -> dict[str, Any]:
    report: dict[str, Any] = {"name": copied.name, "result": "failed" if copied.error else copied.kind}
    if copied.error:
        report["error"] = error_report(copied.error)
    return report


def refusal(form: BaseForm) -> JsonResponse:
    """What is wrong with what was sent, by field."""
    fields = {name: [str(one) for one in errors] for name, errors in form.errors.items()}
    words = " ".join(text for texts in fields.values() for text in texts)
    return JsonResponse({"error": words, "fields": fields}, status=422)

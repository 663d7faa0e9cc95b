"""The drift of a link as a page and a script read it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.drift import OF_LISTS
from auth_import.findings import Finding
from auth_import.fixes import TITLES as FIX_TITLES
from auth_import.forms import choice_query
from auth_import.models import CognitoLink, DriftWatch, IgnoredDrift
from auth_import.pickers import Unread
from auth_import.records import finding_from_record
from auth_import.watch.decisions import acceptable, digest_of
from auth_import.watch.forms import IgnoreForm
from auth_import.watch.repairs import Repair, repair
from auth_import.watch.taking import Row, title_of
from aws.errors import AccessDenied, AwsError, Fault, NotFound, Rejected, Throttled, Unavailable
from environments.models import Environment

DECISIONS = (
    Action.DRIFT_ACCEPTED,
    Action.DRIFT_IGNORED,
    Action.DRIFT_HEEDED,
    Action.WATCH_CHANGED,
    Action.AUTH_FIXED,
)
SHOWN_DECISIONS = 20
PARTS, GROUPS_PART = re.compile(", "), re.compile(r"(?<=\)), ")


@dataclass(frozen=True, slots=True)
class Shown:
    """One open drift. `fixes` are (slug, title) of what the console can do itself; without any, `repair` says how."""

    row: Row
    fixes: tuple[tuple[str, str], ...]
    repair: Repair
    problem: str = ""
    """What is wrong with the reason that was sent for ignoring it."""

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def title(self) -> str:
        return title_of(self.id)

    @property
    def since(self) -> datetime | None:
        return parse_datetime(str(self.row.get("since") or ""))

    @property
    def digest(self) -> str:
        return digest_of([self.row])

    @property
    def acceptable(self) -> bool:
        return bool(acceptable([self.row]))

    @property
    def gone(self) -> tuple[str, ...]:
        """Of a list: what is not in it any more."""
        return self._only(self.row["before"], self.row["after"])

    @property
    def new(self) -> tuple[str, ...]:
        return self._only(self.row["after"], self.row["before"])

    def _only(self, these: str, those: str) -> tuple[str, ...]:
        if self.id not in OF_LISTS:
            return ()
        # What is told of a group ends with a bracket, and has commas of its own.
        parting = GROUPS_PART if self.id == "pool.groups" else PARTS
        others = parting.split(those)
        return tuple(one for one in parting.split(these) if one not in others and one != "(none)")


def shown(link: CognitoLink, form: IgnoreForm | None = None) -> list[Shown]:
    """The open drift, what is gone altogether first. `form` is one that was sent and is not valid."""
    drifted = {row["id"] for row in link.drift}
    findings = {row["id"]: finding_from_record(row) for row in link.findings if row["id"] in drifted}
    rows = sorted(link.drift, key=lambda row: not row.get("vanished"))
    return [_shown(link, row, findings.get(row["id"]), form) for row in rows]


def _shown(link: CognitoLink, row: Row, finding: Finding | None, form: IgnoreForm | None) -> Shown:
    problem = ""
    if form is not None and form.data.get("drift") == row["id"]:
        wrong = [str(one) for one in form.errors.get("reason", ())]
        problem = " ".join(wrong) or "Look at it once more, and send it again."
    if row.get("vanished"):
        return Shown(row, (), Repair(""), problem)
    if finding is not None and not finding.passed:
        fixes = tuple((str(fix), FIX_TITLES[fix]) for fix in finding.fixes)
        return Shown(row, fixes, Repair(finding.cure.text, finding.cure.command), problem)
    region = link.environment.region
    return Shown(row, (), repair(row["id"], link.outputs, choice=link.choice, region=region), problem)


_ERRORS: dict[str, type[AwsError]] = {
    one.kind: one for one in (NotFound, AccessDenied, Rejected, Throttled, Unavailable)
}


def unread_of(fault: Fault) -> Unread:
    """A fault as the page shows an error."""
    return Unread.of(_ERRORS[fault.kind](fault.message, code=fault.code, action=fault.action))


def vanished_pool(link: CognitoLink) -> Row | None:
    return next((row for row in link.drift if row.get("vanished") == "user pool"), None)


def decisions_of(environment: Environment) -> "QuerySet[AuditEvent]":
    """What people decided about this environment's drift, the latest first."""
    events = AuditEvent.objects.of_project(environment.project.slug)
    return events.filter(environment=environment.name, action__in=DECISIONS)[:SHOWN_DECISIONS]


def context_of(link: CognitoLink, watch: DriftWatch, form: IgnoreForm | None = None) -> dict[str, Any]:
    rows = shown(link, form)
    can_be_accepted = [one for one in rows if one.acceptable]
    gone = vanished_pool(link)
    return {
        "link": link,
        "watch": watch,
        "drifts": rows,
        "acceptable": can_be_accepted,
        "accept_all_digest": digest_of([one.row for one in can_be_accepted]),
        "ignored": list(IgnoredDrift.objects.filter(link=link)),
        "gone": gone,
        "restorable_until": watch.restorable_until(link.created) if gone else None,
        "may_be_too_late": bool(gone) and watch.restorable_until(link.created) < timezone.now(),
        "decisions": decisions_of(link.environment),
        "fix_query": choice_query(link.choice),
    }


def report_of(link: CognitoLink, watch: DriftWatch) -> dict[str, Any]:
    """The same as JSON."""
    gone = vanished_pool(link)
    return {
        "checked": link.checked.isoformat(),
        "health": link.health,
        "drift": [_record(one) for one in shown(link)],
        "ignored": ignored_of(link),
        "watch": watch.to_dict(),
        "restorable_until": watch.restorable_until(link.created).isoformat() if gone else None,
    }


def _record(one: Shown) -> dict[str, Any]:
    row = one.row
    return {
        **{key: row[key] for key in ("id", "before", "after", "breaks")},
        "since": row.get("since"),
        "acceptable": one.acceptable,
        "digest": one.digest,
        "fixes": [slug for slug, _ in one.fixes],
        "repair": {"text": one.repair.text, "command": one.repair.command},
    }


def ignored_of(link: CognitoLink) -> Sequence[dict[str, str]]:
    return [row.to_dict() for row in IgnoredDrift.objects.filter(link=link)]

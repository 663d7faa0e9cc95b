"""How functions and their access are put before a person, and before scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from amplify_files.javascript_json import stringify
from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from aws.functions import LambdaFunction
from backend_state.document.function_standing import LAYER, FunctionStanding
from backend_state.document.problems import BackendProblem, listed
from function_access import operations
from function_access.amplify import Preview, breadth_of
from function_access.direct.plan import DirectPlan
from function_access.direct.restore import PolicyChange
from function_access.direct.taking import RevokePlan
from function_access.models import FunctionGrant
from function_access.operations import ActionGroup
from function_access.words import BREADTHS
from jobs.models import Job

State = FunctionGrant.State


class NotPossible(Exception):
    """Why this cannot be done now, in words for the person who asked."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a choice: a job that is at work, or words; `waits` says that it needs a push."""

    words: str
    waits: bool = False
    job: Job | None = None

    def as_json(self) -> dict[str, Any]:
        report: dict[str, Any] = {"done": self.words, "waits_for_push": self.waits}
        if self.job is not None:
            report |= {"job": self.job.pk, "url": self.job.get_absolute_url()}
        return report


@dataclass(frozen=True, slots=True)
class Row:
    """One function: its access now as a state and words, what that is exactly, and what waits for a push."""

    name: str
    state: str
    words: str
    detail: str = ""
    waits: str = ""
    kind: str = ""
    changeable: bool = True
    old_pool: str = ""
    """The pool that its access is for, where the environment is linked to another one."""
    job: Job | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "function": self.name,
            "state": self.state,
            "access": self.words,
            "detail": self.detail,
            "waits": self.waits,
            "changeable": self.changeable,
            "old_pool": self.old_pool,
        }


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of the Functions page; `unread` says why there are none. `read` None is this moment.

    `next_token` goes on in the list; with a search everything was read, and `total` says how much that was.
    """

    rows: list[Row]
    total: int = 0
    next_token: str = ""
    read: datetime | None = None
    unread: Unread | None = None

    @property
    def waiting(self) -> int:
        return sum(1 for row in self.rows if row.waits)

    @property
    def old(self) -> list[Row]:
        """The functions whose access is for another pool than the linked one."""
        return [row for row in self.rows if row.old_pool]


def row_in_backend(
    standing: FunctionStanding, grant: FunctionGrant | None = None, link: CognitoLink | None = None
) -> Row:
    """A function of an Amplify backend: what its template gives it, and what the next push makes of that."""
    waits = waiting_words(grant, link)
    if standing.trouble:
        layer = standing.service == LAYER
        state, words = ("info", "A layer") if layer else ("warn", "Cannot be read")
        return Row(standing.name, state, words, standing.trouble, waits, standing.service, changeable=False)
    lost = _lost(standing, grant)
    if not standing.has_access:
        return Row(standing.name, "warn" if lost else "stopped", "No access", lost, waits, standing.service)
    detail = f"{counted(standing.actions)}, {BREADTHS[breadth_of(standing)]}"
    if standing.pools:
        detail += ", naming the pool by its id"
    strangers = [one for one in standing.pools if link is None or one != link.user_pool_id]
    if strangers:
        words = f"{named(standing.operations)}, on another pool"
        return Row(
            standing.name, "warn", words, detail, waits, standing.service, old_pool=listed(strangers) if link else ""
        )
    state, detail = ("warn", f"{detail}. {lost}") if lost else ("pass", detail)
    return Row(standing.name, state, named(standing.operations), detail, waits, standing.service)


def _lost(standing: FunctionStanding, grant: FunctionGrant | None) -> str:
    """Says so where the backend has another access than the one this console has pushed."""
    if grant is None or grant.state != State.APPLIED or set(grant.actions) == set(standing.actions):
        return ""
    return (
        f"This console has pushed “{named(grant.operations)}” ({counted(grant.actions)}): somebody has pushed another "
        "state since, from an older checkout for instance."
    )


def row_gone(grant: FunctionGrant, link: CognitoLink | None) -> Row:
    """A row of ours for a function that the backend does not have any more."""
    words, detail = "Not in the backend any more", "Somebody removed it."
    return Row(grant.function, "warn", words, detail, waiting_words(grant, link), changeable=False)


def row_in_region(
    name: str,
    grant: FunctionGrant | None,
    link: CognitoLink | None,
    function: LambdaFunction | None = None,
    *,
    gone: bool = False,
    changed: bool = False,
) -> Row:
    """A Lambda function of the Region: what this console has given it, which is what a row of ours says."""
    kind = function.runtime if function else ""
    if grant is None:
        variable = operations.variable_of(link.resource_name) if link else ""
        has_variable = bool(function and variable in function.variable_names)
        detail = f"It has the variable {variable}, which this console did not set." if has_variable else ""
        return Row(name, "stopped", "Nothing given here", detail, kind=kind)
    job = grant.job
    if job is not None and not job.is_finished:
        return Row(name, "running", "Being changed", job.title, kind=kind, job=job)
    if gone:
        return Row(name, "warn", "The function is gone", "Its role may have the policy still.", changeable=False)
    if grant.state == State.UNFINISHED:
        detail = "The last change did not come to its end. Its job says why."
        return Row(name, "fail", "Not finished", detail, kind=kind, job=job)
    detail = f"{counted(grant.actions)}, {BREADTHS[grant.breadth]}"
    if changed:
        detail = (
            f"This console gave “{named(grant.operations)}” ({detail}), and the variable or the policy in AWS is "
            "another one by now. Review the access once more to write it again, or take it away."
        )
        return Row(name, "warn", "Changed in AWS since", detail, kind=kind)
    if link is not None and grant.user_pool_id != link.user_pool_id:
        words = f"{named(grant.operations)}, on another pool"
        return Row(name, "warn", words, detail, kind=kind, old_pool=grant.user_pool_id)
    return Row(name, "pass", named(grant.operations), detail, kind=kind)


def rows_of_backend(
    found: Sequence[FunctionStanding], grants: Mapping[str, FunctionGrant], link: CognitoLink | None
) -> list[Row]:
    names = {one.name for one in found}
    gone = [row_gone(grant, link) for name, grant in grants.items() if name not in names]
    return [*(row_in_backend(one, grants.get(one.name), link) for one in found), *gone]


def waiting_words(grant: FunctionGrant | None, link: CognitoLink | None) -> str:
    if grant is None or not grant.waits:
        return ""
    if grant.state == State.REVOKED:
        return "Taken away with the next push"
    when = "with the next push" if link else "with a push, once a pool is linked"
    return f"{named(grant.operations)} ({BREADTHS[grant.breadth]}) {when}"


def named(chosen: Sequence[str]) -> str:
    """`Create, read`: the operations as words, in the CLI's order; unknown ones of others stand behind."""
    known = [one for one in operations.OPERATIONS if one in chosen]
    return ", ".join([*known, *(one for one in chosen if one not in known)]).capitalize() or "Some access"


def counted(actions: Sequence[str]) -> str:
    return f"{len(actions)} action{'' if len(actions) == 1 else 's'}"


def unread_of(problem: BackendProblem) -> Unread:
    """A problem of the backend in the form in which pages show what could not be read."""
    return Unread(
        words=problem.words,
        next_step=problem.next_step,
        code=problem.code,
        message=problem.detail,
        action="",
        retryable=False,
    )


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One inline policy before and after, as texts; "" where there is none."""

    role: str
    name: str
    before: str
    after: str

    @classmethod
    def of(cls, change: PolicyChange) -> "PolicyText":
        before, after = (stringify(one, indent=2) if one is not None else "" for one in (change.before, change.after))
        return cls(change.role, change.name, before, after)


@dataclass(frozen=True, slots=True)
class Result:
    """What a choice, or taking the access away, results in: files of a backend, or a plan for AWS.

    Or why neither could be worked out.
    """

    preview: Preview | None = None
    plan: DirectPlan | None = None
    taking: RevokePlan | None = None
    unread: Unread | None = None

    @property
    def policies(self) -> list[PolicyText]:
        plan = self.plan or self.taking
        return [PolicyText.of(one) for one in plan.policies] if plan else []

    @property
    def can_be_done(self) -> bool:
        return self.unread is None and not (self.plan and self.plan.refusals)

    def as_json(self) -> dict[str, Any]:
        if self.unread is not None:
            return unread_report(self.unread)
        if self.preview is not None:
            files = [{"path": one.path, "change": one.change, "diff": one.diff} for one in self.preview.files]
            found: dict[str, Any] = {"variable": self.preview.variable, "statement": self.preview.statement}
            return found | {"import_pushed_along": self.preview.along, "files": files}
        if self.taking is not None:
            return asdict(self.taking)
        return self.plan.to_dict() | {"seen": self.plan.digest} if self.plan else {}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice in parts: what it allows purpose by purpose, and how many actions that are."""

    operations: tuple[str, ...]
    breadth: str

    @property
    def groups(self) -> tuple[ActionGroup, ...]:
        return operations.groups(self.operations, self.breadth)

    @property
    def actions(self) -> tuple[str, ...]:
        return operations.actions(self.operations, self.breadth)

    @property
    def idle(self) -> tuple[str, ...]:
        """The actions that are not about one pool, and so grant nothing in a statement about one."""
        return operations.without_effect(self.actions)

    @property
    def words(self) -> str:
        return operations.words(self.operations, self.breadth)


def unread_report(unread: Unread) -> dict[str, Any]:
    names = ("next_step", "code", "message", "action")
    return {"error": unread.words} | {name: getattr(unread, name) for name in names}


def listing_report(listing: Listing) -> dict[str, Any]:
    report: dict[str, Any] = {
        "functions": [row.as_json() for row in listing.rows],
        "read": listing.read,
        "next_token": listing.next_token,
    }
    return report | (unread_report(listing.unread) if listing.unread else {})


def look_report(
    row: Row, variables: Sequence[str], chosen: Chosen | None, result: Result | None, errors: Mapping[str, list[str]]
) -> dict[str, Any]:
    """One function as scripts read it, and what the choice in the address would result in."""
    report: dict[str, Any] = row.as_json() | {"variables": list(variables)}
    if chosen is not None:
        report["chosen"] = {
            "operations": list(chosen.operations),
            "breadth": chosen.breadth,
            "actions": list(chosen.actions),
        }
    if result is not None:
        report["result"] = result.as_json()
    if errors:
        report |= {"error": " ".join(one for found in errors.values() for one in found), "fields": dict(errors)}
    return report

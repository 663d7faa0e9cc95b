"""Working out a push: read the cloud, check the Cognito resources again, compare. Reads only."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.utils.crypto import salted_hmac

from amplify_files import ci
from amplify_files.outputs import AuthOutputs
from auth_import import backend_findings, drift
from auth_import.findings import Finding, Severity
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.preflight import context_of, link_of, own_project, preflight, secret_digest
from backend_state import known, store
from backend_state.document import changes, facts, parameters, root_template
from backend_state.document.changes import FunctionAccess, ImportAuth, UnlinkAuth
from backend_state.document.file_changes import file_changes
from backend_state.document.problems import BackendProblem
from backend_state.document.root_template import ImportedAuth
from backend_state.document.state import BackendDocument
from backend_state.store import CloudState, Place
from deployments import rule_check, waiting
from deployments.push_plan import (
    ChangeKind,
    PushPlan,
    changes_nothing,
    kind_of,
    shown_parameters,
    shown_values,
    studio_changes,
)
from deployments.waiting import Other
from environments.models import Environment


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the console wants in the backend: these outputs, or (None) no auth at all, and what other features want.

    With `leaves_auth` nothing is said about auth: it stays as it is.
    """

    outputs: AuthOutputs | None
    findings: tuple[Finding, ...] = ()
    values: tuple[Mapping[str, str], ...] = ()
    others: tuple[Other, ...] = ()
    leaves_auth: bool = False
    leaves_rules: bool = False
    """A draft of data access rules goes on waiting: nobody looks at this push before it is made."""

    def without_auth(self) -> "Wanted":
        return Wanted(outputs=None, others=self.others, leaves_auth=True, leaves_rules=self.leaves_rules)


class NothingWanted(Exception):
    """Neither a link nor an unlink nor anything else waits to be pushed; the message says so in words."""


def place_of(environment: Environment) -> Place:
    return Place(
        target=environment.target,
        app_id=environment.app_id,
        environment=environment.name,
        stack_name=environment.stack_name,
        bucket=environment.deployment_bucket,
    )


def wanted_of(environment: Environment, *, leaves_rules: bool = False) -> Wanted:
    """The link as Cognito has it at this moment, every rule run again; or that a removed link waits to be pushed.

    With it what other features want. Raises NothingWanted.
    """
    others = waiting.waiting_of(environment, rules=not leaves_rules)
    link = link_of(environment)
    if link is None:
        if UnpushedUnlink.objects.filter(environment=environment).exists():
            return Wanted(outputs=None, others=others, leaves_rules=leaves_rules)
        if others:
            return Wanted(outputs=None, others=others, leaves_auth=True, leaves_rules=leaves_rules)
        raise NothingWanted("Nothing is linked to this environment, and nothing else waits to be pushed.")
    checked = preflight(
        environment=environment,
        choice=link.choice,
        sees=own_project(environment),
        rule_set=link.rule_set,
        relink=True,
    )
    findings = tuple(_as_accepted(one, link) for one in checked.findings)
    if checked.outputs is None:
        unread = _unread(checked.observation.faults)
        outputs = link.auth_outputs
        return Wanted(outputs=outputs, findings=(*findings, unread), others=others, leaves_rules=leaves_rules)
    newer = drift.compare(
        outputs_before=link.outputs,
        outputs_after=checked.outputs.to_dict(),
        baseline={},
        findings=(),
        secret_changed=bool(link.secret_digest) and link.secret_digest != secret_digest(checked.outputs),
    )
    return Wanted(
        outputs=checked.outputs,
        findings=findings,
        values=tuple(one.to_dict() for one in newer),
        others=others,
        leaves_rules=leaves_rules,
    )


def _as_accepted(finding: Finding, link: CognitoLink) -> Finding:
    """A failure that was imported anyway, with a reason, does not stop a push either; any other one does."""
    if finding.severity is not Severity.FAIL:
        return finding
    if finding.id in link.accepted:
        return replace(finding, severity=Severity.WARN)
    if not finding.overridable:
        return finding
    anyway = "Or unlink here, import the same resources again with “Import anyway” and a reason, and push once."
    return replace(finding, cure=replace(finding.cure, text=f"{finding.cure.text} {anyway}".strip()))


def _unread(faults: Sequence[Any]) -> Finding:
    return Finding(
        id="permissions.console",
        title="Everything the files need could be read",
        severity=Severity.FAIL,
        observed="; ".join(f"{one.action}: {one.code}" for one in faults) or "AWS did not answer everything.",
    )


@dataclass(frozen=True, slots=True)
class Worked:
    """A push that was worked out: the document before and after, and the change of auth; None where that stays."""

    before: BackendDocument
    after: BackendDocument
    change: ImportAuth | UnlinkAuth | None
    parameters: tuple[parameters.ParameterChange, ...]
    beneath: BackendDocument
    """What depends on auth at the moment in which it changes: without the access that the same push takes away."""

    @property
    def resource_name(self) -> str:
        """That of the auth resource; "" where the backend has none."""
        match self.change:
            case UnlinkAuth():
                return self.change.name
            case ImportAuth():
                return self.change.context.resource_name
        return self.before.imported.name if self.before.imported else ""


def worked_out(
    environment: Environment,
    document: BackendDocument,
    present: Mapping[str, str],
    wanted: Wanted,
    moment: datetime,
) -> Worked:
    """What the push of what is wanted makes of the document and of the parameters present.

    Pure but for the project's name. Access is taken from functions before their auth goes, and given once it is there.
    Raises BackendProblem when the backend does not allow it.
    """
    beneath = document
    taken = [one for one in wanted.others if isinstance(one, FunctionAccess) and not one.operations]
    given = [one for one in wanted.others if one not in taken]
    for revoked in taken:
        beneath = changes.applied(beneath, revoked)
    after = beneath
    change = None if wanted.leaves_auth else change_of(environment, document, present, wanted.outputs, moment)
    if change is not None:
        after = changes.applied(after, change)
    for one in given:
        after = changes.applied(after, one)
    changed = _parameters(environment, change, present)
    return Worked(before=document, after=after, change=change, parameters=changed, beneath=beneath)


def _parameters(
    environment: Environment, change: ImportAuth | UnlinkAuth | None, present: Mapping[str, str]
) -> tuple[parameters.ParameterChange, ...]:
    if change is None:
        return ()
    if isinstance(change, ImportAuth):
        name = change.context.resource_name
        wanted = parameters.wanted(environment.app_id, environment.name, name, change.parameters)
    else:
        name, wanted = change.name, {}
    return parameters.changes(present, wanted, environment.app_id, environment.name, name)


def change_of(
    environment: Environment,
    document: BackendDocument,
    present: Mapping[str, str],
    outputs: AuthOutputs | None,
    moment: datetime,
) -> ImportAuth | UnlinkAuth:
    """The frozen change. A resource that exists keeps its name; a new one is called as the CLI would call it."""
    changes.refuse_other_auth(document)
    there = document.imported
    if outputs is None:
        return UnlinkAuth(name=there.name if there else context_of(environment).resource_name)
    context = context_of(environment)
    if there is not None:
        context = replace(context, known_resource_name=there.name)
    context = replace(context, stack=document.stack, last_push=moment)
    if "_" in context.resource_name:
        raise BackendProblem(
            "UnderscoreName",
            f"The auth resource would be called “{context.resource_name}”, and Amplify cuts names at “_”.",
            next_step="The Amplify app's name must consist of letters and digits. Rename the app.",
        )
    own = parameters.own(present, environment.app_id, environment.name, context.resource_name)
    # Other resources bring their own login providers; the CLI removes the old ones' before it imports them.
    same = outputs.identity_pool is not None and own.get("identityPoolId") == outputs.identity_pool.id
    leftover = {key: own[key] for key in own if same and key in changes.LOGIN_PROVIDER_PARAMETERS}
    return ImportAuth(outputs=outputs, context=context, leftover=leftover)


def template_after(state: CloudState, worked: Worked) -> dict[str, Any]:
    """The deployed root template as the push leaves it."""
    change = worked.change
    if change is None:
        return dict(state.template)
    imported = ImportedAuth.of(worked.resource_name, change.outputs) if isinstance(change, ImportAuth) else None
    return root_template.changed(state.template, worked.before, imported, deployed=True)


def already_there(worked: Worked, state: CloudState) -> bool:
    """Whether a push would change nothing but its own date."""
    if worked.change is None:
        return not worked.after.pending
    if worked.parameters or root_template.differing(state.template, template_after(state, worked)):
        return False
    if isinstance(worked.change, UnlinkAuth):
        return not worked.after.pending
    there = worked.before.imported
    if there is None or not there.pushed:
        return False
    with suppress(ValueError):
        pushed = datetime.fromisoformat(there.pushed.replace("Z", "+00:00"))
        same = replace(worked.change, context=replace(worked.change.context, last_push=pushed))
        return changes_nothing(worked.before, same)
    return False


def file_digest(body: bytes) -> str:
    """A keyed hash of a file: tells whether it is the one that was shown, and nothing about what is in it."""
    return salted_hmac("deployments.file", hashlib.sha256(body).hexdigest(), algorithm="sha256").hexdigest()


def parameter_digest(environment: Environment, state: CloudState, resource_name: str) -> str:
    """A hash of the resource's parameters as they were looked at."""
    own = parameters.own(state.parameters, environment.app_id, environment.name, resource_name) if resource_name else {}
    return known.digest_of(own)


def md5(body: bytes) -> str:
    """What S3 calls a small object's etag."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def refused_plan(
    wanted: Wanted, problems: Sequence[BackendProblem], moment: datetime, state: CloudState | None
) -> PushPlan:
    """A plan that says why there is none."""
    return PushPlan(
        change=_kind(state.document if state else None, wanted),
        moment=moment,
        resource_name="",
        outputs=without_secret(wanted.outputs),
        values=wanted.values,
        etags=state.etags if state else {},
        template_digest="",
        parameter_digest="",
        files=(),
        parameters=(),
        findings=(*backend_findings.readable(problems), *wanted.findings),
        others=tuple(waiting.record_of(one) for one in wanted.others),
        leaves_rules=wanted.leaves_rules,
    )


def _kind(document: BackendDocument | None, wanted: Wanted) -> ChangeKind:
    if wanted.leaves_auth:
        kinds = {isinstance(one, FunctionAccess) for one in wanted.others}
        return "data-and-functions" if len(kinds) == 2 else "functions" if kinds == {True} else "data"
    if document is None:
        return "import" if wanted.outputs else "unlink"
    return kind_of(document, wanted.outputs)


def without_secret(outputs: AuthOutputs | None) -> AuthOutputs | None:
    return replace(outputs, native_client_secret="") if outputs else None


def plan_of(environment: Environment, state: CloudState, wanted: Wanted, worked: Worked, moment: datetime) -> PushPlan:
    """The plan of a push that could be worked out, still without its change set."""
    written, removed = studio_changes(worked.before, worked.after, state.studio, md5)
    there = worked.before.imported
    rules = rule_check.findings_of(worked.before, wanted.others)
    findings = [*backend_findings.readable(()), *_backend(worked, wanted), *rules, *wanted.findings]
    return PushPlan(
        change=_kind(worked.before, wanted),
        moment=moment,
        resource_name=worked.resource_name,
        outputs=without_secret(wanted.outputs),
        secret_digest=secret_digest(wanted.outputs) if wanted.outputs else "",
        before=_ids(there.user_pool_id, there.web_client_id, there.native_client_id, there.identity_pool_id)
        if there
        else {},
        values=wanted.values,
        etags=state.etags,
        template_digest=known.digest_of(state.template),
        parameter_digest=parameter_digest(environment, state, worked.resource_name),
        files=file_changes(worked.before, worked.after, file_digest),
        studio_written=written,
        studio_removed=removed,
        parameters=shown_parameters(worked.parameters),
        nested=shown_values(root_template.differing(state.template, template_after(state, worked))),
        findings=tuple(findings),
        others=tuple(waiting.record_of(one) for one in wanted.others),
        leaves_rules=wanted.leaves_rules,
    )


def _ids(pool: str, web: str, native: str, identity_pool: str) -> dict[str, str]:
    return {"user_pool": pool, "web_client": web, "native_client": native, "identity_pool": identity_pool}


def _backend(worked: Worked, wanted: Wanted) -> list[Finding]:
    if wanted.leaves_auth:
        return []
    if wanted.outputs is None:
        return [backend_findings.dependents(facts.dependents(worked.beneath))]
    pool = wanted.outputs.identity_pool
    unmet = facts.unmet_requirements(
        worked.before, identity_pool=pool is not None, guests=pool is not None and pool.allow_unauthenticated
    )
    return [
        backend_findings.requirements(unmet),
        backend_findings.function_policies(facts.literal_pools(worked.after, wanted.outputs.user_pool_id)),
        backend_findings.older_checkouts(kind_of(worked.before, wanted.outputs), ci.categories_payload(wanted.outputs)),
    ]


def now() -> datetime:
    """This moment, in the milliseconds that Amplify's files have."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def read(environment: Environment, *, seconds: float | None = None) -> store.Reading:
    return store.read(place_of(environment), seconds=seconds)

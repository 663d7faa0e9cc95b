"""Import, check again, unlink: what the pages and the commands do, with the same rules and the same record of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from amplify_files.outputs import AuthOutputs
from audit.actions import Action
from audit.record import Actor, record
from auth_import import drift, rules
from auth_import.dependents import dependents_of
from auth_import.findings import Finding
from auth_import.import_job import TRANSIENT
from auth_import.import_job import apply_import as apply_import
from auth_import.models import CognitoLink, PlannedImport, UnpushedUnlink
from auth_import.outputs import unread_members
from auth_import.plan import ImportPlan
from auth_import.preflight import (
    SHARED,
    Preflight,
    SeesEnvironment,
    for_reader,
    known_backend,
    own_project,
    preflight,
    secret_digest,
)
from auth_import.records import finding_record
from auth_import.removal import is_in_backend
from auth_import.rules.reading import BACKEND_UNREAD
from auth_import.tasks import start_import as start_import
from aws.errors import Fault
from environments.models import Environment

CHECKED_JUST_NOW = 30
"""Seconds in which a check is not made again: reading costs a quota that the live application shares."""
UNUSED_PLANS_ARE_KEPT = timedelta(days=7)


class Refused(Exception):
    """The checks do not allow this import. `findings` are all of them; `blocking` the ids that refuse.

    Without any, `unread` are the calls whose answer a generated file needs.
    """

    def __init__(self, findings: Sequence[Finding], blocking: Sequence[str], unread: Sequence[Fault] = ()) -> None:
        names = ", ".join(dict.fromkeys(f"{fault.action} ({fault.code})" for fault in unread))
        super().__init__(
            "These checks refuse the import: " + ", ".join(blocking)
            if blocking
            else f"AWS did not answer everything the files need: {names or 'no answer'}. Wait a minute and try again."
        )
        self.findings = tuple(findings)
        self.blocking = tuple(blocking)


def plan_of(checked: Preflight, *, environment: Environment, accepted: Collection[str], reason: str) -> ImportPlan:
    """The frozen plan of a choice that the checks allow.

    Only failures that exist and may be overridden count as accepted. Raises Refused, and ValueError when something is
    accepted without a reason.
    """
    wanted = [f.id for f in rules.needs_acceptance(checked.findings) if f.id in accepted]
    blocking = [finding.id for finding in rules.blocking(checked.findings, wanted)]
    if blocking or checked.outputs is None:
        raise Refused(checked.findings, blocking, checked.observation.faults)
    if wanted and not reason.strip():
        raise ValueError("Say why these checks may fail here; the reason is kept with the link.")
    outputs = checked.outputs
    # What is kept is read by everybody who may import here, and names no environment that not all of them may see.
    kept = for_reader(checked.findings, environment, outputs.user_pool_id, own_project(environment))
    return ImportPlan(
        choice=checked.observation.choice,
        rule_set=checked.rule_set,
        findings=kept,
        outputs=replace(outputs, native_client_secret=""),
        context_frontend=environment.project.frontend,
        resource_name=checked.observation.setting.resource_name,
        secret_digest=secret_digest(outputs),
        accepted=tuple(wanted),
        reason=reason.strip() if wanted else "",
    )


@transaction.atomic
def keep_plan(*, plan: ImportPlan, environment: Environment, actor: Actor) -> PlannedImport:
    """The reviewed plan as a row, which the page shows and the job applies. Old ones that nobody applied go."""
    old = timezone.now() - UNUSED_PLANS_ARE_KEPT
    PlannedImport.objects.filter(environment=environment, job=None, created__lt=old).exclude(
        pk__in=CognitoLink.objects.filter(environment=environment, planned_import__isnull=False).values(
            "planned_import"
        )
    ).delete()
    planned = PlannedImport.objects.create(environment=environment, document=plan.to_dict(), created_by_name=actor.name)
    record(
        action=Action.AUTH_PLANNED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=plan.outputs.user_pool_name,
        after={"choice": plan.to_dict()["choice"], "accepted": list(plan.accepted)},
        reason=plan.reason,
    )
    return planned


def checked_ago(link: CognitoLink) -> int | None:
    """Seconds since the last check while it is too young to ask AWS again, else None."""
    age = (timezone.now() - link.checked).total_seconds()
    return max(0, int(age)) if age < CHECKED_JUST_NOW else None


def check_link(*, link: CognitoLink, actor: Actor, sees: SeesEnvironment) -> CognitoLink:
    """Run every rule on a link again and compare with the day of the import. Read calls only.

    What is kept names no environment outside the project, because every member reads it; the answer names what `sees`
    allows. When AWS could not be asked, the drift of the last whole check stays. A link that was taken away meanwhile
    is left alone.
    """
    environment = link.environment
    checked = preflight(
        environment=environment,
        choice=link.choice,
        sees=own_project(environment),
        rule_set=link.rule_set,
        relink=True,
    )
    link.take_check(
        findings=[finding_record(finding) for finding in checked.findings],
        drift=link.drift if _unanswered(checked) else [change.to_dict() for change in _drift_of(link, checked)],
        now=timezone.now(),
    )
    kept = {name: getattr(link, name) for name in ("findings", "drift", "failing", "warning", "checked")}
    with transaction.atomic():
        if not CognitoLink.objects.filter(pk=link.pk).update(**kept):
            return link
        record(
            action=Action.AUTH_CHECKED,
            actor=actor,
            project=environment.project.slug,
            environment=environment.name,
            target=f"{link.user_pool_name} ({link.user_pool_id})",
            after={"failing": link.failing, "drift": [change["id"] for change in link.drift]},
        )
    link.findings = [
        finding_record(one) for one in for_reader(link.last_findings, environment, link.user_pool_id, sees)
    ]
    return link


def _drift_of(link: CognitoLink, checked: Preflight) -> tuple[drift.Drift, ...]:
    outputs = checked.outputs
    return drift.compare(
        outputs_before=link.outputs,
        outputs_after=outputs.to_dict() if outputs else None,
        baseline=link.baseline,
        findings=[finding for finding in checked.findings if not _is_only_known_now(link, finding)],
        secret_changed=bool(link.secret_digest)
        and outputs is not None
        and bool(outputs.native_client_secret)
        and secret_digest(outputs) != link.secret_digest,
        unread=unread_members(checked.observation),
    )


def _is_only_known_now(link: CognitoLink, finding: Finding) -> bool:
    """Told by its check, but no change in AWS: that another environment uses the pool too, and what a backend needs
    that nobody had read at the import."""
    return finding.id == SHARED or BACKEND_UNREAD in " ".join(link.baseline.get(finding.id, ()))


def _unanswered(checked: Preflight) -> bool:
    """Whether AWS failed to answer a call; a check that waits for that answer has not got worse."""
    return any(fault.kind in TRANSIENT for fault in checked.observation.faults)


class StillNeeded(Exception):
    """Something in this console does not allow the link to go; the message says what, in words for a person."""


@transaction.atomic
def unlink(*, link: CognitoLink, actor: Actor) -> None:
    """Forget the link. Calls nothing in AWS, so it works whatever has become of the resources. Twice is once.

    Raises StillNeeded where a dependent blocks it.
    """
    blocking = [one for one in dependents_of(link) if one.blocks]
    if blocking:
        raise StillNeeded(" ".join(f"{one.title}: {one.words}" for one in blocking))
    environment = link.environment
    in_backend = is_in_backend(link, known_backend(environment))
    deleted, _ = CognitoLink.objects.filter(pk=link.pk).delete()
    if deleted and in_backend:
        _remember_unlink(link, actor)
    if deleted:
        record(
            action=Action.AUTH_UNLINKED,
            actor=actor,
            project=environment.project.slug,
            environment=environment.name,
            target=f"{link.user_pool_name} ({link.user_pool_id})",
            before={
                "user_pool_id": link.user_pool_id,
                "web_client_id": link.web_client_id,
                "native_client_id": link.native_client_id,
                "identity_pool_id": link.identity_pool_id,
            },
        )


def _remember_unlink(link: CognitoLink, actor: Actor) -> None:
    """The cloud still has the resource, so the next push must take it out there."""
    UnpushedUnlink.objects.update_or_create(
        environment=link.environment,
        defaults={
            "resource_name": link.resource_name,
            "user_pool_id": link.user_pool_id,
            "user_pool_name": link.user_pool_name,
            "created_by_name": actor.name,
        },
    )


@transaction.atomic
def take_pushed(*, environment: Environment, outputs: AuthOutputs | None, digest: str = "") -> None:
    """What a push has just put into the cloud is what the link says from now on. None: the cloud has no auth now."""
    UnpushedUnlink.objects.filter(environment=environment).delete()
    if outputs is None:
        return
    link = CognitoLink.objects.select_for_update().filter(environment=environment).first()
    pool = outputs.identity_pool
    ids = (outputs.user_pool_id, outputs.web_client_id, outputs.native_client_id, pool.id if pool else "")
    if link is None or ids != (link.user_pool_id, link.web_client_id, link.native_client_id, link.identity_pool_id):
        return
    link.pushed, link.outputs, link.secret_digest, link.drift = True, outputs.to_dict(), digest, []
    link.save(update_fields=["pushed", "outputs", "secret_digest", "drift"])


@transaction.atomic
def answer_function_access(*, link: CognitoLink, answer: str, actor: Actor) -> None:
    """Keep whether Lambda functions should reach the pool, which is asked once after an import."""
    before = link.function_access
    link.function_access = answer
    if not CognitoLink.objects.filter(pk=link.pk).update(function_access=answer):
        return
    record(
        action=Action.FUNCTION_ACCESS_ANSWERED,
        actor=actor,
        project=link.environment.project.slug,
        environment=link.environment.name,
        target=link.user_pool_name,
        before={"functions": before},
        after={"functions": answer},
    )

"""Import, check again, unlink: what the pages and the commands do, with the same rules and the same record of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from amplify_files.outputs import AuthOutputs
from audit.actions import Action
from audit.models import AuditEvent
from audit.record import Actor, record
from auth_import import rules
from auth_import.findings import Finding
from auth_import.import_job import apply_import as apply_import
from auth_import.models import CognitoLink, PlannedImport, UnpushedUnlink
from auth_import.plan import ImportPlan
from auth_import.preflight import (
    Preflight,
    SeesEnvironment,
    for_reader,
    own_project,
    preflight,
    secret_digest,
)
from auth_import.records import finding_record
from auth_import.tasks import start_import as start_import
from auth_import.unlinking import CONSOLE, settle
from auth_import.unlinking import StillNeeded as StillNeeded
from auth_import.unlinking import unlink as unlink
from auth_import.watch.judging import Seen
from auth_import.watch.taking import not_of_files, take
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


def plan_of(
    checked: Preflight,
    *,
    environment: Environment,
    accepted: Collection[str],
    reason: str,
    replaces: CognitoLink | None = None,
) -> ImportPlan:
    """The frozen plan of a choice that the checks allow; with `replaces`, of a swap.

    Only failures that exist and may be overridden count as accepted. Raises Refused, and ValueError when something is
    accepted without a reason, or what is linked already would be put in its own place.
    """
    if replaces and replaces.choice == checked.observation.choice:
        raise ValueError("These are the resources that are linked now. Choose others to swap.")
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
        replaces=replaces.choice if replaces else None,
        replaced_outputs=replaces.auth_outputs if replaces else None,
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
    """Seconds since the last check, or the last try, while it is too young to ask AWS again, else None."""
    environment = link.environment
    tries = AuditEvent.objects.of_project(environment.project.slug).filter(
        environment=environment.name, action=Action.AUTH_CHECKED, at__gt=link.checked
    )
    last = tries.aggregate(at=Max("at"))["at"] or link.checked
    age = (timezone.now() - last).total_seconds()
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
    return take_checked(link=link, seen=Seen(checked.observation, checked.findings), actor=actor, sees=sees)


def take_checked(*, link: CognitoLink, seen: Seen, actor: Actor, sees: SeesEnvironment) -> CognitoLink:
    """Keep what a whole check has seen; the link, as `sees` allows to read it. Where it told nothing, the link has
    this check's words all the same, which are not kept."""
    link.untold = seen.untold
    if take(link=link, seen=seen, actor=actor):
        said = seen.findings if seen.untold else link.last_findings
        readable = for_reader(said, link.environment, link.user_pool_id, sees)
        link.findings = [finding_record(one) for one in readable]
    return link


@transaction.atomic
def take_pushed(
    *, environment: Environment, outputs: AuthOutputs | None, digest: str = "", actor: Actor = CONSOLE
) -> None:
    """What a push has just put into the cloud is what the link says from now on. None: the cloud has no auth now."""
    if outputs is None:
        settle(environment=environment, actor=actor, how="A push took it out of the backend.")
        return
    link = CognitoLink.objects.select_for_update().filter(environment=environment).first()
    if link is None:
        # It was unlinked while the push was at work, so the cloud has it now and is meant to be without it.
        UnpushedUnlink.objects.filter(environment=environment).update(
            user_pool_id=outputs.user_pool_id, user_pool_name=outputs.user_pool_name[:200]
        )
        return
    UnpushedUnlink.objects.filter(environment=environment).delete()
    pool = outputs.identity_pool
    ids = (outputs.user_pool_id, outputs.web_client_id, outputs.native_client_id, pool.id if pool else "")
    if ids != (link.user_pool_id, link.web_client_id, link.native_client_id, link.identity_pool_id):
        return
    link.pushed, link.outputs, link.secret_digest = True, outputs.to_dict(), digest
    link.drift = not_of_files(link)
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

"""The body of the import job: check again, link, compare. What starts it stands beside the task."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import import drift, rules
from auth_import.dependents import dependents_of
from auth_import.findings import Finding
from auth_import.models import CognitoLink, PlannedImport
from auth_import.plan import ImportPlan
from auth_import.preflight import Preflight, link_of, own_project, preflight, secret_digest
from auth_import.records import baseline_of, finding_record
from auth_import.watch import due
from auth_import.watch.judging import TRANSIENT
from auth_import.watch.taking import tell_over
from aws.errors import Fault
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run

STEPS = (
    ("check", "Check the resources again"),
    ("apply", "Link them to the environment"),
    ("verify", "Compare what was written with the plan"),
)
DEADLINE = timedelta(minutes=2)


def apply_import(run: Run) -> None:
    """The body of the import job: re-check, link, verify. It may run twice; the second time it finds its own work."""
    planned = (
        PlannedImport.objects.select_related("environment__project")
        .filter(pk=run.job.payload.get("planned_import"))
        .first()
    )
    if planned is None:
        raise JobFailed(
            "The reviewed plan no longer exists, because its environment was removed.",
            next_step="Nothing is left to do.",
        )
    plan, environment = planned.plan, planned.environment
    actor = Actor(name=run.job.actor_name, user_id=run.job.actor_id)
    checked: Preflight | None = None
    with run.step("check") as step:
        link = link_of(environment)
        if link is not None and link.planned_import_id == planned.pk:
            # An earlier attempt wrote it; what AWS says by now is a matter of drift, not of this import.
            step.detail = "Checked before the link was made"
        else:
            _require_reviewed_link(plan, link)
            checked = preflight(
                environment=environment,
                choice=plan.choice,
                sees=own_project(environment),
                rule_set=plan.rule_set,
                relink=plan.replaces is not None,
            )
            refuse_what_changed(plan, checked)
            step.detail = f"{len(checked.findings)} checks, none refuses"
    with run.step("apply") as step:
        if checked is not None:
            link_resources(planned=planned, plan=plan, checked=checked, actor=actor)
        step.detail = f"The link to {plan.outputs.user_pool_name} exists"
    # Linked is imported: whoever cancels from here on is told so, not that the job was cancelled.
    with run.step("verify", cancellable=False) as step:
        link = link_of(environment)
        if link is None or link.auth_outputs != plan.outputs or link.choice != plan.choice:
            raise JobFailed(
                "What is stored is not what was reviewed.",
                next_step="Check the link on the Authentication page; unlink and import again if it is wrong.",
                code="VerifyFailed",
            )
        step.detail = "The link is the one you reviewed"
        run.report(user_pool=link.user_pool_name)


def refuse_what_changed(plan: ImportPlan, checked: Preflight) -> None:
    """What was reviewed is what is applied: anything else stops the job, with nothing written. Raises JobFailed."""
    blocking = rules.blocking(checked.findings, plan.accepted)
    if blocking or checked.outputs is None:
        first = blocking[0] if blocking else None
        fault = _cause(blocking, checked.observation.faults)
        raise JobFailed(
            f"A check fails now. Expected: {first.title}. Observed: {first.observed}."
            if first
            else "AWS did not answer everything the files need.",
            next_step=("Wait a minute, then retry. Nothing was written." if fault and fault.kind in TRANSIENT else "")
            or (first.cure.text if first else "")
            or "Go back to the import page, look at the checks and review a new plan.",
            code=fault.code if fault else (first.id if first else ""),
            message=fault.message if fault else "",
            action=fault.action if fault else "",
        )
    changes = drift.compare(
        outputs_before=plan.outputs.to_dict(),
        outputs_after=checked.outputs.to_dict(),
        baseline={},
        findings=(),
        secret_changed=plan.secret_digest != secret_digest(checked.outputs),
    )
    if changes or not drift.same(plan.outputs.to_dict(), checked.outputs.to_dict()):
        what = "; ".join(f"{change.id}: {change.before} → {change.after}" for change in changes[:3])
        raise JobFailed(
            f"The resources changed in AWS after you reviewed the plan. {what}".strip(),
            next_step="Review a fresh plan and import again. Nothing was written.",
            code="ChangedSinceReview",
        )
    if plan.resource_name != checked.observation.setting.resource_name:
        raise JobFailed(
            f"The project was renamed after you reviewed the plan; the backend files would have other names than "
            f"“{plan.resource_name}”.",
            next_step="Review a fresh plan and import again. Nothing was written.",
            code="ChangedSinceReview",
        )


def _cause(blocking: Sequence[Finding], faults: Sequence[Fault]) -> Fault | None:
    """The call that failed and thereby stopped the import: one that a finding names, or one that may pass by itself."""
    for fault in sorted(faults, key=lambda one: one.kind not in TRANSIENT):
        named = any(part and part in finding.observed for finding in blocking for part in (fault.code, fault.action))
        if named or (not blocking and fault.kind in TRANSIENT):
            return fault
    return None


def _require_reviewed_link(plan: ImportPlan, link: CognitoLink | None) -> None:
    """An import goes where nothing is linked, a swap where exactly that is linked which was reviewed."""
    if plan.replaces is None:
        if link is not None:
            raise _already_linked(link)
        return
    if link is None:
        raise JobFailed(
            "What was to be swapped is not linked any more.",
            next_step="Import the resources on the Authentication page.",
            code="NotLinked",
        )
    if link.choice != plan.replaces or link.auth_outputs != plan.replaced_outputs:
        raise JobFailed(
            f"The link to {link.user_pool_name} is not the one you reviewed: it was changed meanwhile.",
            next_step="Review a fresh swap. Nothing was written.",
            code="ChangedSinceReview",
        )
    blocking = [one for one in dependents_of(link) if one.blocks]
    if blocking:
        raise JobFailed(
            " ".join(f"{one.title}: {one.words}" for one in blocking),
            next_step="Then swap again. Nothing was written.",
            code="StillNeeded",
        )


def _already_linked(link: CognitoLink) -> JobFailed:
    return JobFailed(
        f"{link.created_by_name} linked this environment to {link.user_pool_name} meanwhile.",
        next_step="Look at the Authentication page. To link other resources, swap them there.",
        code="AlreadyLinked",
    )


@transaction.atomic
def link_resources(*, planned: PlannedImport, plan: ImportPlan, checked: Preflight, actor: Actor) -> CognitoLink:
    """The link of a plan that was checked again just now. Twice is once. Raises JobFailed where another one is."""
    # Two imports at once take turns here, and the environment cannot be removed underneath.
    environment = Environment.objects.select_for_update().filter(pk=planned.environment_id).first()
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    # Locked as well, so that nobody accepts a drift of it between this look and its end.
    links = CognitoLink.objects.select_for_update(of=("self",)).select_related("environment__project")
    existing = links.filter(environment=environment).first()
    if existing and existing.planned_import_id == planned.pk:
        return existing
    _require_reviewed_link(plan, existing)
    outputs = plan.outputs
    now = timezone.now()
    link = CognitoLink(
        environment=environment,
        planned_import=planned,
        user_pool_id=outputs.user_pool_id,
        user_pool_name=outputs.user_pool_name[:200],
        web_client_id=outputs.web_client_id,
        native_client_id=outputs.native_client_id,
        identity_pool_id=outputs.identity_pool.id if outputs.identity_pool else "",
        identity_pool_name=outputs.identity_pool.name[:200] if outputs.identity_pool else "",
        resource_name=plan.resource_name,
        outputs=outputs.to_dict(),
        secret_digest=plan.secret_digest,
        baseline=baseline_of(checked.findings),
        accepted=list(plan.accepted),
        reason=plan.reason,
        function_access=existing.function_access if existing else CognitoLink.FunctionAccess.NOT_ASKED,
        created_by_name=actor.name,
    )
    if existing:
        _take_the_place(link, existing, now)
    link.take_check(findings=[finding_record(f) for f in checked.findings], drift=[], now=now)
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError as error:
        raise JobFailed(
            "Somebody else linked this environment in the same moment.",
            next_step="Look at the Authentication page. To link other resources, unlink those first.",
            code="AlreadyLinked",
        ) from error
    # The whole check just now counts as a look, and an older link's failed ones say nothing about this one.
    due.note_success(environment, now=now, sees_the_pool=True)
    record(
        action=Action.AUTH_SWAPPED if plan.replaces else Action.AUTH_IMPORTED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"{outputs.user_pool_name} ({outputs.user_pool_id})",
        before=asdict(plan.replaces) if plan.replaces else None,
        after=plan.to_dict()["choice"] | {"accepted": list(plan.accepted)},
        reason=plan.reason,
    )
    return link


def _take_the_place(link: CognitoLink, existing: CognitoLink, now: datetime) -> None:
    """The old link goes; nothing that was said of the old resources is said of the new ones."""
    tell_over(existing.environment, existing.drift, "Other resources were put in the place of the linked ones.")
    if link.user_pool_id != existing.user_pool_id:
        existing.delete()
        return
    # The same users: whatever hangs on the row that is no news of the old resources, the search index above all, stays.
    existing.ignored_drift.all().delete()
    link.pk, link.created = existing.pk, now
    if link.identity_pool_id == existing.identity_pool_id:
        link.managed_stack = existing.managed_stack

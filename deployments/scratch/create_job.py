"""The job that makes a user pool and all around it: CloudFormation makes it, then it is linked like any import.

Every step looks first at what CloudFormation, or an earlier attempt, has done by then.
"""

from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import import services
from auth_import.import_job import STEPS as IMPORT_STEPS
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.preflight import link_of, own_project, preflight
from aws import stacks
from aws.errors import AwsError, NotFound
from aws.stacks import Stack
from deployments.scratch.models import Phase, PlannedAuth
from deployments.scratch.obstacles import obstacle
from deployments.scratch.preview_job import planned_of
from deployments.scratch.template import choice_of
from deployments.stack_waiting import reasons, stack_when
from jobs.lifecycle import JobFailed, Run

KIND = "scratch"
STEPS = (
    ("execute", "Start CloudFormation"),
    ("wait", "Wait until CloudFormation has made everything"),
    ("plan", "Run every check on what was made"),
    *IMPORT_STEPS,
    ("manage", "Note that this console manages them"),
)
DEADLINE = timedelta(minutes=20)
PATIENCE_SECONDS = 900.0
"""How long CloudFormation may take: a pool, its clients and roles take about a minute, a hosted UI domain another."""
POLL_SECONDS = 2.0


def create(run: Run) -> None:
    """The job's body. A failure says what exists by then, and what to do with it."""
    planned = planned_of(run)
    # A retry is another job than the one that the plan began with.
    PlannedAuth.objects.filter(pk=planned.pk).update(job=run.job)
    link = link_of(planned.environment)
    if link and (planned.planned_import_id is None or link.planned_import_id != planned.planned_import_id):
        raise _linked_meanwhile(run, planned, link)
    _execute(run, planned)
    stack = _wait(run, planned)
    try:
        _plan(run, planned, stack)
        services.apply_import(run)
    except (JobFailed, AwsError) as failure:
        raise JobFailed(
            failure.words,
            next_step=f"{failure.next_step} The stack {stack.name} and all it made stay in AWS: Retry links them, or "
            "import them on the Authentication page.",
            code=failure.code,
            message=failure.message,
            action=failure.action,
            request_id=failure.request_id,
        ) from failure
    _manage(run, planned, stack)


def _linked_meanwhile(run: Run, planned: PlannedAuth, link: CognitoLink) -> JobFailed:
    run.report(retry=False)
    return JobFailed(
        f"{link.created_by_name} linked this environment to {link.user_pool_name} meanwhile.",
        next_step=f"Throw this plan away. If CloudFormation has made the stack {planned.stack_name} by now, "
        "delete it in AWS.",
        code="AlreadyLinked",
    )


def _execute(run: Run, planned: PlannedAuth) -> None:
    target = planned.environment.target
    with run.step("execute") as step:
        try:
            stack = stacks.describe_stack(target, planned.stack_id)
        except NotFound as error:
            raise _gone(run, planned) from error
        if stack.status == "DELETE_COMPLETE":
            raise _gone(run, planned)
        if stack.is_only_planned:
            in_the_way = obstacle(planned.environment, apart_from=(run.job,))
            if in_the_way:
                raise JobFailed(in_the_way, next_step="Nothing was made.", code="NotFree")
            try:
                stacks.execute_change_set(
                    target, planned.change_set, stack=planned.stack_name, token=f"admin-ui-{run.job.pk}"
                )
            except NotFound as error:
                raise _gone(run, planned) from error
        run.report(stack=planned.stack_name)
        step.detail = planned.stack_name


def _gone(run: Run, planned: PlannedAuth) -> JobFailed:
    run.report(retry=False)
    return JobFailed(
        f"The preview {planned.stack_name} is no longer in CloudFormation: somebody deleted it.",
        next_step="Nothing was made. Go back to the form, and preview again.",
        code="PreviewGone",
    )


def _wait(run: Run, planned: PlannedAuth) -> Stack:
    """The stack once CloudFormation has made it."""
    target = planned.environment.target

    def is_made(stack: Stack) -> bool:
        made = stack.status == "CREATE_COMPLETE" or stack.status.startswith("UPDATE_")
        if not made and not stack.is_busy and not stack.is_only_planned:
            raise _not_made(run, planned, stack)
        return made

    with run.step("wait") as step:
        stack = stack_when(run, target, planned.stack_id, is_made, seconds=PATIENCE_SECONDS, poll=POLL_SECONDS)
        _made(run, planned, stack)
        step.detail = stack.id
    return stack


def _not_made(run: Run, planned: PlannedAuth, stack: Stack) -> JobFailed:
    """CloudFormation has taken back what it could; the same again would only find the stack as it is."""
    run.report(retry=False, continue_to=planned.get_absolute_url())
    whole = stack.status == "ROLLBACK_COMPLETE"
    return JobFailed(
        f"CloudFormation did not make {stack.name}, and took back what it had made ({stack.status})."
        if whole
        else f"CloudFormation did not make {stack.name}, and something of it is left ({stack.status}).",
        next_step="Go back to the plan: there you clean up what is left, and begin again with the same choices.",
        code=stack.status,
        message=reasons(planned.environment.target, stack),
    )


@transaction.atomic
def _made(run: Run, planned: PlannedAuth, stack: Stack) -> None:
    """In the activity once, whoever linked it in the end."""
    if not PlannedAuth.objects.filter(pk=planned.pk, made=None).update(made=timezone.now()):
        return
    environment = planned.environment
    record(
        action=Action.MANAGED_CREATED,
        actor=_actor(run),
        project=environment.project.slug,
        environment=environment.name,
        target=stack.name,
        after={"stack": stack.id, **dict(stack.outputs)},
    )


def _choice(stack: Stack) -> Choice:
    try:
        return choice_of(dict(stack.outputs))
    except KeyError as missing:
        raise JobFailed(
            f"The stack {stack.name} does not tell its {missing.args[0]}, so somebody changed it.",
            next_step="Look at the stack in CloudFormation.",
            code="MissingOutput",
        ) from missing


def _plan(run: Run, planned: PlannedAuth, stack: Stack) -> None:
    environment, actor = planned.environment, _actor(run)
    with run.step("plan") as step:
        link = link_of(environment)
        if link is None:
            checked = preflight(environment=environment, choice=_choice(stack), sees=own_project(environment))
            try:
                plan = services.plan_of(checked, environment=environment, accepted=(), reason="")
            except services.Refused as refusal:
                raise JobFailed(
                    "The checks do not let the new resources be linked.",
                    next_step="Look at the checks on the import page.",
                    code=", ".join(refusal.blocking)[:100] or "Unread",
                    message=str(refusal),
                ) from refusal
            with transaction.atomic():
                kept = services.keep_plan(plan=plan, environment=environment, actor=actor)
                PlannedAuth.objects.filter(pk=planned.pk).update(planned_import=kept)
                PlannedImport.objects.filter(pk=kept.pk).update(job=run.job)
            planned.refresh_from_db()
            step.detail = f"{len(checked.findings)} checks, none refuses"
        # The import's own body reads from the job which plan it applies.
        run.job.payload = {**run.job.payload, "planned_import": planned.planned_import_id}
        run.job.save(update_fields=["payload"])


def _manage(run: Run, planned: PlannedAuth, stack: Stack) -> None:
    environment = planned.environment
    with run.step("manage", cancellable=False) as step:
        CognitoLink.objects.filter(environment=environment, planned_import=planned.planned_import_id).update(
            managed_stack=stack.id
        )
        planned.move_to(Phase.DONE, origins=(Phase.PLANNED, Phase.APPLYING))
        names = {"project": environment.project.slug, "env": environment.name}
        run.report(continue_to=reverse("authentication", kwargs=names))
        step.detail = f"Managed by the stack {stack.name}"


def _actor(run: Run) -> Actor:
    return Actor(name=run.job.actor_name, user_id=run.job.actor_id)

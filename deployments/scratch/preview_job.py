"""The job that has CloudFormation work out what a new user pool and all around it would be. Nothing is made by it."""

import time
from contextlib import suppress
from datetime import timedelta

from audit.actions import Action
from audit.record import Actor, record
from aws import accounts, stacks
from aws.errors import AwsError
from aws.stacks import ChangeSet
from deployments.scratch.cleaning import discard
from deployments.scratch.models import Phase, PlannedAuth
from deployments.scratch.obstacles import obstacle
from jobs.lifecycle import JobFailed, Run

KIND = "preview-scratch"
STEPS = (
    ("check", "Check that the environment is free"),
    ("stack", "Ask CloudFormation what it would make"),
    ("keep", "Keep the preview"),
)
DEADLINE = timedelta(minutes=6)
PATIENCE_SECONDS = 240.0
POLL_SECONDS = 1.0
TAG = "admin-ui:environment"


def preview(run: Run) -> None:
    """The body of the job. It may run twice; the second time CloudFormation answers with what the first one asked."""
    planned = planned_of(run)
    # A retry is another job than the one that the plan began with.
    PlannedAuth.objects.filter(pk=planned.pk).update(preview_job=run.job)
    target = planned.environment.target
    with run.step("check") as step:
        in_the_way = obstacle(planned.environment, apart_from=(run.job,))
        if in_the_way:
            raise JobFailed(in_the_way, next_step="Nothing was made. Go back to the Authentication page.")
        PlannedAuth.objects.filter(pk=planned.pk).update(account=accounts.caller(target).account)
        step.detail = "Nothing is linked, and nothing else is at work"
    with run.step("stack") as step:
        made = stacks.plan_new_stack(
            target,
            stack=planned.stack_name,
            name=f"admin-ui-{run.job.pk}",
            template=planned.template,
            tags={TAG: f"{planned.environment.project.slug}/{planned.environment.name}"},
        )
        PlannedAuth.objects.filter(pk=planned.pk).update(stack_id=made.stack_id, change_set=made.change_set_id)
        planned.refresh_from_db()
        found = _worked_out(run, planned)
        step.detail = f"{len(found.changes)} resources"
    with run.step("keep", cancellable=False) as step:
        _keep(planned, found)
        run.report(planned=planned.pk, continue_to=planned.get_absolute_url())
        step.detail = "It can be reviewed now"


def planned_of(run: Run) -> PlannedAuth:
    """The row that the job is about. Raises JobFailed where its environment was removed."""
    planned = (
        PlannedAuth.objects.select_related("environment__project", "job").filter(pk=run.job.payload["planned"]).first()
    )
    if planned is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    return planned


def _worked_out(run: Run, planned: PlannedAuth) -> ChangeSet:
    """The change set as CloudFormation has worked it out. What is left of a refused one is deleted."""
    target, ends = planned.environment.target, time.monotonic() + PATIENCE_SECONDS
    while True:
        found = stacks.describe_change_set(target, planned.change_set, stack=planned.stack_name)
        if found.status not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            break
        if time.monotonic() > ends:
            raise JobFailed(
                "CloudFormation did not finish the preview in time.",
                next_step="Retry in a few minutes. Nothing was made.",
                code=found.status,
            )
        run.check()
        time.sleep(POLL_SECONDS)
    if found.status != "CREATE_COMPLETE":
        # An empty stack that only waits for its change set harms nobody, and has a name of its own.
        with suppress(AwsError):
            stacks.delete_stack(target, stack_id=planned.stack_id, token=f"admin-ui-drop-{run.job.pk}")
        raise JobFailed(
            "CloudFormation refuses this. Nothing was made.",
            next_step="Go back to the form, change what the message names, and preview again.",
            code=found.status,
            message=found.status_reason,
        )
    return found


def _keep(planned: PlannedAuth, found: ChangeSet) -> None:
    changes = [{"resource": " / ".join(one.path), "type": one.type, "action": one.action} for one in found.changes]
    if not planned.move_to(Phase.PLANNED, origins=(Phase.NEW,), changes=changes):
        return
    environment = planned.environment
    record(
        action=Action.MANAGED_PLANNED,
        actor=Actor(
            name=planned.created_by_name, user_id=planned.preview_job.actor_id if planned.preview_job else None
        ),
        project=environment.project.slug,
        environment=environment.name,
        target=planned.stack_name,
        after={"choices": planned.choices, "resources": [one["type"] for one in changes]},
    )
    # A new preview replaces those that wait: nobody needs to remember which stack is which.
    for old in PlannedAuth.objects.usable().filter(environment=environment).exclude(pk=planned.pk):
        if old.preview_job is None or old.preview_job.is_finished:
            discard(old)

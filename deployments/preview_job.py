"""The job that previews a push: everything is read and worked out, and nothing is changed."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.preflight import secret_digest
from auth_import.services import take_pushed
from auth_import.unlinking import settle
from backend_state import known
from backend_state.document.problems import BackendProblem
from backend_state.store import CloudState
from deployments import change_sets, planning, waiting
from deployments.models import Deployment, Phase
from deployments.planning import NothingWanted, Wanted, Worked
from deployments.pull_job import compare_link
from deployments.push_plan import PushPlan
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run

KIND = "preview"
STEPS = (
    ("read", "Read the backend in the cloud"),
    ("check", "Check the Cognito resources again"),
    ("compare", "Work out what changes"),
    ("stack", "Ask CloudFormation what it would do"),
    ("keep", "Keep the preview"),
)
DEADLINE = timedelta(minutes=10)
PREVIEWS_ARE_KEPT = timedelta(days=30)


def preview(run: Run) -> None:
    """The body of the job. It may run twice; the second time it makes another preview, and drops the first one."""
    environment = run.job.environment
    if environment is None:
        raise JobFailed("The environment was removed meanwhile.", next_step="Nothing is left to do.")
    moment = planning.now()
    # What is known of the backend is what the rules judge by, so it is read before they run.
    with run.step("read") as step:
        reading = planning.read(environment)
        if reading.state is not None:
            known.remember(environment, reading.state, now=timezone.now())
        step.detail = (
            f"{len(reading.state.document.names)} files, {len(reading.state.parameters)} parameters"
            if reading.state
            else "It cannot be read"
        )
    with run.step("check") as step:
        try:
            wanted = planning.wanted_of(environment, leaves_rules=run.job.payload.get("leaves_rules", False))
        except NothingWanted as nothing:
            raise JobFailed(
                str(nothing), next_step="Import Cognito resources first; then preview the push."
            ) from nothing
        if reading.state is not None:
            compare_link(environment, reading.state)
        step.detail = _checked(wanted)
    worked: Worked | None = None
    with run.step("compare") as step:
        problems = list(reading.problems)
        if reading.state is not None:
            try:
                wanted, worked = _worked_out(run, environment, reading.state, wanted, moment)
            except BackendProblem as problem:
                problems.append(problem)
        if problems or worked is None or reading.state is None:
            plan = planning.refused_plan(wanted, problems, moment, reading.state)
            step.detail = "It cannot be pushed as it is"
        elif planning.already_there(worked, reading.state):
            _nothing_to_push(run, environment, wanted)
            step.detail = "The backend in the cloud holds exactly this already; there is nothing to push"
            plan = None
        else:
            plan = planning.plan_of(environment, reading.state, wanted, worked, moment)
            step.detail = f"{len(plan.files)} files, {len(plan.parameters)} parameters"
    with run.step("stack") as step:
        if plan is not None and worked is not None and reading.state is not None:
            plan = change_sets.with_change_set(run, environment, reading.state, plan, worked)
        step.detail = (
            f"{len(plan.stack_changes)} resources change" if plan and plan.change_set else "Nothing changes there"
        )
    with run.step("keep", cancellable=False) as step:
        if plan is None:
            step.detail = "There is nothing to keep"
            return
        deployment = _keep(run, environment, plan)
        step.detail = "It can be reviewed now" if not plan.blocking else "It says what stands in the way"
        run.report(deployment=deployment.pk, continue_to=deployment.get_absolute_url())


def _checked(wanted: Wanted) -> str:
    if wanted.findings:
        return f"{len(wanted.findings)} checks"
    return "Nothing about auth waits to be pushed" if wanted.leaves_auth else "An unlink waits to be pushed"


def _worked_out(
    run: Run, environment: Environment, state: CloudState, wanted: Wanted, moment: datetime
) -> tuple[Wanted, Worked]:
    """What the push makes of the backend. Where auth is in the cloud already, only the rest is left to push.

    Raises BackendProblem when the backend does not allow it.
    """
    document, present = state.document, state.parameters
    if wanted.others and not wanted.leaves_auth:
        alone = replace(wanted, others=())
        if planning.already_there(planning.worked_out(environment, document, present, alone, moment), state):
            _is_there(run, environment, alone)
            wanted = wanted.without_auth()
    return wanted, planning.worked_out(environment, document, present, wanted, moment)


def _nothing_to_push(run: Run, environment: Environment, wanted: Wanted) -> None:
    """Somebody pushed the same with the Amplify CLI, or it was pushed before: the link is in the cloud."""
    discard_previews(environment)
    if _is_there(run, environment, wanted):
        run.report(nothing=True)


def _is_there(run: Run, environment: Environment, wanted: Wanted) -> bool:
    """Keeps that the cloud has this already. False while a push is not settled: it may be undone yet."""
    if Deployment.objects.filter(environment=environment).unsettled().exists():
        return False
    actor = Actor(name=run.job.actor_name, user_id=run.job.actor_id)
    if wanted.outputs is not None:
        digest = secret_digest(wanted.outputs)
        take_pushed(environment=environment, outputs=planning.without_secret(wanted.outputs), digest=digest)
    elif not wanted.leaves_auth:
        how = "The backend had nothing of it any more, so nothing was left to take out."
        settle(environment=environment, actor=actor, how=how)
    waiting.take_pushed(environment, wanted.others, actor)
    return True


def _keep(run: Run, environment: Environment, plan: PushPlan) -> Deployment:
    if run.job.payload.get("replaces", True):
        discard_previews(environment)
    deployment = Deployment.objects.create(
        environment=environment, document=plan.to_dict(), created_by_name=run.job.actor_name
    )
    record(
        action=Action.PUSH_PREVIEWED,
        actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
        project=environment.project.slug,
        environment=environment.name,
        target=f"push {deployment.pk}",
        after={
            "change": plan.change,
            "files": len(plan.files),
            "parameters": len(plan.parameters),
            "stack changes": len(plan.stack_changes),
            "refused by": [one.id for one in plan.blocking],
        },
    )
    return deployment


def discard_previews(environment: Environment) -> None:
    """Older previews of the environment are of no use any more, and neither are their change sets."""
    place = planning.place_of(environment)
    for old in Deployment.objects.filter(environment=environment, phase=Phase.PLANNED).select_related("job"):
        if old.job and not old.job.is_finished:
            continue
        if old.move_to(Phase.DISCARDED, origins=(Phase.PLANNED,), finished=timezone.now()):
            change_sets.drop_change_set(place, old.document["change_set"])
    Deployment.objects.filter(
        environment=environment, phase=Phase.DISCARDED, created__lt=timezone.now() - PREVIEWS_ARE_KEPT
    ).delete()

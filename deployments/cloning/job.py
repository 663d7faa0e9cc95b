"""The job that makes a new environment exactly as planned: in AWS, in the console, linked, and read back.

Every step looks first for what an earlier attempt has made, so that the job may be killed anywhere and run again. What
another run would have to know, or somebody who undoes it, is noted before each write (`deployments.cloning.making`).
"""

from collections.abc import Mapping
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import record
from auth_import.import_job import link_resources
from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from auth_import.services import keep_plan
from aws import amplify_apps, environment_parameters
from aws.errors import AwsError
from aws.stacks import Stack
from backend_state import known, store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ZIP
from backend_state.store import Place
from deployments import backend_making, planning, writing
from deployments.backend_making import NewBackend, actor_of
from deployments.cloning import making
from deployments.cloning.checking import Checked, checked_again, fields_of
from deployments.cloning.filled_state import filled_state
from deployments.cloning.groups import carry_groups
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Carried, ClonePlan, Resources
from deployments.deleting import pieces
from environments import services
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = making.KIND
DEADLINE = timedelta(minutes=30)
_NEVER_MADE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")
_STACK_CURE = (
    "Cure what it names, then retry: the job clears away what CloudFormation has left of the stack and makes it anew."
)


def steps_of(plan: ClonePlan) -> tuple[tuple[str, str], ...]:
    amplify = (
        ("environment", "Create the backend environment"),
        ("stack", "Create the CloudFormation stack"),
        ("wait", "Wait until CloudFormation has made it"),
        ("state", "Upload the first state of the backend"),
    )
    return (
        ("check", "Check everything again"),
        *(amplify if plan.kind == Environment.Kind.AMPLIFY else ()),
        ("connect", "Make the environment in this project"),
        *([("link", "Link the Cognito resources")] if plan.auth else []),
        *([("groups", "Bring the groups along")] if plan.auth and Carried.GROUPS in plan.carried else []),
        ("verify", "Read everything back"),
    )


def clone(run: Run) -> None:
    """The job's body. A failure says what exists by then, and how to go on or back."""
    planned = making.claimed(run)
    if making.exists(planned):
        making.note(run, planned)
    if planned.made.get("finished"):
        return
    try:
        _make(run, planned, planned.plan)
    except BackendProblem as problem:
        raise JobFailed(
            problem.words,
            next_step=f"{problem.next_step} {making.exists_words(planned)}".strip(),
            code=problem.code,
            message=problem.detail,
        ) from problem
    except (JobFailed, AwsError) as failure:
        raise JobFailed(
            failure.words,
            next_step=f"{failure.next_step} {making.exists_words(planned)}".strip(),
            code=failure.code,
            message=failure.message,
            action=failure.action,
            request_id=failure.request_id,
        ) from failure


def _make(run: Run, planned: PlannedClone, plan: ClonePlan) -> None:
    with run.step("check") as step:
        checked = checked_again(planned, plan)
        step.detail = "As reviewed"
    if plan.kind == Environment.Kind.AMPLIFY:
        _backend(run, planned, plan, making.backend_of(plan), checked)
    environment = _connect(run, planned, plan)
    if plan.auth is not None:
        with run.step("link") as step:
            step.detail = _link(run, plan, environment, checked)
        if Carried.GROUPS in plan.carried:
            with run.step("groups") as step:
                step.detail = carry_groups(run, planned, environment, actor_of(run.job))
    with run.step("verify", cancellable=False) as step:
        step.detail = _verify(run, planned, plan, environment, checked)


def _backend(run: Run, planned: PlannedClone, plan: ClonePlan, wanted: NewBackend, checked: Checked) -> None:
    with run.step("environment") as step:
        app = amplify_apps.get_app(wanted.target, plan.app_id)
        with making.asking(run, planned, making.BACKEND):
            backend_making.make_environment(run, wanted, app)
        step.detail = wanted.env
    with run.step("stack") as step:
        _clear_failed_stack(run, planned, wanted)
        with making.asking(run, planned, making.STACK):
            backend_making.make_stack(run, wanted, plan.app_id)
        step.detail = wanted.stack_name
    with run.step("wait") as step:
        stack = backend_making.wait_for_stack(run, wanted, cure=_STACK_CURE)
        step.detail = stack.id
    with run.step("state") as step:
        step.detail = _state(run, planned, plan, wanted, checked, stack)


def _clear_failed_stack(run: Run, planned: PlannedClone, wanted: NewBackend) -> None:
    """Clears away an earlier attempt's rolled-back stack: CloudFormation makes none of its name before it is gone."""
    found = backend_making.found_stack(wanted)
    # A stack that was whole once may hold what somebody has pushed since, whatever became of the last push.
    if found is None or making.STATE in planned.made or found.status not in _NEVER_MADE:
        return
    place = pieces.place_of(wanted)
    creation = pieces.creation(place)
    if creation is None or creation.token not in making.tokens_of(planned):
        return
    pieces.delete_stack(run, place, found.id)
    if creation.made.get("DeploymentBucket") == wanted.bucket:
        pieces.delete_bucket(run, place)


def _state(
    run: Run,
    planned: PlannedClone,
    plan: ClonePlan,
    wanted: NewBackend,
    checked: Checked,
    stack: Stack,
) -> str:
    """Parameters first, the archive last: whoever finds it finds everything else."""
    place = pieces.place_of(wanted)
    there = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    if there is None:
        filled = filled_state(
            stack=backend_making.described(wanted, stack, plan.app_id),
            context=checked.context,
            outputs=checked.preflight.outputs if checked.preflight else None,
            source=checked.source,
            carrying=checked.carrying,
            moment=planning.now(),
        )
        names = sorted({*planned.made.get("parameters", ()), *filled.parameters})
        making.note(
            run,
            planned,
            state=making.ASKED,
            parameters=names,
            zip=writing.digest(filled.objects[ZIP]),
            carried={
                "taken": list(checked.carrying.labels),
                "left": [f"{one.resource}: {one.words}" for one in checked.carrying.left_out],
                "secrets": list(checked.carrying.secrets),
                "notes": list(checked.carrying.notes),
            },
        )
        _write(run, place, filled.parameters, filled.objects)
        written = {"files": list(filled.objects), "parameters": len(filled.parameters)}
        backend_making.note(run, wanted, f"First state of the backend in {wanted.bucket}", written)
    making.note(run, planned, state=making.MADE)
    return _carried_words(planned)


def _write(run: Run, place: Place, parameters: Mapping[str, str], objects: Mapping[str, bytes]) -> None:
    for name, value in parameters.items():
        writing.require_turn(run)
        environment_parameters.put_parameter(place.target, name, value)
    for key, body in objects.items():
        writing.require_turn(run)
        # Without the archive nobody but an earlier attempt of this job has written here.
        store.write(place, key, body, expected="" if key == ZIP else None)


def _carried_words(planned: PlannedClone) -> str:
    carried = planned.made.get("carried") or {}
    parts = []
    if carried.get("taken"):
        parts.append(f"Came along, to be deployed by amplify push: {', '.join(carried['taken'])}.")
    if carried.get("left"):
        parts.append(f"Stays behind: {' '.join(carried['left'])}")
    if carried.get("secrets"):
        parts.append(f"Secrets to be set anew (amplify update function): {', '.join(carried['secrets'])}.")
    return " ".join([*parts, *carried.get("notes", ())])


def _connect(run: Run, planned: PlannedClone, plan: ClonePlan) -> Environment:
    project = run.job.project
    with run.step("connect") as step, transaction.atomic():
        environment = planned.environment
        if environment is None:
            try:
                environment = services.create_environment(project=project, actor=actor_of(run.job), **fields_of(plan))
            except ValidationError as error:
                raise JobFailed(
                    " ".join(error.messages),
                    next_step="Somebody made an environment of this name meanwhile. Remove or rename that one and "
                    "retry, or undo this.",
                    code="ResourceConflict",
                ) from error
            PlannedClone.objects.filter(pk=planned.pk).update(environment=environment)
            planned.environment = environment
            Job.objects.filter(pk=run.job.pk).update(environment=environment, environment_name=environment.name)
            making.note(run, planned)
        step.detail = environment.name
    return environment


def _link(run: Run, plan: ClonePlan, environment: Environment, checked: Checked) -> str:
    assert plan.auth is not None
    with transaction.atomic():
        link = link_of(environment)
        if link is None and checked.preflight is not None:
            actor = actor_of(run.job)
            kept = keep_plan(plan=plan.auth, environment=environment, actor=actor)
            link = link_resources(planned=kept, plan=plan.auth, checked=checked.preflight, actor=actor)
            if environment.is_amplify:
                # The first state has it already, so nothing waits to be pushed.
                CognitoLink.objects.filter(pk=link.pk).update(pushed=True)
    if link is None or link.choice != plan.auth.choice:
        raise JobFailed(
            "Somebody linked other resources, or unlinked them, in the very moment the environment was made.",
            next_step="Look at its Authentication page.",
            code="AlreadyLinked",
        )
    return f"The link to {link.user_pool_name} exists"


def _verify(run: Run, planned: PlannedClone, plan: ClonePlan, environment: Environment, checked: Checked) -> str:
    """Everything read back is what was planned. Raises JobFailed, after which Retry reads again."""
    link = link_of(environment)
    if plan.auth is not None and (link is None or link.auth_outputs != plan.auth.outputs):
        raise JobFailed(
            "What is linked is not what was reviewed.",
            next_step="Check the link on the Authentication page.",
            code="VerifyFailed",
        )
    state, pushed_since = None, False
    if environment.is_amplify:
        reading = planning.read(environment)
        if reading.problems:
            raise reading.problems[0]
        state = reading.state
        assert state is not None
        # Whoever has pushed it since this job wrote it uses it already, so it is as finished as it can be.
        pushed_since = writing.digest(state.document.archive.data) != planned.made.get("zip")
        missing = [name for name in planned.made.get("parameters", ()) if name not in state.parameters]
        if missing and not pushed_since:
            raise JobFailed(
                "Parameters that were written are not there: somebody has deleted them.",
                next_step="Undo this, and review a fresh plan.",
                message=", ".join(missing[:5]),
                code="VerifyFailed",
            )
    with transaction.atomic():
        if state is not None:
            known.remember(environment, state, now=timezone.now(), pushed=not pushed_since)
            if link is not None and state.document.imported is not None:
                # What comes along calls the resource as the source does, so the link must know it by that name.
                CognitoLink.objects.filter(pk=link.pk).update(resource_name=state.document.imported.name)
        making.note(run, planned, finished=True)
        record(
            action=Action.CLONED,
            actor=actor_of(run.job),
            project=run.job.project.slug,
            environment=environment.name,
            target=environment.name,
            after={
                "from": plan.source,
                "resources": str(plan.resources),
                "carried": [str(one) for one in plan.carried],
                "user pool": plan.auth.choice.user_pool_id if plan.auth else "",
            },
        )
        run.report(undo="", continue_to=_continue_to(plan, environment), environment=environment.name)
    if pushed_since:
        return f"Somebody has pushed it since it was made. What is there now is known here. {_pull(plan)}"
    return _next_words(planned, plan)


def _continue_to(plan: ClonePlan, environment: Environment) -> str:
    names = {"project": environment.project.slug, "env": environment.name}
    if plan.resources is Resources.SCRATCH:
        try:
            return reverse("scratch", kwargs=names)
        except NoReverseMatch:
            pass
    return reverse("environment", kwargs=names)


def _next_words(planned: PlannedClone, plan: ClonePlan) -> str:
    """What a developer does next with it."""
    if plan.kind != Environment.Kind.AMPLIFY:
        return "The environment is the one you reviewed"
    if not (planned.made.get("carried") or {}).get("taken"):
        return f"As you reviewed. {_pull(plan)}"
    return f"As you reviewed. {_pull(plan)}, then amplify push, which deploys what came along"


def _pull(plan: ClonePlan) -> str:
    return f"On a laptop: amplify pull --appId {plan.app_id} --envName {plan.name}"

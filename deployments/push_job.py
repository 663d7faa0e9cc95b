"""The job that applies a previewed push: all of it, or nothing.

What was there is kept before the first write. Every write is repeatable, and asks whether its object is still what was
looked at, so that the job may be killed anywhere and run again: the next run writes what is missing. When a step fails,
what was kept is put back. The root stack comes last, because CloudFormation undoes a failed update by itself; once it
has changed there is no way back, and whatever fails then, or comes too late, the push goes on to its end.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import import drift
from auth_import.preflight import secret_digest
from auth_import.services import take_pushed
from aws import app_clients, environment_parameters
from aws.errors import AwsError
from aws.side_by_side import Together
from backend_state import kept, known, store
from backend_state.document.problems import BackendProblem
from backend_state.document.state import DEPLOYMENT_STATE, STUDIO, ZIP, BackendDocument
from backend_state.store import CloudState, Reading
from deployments import planning, undoing, waiting, writing
from deployments.models import UNSETTLED, Deployment, Phase
from deployments.planning import NothingWanted, Wanted, Worked
from deployments.push_plan import OUTDATED, PushPlan, shown_parameters
from environments.models import Environment
from jobs.lifecycle import JobCancelled, JobFailed, JobTakenOver, Run
from jobs.models import Status

KIND = "push"
STEPS = (
    ("check", "Compare the cloud with the preview"),
    ("keep", "Keep a copy of what will be overwritten"),
    ("hold", "Tell the Amplify CLI to wait"),
    ("files", "Write the backend's files"),
    ("parameters", "Write the parameters"),
    ("stack", "Change the root stack"),
    ("verify", "Read everything back"),
    ("undo", "Put everything back, if a step fails"),
)
DEADLINE = timedelta(hours=1)
OVER = (Phase.APPLIED, Phase.RESTORED, Phase.DISCARDED)


def push(run: Run) -> None:
    """The body of the job, and of the one that takes an interrupted push up again."""
    try:
        _push(run)
    except JobTakenOver:
        raise
    except Exception as failure:
        over = Deployment.objects.filter(pk=run.job.payload.get("deployment"), phase__in=OVER).exists()
        if over or getattr(failure, "code", "") in OUTDATED:
            # The same again could only fail again; a fresh preview is the way on.
            run.report(retry=False)
        raise


def _push(run: Run) -> None:
    deployment = _claimed(run)
    environment = deployment.environment
    plan = PushPlan.from_dict(deployment.document)
    if deployment.phase == Phase.APPLIED:
        return
    if deployment.phase not in (Phase.PLANNED, *UNSETTLED):
        raise JobFailed(
            "This preview can no longer be pushed.",
            next_step="Preview the push again: the fresh plan shows what is there now.",
            code="PreviewUsed",
        )
    if deployment.phase == Phase.RESTORING:
        undoing.undo(run, deployment)
        raise undoing.failure_of(deployment)
    try:
        _apply(run, deployment, environment, plan)
    except (JobTakenOver, writing.StackStillChanging):
        raise
    except Exception as failure:
        words = undoing.undone(run, deployment, plan, _words(failure))
        if words is not None:
            raise words from failure
        with run.step("stack", cancellable=False) as step:
            step.detail = "It was changed before the push was stopped, so there is no way back"
    with run.step("verify", cancellable=False) as step:
        step.detail = _verify(run, deployment, environment, plan)
        _settle(run, deployment, environment, plan)


def _claimed(run: Run) -> Deployment:
    """The push, in the hands of this job alone. Two jobs at once would undo each other's writes."""
    with transaction.atomic():
        rows = Deployment.objects.select_for_update(of=("self",)).select_related("environment__project", "job")
        found = rows.filter(pk=run.job.payload.get("deployment")).first()
        if found is None:
            raise JobFailed(
                "The preview no longer exists, because its environment was removed.", next_step="Nothing is left to do."
            )
        holder = found.job
        if holder is not None and holder.pk != run.job.pk:
            if not holder.is_finished:
                raise JobFailed(
                    "Another job is pushing this preview at this moment.",
                    next_step="Look at that job; this one has changed nothing.",
                    code="PushAtWork",
                )
            if holder.status == Status.CANCELLED and found.phase == Phase.APPLYING:
                # Somebody cancelled it while no worker had it: what it has written is to be undone.
                found.failure = undoing.record_of(JobCancelled())
        found.job = run.job
        found.save(update_fields=["job", "failure"])
    return found


def _apply(run: Run, deployment: Deployment, environment: Environment, plan: PushPlan) -> None:
    """Every step up to the last write; what has been written by an earlier run is written again."""
    with run.step("check") as step:
        if deployment.phase == Phase.PLANNED:
            with Together() as together:
                # The zip may be large: the Cognito resources are looked at while it comes.
                reading = together.start(planning.read, environment)
                wanted = _still_wanted(environment, plan)
                state = _unchanged_state(environment, plan, reading.result())
            worked = planning.worked_out(environment, state.document, state.parameters, wanted, plan.moment)
            _same_files(plan, worked)
            step.detail = "Nothing changed since the preview"
        elif deployment.failure:
            raise undoing.failure_of(deployment)
        else:
            state, worked = None, _from_kept(deployment, environment, plan)
            step.detail = "Taken up where it was interrupted"
    with run.step("keep") as step:
        if state is not None:
            _begin(deployment, plan, state, worked)
        step.detail = "Encrypted, until the push is verified"
    _write(run, deployment, plan, worked)


def _unchanged_state(environment: Environment, plan: PushPlan, reading: Reading) -> CloudState:
    """The cloud as it is, which must be as it was when the preview was made."""
    if reading.problems:
        raise reading.problems[0]
    state = reading.state
    if state is None:
        raise store.cloud_changed("the backend can no longer be read")
    moved = [key for key, etag in plan.etags.items() if state.etags.get(key, "") != etag]
    if moved:
        raise store.cloud_changed(f"{moved[0]} was written meanwhile")
    if known.digest_of(state.template) != plan.template_digest:
        raise store.cloud_changed("the root stack was deployed meanwhile")
    if planning.parameter_digest(environment, state, plan.resource_name) != plan.parameter_digest:
        raise store.cloud_changed("parameters in SSM were written meanwhile")
    return state


def _still_wanted(environment: Environment, plan: PushPlan) -> Wanted:
    """What is wanted, read from Cognito anew, which must be what was previewed."""
    if plan.leaves_auth:
        # What became of the link since is for another push to say.
        others = waiting.waiting_of(environment, rules=not plan.leaves_rules)
        wanted = Wanted(outputs=None, others=others, leaves_auth=True)
        _require_same_others(plan, wanted)
        return wanted
    try:
        wanted = planning.wanted_of(environment, leaves_rules=plan.leaves_rules)
    except NothingWanted as nothing:
        raise _reviewed_something_else(str(nothing)) from nothing
    _require_same_others(plan, wanted)
    failing = [one for one in wanted.findings if one.severity == "fail"]
    if failing:
        raise JobFailed(
            f"A check fails now. Expected: {failing[0].title}. Observed: {failing[0].observed}.",
            next_step=failing[0].cure.text or "Preview the push again and look at the checks.",
            code=failing[0].id,
        )
    if (wanted.outputs is None) != (plan.outputs is None):
        raise _reviewed_something_else("What is linked here changed after the preview.")
    if wanted.outputs is not None and plan.outputs is not None:
        same = drift.same(plan.outputs.to_dict(), wanted.outputs.to_dict())
        if not same or secret_digest(wanted.outputs) != plan.secret_digest:
            raise _reviewed_something_else("The Cognito resources changed after the preview.")
    return wanted


def _require_same_others(plan: PushPlan, wanted: Wanted) -> None:
    if not waiting.same(waiting.changes_from(plan.others), wanted.others):
        raise _reviewed_something_else("Data access rules or a function's access were changed after the preview.")


def _same_files(plan: PushPlan, worked: Worked) -> None:
    digests = {one.path: one.digest for one in plan.files}
    now = {
        name: planning.file_digest(body) if body is not None else ""
        for name, body in worked.after.pending.items()
        if not name.endswith("/")
    }
    if digests != now or shown_parameters(worked.parameters) != plan.parameters:
        raise _reviewed_something_else("The files would not be the ones that were shown.")


def _reviewed_something_else(words: str) -> JobFailed:
    return JobFailed(words, next_step="Preview the push again.", code="ChangedSinceReview")


def _from_kept(deployment: Deployment, environment: Environment, plan: PushPlan) -> Worked:
    """The push worked out from the kept copies, for a run that takes it up after an interruption."""
    try:
        archive = kept.get(deployment.kept_as, ZIP)
        present = writing.kept_parameters(deployment)
    except kept.CannotBeRead as error:
        raise undoing.unreadable_copies() from error
    assert archive is not None
    outputs = plan.outputs
    if outputs is not None and outputs.native_client_has_secret:
        client = app_clients.describe_app_client(environment.target, outputs.user_pool_id, outputs.native_client_id)
        outputs = replace(outputs, native_client_secret=client.secret)
        if secret_digest(outputs) != plan.secret_digest:
            raise _reviewed_something_else("The native app client got another secret meanwhile.")
    wanted = Wanted(outputs=outputs, others=waiting.changes_from(plan.others), leaves_auth=plan.leaves_auth)
    worked = planning.worked_out(environment, BackendDocument.parse(archive), present, wanted, plan.moment)
    _same_files(plan, worked)
    return worked


def _begin(deployment: Deployment, plan: PushPlan, state: CloudState, worked: Worked) -> None:
    """Keeps the copies and takes the environment's lock, both or neither. From here on everything can be undone."""
    studio = {key: writing.read_studio(deployment, key) for key in (*plan.studio_written, *plan.studio_removed)}
    before: dict[str, bytes | None] = {
        ZIP: state.document.archive.data,
        **{key: state.root_files.get(key) for key in worked.after.root_files},
        **studio,
        DEPLOYMENT_STATE: state.deployment_state or None,
        **writing.parameters_to_keep(state, plan),
    }
    try:
        with transaction.atomic():
            written = writing.digests(plan, worked, planning.template_after(state, worked))
            if not deployment.move_to(Phase.APPLYING, origins=(Phase.PLANNED,), written=written):
                raise JobFailed(
                    "This preview was thrown away in this moment.",
                    next_step="Preview the push again.",
                    code="PreviewUsed",
                )
            kept.keep(deployment.kept_as, before)
    except IntegrityError as error:
        raise JobFailed(
            "Another push of this environment is at work.",
            next_step="Wait until it is finished, then preview this one again.",
            code="PushAtWork",
        ) from error


def _write(run: Run, deployment: Deployment, plan: PushPlan, worked: Worked) -> None:
    place = planning.place_of(deployment.environment)
    own = deployment.written
    with run.step("hold") as step:
        writing.put(run, place, DEPLOYMENT_STATE, writing.busy_note(plan), plan.etags.get(DEPLOYMENT_STATE, ""), own)
        step.detail = "deployment-state.json says that a deployment is under way"
    with run.step("files") as step:
        if plan.files:
            writing.put(run, place, ZIP, worked.after.render(plan.moment), plan.etags[ZIP], own)
            for key in plan.studio_written:
                writing.require_turn(run)
                store.write(place, key, worked.after.read(key.removeprefix(STUDIO)), expected=None)
            for key in plan.studio_removed:
                writing.require_turn(run)
                store.remove(place, key)
            for key, body in worked.after.root_files.items():
                writing.put(run, place, key, body, plan.etags.get(key, ""), own)
        step.detail = f"{len(plan.files)} files changed"
    with run.step("parameters") as step:
        for one in plan.parameters:
            if one.after is not None:
                writing.require_turn(run)
                environment_parameters.put_parameter(place.target, one.name, one.after)
        gone = [one.name for one in plan.parameters if one.after is None]
        writing.require_turn(run)
        environment_parameters.delete_parameters(place.target, gone)
        step.detail = f"{len(plan.parameters)} written or deleted" if plan.parameters else "They are as they should be"
    with run.step("stack") as step:
        step.detail = writing.change_stack(run, deployment, plan)


def _words(failure: Exception) -> Exception:
    if isinstance(failure, BackendProblem):
        return JobFailed(failure.words, next_step=failure.next_step, code=failure.code, message=failure.detail)
    return failure


def _verify(run: Run, deployment: Deployment, environment: Environment, plan: PushPlan) -> str:
    """Everything read back is what was written, and the APIs ask the pool they should.

    Raises JobFailed: in this phase where AWS does not let it be read now, so that the next run reads it again; after
    the end of the push where somebody else has written over it.
    """
    place = planning.place_of(environment)
    try:
        reading = planning.read(environment)
        unread = [one for one in reading.problems if one.code in NOT_READ]
        wrong = [one.words for one in reading.problems] if reading.state is None else []
        if reading.state is not None and not unread:
            wrong = writing.differences(place, deployment, plan, reading.state)
            wrong += writing.apis_elsewhere(place, plan, reading.state)
    except AwsError as error:
        raise _not_read_back(error.words, error.code, error.message, error.action) from error
    if unread:
        raise _not_read_back(unread[0].words, unread[0].code, unread[0].detail, "")
    writing.let_go(run, deployment)
    if wrong or reading.state is None:
        # All of it was written, so there is nothing to undo; what is there by now is somebody else's doing.
        with transaction.atomic():
            _end(run, deployment)
        raise JobFailed(
            "What is in the cloud now is not what was pushed: somebody else has written there.",
            next_step="Pull the environment to see what is there, then preview the push again.",
            message="; ".join(wrong[:5]),
            code="VerifyFailed",
        )
    known.remember(environment, reading.state, now=timezone.now(), pushed=True)
    return f"{len(plan.files)} files, {len(plan.parameters)} parameters and the root stack are as previewed"


NOT_READ = frozenset({"AccessDenied", "Refused", "WrongRegion"})
"""Problems of a reading that say nothing about what is there."""


def _not_read_back(words: str, code: str, message: str, action: str) -> JobFailed:
    return JobFailed(
        f"Everything was written, but it could not be read back yet. {words}",
        next_step="The console reads it again by itself; until then nobody should push this environment.",
        code=code,
        message=message,
        action=action,
    )


def _end(run: Run, deployment: Deployment) -> None:
    if not deployment.move_to(Phase.APPLIED, origins=(Phase.APPLYING,), finished=timezone.now(), failure={}):
        raise JobTakenOver(run.job.pk)
    kept.forget(deployment.kept_as)


def _settle(run: Run, deployment: Deployment, environment: Environment, plan: PushPlan) -> None:
    with transaction.atomic():
        _end(run, deployment)
        if not plan.leaves_auth:
            take_pushed(environment=environment, outputs=plan.outputs, digest=plan.secret_digest, actor=actor_of(run))
        waiting.take_pushed(environment, waiting.changes_from(plan.others), actor_of(run))
        record(
            action=Action.PUSHED,
            actor=actor_of(run),
            project=environment.project.slug,
            environment=environment.name,
            target=f"push {deployment.pk}",
            before=dict(plan.before),
            after=summary(plan),
        )
    run.report(deployment=deployment.pk, change=plan.change)


def actor_of(run: Run) -> Actor:
    return Actor(name=run.job.actor_name, user_id=run.job.actor_id)


def summary(plan: PushPlan) -> Mapping[str, Any]:
    """What the activity keeps of a push: ids and counts."""
    outputs = plan.outputs
    return {
        "change": plan.change,
        "user_pool": outputs.user_pool_id if outputs else "",
        "files": [one.path for one in plan.files],
        **({"also": [waiting.words_of(one) for one in waiting.changes_from(plan.others)]} if plan.others else {}),
        "parameters": len(plan.parameters),
        "stack changes": len(plan.stack_changes),
    }

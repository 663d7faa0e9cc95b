"""Putting back what a push has written, from the kept copies. It may run again and again until it is done."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import environment_parameters
from aws.errors import AwsError
from backend_state import kept, store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.problems import BackendProblem, listed
from backend_state.document.state import DEPLOYMENT_STATE, ZIP
from backend_state.store import Place
from deployments import change_sets, planning, writing
from deployments.models import Deployment, Phase
from deployments.push_plan import OUTDATED, PushPlan
from jobs.lifecycle import JobCancelled, JobFailed, JobTakenOver, Run

LATER = "The console tries again by itself; until then nobody should push this environment."


def record_of(failure: Exception) -> dict[str, Any]:
    """A failure as the deployment keeps it while it is being undone."""
    if isinstance(failure, JobFailed | AwsError):
        return {
            "words": failure.words,
            "next_step": failure.next_step,
            "code": failure.code,
            "message": failure.message,
            "action": failure.action,
        }
    if isinstance(failure, JobCancelled):
        return {
            "words": "The push was cancelled.",
            "next_step": "Preview it again when you want it.",
            "code": "Cancelled",
        }
    return {"words": "Something went wrong inside the console.", "next_step": "The worker's log has the details."}


def failure_of(deployment: Deployment) -> Exception:
    """The failure that a job ends with, after it has finished undoing what an earlier run began to undo."""
    told = {name: value for name, value in deployment.failure.items() if name != "left"}
    return _with_end(JobFailed(**{"words": "The push was undone.", **told}), deployment)


def end_of(left: Sequence[str]) -> str:
    """How the backend is after a push was undone, in a sentence or two."""
    if not left:
        return "What was written was put back: everything is as it was before the push."
    return (
        "Everything is as before, but for what was left as it was found, because somebody else has changed the backend "
        f"meanwhile: {listed(left)}. Pull to see what is there."
    )


def _with_end(failure: JobFailed, deployment: Deployment) -> JobFailed:
    """The failure, whose next step says as well what has become of what was written."""
    if deployment.phase == Phase.RESTORED:
        words = end_of(deployment.left)
    elif deployment.phase == Phase.PLANNED and failure.code in OUTDATED:
        words = "Nothing of yours was written."
    else:
        return failure
    failure.next_step = f"{failure.next_step} {words}".strip()
    return failure


def unreadable_copies() -> JobFailed:
    return JobFailed(
        "The kept copies were encrypted with a key that this console no longer has.",
        next_step="Put the old key into ENCRYPTION_KEY_FALLBACKS and restart the console. " + LATER,
        code="CopiesUnreadable",
    )


def undone(run: Run, deployment: Deployment, plan: PushPlan, failure: Exception) -> Exception | None:
    """Puts everything back after a failed step; answers the failure as the job shall end with it.

    Answers None where there is no way back, because CloudFormation has changed the root stack already: then the push
    goes on. Raises JobFailed when AWS does not let us put it back or look, StackStillChanging while CloudFormation is
    at work; the next run goes on from there.
    """
    deployment.refresh_from_db()
    if deployment.phase != Phase.APPLYING:
        return _with_end(failure, deployment) if isinstance(failure, JobFailed) else failure
    if not deployment.move_to(Phase.APPLYING, origins=(Phase.APPLYING,), failure=record_of(failure)):
        raise JobTakenOver(run.job.pk)
    try:
        way_back = writing.stack_is_as_before(run, deployment, plan)
    except AwsError as error:
        raise _later(deployment, "Whether the root stack has changed could not be seen", error) from error
    if not way_back:
        return None
    if not deployment.move_to(Phase.RESTORING, origins=(Phase.APPLYING,)):
        raise JobTakenOver(run.job.pk)
    undo(run, deployment)
    return _with_end(failure, deployment) if isinstance(failure, JobFailed) else failure


def undo(run: Run, deployment: Deployment) -> None:
    """Puts everything back, newest first, and ends the deployment.

    Something that somebody else has overwritten meanwhile stays as they wrote it; it is named wherever this is told.
    Raises JobFailed when AWS does not let us; then the deployment stays in this phase, and is taken up again.
    """
    place = planning.place_of(deployment.environment)
    with run.step("undo", cancellable=False) as step:
        try:
            left = _put_back(run, place, deployment)
        except (AwsError, BackendProblem) as error:
            raise _later(deployment, "Putting things back failed as well", error) from error
        except kept.CannotBeRead as error:
            raise unreadable_copies() from error
        change_sets.drop_change_set(place, deployment.document["change_set"])
        step.detail = end_of(left)
    failure = {**deployment.failure, "left": left}
    with transaction.atomic():
        if deployment.move_to(Phase.RESTORED, origins=(Phase.RESTORING,), finished=timezone.now(), failure=failure):
            kept.forget(deployment.kept_as)
            run.report(undone=True)
            environment = deployment.environment
            record(
                action=Action.PUSH_UNDONE,
                actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
                project=environment.project.slug,
                environment=environment.name,
                target=f"push {deployment.pk}",
                after={"left as it was found": left},
                reason=str(deployment.failure.get("words", "")),
            )


def _later(deployment: Deployment, what: str, error: AwsError | BackendProblem) -> JobFailed:
    return JobFailed(
        f"{deployment.failure.get('words', 'The push failed.')} {what}: {error}",
        next_step=LATER,
        code=error.code,
        action=getattr(error, "action", ""),
    )


def _put_back(run: Run, place: Place, deployment: Deployment) -> list[str]:
    """Answers the names of what is not as it was: somebody else has written it, or built on it."""
    names = kept.names(deployment.kept_as)
    parameters = [name.removeprefix(writing.PARAMETER) for name in names if name.startswith(writing.PARAMETER)]
    objects = [name for name in names if not name.startswith(writing.PARAMETER)]
    try:
        theirs = _is_theirs(place, deployment, ZIP)
    except AwsError as error:
        if error.code != "NoSuchBucket":
            raise
        # With the bucket the files are gone for good; the parameters lie elsewhere.
        return [f"the bucket {place.bucket} (deleted)", *_put_parameters_back(run, place, deployment, parameters)]
    if theirs:
        # Once somebody else's archive is there, the parameters and files beside it are theirs as well: they may have
        # been written from what ours were at that moment.
        writing.let_go(run, deployment)
        differing = [key for key in objects if key != ZIP and not _is_as_before(place, deployment, key)]
        return [ZIP, *differing, *_parameters_not_as_before(place, deployment, parameters)]
    left = _put_parameters_back(run, place, deployment, parameters)
    beside = [key for key in objects if key not in (ZIP, DEPLOYMENT_STATE)]
    left += [key for key in (*beside, ZIP) if not _put_object_back(run, place, deployment, key)]
    writing.let_go(run, deployment)
    return left if _is_as_before(place, deployment, DEPLOYMENT_STATE) else [*left, DEPLOYMENT_STATE]


def _is_as_before(place: Place, deployment: Deployment, key: str) -> bool:
    there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
    return (there.body if there else None) == kept.get(deployment.kept_as, key)


def _parameters_not_as_before(place: Place, deployment: Deployment, names: Sequence[str]) -> list[str]:
    present, before = store.read_parameters(place), writing.kept_parameters(deployment)
    return [name for name in names if present.get(name) != before.get(name)]


def _is_theirs(place: Place, deployment: Deployment, key: str) -> bool:
    there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
    if there is None:
        return False
    return writing.digest(there.body) != deployment.written.get(key) and there.body != kept.get(deployment.kept_as, key)


def _put_object_back(run: Run, place: Place, deployment: Deployment, key: str) -> bool:
    """Whether the object is as it was. One that is neither ours nor what it was is somebody else's."""
    before = kept.get(deployment.kept_as, key)
    there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
    now = there.body if there else None
    if now == before:
        return True
    if (writing.digest(now) if now is not None else "") != deployment.written.get(key, ""):
        return False
    writing.require_turn(run)
    if before is None:
        store.remove(place, key)
    else:
        store.write(place, key, before, expected=there.etag if there else "")
    return True


def _put_parameters_back(run: Run, place: Place, deployment: Deployment, names: list[str]) -> list[str]:
    """Those the push has changed, and nobody after it. Answers the others that are not as they were."""
    ours = {one.name: one.after for one in PushPlan.from_dict(deployment.document).parameters}
    present, left, gone = store.read_parameters(place), [], []
    for name in names:
        kept_value = kept.get(deployment.kept_as, f"{writing.PARAMETER}{name}")
        before = None if kept_value is None else kept_value.decode()
        now = present.get(name)
        if now == before:
            continue
        if name not in ours or now != ours[name]:
            left.append(name)
        elif before is None:
            gone.append(name)
        else:
            writing.require_turn(run)
            environment_parameters.put_parameter(place.target, name, before)
    writing.require_turn(run)
    environment_parameters.delete_parameters(place.target, gone)
    return left

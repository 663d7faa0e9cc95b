"""Putting back what a push has written, from the kept copies. It may run again and again until it is done."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws import environment_parameters
from aws.errors import AwsError
from backend_state import kept, store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.problems import BackendProblem
from backend_state.document.state import DEPLOYMENT_STATE, ZIP
from backend_state.store import Place
from deployments import planning, writing
from deployments.models import Deployment, Phase
from jobs.lifecycle import JobCancelled, JobFailed, Run

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
        return {"words": "The push was cancelled.", "next_step": "Nothing is left of it.", "code": "Cancelled"}
    return {"words": "Something went wrong inside the console.", "next_step": "The worker's log has the details."}


def failure_of(deployment: Deployment) -> Exception:
    """The failure that a job ends with, after it has finished undoing what an earlier run began to undo."""
    return JobFailed(**{"words": "The push was undone.", **deployment.failure})


def undo(run: Run, deployment: Deployment) -> None:
    """Puts everything back, newest first, and ends the deployment.

    Something that somebody else has overwritten meanwhile stays as they wrote it. Raises JobFailed when AWS does not
    let us; then the deployment stays in this phase, and is taken up again.
    """
    place = planning.place_of(deployment.environment)
    with run.step("undo", cancellable=False) as step:
        try:
            left = _put_back(place, deployment)
        except (AwsError, BackendProblem) as error:
            raise JobFailed(
                f"{deployment.failure.get('words', 'The push failed.')} Putting things back failed as well: {error}",
                next_step=LATER,
                code=error.code,
                action=getattr(error, "action", ""),
            ) from error
        planning.drop_change_set(place, deployment.document["change_set"])
        step.detail = (
            f"Everything is as it was, but for what somebody else has written meanwhile: {', '.join(left)}"
            if left
            else "Everything is as it was before the push"
        )
    with transaction.atomic():
        if deployment.move_to(Phase.RESTORED, origins=(Phase.RESTORING,), finished=timezone.now()):
            kept.forget(deployment.kept_as)
            environment = deployment.environment
            record(
                action=Action.PUSH_UNDONE,
                actor=Actor(name=run.job.actor_name, user_id=run.job.actor_id),
                project=environment.project.slug,
                environment=environment.name,
                target=f"push {deployment.pk}",
                after={"left to somebody else": left},
                reason=str(deployment.failure.get("words", "")),
            )


def _put_back(place: Place, deployment: Deployment) -> list[str]:
    """Answers what was left alone because somebody else has written it."""
    names = kept.names(deployment.kept_as)
    objects = [name for name in names if not name.startswith(writing.PARAMETER)]
    # Once somebody else's archive is there, the parameters and files beside it are theirs as well.
    theirs = _is_theirs(place, deployment, ZIP)
    if theirs:
        writing.let_go(deployment)
        return [ZIP]
    for name in (one for one in names if one.startswith(writing.PARAMETER)):
        _put_parameter_back(place, deployment, name)
    left = [
        key for key in objects if key not in (ZIP, DEPLOYMENT_STATE) and not _put_object_back(place, deployment, key)
    ]
    if not _put_object_back(place, deployment, ZIP):
        left.append(ZIP)
    writing.let_go(deployment)
    return left


def _is_theirs(place: Place, deployment: Deployment, key: str) -> bool:
    there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
    if there is None:
        return False
    return writing.digest(there.body) != deployment.written.get(key) and there.body != kept.get(deployment.kept_as, key)


def _put_object_back(place: Place, deployment: Deployment, key: str) -> bool:
    """Whether the object is as it was. One that is neither ours nor what it was is somebody else's."""
    before = kept.get(deployment.kept_as, key)
    there = store.read_object(place, key, limit=LARGEST_ARCHIVE)
    now = there.body if there else None
    if now == before:
        return True
    if (writing.digest(now) if now is not None else "") != deployment.written.get(key, ""):
        return False
    if before is None:
        store.remove(place, key)
    else:
        store.write(place, key, before, expected=there.etag if there else "")
    return True


def _put_parameter_back(place: Place, deployment: Deployment, marked: str) -> None:
    name = marked.removeprefix(writing.PARAMETER)
    before = kept.get(deployment.kept_as, marked)
    if before is None:
        environment_parameters.delete_parameters(place.target, [name])
    else:
        environment_parameters.put_parameter(place.target, name, before.decode())

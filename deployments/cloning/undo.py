"""Undoing a new environment that was not finished: what its job has made is deleted, and nothing else.

What was made is not taken on trust: the stack must have been asked for by one of the plan's own jobs, the bucket must
have been made by that stack, and its archive must be the one that was written. Whoever has pushed to it since, or is
connected to it from another project, keeps all of it. User pools, groups and the Amplify app stay as they are.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from amplify_files import root_stack
from audit.actions import Action
from audit.record import record
from aws import amplify_apps, root_stacks, stacks
from aws.errors import NotFound
from backend_state import store
from backend_state.document.archive import LARGEST_ARCHIVE
from backend_state.document.json_text import as_object
from backend_state.document.state import ZIP
from backend_state.store import Place
from deployments import writing
from deployments.backend_making import actor_of
from deployments.cloning import making
from deployments.cloning.models import PlannedClone
from deployments.deleting import pieces
from deployments.deleting.reading import connected_elsewhere
from deployments.models import Deployment
from environments import services
from environments.models import Environment
from jobs.lifecycle import JobFailed, Run
from jobs.models import Job

KIND = "undo-clone"
STEPS = (
    ("look", "See what this plan has made"),
    ("forget", "Remove the environment from this console"),
    ("parameters", "Delete its parameters"),
    ("stack", "Delete the CloudFormation stack"),
    ("bucket", "Delete the bucket with everything in it"),
    ("environment", "Delete the backend environment"),
)
DEADLINE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ours:
    """What in AWS is of this plan's making; "" and False for what is not there, or is somebody else's.

    `foreign` is a stack of the plan's name that none of its jobs is known to have asked for: all around it stays.
    """

    stack_id: str = ""
    bucket: bool = False
    backend: bool = False
    foreign: bool = False


def undo(run: Run) -> None:
    """The job's body; a second run deletes what is left."""
    if PlannedClone.objects.filter(pk=run.job.payload.get("planned"), made__undone=True).exists():
        # An earlier attempt was lost when all was done.
        return
    planned = making.claimed(run)
    plan = planned.plan
    wanted = making.backend_of(plan) if plan.kind == Environment.Kind.AMPLIFY else None
    place = pieces.place_of(wanted) if wanted else None
    with run.step("look") as step:
        ours = _ours(run, planned, place) if place else Ours()
        step.detail = "; ".join(making.things(planned)) or "Nothing is left of it"
        if place and ours.foreign:
            step.detail = (
                f"Stays: the stack {place.stack_name} with its bucket, and the backend environment. AWS does not say "
                "that this plan has made it; look at it in CloudFormation"
            )
    with run.step("forget") as step:
        step.detail = _forget(planned, run)
    with run.step("parameters") as step:
        names = planned.made.get("parameters", ())
        deleted = pieces.delete_parameters(run, place, names) if place and names and not ours.foreign else 0
        step.detail = f"{deleted} deleted"
    with run.step("stack"):
        if place and ours.stack_id:
            pieces.delete_stack(run, place, ours.stack_id)
    with run.step("bucket"):
        if place and ours.bucket:
            pieces.delete_bucket(run, place)
    with run.step("environment"):
        if place and ours.backend:
            pieces.delete_backend_environment(run, place)
        _settle(run, planned)


def _ours(run: Run, planned: PlannedClone, place: Place) -> Ours:
    """As AWS tells it; once it was looked at, as an earlier attempt has noted it. Raises JobFailed where it is used."""
    noted: dict[str, Any] | None = planned.made.get("undoing")
    ours = Ours(**noted) if noted is not None else _found(planned, place)
    # Each attempt asks this anew: somebody may have pushed between two of them.
    _require_unused(planned, place, ours)
    planned.made["undoing"] = asdict(ours)
    with transaction.atomic():
        run.report()
        PlannedClone.objects.filter(pk=planned.pk).update(made=planned.made)
    return ours


def _found(planned: PlannedClone, place: Place) -> Ours:
    creation = pieces.creation(place) if making.STACK in planned.made else None
    foreign = creation is not None and creation.token not in making.tokens_of(planned)
    if creation is None or foreign:
        return Ours(backend=not foreign and _backend_is_ours(planned, place), foreign=foreign)
    return Ours(
        stack_id=creation.stack_id,
        bucket=creation.made.get("DeploymentBucket") == place.bucket,
        backend=_backend_is_ours(planned, place),
    )


def _require_unused(planned: PlannedClone, place: Place, ours: Ours) -> None:
    """Raises JobFailed where more would go than was made here, or where others are connected to it."""
    other = connected_elsewhere(place, but=planned.environment_id)
    if other:
        raise JobFailed(other, next_step="Remove it there first, then retry.", code="UsedElsewhere")
    if ours.stack_id:
        _require_own_stack(place, ours.stack_id)
    if ours.bucket:
        _require_own_archive(planned, place)


def _require_own_stack(place: Place, stack_id: str) -> None:
    """A push deploys first and writes the archive last, so the stack may have more while the archive is ours."""
    try:
        stack = stacks.describe_stack(place.target, stack_id)
    except NotFound:
        return
    if stack.status.startswith("DELETE_"):
        return
    made = root_stacks.creation_of(place.target, stack_id).made
    more = sorted(set(made) - set(as_object(root_stack.content()["Resources"])))
    if more or (stack.is_busy and stack.status.startswith("UPDATE_")):
        raise _pushed(", ".join(more) or stack.status)


def _backend_is_ours(planned: PlannedClone, place: Place) -> bool:
    if making.BACKEND not in planned.made:
        return False
    try:
        found = amplify_apps.get_backend_environment(place.target, place.app_id, place.environment)
    except NotFound:
        return False
    return found.stack_name == place.stack_name


def _require_own_archive(planned: PlannedClone, place: Place) -> None:
    try:
        there = store.read_object(place, ZIP, limit=LARGEST_ARCHIVE)
    except NotFound:
        return
    if there is not None and writing.digest(there.body) != planned.made.get("zip"):
        raise _pushed()


def _pushed(more: str = "") -> JobFailed:
    return JobFailed(
        "Somebody has pushed this environment since, so more would be deleted than was made here.",
        next_step="Retry the job that makes it, or connect the environment, and remove it from its settings "
        "together with its backend.",
        code="PushedMeanwhile",
        message=more,
    )


def _forget(planned: PlannedClone, run: Run) -> str:
    """The row in the console, with its link; the resources it names are not touched."""
    with transaction.atomic():
        row = Environment.objects.select_for_update().filter(pk=planned.environment_id or 0).first()
        if row is None:
            return "It is not in the console"
        busy = Job.objects.filter(environment=row).exclude(pk=run.job.pk).unfinished().first()
        if busy:
            raise JobFailed(
                f"The job “{busy.title}” is not finished.",
                next_step="Wait for it, or cancel it, then retry.",
                code="AtWork",
            )
        if Deployment.objects.filter(environment=row).unsettled().exists():
            raise JobFailed(
                "An interrupted push is being finished or undone.", next_step="Wait for it, then retry.", code="AtWork"
            )
        try:
            services.remove_environment(environment=row, actor=actor_of(run.job))
        except ValidationError as error:
            raise JobFailed(" ".join(error.messages), next_step="Then retry.", code="StillNeeded") from error
    planned.environment = None
    return "Removed; nothing it was linked to was touched"


def _settle(run: Run, planned: PlannedClone) -> None:
    with transaction.atomic():
        run.report(undone=True)
        PlannedClone.objects.filter(pk=planned.pk).update(made={"undone": True})
        for job in making.jobs_of(planned):
            # The same again could only fail: the plan is used up.
            job.result = {**job.result, "retry": False, "undo": "", "undone": True}
            job.save(update_fields=["result"])
        record(
            action=Action.CLONE_UNDONE,
            actor=actor_of(run.job),
            project=run.job.project.slug,
            environment=planned.plan.name,
            target=planned.plan.name,
            before={"groups left in the user pool": planned.made.get("groups", [])},
        )

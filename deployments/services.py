"""Starting previews, pushes and pulls; the pages and the commands do the same."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.dependents import Dependent
from auth_import.models import CognitoLink
from aws.errors import AwsError
from aws.side_by_side import Together
from backend_state import kept
from backend_state.store import Place
from deployments import change_sets, planning, preview_job, pull_job, push_job, undoing
from deployments.models import Deployment, Phase
from deployments.push_plan import PushPlan
from deployments.tasks import preview_push, pull_environment, push_environment
from environments.backends import connect_backend
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.lifecycle import JobCancelled
from jobs.models import UNFINISHED, Job, Status

MOST_RECOVERIES = 20
"""How often the console takes an interrupted push up again by itself, some seconds to minutes apart."""
PAUSE_AFTERWARDS = timedelta(hours=1)
"""From then on it is seldom, but never given up: a push that has begun to write must end."""

PATIENCE = 5.0
"""Seconds somebody who throws a preview away waits for AWS."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What the jobs of a kind have in common. `title` is completed by the environment's name; `page` starts them."""

    kind: str
    title: str
    task: Any
    steps: Sequence[tuple[str, str]]
    deadline: timedelta
    permission: Permission
    page: str


_PREVIEW = _Work(
    preview_job.KIND,
    "Preview a push to",
    preview_push,
    preview_job.STEPS,
    preview_job.DEADLINE,
    Permission.PUSH,
    "push",
)
_PUSH = _Work(push_job.KIND, "Push to", push_environment, push_job.STEPS, push_job.DEADLINE, Permission.PUSH, "push")
_PULL = _Work(pull_job.KIND, "Pull", pull_environment, pull_job.STEPS, pull_job.DEADLINE, Permission.VIEW, "pull")


class NotPossible(Exception):
    """Why this cannot be started now, in words for the person who asked."""


def require_backend(environment: Environment) -> None:
    """Raises NotPossible for an environment that has no Amplify backend to push to.

    One that was made before the console knew its stack and bucket is connected now.
    """
    if not environment.is_amplify:
        raise NotPossible("This environment has no Amplify backend: there is nothing to push or pull.")
    if environment.stack_name and environment.deployment_bucket:
        return
    try:
        connect_backend(environment)
    except ValidationError as error:
        raise NotPossible(" ".join(error.messages)) from error
    environment.save(update_fields=["stack_name", "deployment_bucket", "app_name"])


def at_work(environment: Environment, *kinds: str) -> Job | None:
    """The unfinished job of these kinds in the environment."""
    return Job.objects.filter(environment=environment, kind__in=kinds).unfinished().select_related("project").first()


def _take_turn(environment: Environment) -> None:
    """Two clicks at once take turns here, so that the second one sees the first one's job."""
    Environment.objects.select_for_update().get(pk=environment.pk)


def _enqueued(
    work: _Work,
    environment: Environment,
    actor: Actor,
    *,
    subject: str = "",
    payload: Mapping[str, Any] | None = None,
    send: bool,
) -> Job:
    return jobs.enqueue(
        task=work.task,
        project=environment.project,
        environment=environment,
        kind=work.kind,
        title=f"{work.title} {environment.name}",
        actor=actor,
        steps=work.steps,
        deadline=work.deadline,
        permission=work.permission,
        subject=subject or environment.app_id,
        return_url=page_of(work.page, environment),
        payload=payload,
        send=send,
    )


def start_preview(
    *, environment: Environment, actor: Actor, send: bool = True, replaces: bool = True, leaves_rules: bool = False
) -> Job:
    """The job that previews a push. Asking again while one is at work finds that one. Raises NotPossible.

    A new preview `replaces` older ones that wait to be pushed. One that `leaves_rules` is without a draft of data
    access rules, which somebody has to look at before it is pushed.
    """
    # It may ask AWS, and nothing is locked meanwhile.
    require_backend(environment)
    payload = {"replaces": replaces, "leaves_rules": leaves_rules}
    with transaction.atomic():
        _take_turn(environment)
        _require_no_push(environment)
        running = at_work(environment, _PREVIEW.kind)
        return running or _enqueued(_PREVIEW, environment, actor, payload=payload, send=send)


@transaction.atomic
def start_push(*, deployment: Deployment, actor: Actor, send: bool = True) -> Job:
    """The job that pushes what was previewed. Asking twice finds the same job.

    Raises NotPossible when the checks forbid it, when the preview was used or replaced, or another push is at work.
    """
    environment = Environment.objects.select_for_update().select_related("project").get(pk=deployment.environment_id)
    deployment = Deployment.objects.select_related("job__project").get(pk=deployment.pk)
    if deployment.job and not deployment.job.is_finished:
        return deployment.job
    plan = PushPlan.from_dict(deployment.document)
    if deployment.phase != Phase.PLANNED:
        raise NotPossible("This preview was used already. Preview the push again.")
    if plan.blocking:
        raise NotPossible("The checks do not allow this push: " + ", ".join(one.id for one in plan.blocking))
    _require_no_push(environment)
    job = _enqueue(deployment, environment, actor, send=send)
    record(
        action=Action.PUSH_STARTED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"push {deployment.pk}",
        before=dict(plan.before),
        after=push_job.summary(plan),
    )
    return job


def _enqueue(deployment: Deployment, environment: Environment, actor: Actor, *, send: bool = True) -> Job:
    payload, subject = {"deployment": deployment.pk}, deployment.change_words
    job = _enqueued(_PUSH, environment, actor, subject=subject, payload=payload, send=send)
    Deployment.objects.filter(pk=deployment.pk).update(job=job)
    return job


def start_pull(*, environment: Environment, actor: Actor, send: bool = True) -> Job:
    """The job that refreshes what the console knows of the backend. Raises NotPossible."""
    require_backend(environment)
    with transaction.atomic():
        _take_turn(environment)
        return at_work(environment, _PULL.kind) or _enqueued(_PULL, environment, actor, send=send)


@transaction.atomic
def discard(*, deployment: Deployment) -> bool:
    """Throws a preview away, with its change set. False when it is used already, or about to be."""
    # A push that starts at this moment locks the same row, so one of the two comes first.
    Environment.objects.select_for_update().get(pk=deployment.environment_id)
    if Deployment.objects.filter(pk=deployment.pk, job__status__in=UNFINISHED).exists():
        return False
    won = deployment.move_to(Phase.DISCARDED, origins=(Phase.PLANNED,), finished=timezone.now())
    if won:
        place, change_set = planning.place_of(deployment.environment), deployment.document["change_set"]
        transaction.on_commit(lambda: _drop_soon(place, change_set))
    return won


def _drop_soon(place: Place, change_set: str) -> None:
    """Nobody waits for a slow AWS here: a change set that stays behind does nothing."""
    with suppress(AwsError), Together(seconds=PATIENCE) as together:
        together.start(change_sets.drop_change_set, place, change_set).result()


def _require_no_push(environment: Environment) -> None:
    running = at_work(environment, push_job.KIND)
    if running:
        raise NotPossible(f"“{running.title}” is at work. Wait until it has finished.")
    if Deployment.objects.filter(environment=environment).unsettled().exists():
        raise NotPossible("An interrupted push is being finished or undone. Wait until the console is done with it.")


@transaction.atomic
def resume(*, environment: Environment, actor: Actor) -> Job | None:
    """The job of an interrupted push, for a process that goes on with it itself; None when there is none.

    Raises NotPossible while somebody is at work on it.
    """
    Environment.objects.select_for_update().get(pk=environment.pk)
    row = Deployment.objects.filter(environment=environment).unsettled().select_related("job").first()
    if row is None:
        return None
    if row.job is None or row.job.is_finished:
        return _enqueue(row, environment, actor, send=False)
    if row.job.status == Status.QUEUED:
        return row.job
    raise NotPossible(
        f"“{row.job.title}” is at work (job {row.job.pk}). Wait until it has finished. If its process has died, run "
        "this again in half a minute: the push is then taken up where it was interrupted."
    )


def recover() -> int:
    """Take up pushes that were interrupted and whose job has ended: they are finished, or undone. Answers how many.

    It may run anywhere and twice at once: the environment's row is locked, and a job at work is seen.
    """
    taken = 0
    for pk, environment in Deployment.objects.unsettled().values_list("pk", "environment_id"):
        with transaction.atomic():
            Environment.objects.select_for_update().filter(pk=environment).first()
            rows = Deployment.objects.unsettled().select_related("environment__project", "job")
            row = rows.filter(pk=pk).first()
            if row is None or not _is_left_alone(row):
                continue
            if row.job and row.job.status == Status.CANCELLED and row.phase == Phase.APPLYING:
                row.failure = undoing.record_of(JobCancelled())
            row.recoveries += 1
            row.save(update_fields=["recoveries", "failure"])
            _enqueue(row, row.environment, Actor(name=row.job.actor_name if row.job else row.created_by_name))
            taken += 1
    _forget_orphans()
    return taken


def _is_left_alone(row: Deployment) -> bool:
    if at_work(row.environment, push_job.KIND):
        return False
    seldom = row.recoveries >= MOST_RECOVERIES
    pause = PAUSE_AFTERWARDS if seldom else timedelta(seconds=min(600, 5 * 2**row.recoveries))
    return row.job is None or row.job.finished is None or row.job.finished < timezone.now() - pause


def _forget_orphans() -> None:
    """Copies of a push whose row has gone, with its environment or project, serve nobody any more."""
    # In this order: a push that begins in between is then among the living.
    found = kept.owners()
    living = {row.kept_as for row in Deployment.objects.unsettled().only("pk")}
    for owner in set(found) - living:
        kept.forget(owner)


def push_in_the_way(link: CognitoLink) -> list[Dependent]:
    """For the list of what depends on a link: a push at work, or one that was interrupted and is not ended yet."""
    if (
        not link.environment.is_amplify
        or not Deployment.objects.filter(environment=link.environment).unsettled().exists()
    ):
        return []
    words = "It has begun to write, and is finished or undone first, by the console itself. Wait until that is done."
    return [Dependent(title="A push", words=words, blocks=True, is_push=True)]


def page_of(name: str, environment: Environment) -> str:
    return reverse(name, kwargs={"project": environment.project.slug, "env": environment.name})

"""Starting and stopping what finishes an unlink in the cloud. At most one job is at it in an environment."""

from django.db import transaction
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from auth_import.models import CognitoLink, UnpushedUnlink
from auth_import.unlinking import waiting_of
from auth_import.unpushed import pause_after
from deployments import services
from deployments.finishing.job import DEADLINE, KIND, STEPS
from deployments.finishing.tasks import finish_unlink
from deployments.services import NotPossible
from environments.models import Environment
from environments.permissions import Permission
from jobs import services as jobs
from jobs.models import Job, Status

MOST_AT_ONCE = 20
"""Unlinks that one look of the schedule starts; the others are started by the next ones."""


@transaction.atomic
def start(waiting: UnpushedUnlink, actor: Actor, send: bool = True) -> Job:
    """The job that takes an unlinked resource out of the backend. Asking again while one is at work finds that one.

    Asks AWS nothing, so it may be called while AWS cannot be reached.
    """
    environment = Environment.objects.select_for_update().select_related("project").get(pk=waiting.environment_id)
    running = services.at_work(environment, KIND)
    job = running or jobs.enqueue(
        task=finish_unlink,
        project=environment.project,
        environment=environment,
        kind=KIND,
        title=f"Finish unlinking {waiting.user_pool_name} from {environment.name}",
        actor=actor,
        steps=STEPS,
        deadline=DEADLINE,
        permission=Permission.PUSH,
        subject=waiting.user_pool_id,
        return_url=services.page_of("authentication", environment),
        send=send,
    )
    attempts = waiting.attempts + (0 if running else 1)
    UnpushedUnlink.objects.filter(pk=waiting.pk).update(
        state=UnpushedUnlink.State.TRYING,
        job=job,
        attempts=attempts,
        # Should the job die without a word, the schedule tries again after this.
        next_attempt=timezone.now() + pause_after(attempts),
    )
    return job


def try_now(*, environment: Environment, actor: Actor, send: bool = True) -> Job:
    """Start at once what waits. Raises NotPossible when nothing does."""
    with transaction.atomic():
        Environment.objects.select_for_update().get(pk=environment.pk)
        waiting = _waiting(environment)
        return start(waiting, actor, send)


@transaction.atomic
def stop(*, environment: Environment, actor: Actor) -> None:
    """The console does nothing by itself any more; the resource stays in the cloud until somebody pushes.

    Raises NotPossible when nothing waits.
    """
    Environment.objects.select_for_update().get(pk=environment.pk)
    waiting = _waiting(environment)
    if waiting.at_work:
        jobs.cancel(job=waiting.at_work, actor=actor)
    UnpushedUnlink.objects.filter(pk=waiting.pk).update(
        state=UnpushedUnlink.State.STOPPED,
        next_attempt=None,
        words=f"{actor.name} stopped it.",
        next_step="Choose Try now, or push it yourself.",
        code="Stopped",
    )
    record(
        action=Action.UNLINK_STOPPED,
        actor=actor,
        project=environment.project.slug,
        environment=environment.name,
        target=f"{waiting.user_pool_name} ({waiting.user_pool_id})",
        before={"attempts": waiting.attempts, "words": waiting.words},
    )


def _waiting(environment: Environment) -> UnpushedUnlink:
    waiting = waiting_of(environment)
    if waiting is None:
        raise NotPossible("Nothing is left to take out of the backend.")
    if CognitoLink.objects.filter(environment=environment).exists():
        raise NotPossible("Other Cognito resources are linked here by now. Push those.")
    return waiting


def start_due() -> int:
    """Start what is due. Answers how many. It may run anywhere and twice at once: the environment's row is locked."""
    started = 0
    for pk, environment in list(
        UnpushedUnlink.objects.due(timezone.now()).values_list("pk", "environment_id")[:MOST_AT_ONCE]
    ):
        with transaction.atomic():
            Environment.objects.select_for_update().filter(pk=environment).first()
            row = UnpushedUnlink.objects.due(timezone.now()).select_related("job").filter(pk=pk).first()
            if row is None:
                continue
            if row.job and row.job.status == Status.CANCELLED:
                _take_as_stopped(row)
                continue
            start(row, Actor(name=row.created_by_name, user_id=row.created_by_id))
            started += 1
    return started


def _take_as_stopped(row: UnpushedUnlink) -> None:
    """Somebody cancelled the job before any worker had it: they want it stopped."""
    UnpushedUnlink.objects.filter(pk=row.pk).update(
        state=UnpushedUnlink.State.STOPPED,
        next_attempt=None,
        words="Somebody cancelled it.",
        next_step="Choose Try now, or push it yourself.",
        code="Cancelled",
    )


def give_up(*, environment: Environment, actor: Actor) -> None:
    """Before an environment is removed: nobody needs to wait for, or cancel, what only tidies up behind it."""
    running = services.at_work(environment, KIND)
    if running:
        jobs.cancel(job=running, actor=actor)

"""What features and pages do with jobs: start, pause, resume, cancel, start again, and keep them all moving."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from audit.actions import Action
from audit.record import Actor, record
from environments.models import Environment, Project
from jobs.models import MAXIMUM_ATTEMPTS, Job, JobStep, Status, StepStatus, steps_of

if TYPE_CHECKING:
    from celery import Task

logger = logging.getLogger(__name__)


class NotRetryable(Exception):
    """Why this job cannot be started again, in words for the person who asked."""


def enqueue(
    *,
    task: "Task[Any, Any]",
    project: Project,
    environment: Environment | None = None,
    kind: str,
    title: str,
    actor: Actor,
    steps: Sequence[tuple[str, str]],
    deadline: timedelta,
    permission: str,
    subject: str = "",
    return_url: str = "",
    payload: Mapping[str, Any] | None = None,
    retry_of: Job | None = None,
    pausable: bool = False,
    send: bool = True,
) -> Job:
    """Writes a queued job with its steps and sends its id to a worker once the transaction has committed.

    `task` takes the job's id and nothing else. `steps` are (name, title) in order; `deadline` counts from now;
    `permission` is what the actor needed, and what somebody needs to cancel or retry the job; `payload` is JSON the
    task reads from the row, without secrets, and a retry receives a copy of it. A `pausable` job can be resumed at any
    `check`. Management commands pass `send=False` and hand the row to `lifecycle.run_now`.
    """
    with transaction.atomic():
        job = Job.objects.create(
            task_name=task.name,
            project=project,
            environment=environment,
            environment_name=environment.name if environment else "",
            kind=kind,
            title=title[:300],
            subject=subject[:300],
            return_url=return_url,
            payload=dict(payload or {}),
            permission=permission,
            actor_id=actor.user_id,
            actor_name=actor.name[:200],
            deadline_at=timezone.now() + deadline,
            retry_of=retry_of,
            pausable=pausable,
        )
        JobStep.objects.bulk_create(steps_of(job, steps))
        if send:
            send_on_commit(job)
    return job


def send_on_commit(job: Job) -> None:
    """Celery's `delay_on_commit`, except that an unreachable broker is no error here: the tick sends the id again."""
    transaction.on_commit(partial(_send, job.pk, job.task_name))


def _send(job_id: str, task_name: str) -> bool:
    task = task_named(task_name)
    if task is None:
        logger.error("No task is called %r; job %s cannot be sent", task_name, job_id)
        return False
    try:
        task.apply_async(args=(job_id,), retry=False)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The broker cannot be reached; job %s waits for the next tick: %s", job_id, error)
        return False
    return True


def task_named(name: str) -> "Task[Any, Any] | None":
    """The task of this name, whether or not this process has already had a reason to import its module."""
    if name not in current_app.tasks:
        current_app.loader.import_default_modules()
    return current_app.tasks.get(name)


def cancel(*, job: Job, actor: Actor) -> bool:
    """Cancels a queued or paused job at once, and asks a running one to stop soon. False if it has finished."""
    with transaction.atomic():
        if not Job.objects.filter(pk=job.pk).unfinished().update(cancel_requested=True):
            return False
        job.refresh_from_db()
        if job.status in (Status.QUEUED, Status.PAUSED):
            # Should a worker claim it in this very moment, the fence lets that worker finish the job.
            finish(job, Status.CANCELLED, attempt=job.attempts)
        _record(Action.JOB_CANCELLED, job, actor)
    return True


def pause(*, job: Job, actor: Actor) -> bool:
    """Pauses a queued job at once, and asks a running one to pause soon. False where neither can be."""
    rows = Job.objects.filter(pk=job.pk, pausable=True, cancel_requested=False, pause_requested=False)
    with transaction.atomic():
        if not rows.filter(status__in=(Status.QUEUED, Status.RUNNING)).update(pause_requested=True):
            return False
        job.refresh_from_db()
        if job.status == Status.QUEUED:
            # A worker that claims it in this very moment finds the request at its first check.
            rest(job, attempt=job.attempts)
        _record(Action.JOB_PAUSED, job, actor)
    return True


def rest(job: Job, *, attempt: int) -> bool:
    """Makes it a paused job, if it is still in this attempt and still asked to. What was under way is done again."""
    with transaction.atomic():
        won = job.move_to(
            Status.PAUSED,
            attempt=attempt,
            unless_cancelled=True,
            if_still={"pause_requested": True},
            paused=timezone.now(),
        )
        if won:
            job.steps.filter(status=StepStatus.RUNNING).update(status=StepStatus.PENDING)
    return won or _stop_if_cancelled(job, attempt)


def _stop_if_cancelled(job: Job, attempt: int) -> bool:
    """Somebody's Cancel may come in the moment between two slices, or before a pause begins."""
    rows = Job.objects.filter(pk=job.pk, status=Status.RUNNING, attempts=attempt, cancel_requested=True)
    return rows.exists() and finish(job, Status.CANCELLED, attempt=attempt)


def resume(*, job: Job, actor: Actor) -> bool:
    """Sends a paused job to a worker again, with as much time left as it had. False if it is not paused.

    Where the pause was asked for and has not begun, it does not begin.
    """
    with transaction.atomic():
        resumed = _take_back_pause(job) or _send_again(job)
        if resumed:
            _record(Action.JOB_RESUMED, job, actor)
    return resumed


def _take_back_pause(job: Job) -> bool:
    # Between two slices the job is queued, and the next one would begin with the pause.
    asked = Job.objects.filter(pk=job.pk, status__in=(Status.QUEUED, Status.RUNNING), pause_requested=True)
    return bool(asked.update(pause_requested=False))


def _send_again(job: Job) -> bool:
    job.refresh_from_db()
    now = timezone.now()
    resumed = job.move_to(
        Status.QUEUED,
        attempt=job.attempts,
        origin=Status.PAUSED,
        unless_cancelled=True,
        pause_requested=False,
        deadline_at=job.deadline_at + (now - (job.paused or now)),
        paused=None,
        losses=0,
        queued=now,
        sent=now,
    )
    if resumed:
        send_on_commit(job)
    return resumed


def hand_over(job: Job, *, attempt: int, send: bool = True) -> bool:
    """Queues the job again after a slice of its work. It is no loss, however many slices the work takes."""
    now = timezone.now()
    won = job.move_to(
        Status.QUEUED,
        attempt=attempt,
        origin=Status.RUNNING,
        unless_cancelled=True,
        slices=F("slices") + 1,
        losses=0,
        queued=now,
        sent=now,
    )
    if won and send:
        send_on_commit(job)
    return won or _stop_if_cancelled(job, attempt)


def retry(*, job: Job, actor: Actor) -> Job:
    """Starts the same task with the same payload and steps as a new row; the old row stays as it ended.

    A double click finds the first click's job, while that one is unfinished, and starts no second one.
    Raises NotRetryable for a job that is still at work, has succeeded, or whose task this version no longer has.
    """
    with transaction.atomic():
        locked = Job.objects.select_for_update(of=("self",)).select_related("project", "environment").get(pk=job.pk)
        if not locked.can_be_retried:
            raise NotRetryable(
                "The same again could only fail again. Go back and follow its next step."
                if locked.status in (Status.FAILED, Status.CANCELLED)
                else f"A job that is {locked.get_status_display().lower()} cannot be retried."
            )
        task = task_named(locked.task_name)
        if task is None:
            raise NotRetryable("This version of the console no longer has this job. Start it from its own page.")
        running = locked.retries.unfinished().first()
        if running:
            return running
        again = enqueue(
            task=task,
            project=locked.project,
            environment=locked.environment,
            kind=locked.kind,
            title=locked.title,
            actor=actor,
            steps=[(step.name, step.title) for step in locked.steps.all()],
            deadline=locked.deadline_at - locked.created,
            permission=locked.permission,
            subject=locked.subject,
            return_url=locked.return_url,
            payload=locked.payload,
            retry_of=locked,
            pausable=locked.pausable,
        )
        _record(Action.JOB_RETRIED, again, actor)
    return again


def _record(action: Action, job: Job, actor: Actor) -> None:
    record(
        action=action,
        actor=actor,
        project=job.project.slug,
        environment=job.environment_name,
        target=f"{job.title} ({job.pk})",
    )


def tick() -> None:
    """Keeps every job moving: fails the overdue, queues the lost again, sends the undelivered once more.

    Paused jobs wait for a person. It may run at any time, anywhere, and twice at once, because each change is a
    conditional UPDATE.
    """
    now = timezone.now()
    for job in Job.objects.left_cancelled():
        finish(job, Status.CANCELLED, attempt=job.attempts)
    for job in Job.objects.overdue(now):
        fail_unfinished(
            job,
            words="The job did not finish before its deadline."
            if job.attempts
            else "No worker took this job before its deadline.",
            next_step="Check that a worker is running (see the worker's log), then retry.",
        )
    for job in Job.objects.lost(now):
        losses = job.losses + 1
        if job.cancel_requested:
            finish(job, Status.CANCELLED, attempt=job.attempts)
        elif losses >= MAXIMUM_ATTEMPTS:
            fail_unfinished(
                job,
                words=f"The worker stopped in the middle of this job {losses} times.",
                next_step="Look at the worker's log for the reason, then retry.",
            )
        elif job.pause_requested:
            rest(job, attempt=job.attempts)
        elif job.move_to(
            Status.QUEUED,
            attempt=job.attempts,
            unless_cancelled=True,
            # Whoever was only slow, and has given a sign of life since, keeps it.
            if_still={"heartbeat": job.heartbeat},
            losses=losses,
            queued=now,
            sent=now,
        ):
            logger.warning("Job %s was lost in attempt %s; it is queued again", job.pk, job.attempts)
            _send(job.pk, job.task_name)
    for job in Job.objects.undelivered(now):
        # The condition on `sent` lets only one of two simultaneous ticks send.
        if Job.objects.filter(pk=job.pk, status=Status.QUEUED, sent=job.sent).update(sent=now):
            _send(job.pk, job.task_name)


def fail_unfinished(job: Job, *, words: str, next_step: str) -> bool:
    return finish(job, Status.FAILED, attempt=job.attempts, error_words=words, error_next_step=next_step)


def finish(job: Job, status: Status, *, attempt: int, **changes: Any) -> bool:
    """Ends the job in this status, if it is still in this attempt, and closes its open steps."""
    with transaction.atomic():
        won = job.move_to(status, attempt=attempt, **changes)
        if won:
            now = timezone.now()
            at_work = job.steps.filter(status=StepStatus.RUNNING)
            at_work.update(status=StepStatus.FAILED if status == Status.FAILED else StepStatus.SKIPPED, finished=now)
            job.steps.filter(status=StepStatus.PENDING).update(status=StepStatus.SKIPPED)
    return won

"""One attempt at a job, from the claim to the verdict. Feature tasks are five lines around it:

    @shared_task
    def apply_import(job_id: str) -> None:
        lifecycle.perform(job_id, services.apply)

The body may run twice: it compares what is wanted with what is there, and does the rest. A body that works for hours
tells its `progress`, and gives the row back after each slice:

    for row in rows_left():
        if not run.has_time:
            raise lifecycle.Continues
        run.progress(done, total)
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils import timezone

from aws.errors import AwsError
from jobs import services
from jobs.models import Job, JobStep, Status, StepStatus

logger = logging.getLogger(__name__)

PROGRESS_EVERY = 1.0
"""Seconds between two writes of a job's progress."""
CRASH_WORDS = "Something went wrong inside the console."
CRASH_NEXT_STEP = "The worker's log has the details under this job's id. Retry once; if it fails again, report it."


class JobFailed(Exception):
    """An expected failure, in words for the person who watches: what happened, and what to do next."""

    def __init__(
        self,
        words: str,
        *,
        next_step: str = "",
        code: str = "",
        message: str = "",
        action: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(words)
        self.words = words
        self.next_step = next_step
        self.code = code
        self.message = message
        self.action = action
        self.request_id = request_id


class JobCancelled(Exception):
    """Somebody asked for the job to stop. Bodies let it pass."""


class JobPaused(Exception):
    """Somebody asked for the job to rest. Bodies let it pass; the job begins again when it is resumed."""


class Continues(Exception):
    """Raised by a body whose slice is over and whose work is not: the row is queued again, and sent at once."""


class JobTakenOver(Exception):
    """The row has left this attempt: the worker was taken for dead, or the deadline passed. Bodies let it pass."""


def _end_of_slice() -> float:
    return time.monotonic() + settings.JOB_SLICE.total_seconds()


@dataclass
class Run:
    """One attempt at a job, in the hands of the body. `attempt` is the fence of all its writes."""

    job: Job
    attempt: int
    _slice_ends: float = field(default_factory=_end_of_slice)
    _told_at: float = float("-inf")
    _untold: tuple[int, int | None] | None = None

    @property
    def has_time(self) -> bool:
        """False once this delivery has worked for a slice: then the body stops at a good place with `Continues`."""
        return time.monotonic() < self._slice_ends

    def check(self) -> None:
        """Gives a sign of life. To be called between items; each step begins with it.

        Raises JobCancelled, JobPaused, JobTakenOver, or JobFailed past the deadline.
        """
        self._sign_of_life()

    def progress(self, done: int, total: int | None = None) -> None:
        """Tells that `done` things (of `total`) are finished. Cheap: the row is written at most once a second.

        Raises what `check` raises.
        """
        self.note(done, total)
        if time.monotonic() - self._told_at >= PROGRESS_EVERY:
            self._told_at = time.monotonic()
            self._sign_of_life(**self._take_untold())

    def note(self, done: int, total: int | None = None) -> None:
        """Remembers the progress for the moment when the attempt ends, and raises nothing: for whoever is stopping."""
        self._untold = (done, total)

    def _take_untold(self) -> dict[str, Any]:
        if self._untold is None:
            return {}
        (done, total), self._untold = self._untold, None
        return {"done": done} if total is None else {"done": done, "total": total}

    def _tell(self) -> None:
        """Writes the progress of the last moment, which `progress` has held back."""
        told = self._take_untold()
        if told:
            Job.objects.filter(pk=self.job.pk, attempts=self.attempt).update(**told)

    def _sign_of_life(self, **changes: Any) -> None:
        rows = Job.objects.filter(pk=self.job.pk, status=Status.RUNNING, attempts=self.attempt)
        now = timezone.now()
        if not rows.update(heartbeat=now, **changes):
            raise JobTakenOver(self.job.pk)
        cancelled, paused = rows.values_list("cancel_requested", "pause_requested").first() or (False, False)
        if cancelled:
            raise JobCancelled(self.job.pk)
        if now > self.job.deadline_at:
            raise JobFailed(
                "The job did not finish before its deadline.",
                next_step="Retry; if it happens again, AWS may be slow or throttling the console.",
            )
        if paused:
            raise JobPaused(self.job.pk)

    @contextmanager
    def step(self, name: str, *, cancellable: bool = True) -> Iterator[JobStep]:
        """Marks the step `name` running, then done; failed when the body raises. Set `detail` on it for the reader.

        A step done by an earlier attempt is passed through again. One that is not `cancellable` belongs to the step
        before it: once that is done, neither somebody's Cancel nor the deadline keeps this one from following.
        Raises what `check` raises, and KeyError for a name that the job was not enqueued with.
        """
        if cancellable:
            self.check()
        step = JobStep.objects.filter(job=self.job, name=name).first()
        if step is None:
            raise KeyError(name)
        # A step that a pause, a slice's end or a lost worker interrupted is still the same one.
        began = step.started if step.started and step.finished is None else timezone.now()
        _mark(step, StepStatus.RUNNING, started=began, finished=None)
        try:
            yield step
        except Exception:
            # The verdict on the whole job closes the open steps; here only the detail is kept.
            JobStep.objects.filter(pk=step.pk).update(detail=step.detail)
            raise
        _mark(step, StepStatus.DONE, finished=timezone.now(), detail=step.detail)

    def report(self, **result: Any) -> None:
        """Adds to the summary a page shows afterwards: JSON, no secrets.

        Raises JobTakenOver where another attempt has begun: what stands in the same transaction is not kept then.
        """
        self.job.result = {**self.job.result, **result}
        if not Job.objects.filter(pk=self.job.pk, attempts=self.attempt).update(result=self.job.result):
            raise JobTakenOver(self.job.pk)


Body = Callable[[Run], None]


def _mark(step: JobStep, status: StepStatus, **changes: Any) -> None:
    JobStep.objects.filter(pk=step.pk).update(status=status, **changes)


def claim(job_id: str) -> Run | None:
    """Takes a queued job. None when it is gone, finished, cancelled, or in other hands: a second delivery ends here."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job_id, status=Status.QUEUED, cancel_requested=False)
    before = waiting.values_list("attempts", flat=True).first()
    if before is None:
        return None
    # The number is decided here and not read back: a worker that stands still after this line could read another's.
    attempt = before + 1
    won = waiting.filter(attempts=before).update(
        status=Status.RUNNING,
        attempts=attempt,
        heartbeat=now,
        measured_from=now,
        measured_done=F("done"),
    )
    if not won:
        return None
    job = Job.objects.select_related("project", "environment").get(pk=job_id)
    if job.started is None:
        Job.objects.filter(pk=job_id, started=None).update(started=now)
        job.started = now
    return Run(job=job, attempt=attempt)


@contextmanager
def running(job_id: str, *, send: bool = True) -> Iterator[Run | None]:
    """Claims the job, shows signs of life while the block works, and writes the verdict when it ends.

    Yields None when there is nothing to do. A slice that ends with `Continues` is followed by the next one, which a
    worker takes up (not with `send=False`). Expected failures (`AwsError`, `JobFailed`) become words on the row,
    anything else a generic line and a log entry; neither leaves the block. What ends the process (SystemExit,
    KeyboardInterrupt) does leave it and keeps the row running, so that the tick gives the job to another worker.
    """
    run = claim(job_id)
    if run is None:
        logger.info("Job %s needs no worker any more", job_id)
        yield None
        return
    with _heartbeat(run):
        try:
            try:
                yield run
            finally:
                run._tell()
        except JobTakenOver:
            logger.warning("Job %s went on without this worker (attempt %s)", job_id, run.attempt)
        except JobCancelled:
            services.finish(run.job, Status.CANCELLED, attempt=run.attempt)
        except JobPaused:
            # Somebody may have taken the pause back while the body put down its work: then it goes on at once.
            if not services.rest(run.job, attempt=run.attempt):
                services.hand_over(run.job, attempt=run.attempt, send=send)
        except Continues:
            services.hand_over(run.job, attempt=run.attempt, send=send)
        except (JobFailed, AwsError) as failure:
            logger.info("Job %s failed: %s", job_id, failure)
            services.finish(run.job, Status.FAILED, attempt=run.attempt, **_words(failure))
        except Exception:
            logger.exception("Job %s crashed in attempt %s", job_id, run.attempt)
            services.finish(
                run.job,
                Status.FAILED,
                attempt=run.attempt,
                error_words=CRASH_WORDS,
                error_next_step=CRASH_NEXT_STEP,
            )
        else:
            services.finish(run.job, Status.SUCCEEDED, attempt=run.attempt)


def perform(job_id: str, body: Body, *, send: bool = True) -> None:
    """Runs `body` as the job's work, unless the job needs no worker any more. This is all a task does."""
    with running(job_id, send=send) as run:
        if run is not None:
            body(run)


def run_now(job: Job, body: Body) -> Job:
    """Runs a job in this process, slice after slice, as management commands do, and returns it as it ended.

    It is not finished where somebody has paused it, or a worker has taken it over.
    """
    try:
        while True:
            before = job.slices
            perform(job.pk, body, send=False)
            job.refresh_from_db()
            if job.slices == before:
                return job
    except KeyboardInterrupt:
        # Nobody else will take it up: whoever pressed Ctrl-C wants it ended.
        job.refresh_from_db()
        services.fail_unfinished(
            job, words="The command was interrupted.", next_step="Run it again: it does what is still missing."
        )
        raise


def _words(failure: JobFailed | AwsError) -> dict[str, str]:
    return {
        "error_words": failure.words,
        "error_next_step": failure.next_step,
        "error_code": failure.code[:100],
        "error_message": failure.message[:2000],
        "error_action": failure.action[:100],
        "error_request_id": failure.request_id[:100],
    }


@contextmanager
def _heartbeat(run: Run) -> Iterator[None]:
    """Signs of life from a thread, because one step may take longer than the tick's patience."""
    done = threading.Event()

    def beat() -> None:
        try:
            while not done.wait(settings.JOB_HEARTBEAT_EVERY.total_seconds()):
                try:
                    Job.objects.filter(pk=run.job.pk, status=Status.RUNNING, attempts=run.attempt).update(
                        heartbeat=timezone.now()
                    )
                except Exception:
                    logger.warning("No heartbeat for job %s this time", run.job.pk, exc_info=True)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat-{run.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=5)

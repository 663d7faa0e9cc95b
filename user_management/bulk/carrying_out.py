"""The job that does it: rows in the order they were found, several at once, within a share of AWS's quota.

It may be killed between any two lines. Rows are marked before AWS is asked and finished in one transaction with the
activity, so the next attempt knows of each user whether it was done, may have been, or is still to do.
"""

import math
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context

from django.conf import settings
from django.utils import timezone

from audit.actions import Action
from audit.record import Actor, record
from aws.errors import AwsError
from aws.quotas import background
from jobs.lifecycle import Continues, JobFailed, Run
from user_management.bulk import rows
from user_management.bulk.hands import Hands
from user_management.bulk.models import BulkOperation, BulkRow, BulkState, RowState
from user_management.bulk.operations import OPERATIONS, Operation
from user_management.bulk.rows import Outcome
from user_management.place import NotLinked, Place, place_of

STEPS = (("change", "Change the users"), ("close", "Count the results"))
MOST_THREADS = 8
SLOWEST_CALL = 0.2
"""Seconds a call may take while the threads still use up the budget."""
GATHERED = 0.05
"""Seconds for which results are gathered, so that many are written at once."""

UnderWay = dict["Future[Outcome]", BulkRow]


def share() -> float:
    return float(settings.AWS_BACKGROUND_SHARE)


def carry_out(run: Run) -> None:
    """Body of the job. Raises Continues after a slice, and AwsError when every other user would meet the same."""
    bulk = bulk_of(run)
    # A retry of the job is another row, and does what this one has left.
    BulkOperation.objects.filter(pk=bulk.pk).update(job=run.job)
    # Read after that write, for which a repetition that starts in this moment has to wait, or is waited for.
    if bulk.is_repeated:
        run.report(retry=False)
        raise JobFailed(
            "Those who were left are in a later change, which was started meanwhile.",
            next_step="Follow that one; nothing more happens here.",
        )
    operation = OPERATIONS[bulk.operation]
    place = place_for(bulk)
    actor = Actor(name=run.job.actor_name, user_id=run.job.actor_id)
    rows.settle_interrupted(bulk, operation)
    with run.step("change") as step, background(share()):
        try:
            Crew(run, bulk, operation, place, actor).work()
        finally:
            step.detail = _counted(bulk)
    with run.step("close", cancellable=False):
        _close(run, bulk, actor)


def bulk_of(run: Run) -> BulkOperation:
    """The job's change. Raises JobFailed when it was discarded."""
    bulk = BulkOperation.objects.select_related("environment__project").filter(pk=run.job.payload["bulk"]).first()
    if bulk is None:
        run.report(retry=False, continue_to="")
        raise JobFailed("This change was discarded.", next_step="Choose the users again.")
    return bulk


def place_for(bulk: BulkOperation) -> Place:
    """Where it was planned. Raises JobFailed when the environment is linked to another pool now, or to none."""
    try:
        place = place_of(bulk.environment)
    except NotLinked as refusal:
        raise JobFailed(str(refusal), next_step="Link the pool again, then retry.") from refusal
    if place.pool_id != bulk.pool_id:
        raise JobFailed(
            f"The environment is linked to {place.pool_id} now; this was worked out for {bulk.pool_id}.",
            next_step="Nothing was changed. Choose the users again.",
        )
    return place


def _counted(bulk: BulkOperation) -> str:
    counts = bulk.counts()
    words = [
        f"{counts[state]:,} {state}" for state in (RowState.DONE, RowState.SKIPPED, RowState.FAILED) if counts[state]
    ]
    return ", ".join(words) or "Nothing yet"


def _close(run: Run, bulk: BulkOperation, actor: Actor) -> None:
    counts = {state: number for state, number in bulk.counts().items() if number}
    # Of two attempts that come here, one records it.
    won = BulkOperation.objects.filter(pk=bulk.pk, state=BulkState.STARTED).update(
        state=BulkState.FINISHED, finished=timezone.now()
    )
    if won:
        record(
            action=Action.BULK_FINISHED,
            actor=actor,
            project=bulk.environment.project.slug,
            environment=bulk.environment.name,
            target=f"{OPERATIONS[bulk.operation].title_with(bulk.arguments)} ({bulk.pk})",
            after=counts,
            reason=bulk.reason,
        )
    run.report(**counts, continue_to=bulk.get_absolute_url())


class Crew:
    """The threads of one attempt and the rows they have. Only the thread that calls `work` touches the database."""

    def __init__(self, run: Run, bulk: BulkOperation, operation: Operation, place: Place, actor: Actor) -> None:
        self.run, self.bulk, self.operation, self.place, self.actor = run, bulk, operation, place, actor
        rate = operation.per_second(share())
        self.threads = min(MOST_THREADS, max(1, math.ceil(rate * SLOWEST_CALL)))
        # A few rows in hand beside those under way, so that no thread waits for the database.
        self.most = self.threads + max(1, math.ceil(rate * SLOWEST_CALL))
        self.has_taken = False
        self.claim = rows.new_claim()
        self.hands = Hands(place, operation, bulk.arguments)
        self.finished, self.total = rows.finished_and_total(bulk)

    def work(self) -> None:
        under_way: UnderWay = {}
        with ThreadPoolExecutor(self.threads, thread_name_prefix="bulk") as threads:
            try:
                self.run.progress(self.finished, self.total)
                while self._take(threads, under_way) or under_way:
                    self._gather(under_way)
                    self.run.progress(self.finished, self.total)
            except Exception:
                self._put_down(under_way)
                raise
            finally:
                self.hands.stop()
        if self.bulk.rows.filter(state=RowState.PENDING).exists():
            # The slice is over, or a worker that was taken for dead has given rows back.
            raise Continues

    def _take(self, threads: ThreadPoolExecutor, under_way: UnderWay) -> int:
        free = self.most - len(under_way)
        # Even the shortest slice does something, or there would be slices without end.
        if free < max(1, self.most // 4) or (self.has_taken and not self.run.has_time):
            return 0
        self.has_taken = True
        taken = rows.claim(self.bulk, self.claim, free)
        for row in taken:
            under_way[threads.submit(copy_context().run, self.hands.do, row)] = row
        return len(taken)

    def _gather(self, under_way: UnderWay) -> None:
        done, _ = wait(under_way, timeout=1.0, return_when=FIRST_COMPLETED)
        if len(under_way) - len(done) > self.threads:
            time.sleep(GATHERED)
            done, _ = wait(under_way, timeout=0)
        self._write([(under_way.pop(one), one.result()) for one in done])

    def _write(self, outcomes: list[tuple[BulkRow, Outcome]]) -> None:
        self.finished += rows.write(
            bulk=self.bulk,
            operation=self.operation,
            place=self.place,
            attempt=self.claim,
            outcomes=outcomes,
            actor=self.actor,
        )
        stops: AwsError | None = next((outcome.stops for _, outcome in outcomes if outcome.stops), None)
        if stops:
            raise stops

    def _put_down(self, under_way: UnderWay) -> None:
        """Somebody paused or cancelled it, or AWS refuses everything: calls under way end, the rest is given back."""
        self.hands.stop()
        begun = [(row, one.result()) for one, row in under_way.items() if not one.cancel()]
        rows.give_back(self.bulk, [row for one, row in under_way.items() if one.cancelled()], self.claim)
        under_way.clear()
        try:
            self._write(begun)
        except AwsError:
            # The reason why everything stops is already on its way.
            return
        finally:
            self.run.note(self.finished, self.total)

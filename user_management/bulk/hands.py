"""Doing it to one user, in a thread beside others: throttling slows everybody down, and fails nobody."""

import logging
import random
import threading
import time

from aws.calls import NEVER_SENT
from aws.errors import AccessDenied, AwsError, NotFound, Throttled, Unavailable
from user_management.bulk.models import INTERRUPTED, BulkRow, RowState
from user_management.bulk.operations import Applied, Arguments, Operation
from user_management.bulk.rows import INTERRUPTED_NEXT_STEP, INTERRUPTED_WORDS, Outcome
from user_management.place import Place

logger = logging.getLogger(__name__)

REPEATS = 3
"""Of a call that AWS did not answer."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
MEANWHILE = "Deleted meanwhile."
CRASH_WORDS = "Something went wrong inside the console."
CRASH_NEXT_STEP = "Look at the user; the worker's log has the details under the id of this change."


class Hands:
    """What the threads of one attempt share: the brake that one of them pulls for all, and the word to stop."""

    def __init__(self, place: Place, operation: Operation, arguments: Arguments) -> None:
        self.place = place
        self.operation = operation
        self.arguments = arguments
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._pause = FIRST_PAUSE
        self._held_until = 0.0

    def stop(self) -> None:
        """Nobody begins anything more; calls under way come to their end."""
        self._stopped.set()

    def do(self, row: BulkRow) -> Outcome:
        failures = 0
        while self._may_go():
            try:
                applied = self.operation.apply(self.place, row.user, self.arguments)
            except Throttled:
                self._slow_down()
            except Unavailable as error:
                failures += 1
                if not self.operation.repeatable and error.code not in NEVER_SENT:
                    return Outcome(RowState.FAILED, None, INTERRUPTED, INTERRUPTED_WORDS, INTERRUPTED_NEXT_STEP)
                if failures > REPEATS:
                    return _failed(error)
                self._stopped.wait(FIRST_PAUSE * 2**failures)
            except AwsError as error:
                return self._judged(row, error, was_asked=bool(row.claim or failures))
            except Exception:
                # One user that the console cannot cope with must not take along what was done for the others.
                logger.exception("Row %s of the bulk change %s crashed", row.pk, row.operation_id)
                if not self.operation.repeatable:
                    return Outcome(RowState.FAILED, None, INTERRUPTED, INTERRUPTED_WORDS, INTERRUPTED_NEXT_STEP)
                return Outcome(RowState.FAILED, None, "Crash", CRASH_WORDS, CRASH_NEXT_STEP)
            else:
                self._speed_up()
                return Outcome(RowState.DONE, applied)
        return Outcome(RowState.PENDING, is_unsure=failures > 0)

    def _may_go(self) -> bool:
        while not self._stopped.is_set():
            left = self._held_until - time.monotonic()
            if left <= 0:
                return True
            self._stopped.wait(left)
        return False

    def _slow_down(self) -> None:
        with self._lock:
            if time.monotonic() < self._held_until:
                # Another thread has pulled the brake for what may be the same moment.
                return
            # A little disorder keeps several consoles from coming back together.
            self._held_until = time.monotonic() + self._pause * (0.5 + random.random())  # noqa: S311
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _speed_up(self) -> None:
        self._pause = max(FIRST_PAUSE, self._pause * 0.9)

    def _judged(self, row: BulkRow, error: AwsError, *, was_asked: bool) -> Outcome:
        if self.operation.is_done_already(error):
            if was_asked:
                # An earlier call of ours, whose answer nobody heard, has done it, and nobody has recorded it yet.
                return Outcome(RowState.DONE, _done_by_us(row, self.operation))
            gone = isinstance(error, NotFound)
            return Outcome(RowState.SKIPPED, None, error.code, MEANWHILE if gone else "Was so already.")
        if isinstance(error, NotFound) and error.code == "UserNotFoundException":
            return Outcome(RowState.SKIPPED, None, error.code, MEANWHILE)
        if stops_everything(error, sends=self.operation.sends):
            return Outcome(RowState.PENDING, stops=error)
        return _failed(error)


def stops_everything(error: AwsError, *, sends: bool) -> bool:
    """Whether every other user would meet the same: no permission, no such group or pool, no e-mail left today."""
    if isinstance(error, AccessDenied | NotFound):
        return True
    return sends and error.code == "LimitExceededException" and "mail" in error.message.lower()


def _failed(error: AwsError) -> Outcome:
    return Outcome(RowState.FAILED, None, error.code, f"{error.words} {error.message}".strip(), error.next_step)


def _done_by_us(row: BulkRow, operation: Operation) -> Applied:
    user = row.user
    if operation.key == "delete":
        return Applied(
            {"status": user.status, "enabled": user.enabled, "attributes": dict(user.attributes)}, None, is_gone=True
        )
    return Applied({"status": user.status}, {"status": "CONFIRMED"})

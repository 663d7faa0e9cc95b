"""One pass of the watch: every linked environment whose time has come is compared with AWS, lane by lane."""

import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from audit.record import Actor
from auth_import.models import CognitoLink, DriftWatch
from auth_import.preflight import own_project, setting_of
from auth_import.watch import due
from auth_import.watch.judging import TRANSIENT, Seen
from auth_import.watch.lanes import AT_ONCE, THREADS, Outcome, run
from auth_import.watch.reading import Memo, Task, read
from auth_import.watch.taking import take
from aws import deadlines, quotas
from aws.errors import AwsError, Fault, Rejected, Unavailable
from aws.translation import BAD_CREDENTIALS
from environments.models import Environment

log = logging.getLogger(__name__)

CONSOLE = Actor(name="console")
ENVIRONMENT_SECONDS = 15.0
LANE_SECONDS = 35.0
"""Together with what its last environment may take, shorter than the schedule's minute: what a lane did not reach is
the next pass's first."""
ONE_CALL = ("InternalErrorException", "InternalFailure", "InternalServerError", "InternalError", "IncompleteAnswer")
"""AWS stumbled over one call; that says nothing about its neighbours."""


@dataclass(slots=True)
class Turn:
    """One environment of a pass. Links that share a pool are one piece of work, read one after another."""

    watch: DriftWatch
    link: CognitoLink
    task: Task | None = None

    @property
    def environment(self) -> Environment:
        return self.watch.environment


Piece = list[Turn]


@dataclass(slots=True)
class Pass:
    """How a pass went, in environments. `left` are those that stay due; `questions` were put to AWS."""

    checked: int = 0
    failed: int = 0
    left: int = 0
    questions: int = 0
    seconds: float = 0.0


def run_pass(
    *, now: datetime | None = None, seconds: float = LANE_SECONDS, at_once: int = AT_ONCE, threads: int = THREADS
) -> Pass:
    """Compare every environment that is due with AWS. Read calls only, within the background share of the quotas."""
    started = time.monotonic()
    due.begin_watching()
    waiting = due.due_watches(now or timezone.now())
    counted = Pass(left=len(waiting))
    memos: dict[str, Memo] = {}
    with quotas.background(settings.AWS_BACKGROUND_SHARE):
        run(
            lanes_of(waiting),
            start=lambda piece: _start(piece, memos, counted),
            do=_read,
            end=lambda outcome: _end(outcome, counted),
            seconds=seconds,
            # What a call waits for beyond its deadline is an answer that the SDK was already reading.
            grace=min(seconds, ENVIRONMENT_SECONDS + 5),
            at_once=at_once,
            threads=threads,
        )
    counted.questions = sum(memo.questions for memo in memos.values())
    counted.seconds = time.monotonic() - started
    if waiting:
        log.info(
            "Drift pass: %d checked, %d not, %d left; %d questions to AWS in %.1f s",
            *(counted.checked, counted.failed, counted.left, counted.questions, counted.seconds),
        )
    return counted


def lanes_of(watches: Sequence[DriftWatch]) -> dict[str, list[Piece]]:
    """The environments by account and Region; inside a lane those of one pool, reached in one way, together."""
    pieces: dict[str, dict[object, Piece]] = {}
    for watch in watches:
        environment = watch.environment
        link = environment.cognito_link
        link.environment = environment
        lane = pieces.setdefault(quotas.scope_of(environment.target), {})
        lane.setdefault((environment.target, link.user_pool_id), []).append(Turn(watch, link))
    return {name: list(lane.values()) for name, lane in pieces.items()}


def _start(piece: Piece, memos: dict[str, Memo], counted: Pass) -> bool:
    """Claim the piece's environments; those that somebody else has claimed fall out."""
    now = timezone.now()
    claimed = [turn for turn in piece if due.claim(turn.watch, now)]
    piece.clear()
    for turn in claimed:
        try:
            turn.task = _task(turn, memos)
        except Exception as error:  # noqa: BLE001  (a row that nobody understands keeps nobody else waiting)
            counted.left -= 1
            _fail(turn, _unfinished(error), now, counted)
        else:
            piece.append(turn)
    return bool(piece)


def _task(turn: Turn, memos: dict[str, Memo]) -> Task:
    environment, pool = turn.environment, turn.link.user_pool_id
    return Task(
        target=environment.target,
        choice=turn.link.choice,
        setting=setting_of(environment, user_pool_id=pool, sees=own_project(environment), relink=True),
        rule_set=turn.link.rule_set,
        memo=memos.setdefault(quotas.scope_of(environment.target), Memo()),
    )


def _read(piece: Piece) -> list[Seen | AwsError]:
    """What was seen of each environment, or why it was not. A failure that concerns all of them ends the reading."""
    answers: list[Seen | AwsError] = []
    for turn in piece:
        assert turn.task is not None
        try:
            with deadlines.within(ENVIRONMENT_SECONDS):
                answers.append(read(turn.task))
        except AwsError as error:
            answers.append(error)
            if is_of_the_lane(error) or _is_of_the_way(error):
                return answers + [error] * (len(piece) - len(answers))
    return answers


def _end(outcome: Outcome[Piece, list[Seen | AwsError]], counted: Pass) -> None:
    """Keep what was read. What would meet the same failure is not tried: it backs off like the one that met it."""
    now = timezone.now()
    answers = outcome.result or [_unfinished(outcome.error)] * len(outcome.work)
    for turn, answer in zip(outcome.work, answers, strict=True):
        counted.left -= 1
        if isinstance(answer, AwsError):
            _fail(turn, answer, now, counted)
            if outcome.result is not None:
                _skip(turn, answer, outcome.waiting, now, counted)
            continue
        try:
            # Whoever looked after this turn's row was read may have accepted what these answers still lack.
            kept = take(link=turn.link, seen=answer, actor=CONSOLE, always_told=False, only_since=turn.link.checked)
        except Exception as error:  # noqa: BLE001  (as above)
            _fail(turn, _unfinished(error), now, counted)
        else:
            counted.checked += kept
            if not kept:
                due.give_back(turn.watch, now)


def _fail(turn: Turn, error: AwsError, now: datetime, counted: Pass) -> None:
    counted.failed += 1
    due.note_failure(turn.watch, fault_of(error), link=turn.link, now=now)


def _unfinished(error: Exception | None) -> AwsError:
    if error is None:
        return Unavailable("AWS did not answer in time.", code="DeadlineExceeded")
    log.error("A link could not be checked", exc_info=error)
    puzzled = Rejected("The answers of AWS could not be worked out.", code=type(error).__name__)
    puzzled.words = "The console could not make sense of what AWS answered."
    puzzled.next_step = "Give the time of this check to whoever runs this console; its log says more."
    return puzzled


def _skip(failed: Turn, error: AwsError, waiting: deque[Piece], now: datetime, counted: Pass) -> None:
    of_the_lane, of_the_way = is_of_the_lane(error), _is_of_the_way(error)
    for piece in list(waiting) if of_the_lane or of_the_way else ():
        if of_the_lane or piece[0].environment.target == failed.environment.target:
            waiting.remove(piece)
            for turn in piece:
                if due.claim(turn.watch, now):
                    counted.left -= 1
                    _fail(turn, error, now, counted)


def is_of_the_lane(error: AwsError | Fault) -> bool:
    """Whether every other environment of this account and Region would meet the same."""
    return error.kind in TRANSIENT and error.code not in ONE_CALL


def _is_of_the_way(error: AwsError) -> bool:
    """Whether the credentials do not work at all: the role cannot be assumed, or nothing that is signed is accepted."""
    return error.kind == "denied" and (error.action == "sts:AssumeRole" or error.code in BAD_CREDENTIALS)


def fault_of(error: AwsError) -> Mapping[str, str]:
    """An error as the watch keeps it, in words for a person."""
    words, message = error.words, error.message
    if error.kind == "denied" and error.code in BAD_CREDENTIALS:
        words, message = error.message, ""
    elif error.kind == "denied" and error.action == "sts:AssumeRole":
        words = "The role of this environment cannot be assumed."
    return {
        "words": words,
        "message": message,
        "next_step": error.next_step,
        "code": error.code,
        "action": error.action,
    }

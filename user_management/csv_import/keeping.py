"""Uploading a file into the database, where every worker of every machine finds it, and forgetting what it held."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from audit.record import Actor
from jobs.models import Job
from user_management.csv_import import endings
from user_management.csv_import.models import ImportPart, ImportProblem, ImportRow, Phase, UserImport
from user_management.csv_import.reader import MOST_BYTES
from user_management.csv_import.sealed import seal, unseal
from user_management.place import Place

PART = 1024 * 1024
CONSOLE = Actor(name="console")
"""Who forgets what nobody came back to."""
_ROWS_AT_ONCE = 5000


class TooLarge(Exception):
    """The file is larger than any import takes; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "A file may have 100 MB, which is what Cognito takes for 500,000 users. Split it into several files with "
            "the same first line, and import one after the other."
        )


def store(*, place: Place, file_name: str, hashing: str, pieces: Iterable[bytes], actor: Actor) -> UserImport:
    """Keep the file, piece by piece, encrypted. Raises TooLarge, and then nothing of it is left."""
    row = UserImport.objects.create(
        environment=place.environment,
        user_pool_id=place.pool_id,
        # A name that a terminal gave may hold what is no text at all.
        file_name="".join(letter for letter in file_name if letter.isprintable())[:200] or "users.csv",
        hashing=hashing,
        created_by_id=actor.user_id,
        created_by_name=actor.name[:200],
    )
    lines = 0
    try:
        for position, part in enumerate(_parts(pieces)):
            row.size += len(part)
            lines += part.count(b"\n")
            if row.size > MOST_BYTES:
                raise TooLarge
            ImportPart.objects.create(user_import=row, position=position, content=seal(part, _place(row, position)))
    except BaseException:
        row.delete()
        raise
    row.rows_read = max(0, lines - 1)
    row.save(update_fields=["size", "rows_read"])
    return row


def _place(row: UserImport, position: int) -> str:
    return f"{row.pk}\n{position}"


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, so that few rows hold them."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PART:
            yield bytes(waiting[:PART])
            del waiting[:PART]
    yield bytes(waiting)


def pieces_of(row: UserImport) -> Iterator[bytes]:
    """The file again. Raises `sealed.CannotBeRead`."""
    for position in row.parts.order_by("position").values_list("position", flat=True):
        yield unseal(bytes(row.parts.get(position=position).content), _place(row, position))


def forget(row: UserImport) -> None:
    """Delete everything the file held of people. Figures stay."""
    ImportPart.objects.filter(user_import=row).delete()
    ImportProblem.objects.filter(user_import=row).delete()
    while lines := list(
        ImportRow.objects.filter(user_import=row).order_by("line").values_list("line", flat=True)[:_ROWS_AT_ONCE]
    ):
        # A lock on SQLite's only writer for as long as half a million rows take would stop everybody else.
        ImportRow.objects.filter(user_import=row, line__lte=lines[-1]).delete()
    UserImport.objects.filter(pk=row.pk).update(walk_token="")


def discard(row: UserImport, actor: Actor) -> bool:
    """Throw a file away, the rest of one whose import was stopped, or the rows of one that is imported.

    False where it is in use, or gone already.
    """
    return _give_up(row, actor)


def _give_up(row: UserImport, actor: Actor, *, expired: datetime | None = None) -> bool:
    with transaction.atomic():
        rows = UserImport.objects.select_for_update(of=("self",)).select_related("environment__project")
        locked = rows.get(pk=row.pk)
        if _at_work(locked) or (expired and locked.expires >= expired):
            return False
        if locked.phase == Phase.DONE:
            # Its figures stay as they are.
            if not _holding_people(UserImport.objects.filter(pk=row.pk)):
                return False
            locked.expires = timezone.now()
        elif locked.phase != Phase.DISCARDED:
            # A retry of the job that was stopped finds that there is nothing left to do.
            locked.outcome = endings.left(locked, actor) if locked.phase == Phase.RUNNING else {}
            locked.phase = Phase.DISCARDED
        else:
            return False
        locked.save(update_fields=["phase", "outcome", "expires"])
    forget(row)
    return True


def _at_work(row: UserImport) -> bool:
    return Job.objects.filter(pk__in=[row.read_job_id, row.run_job_id]).unfinished().exists()


def forget_expired(now: datetime | None = None) -> int:
    """Forget every file whose time is over; how many that were. What a job is at work on waits for its end."""
    moment = now or timezone.now()
    old = UserImport.objects.filter(expires__lt=moment)
    unfinished = old.exclude(phase__in=(Phase.DONE, Phase.DISCARDED))
    # Forgetting takes a while; what somebody threw away may have lost the process that was to forget it.
    thrown_away = _holding_people(UserImport.objects.filter(phase=Phase.DISCARDED))
    for row in thrown_away:
        forget(row)
    given_up = [
        _give_up(row, CONSOLE, expired=moment) for row in [*unfinished, *_holding_people(old.filter(phase=Phase.DONE))]
    ]
    return len(thrown_away) + sum(given_up)


def _holding_people(rows: "QuerySet[UserImport]") -> list[UserImport]:
    """Those of which rows, problems or the file are still here."""
    kept = [
        Exists(model.objects.filter(user_import=OuterRef("pk"))) for model in (ImportRow, ImportPart, ImportProblem)
    ]
    return list(rows.filter(kept[0] | kept[1] | kept[2]))

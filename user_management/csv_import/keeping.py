"""Uploading a file into the database, where every worker of every machine finds it, and forgetting what it held."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.record import Actor
from jobs.models import Job
from user_management.csv_import.models import ImportPart, ImportProblem, ImportRow, Phase, UserImport
from user_management.csv_import.reader import MOST_BYTES
from user_management.csv_import.sealed import seal, unseal
from user_management.place import Place

PART = 1024 * 1024
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
        file_name=file_name[:200] or "users.csv",
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


def forget(row: UserImport, phase: Phase | None = None) -> None:
    """Delete everything the file held of people. Figures stay."""
    ImportPart.objects.filter(user_import=row).delete()
    ImportProblem.objects.filter(user_import=row).delete()
    while lines := list(
        ImportRow.objects.filter(user_import=row).order_by("line").values_list("line", flat=True)[:_ROWS_AT_ONCE]
    ):
        # A lock on SQLite's only writer for as long as half a million rows take would stop everybody else.
        ImportRow.objects.filter(user_import=row, line__lte=lines[-1]).delete()
    changes = {"walk_token": "", **({"phase": phase} if phase else {})}
    UserImport.objects.filter(pk=row.pk).update(**changes)


def discard(row: UserImport) -> bool:
    """Throw a file away, or the rest of one whose import was stopped. False where it is in use, or gone already."""
    with transaction.atomic():
        locked = UserImport.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.phase in (Phase.DONE, Phase.DISCARDED) or _at_work(locked):
            return False
        # A retry of the job that was stopped finds that there is nothing left to do.
        UserImport.objects.filter(pk=row.pk).update(phase=Phase.DISCARDED)
    forget(row)
    return True


def _at_work(row: UserImport) -> bool:
    return Job.objects.filter(pk__in=[row.read_job_id, row.run_job_id]).unfinished().exists()


def forget_expired(now: datetime | None = None) -> int:
    """Forget every file whose time is over; how many that were. What a job is at work on waits for its end."""
    count = 0
    for row in UserImport.objects.filter(expires__lt=now or timezone.now()).exclude(phase=Phase.DISCARDED):
        if _at_work(row):
            continue
        has_rows = row.rows.exists() or row.parts.exists() or row.problems.exists()
        if has_rows or row.phase != Phase.DONE:
            forget(row, None if row.phase == Phase.DONE else Phase.DISCARDED)
            count += 1
    return count

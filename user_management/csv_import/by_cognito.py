"""The import by a job of Cognito's own: its file is written, handed over, and the job watched to its end.

Killed anywhere, the next run finds the same job of Cognito by the name it was to have.
"""

import contextlib
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils import timezone

from aws import quotas, user_imports
from aws.errors import AwsError, NotFound, Rejected, Throttled, Unavailable
from aws.user_imports import ImportJob
from jobs.lifecycle import Continues, JobCancelled, JobFailed, Run
from user_management.csv_import import endings
from user_management.csv_import.columns import HASH_NAMES, USERNAME
from user_management.csv_import.job_file import header_line, row_line
from user_management.csv_import.models import ImportRow, Outcome, Plan, UserImport
from user_management.csv_import.reader import MOST_BYTES, MOST_CHARACTERS
from user_management.csv_import.rules import sign_in_name
from user_management.csv_import.sealed import CannotBeRead, unseal
from user_management.csv_import.writing import hash_place
from user_management.place import Place, place_of
from user_management.pool_rules import rules_of

_BATCH = 2000
ADDRESS_GOOD_FOR = timedelta(minutes=14)


def run_job(run: Run) -> None:
    """The body of the job."""
    row = endings.claimed(run)
    if row is None:
        return
    place = place_of(row.environment)
    job = _known(row, place)
    if job is None or job.status == "Created":
        job = _hand_over(run, row, place, job)
    try:
        with run.step("wait") as step:
            job = _watch(run, row, place, job)
            step.detail = f"{job.imported:,} imported, {job.skipped:,} skipped, {job.failed:,} failed"
    except JobCancelled:
        _finish(run, row, place, _stopped(place, job))
        raise
    with run.step("end", cancellable=False):
        _end(run, row, place, job)


def _known(row: UserImport, place: Place) -> ImportJob | None:
    """The job that an earlier run has made."""
    job = _recorded(row, place)
    if job is None or job.status != "Created":
        return job
    # One whose address for the file has grown too old is of no use any more; Cognito drops it by itself.
    fresh = job.created is not None and timezone.now() - job.created < ADDRESS_GOOD_FOR
    return job if fresh else None


def _recorded(row: UserImport, place: Place) -> ImportJob | None:
    if row.cognito_job_id:
        try:
            return user_imports.describe_import_job(place.target, place.pool_id, row.cognito_job_id)
        except NotFound:
            return None
    if not row.rows.filter(outcome=Outcome.SENT).exists():
        return None
    made = user_imports.iter_import_jobs(place.target, place.pool_id)
    found = next((one for one in made if one.name == row.job_name), None)
    return user_imports.describe_import_job(place.target, place.pool_id, found.id) if found else None


def _hand_over(run: Run, row: UserImport, place: Place, job: ImportJob | None) -> ImportJob:
    with _written(run, row, place) as (file, size), run.step("job") as step:
        try:
            if job is None:
                job = user_imports.create_import_job(
                    place.target, place.pool_id, name=row.job_name, role_arn=row.role_arn, hashing=row.hashing
                )
            row.cognito_job_id = job.id
            row.save(update_fields=["cognito_job_id"])
            user_imports.upload(job.upload_url, file, size)
            job = user_imports.start_import_job(place.target, place.pool_id, job.id)
        except AwsError as error:
            raise _plainly(error) from error
        step.detail = f"Import job {job.id}"
    # Cognito has them now.
    row.rows.exclude(hash_sealed=b"").update(hash_sealed=b"")
    return job


def _plainly(error: AwsError) -> Exception:
    """The error, in words about import jobs where they say more than AWS's."""
    if error.code == "LimitExceededException":
        words = "Another import job is at work: Cognito runs one at a time in an account."
        step = "Wait until it has ended, then retry. It may belong to another pool, or have been started elsewhere."
    elif error.code == "PreconditionNotMetException":
        words = "Cognito does not start the import job."
        step = "The pool must verify e-mail addresses or phone numbers by itself, and the file must have come through."
    else:
        return error
    return JobFailed(
        words, next_step=step, code=error.code, message=error.message, action=error.action, request_id=error.request_id
    )


@contextlib.contextmanager
def _written(run: Run, row: UserImport, place: Place) -> Iterator[tuple[IO[bytes], int]]:
    """The file as Cognito takes it, on this machine's disk for as long as it takes to send. Raises JobFailed."""
    folder = Path(settings.STATE) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Readable by the console alone, and gone from the folder the moment it is open.
    with tempfile.TemporaryFile(dir=folder) as file:
        with run.step("file") as step:
            count = _write(run, row, place, file)
            size = file.tell()
            if size > MOST_BYTES:
                run.report(retry=False)
                raise JobFailed(
                    f"The file would have {size / 1024 / 1024:.0f} MB; an import job of Cognito takes 100 MB.",
                    next_step="Split the file into several ones, or import it one by one.",
                )
            step.detail = f"{count:,} users, {size:,} bytes"
        file.seek(0)
        yield file, size


def _write(run: Run, row: UserImport, place: Place, file: IO[bytes]) -> int:
    rules = rules_of(place).people
    header = user_imports.csv_header(place.target, place.pool_id)
    if USERNAME not in header:
        raise Unavailable("Cognito's header for the file is incomplete.", code="IncompleteAnswer")
    hash_name = next((name for name in row.columns if name in HASH_NAMES), "") if row.hashing else ""
    file.write(header_line(header, hash_name=hash_name))
    count, last = 0, 0
    rows = row.rows.filter(plan=Plan.CREATE)
    while batch := list(rows.filter(line__gt=last, job_words="").order_by("line")[:_BATCH]):
        last = batch[-1].line
        for one in batch:
            secret = _hash_of(run, row, one) if hash_name else None
            line = row_line(
                header,
                username=sign_in_name(one.username, one.attributes, rules),
                attributes=one.attributes,
                mfa=one.mfa,
                password_hash=secret,
            )
            if len(line) > MOST_CHARACTERS and len(line.decode()) > MOST_CHARACTERS:
                one.job_words = "As Cognito takes it, the row has more than 16,000 characters."
                one.save(update_fields=["job_words"])
                continue
            file.write(line)
            count += 1
        rows.filter(pk__in=[one.pk for one in batch], job_words="").update(outcome=Outcome.SENT)
        run.progress(0, count)
    rows.exclude(job_words="").update(outcome=Outcome.SKIPPED)
    row.rows.filter(plan__in=(Plan.SAME, Plan.DIFFERS)).update(
        outcome=Outcome.SKIPPED, words="Exists already; an import job leaves such users as they are."
    )
    return count


def _hash_of(run: Run, row: UserImport, one: ImportRow) -> str:
    """Raises JobFailed where the console's key was replaced since the file was read."""
    try:
        return unseal(bytes(one.hash_sealed), hash_place(row, one.line)).decode()
    except CannotBeRead as error:
        run.report(retry=False)
        words = "The password hashes were kept with a key that this console no longer has."
        raise JobFailed(words, next_step="Leave the rest, and upload the file again.") from error


def _watch(run: Run, row: UserImport, place: Place, job: ImportJob) -> ImportJob:
    """Look at the job now and then until it is over. Raises Continues when the slice is."""
    total = row.rows.filter(outcome=Outcome.SENT).count()
    wait = 0.2
    while not job.is_over:
        if not run.has_time:
            raise Continues
        time.sleep(wait)
        wait = min(wait * 1.5, 10.0)
        try:
            run.check()
            with quotas.background(settings.AWS_BACKGROUND_SHARE):
                job = user_imports.describe_import_job(place.target, place.pool_id, job.id)
        except (Throttled, Unavailable):
            # It goes on without being watched.
            continue
        run.progress(min(total, job.imported + job.skipped + job.failed), total)
    return job


def _stopped(place: Place, job: ImportJob) -> ImportJob:
    try:
        return user_imports.stop_import_job(place.target, place.pool_id, job.id)
    except Rejected:
        # It ended in this very moment.
        return user_imports.describe_import_job(place.target, place.pool_id, job.id)


def _finish(run: Run, row: UserImport, place: Place, job: ImportJob) -> None:
    endings.finish(
        run,
        row,
        status=job.status,
        message=job.message,
        imported=job.imported,
        job_skipped=job.skipped,
        job_failed=job.failed,
        log=f"/aws/cognito/userpools/{place.pool_id}/{place.link.user_pool_name}",
    )


def _end(run: Run, row: UserImport, place: Place, job: ImportJob) -> None:
    _finish(run, row, place, job)
    if job.status != "Succeeded":
        run.report(retry=False)
        raise JobFailed(
            f"Cognito's import job ended as {job.status.lower()}: {job.imported:,} users were imported.",
            next_step="Its log in CloudWatch says which rows failed and why. Upload what is missing again.",
            code=job.status,
            message=job.message,
        )

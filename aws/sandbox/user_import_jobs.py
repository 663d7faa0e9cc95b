"""User import jobs: the file is put to an address of the sandbox itself, and the users come while the job runs."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from aws.sandbox.errors import InvalidParameter, LimitExceeded, ResourceNotFound
from aws.sandbox.filling import pools
from aws.sandbox.user_import_rows import BadFile, Rows, SkippedRow, header_of, import_row, read_rows
from aws.sandbox.user_lists import page_token, place_of, size_of
from aws.sandbox.user_pools import SandboxUserPool

#: Where the files are put. Not below `/sandbox/`, so that faults and the log of calls concern it.
PREFIX = "/sandbox-imports/"

_ACTIVE = ("Pending", "InProgress", "Stopping")
_MOST_JOBS = 1_000
_URL_IS_GOOD_FOR, _JOB_IS_GOOD_FOR = 15 * 60, 24 * 60 * 60
_DONE = "Import Job Completed Successfully."
_TOO_MANY = "Too many users have failed or been skipped during the import."


class Pace:
    """How long a job takes, in seconds; tests ask for less or for more (`POST /sandbox/imports`)."""

    usual = 0.5
    takes = usual


@dataclass
class ImportJob:
    name: str
    role: str
    algorithm: str | None
    endpoint: str
    number: int
    job_id: str = field(default_factory=lambda: f"import-{secrets.token_hex(5)}")
    signature: str = field(default_factory=lambda: secrets.token_hex(32))
    status: str = "Created"
    created: datetime = field(default_factory=utcnow)
    created_at: float = field(default_factory=time.time)
    started: datetime | None = None
    started_at: float = 0.0
    takes: float = 0.0
    completed: datetime | None = None
    message: str | None = None
    content: bytes | None = None
    rows: Rows | None = None
    read: int = 0
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    log: list[str] = field(default_factory=list)

    def described(self, pool_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "JobName": self.name,
            "JobId": self.job_id,
            "UserPoolId": pool_id,
            "PreSignedUrl": f"{self.endpoint}{PREFIX}{self.job_id}.csv"
            f"?X-Amz-Expires={_URL_IS_GOOD_FOR}&X-Amz-Signature={self.signature}",
            "CreationDate": self.created,
            "StartDate": self.started,
            "CompletionDate": self.completed,
            "Status": self.status,
            "CloudWatchLogsRoleArn": self.role,
            "ImportedUsers": self.imported,
            "SkippedUsers": self.skipped,
            "FailedUsers": self.failed,
            "CompletionMessage": self.message,
            "PasswordHashingAlgorithm": self.algorithm,
        }
        return {name: value for name, value in shown.items() if value is not None}


def get_csv_header(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"UserPoolId": pool.id, "CSVHeader": header_of(pool)}


def create_user_import_job(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    if len(pool.import_jobs) >= _MOST_JOBS:
        raise LimitExceeded("Exceeded the maximum number of import jobs in a user pool.")
    job = ImportJob(
        name=parameters["JobName"],
        role=parameters["CloudWatchLogsRoleArn"],
        algorithm=parameters.get("PasswordHashingAlgorithm"),
        endpoint=pool.endpoint,
        number=len(pool.import_jobs),
    )
    pool.import_jobs[job.job_id] = job
    return {"UserImportJob": job.described(pool.id)}


def _job(pool: SandboxUserPool, parameters: dict[str, Any]) -> ImportJob:
    job = pool.import_jobs.get(parameters["JobId"])
    if job is None:
        raise ResourceNotFound("The import job does not exist.")
    found: ImportJob = job
    return found


def start_user_import_job(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    job = _job(pool, parameters)
    if job.status != "Created":
        raise JsonRESTError("PreconditionNotMetException", f"The import job cannot be started; it is {job.status}.")
    for other in pools():
        settle(other)
        if any(running.status in _ACTIVE for running in other.import_jobs.values()):
            raise LimitExceeded("Only one import job can be active in an account at a time.")
    if not pool.extended_config.get("AutoVerifiedAttributes"):
        raise JsonRESTError(
            "PreconditionNotMetException", "The user pool must have at least one auto-verified attribute."
        )
    if job.content is None:
        raise JsonRESTError("PreconditionNotMetException", "No file has been uploaded for the import job.")
    job.status, job.started, job.started_at, job.takes = "Pending", utcnow(), time.time(), Pace.takes
    return {"UserImportJob": job.described(pool.id)}


def describe_user_import_job(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"UserImportJob": _job(pool, parameters).described(pool.id)}


def stop_user_import_job(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    job = _job(pool, parameters)
    if job.status not in ("Pending", "InProgress"):
        raise JsonRESTError("PreconditionNotMetException", f"The import job cannot be stopped; it is {job.status}.")
    _end(job, "Stopped", "The Import Job was stopped by the developer.")
    return {"UserImportJob": job.described(pool.id)}


def list_user_import_jobs(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """The latest first."""
    request = ("ListUserImportJobs", pool.id)
    jobs = list(reversed(pool.import_jobs.values()))
    token = parameters.get("PaginationToken")
    # The place is a job's number, so that one more job does not shift the next page.
    rest = [job for job in jobs if token is None or job.number <= place_of(token, *request)]
    size = size_of(parameters, "MaxResults")
    answer: dict[str, Any] = {"UserImportJobs": [job.described(pool.id) for job in rest[:size]]}
    if len(rest) > size:
        answer["PaginationToken"] = page_token(rest[size].number, *request)
    return answer


def settle(pool: SandboxUserPool) -> None:
    """Bring the pool's jobs to where they are by now: rows are read as time goes by."""
    for job in pool.import_jobs.values():
        if job.status == "Created" and time.time() - job.created_at > _JOB_IS_GOOD_FOR:
            job.status = "Expired"
        if job.status in _ACTIVE:
            _advance(pool, job)


def _advance(pool: SandboxUserPool, job: ImportJob) -> None:
    part = (time.time() - job.started_at) / job.takes if job.takes else 1.0
    if part < 0.1:
        return
    job.status = "InProgress"
    try:
        if job.rows is None:
            job.rows = read_rows(pool, job.content or b"", job.algorithm)
    except BadFile as error:
        _end(job, "Failed", str(error))
        return
    total = len(job.rows.lines)
    while job.read < min(total, int(total * part)):
        _import_next(pool, job, job.rows)
    if job.read == total:
        too_many = job.failed + job.skipped > total / 2
        _end(job, "Failed" if too_many else "Succeeded", _TOO_MANY if too_many else _DONE)


def _import_next(pool: SandboxUserPool, job: ImportJob, rows: Rows) -> None:
    # Lines are counted with the header, as CloudWatch shows them.
    line = job.read + 2
    try:
        import_row(pool, rows, job.read, job.algorithm)
    except SkippedRow:
        job.skipped += 1
        job.log.append(f"[SKIPPED] Line Number {line} - The user already exists.")
    except InvalidParameter as error:
        job.failed += 1
        job.log.append(f"[FAILED] Line Number {line} - {error.message.strip()}")
    else:
        job.imported += 1
        job.log.append(f"[SUCCEEDED] Line Number {line} - The import succeeded.")
    job.read += 1


def _end(job: ImportJob, status: str, message: str) -> None:
    job.status, job.message, job.completed = status, message, utcnow()
    job.content = job.rows = None


def upload(environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    """The answer to a request for a job's address, as S3 gives it to a pre-signed one."""
    job_id = environ["PATH_INFO"].removeprefix(PREFIX).removesuffix(".csv")
    job = next((pool.import_jobs[job_id] for pool in pools() if job_id in pool.import_jobs), None)
    signature = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Signature", [""])[0]
    encryption = environ.get("HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION")
    if job is None or signature != job.signature or environ["REQUEST_METHOD"] != "PUT" or encryption != "aws:kms":
        return _denied("SignatureDoesNotMatch", "The request signature does not match the signature of the address.")
    if time.time() - job.created_at > _URL_IS_GOOD_FOR:
        return _denied("AccessDenied", "Request has expired")
    if job.status != "Created":
        return _denied("AccessDenied", "Access Denied")
    job.content = environ["wsgi.input"].getvalue()
    return "200 OK", [("ETag", f'"{secrets.token_hex(16)}"'), ("x-amz-server-side-encryption", "aws:kms")], b""


def _denied(code: str, message: str) -> tuple[str, list[tuple[str, str]], bytes]:
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
    return "403 Forbidden", [("Content-Type", "application/xml")], body


def wish(posted: Any) -> None:
    """`POST /sandbox/imports`. Raises ValueError for what makes no sense."""
    if not isinstance(posted, dict) or set(posted) != {"takes_ms"}:
        raise ValueError("give takes_ms")
    Pace.takes = float(posted["takes_ms"]) / 1000


def logs(forget: bool = False) -> list[dict[str, Any]]:
    """What CloudWatch would hold of every job; `forget` puts the pace back to the usual one."""
    if forget:
        Pace.takes = Pace.usual
    kept = []
    for pool in pools():
        settle(pool)
        kept += [
            {"pool": pool.id, "job": job.job_id, "status": job.status, "log": job.log}
            for job in pool.import_jobs.values()
        ]
    return kept

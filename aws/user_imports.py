"""Cognito's own import of users from a CSV file: a job is made, the file put at the address it names, the job started.

"You can import users into user pools from a comma-separated values (CSV) file without adding Amazon Cognito MAU costs
to your Amazon Web Services bill" (AWS, CreateUserImportJob). One job at a time can be active in an account.
"""

import contextlib
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Self
from urllib.parse import urlsplit

from aws import deadlines, session
from aws.calls import Answer, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import AwsError, Rejected, Unavailable
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget

UPLOAD_HEADERS = {"x-amz-server-side-encryption": "aws:kms"}
"""Part of what the address was signed with (AWS, "Creating and running the user pool import job")."""
UPLOAD_SECONDS = 120.0
"""How long one piece of the file may take to be accepted; S3 gives up on a silent sender much sooner."""
_PIECE = 256 * 1024
_MOST = 50
"""ListUserImportJobs answers at most 50 rows."""

LOG_POLICY_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
"""What the role of a job must be allowed to do on the log groups of Cognito."""


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import job of a pool."""

    id: str
    name: str
    status: str
    """`Created`, `Pending`, `InProgress`, `Stopping`, `Expired`, `Stopped`, `Failed` or `Succeeded`."""
    upload_url: str = ""
    """Where the file is put; valid for fifteen minutes, and nothing to show anybody."""
    created: datetime | None = None
    started: datetime | None = None
    completed: datetime | None = None
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    message: str = ""
    hashing: str = ""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            id=data["JobId"],
            name=data.get("JobName", ""),
            status=data.get("Status", "Created"),
            upload_url=data.get("PreSignedUrl") or "",
            created=data.get("CreationDate"),
            started=data.get("StartDate"),
            completed=data.get("CompletionDate"),
            imported=int(data.get("ImportedUsers") or 0),
            skipped=int(data.get("SkippedUsers") or 0),
            failed=int(data.get("FailedUsers") or 0),
            message=data.get("CompletionMessage") or "",
            hashing=data.get("PasswordHashingAlgorithm") or "",
        )

    @property
    def is_over(self) -> bool:
        return self.status in ("Expired", "Stopped", "Failed", "Succeeded")


def _job(answer: Answer) -> ImportJob:
    return ImportJob.from_api(answer["UserImportJob"])


@uses("cognito-idp:GetCSVHeader", quota=Quota.USER_POOL_RESOURCE_READ)
def csv_header(target: AwsTarget, pool_id: str) -> tuple[str, ...]:
    """The columns that the file of a job must have, in any order."""
    parse = lambda answer: tuple(str(name) for name in answer["CSVHeader"])  # noqa: E731
    return fetch(target, "cognito-idp", "GetCSVHeader", parse, UserPoolId=pool_id)


def hashing_offered(target: AwsTarget) -> tuple[str, ...]:
    """The algorithms whose password hashes a job may carry, as far as this SDK knows; none with an older one."""
    client: Any = session.client(target, "cognito-idp")
    members = client.meta.service_model.operation_model("CreateUserImportJob").input_shape.members
    shape = members.get("PasswordHashingAlgorithm")
    return tuple(shape.enum) if shape is not None else ()


@uses("iam:PassRole")
@uses("cognito-idp:CreateUserImportJob", quota=Quota.USER_POOL_RESOURCE_UPDATE)
def create_import_job(target: AwsTarget, pool_id: str, *, name: str, role_arn: str, hashing: str = "") -> ImportJob:
    """Make a job, which begins once its file is there and it is started. `role_arn` writes the job's log."""
    more = {"PasswordHashingAlgorithm": hashing} if hashing else {}
    return fetch(
        target,
        "cognito-idp",
        "CreateUserImportJob",
        _job,
        UserPoolId=pool_id,
        JobName=name,
        CloudWatchLogsRoleArn=role_arn,
        **more,
    )


@uses("cognito-idp:StartUserImportJob", quota=Quota.USER_POOL_RESOURCE_UPDATE)
def start_import_job(target: AwsTarget, pool_id: str, job_id: str) -> ImportJob:
    return fetch(target, "cognito-idp", "StartUserImportJob", _job, UserPoolId=pool_id, JobId=job_id)


@uses("cognito-idp:StopUserImportJob", quota=Quota.USER_POOL_RESOURCE_UPDATE)
def stop_import_job(target: AwsTarget, pool_id: str, job_id: str) -> ImportJob:
    """Stop a job. It cannot be started again, and whom it has imported stays."""
    return fetch(target, "cognito-idp", "StopUserImportJob", _job, UserPoolId=pool_id, JobId=job_id)


@uses("cognito-idp:DescribeUserImportJob", quota=Quota.USER_POOL_RESOURCE_READ)
def describe_import_job(target: AwsTarget, pool_id: str, job_id: str) -> ImportJob:
    return fetch(target, "cognito-idp", "DescribeUserImportJob", _job, UserPoolId=pool_id, JobId=job_id)


@uses("cognito-idp:ListUserImportJobs", quota=Quota.USER_POOL_RESOURCE_READ)
def page_of_import_jobs(target: AwsTarget, pool_id: str, token: str = "") -> Page[ImportJob]:
    more = {"PaginationToken": token} if token else {}
    parse = page_of("UserImportJobs", ImportJob.from_api, "PaginationToken")
    return fetch(target, "cognito-idp", "ListUserImportJobs", parse, UserPoolId=pool_id, MaxResults=_MOST, **more)


@uses(page_of_import_jobs)
def iter_import_jobs(target: AwsTarget, pool_id: str) -> Iterator[ImportJob]:
    """Every import job of the pool."""
    return to_the_end(lambda token: page_of_import_jobs(target, pool_id, token))


def upload(url: str, file: IO[bytes], size: int) -> None:
    """Put the file, `size` bytes of it, at the address a job named. Raises AwsError, without the address in its words.

    The file goes to that host and to no other: a redirect is refused like every other answer that is not a success.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused("The address for the file is not valid.", "InvalidUploadAddress")
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = connect(parts.hostname, parts.port, timeout=UPLOAD_SECONDS)
    try:
        line.putrequest("PUT", f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
        for name, value in UPLOAD_HEADERS.items():
            line.putheader(name, value)
        line.putheader("Content-Length", str(size))
        line.endheaders()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            # Who refuses a file says so, and hangs up, before all of it was sent.
            _send(line, file)
        answer = line.getresponse()
        body = answer.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise Unavailable(
            "The file did not get through to AWS.", code=type(exc).__name__, action="cognito-idp:CreateUserImportJob"
        ) from exc
    finally:
        line.close()
    if not 200 <= answer.status < 300:
        raise _answered(answer.status, body)


def _send(line: http.client.HTTPConnection, file: IO[bytes]) -> None:
    while piece := file.read(_PIECE):
        if deadlines.remaining() == 0:
            raise Unavailable("AWS did not take the file in time.", code="DeadlineExceeded")
        line.send(piece)


def _answered(status: int, body: str) -> AwsError:
    code = body.partition("<Code>")[2].partition("</Code>")[0][:60] or f"Http{status}"
    if status >= 500 or code == "RequestTimeout":
        return Unavailable("AWS could not take the file.", code=code, action="cognito-idp:CreateUserImportJob")
    return _refused("AWS did not accept the file at the address it had given.", code)


def _refused(message: str, code: str) -> Rejected:
    return Rejected(
        message,
        code=code,
        action="cognito-idp:CreateUserImportJob",
        next_step="The address is valid for fifteen minutes. Start the import again: it makes a new job.",
    )

"""User import jobs as Amazon Cognito documents them: the file is uploaded over HTTP, and checked row by row."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import made_pool, values_of

ROLE = "arn:aws:iam::123456789012:role/service-role/import-logs"
SCHEMA = [{"Name": "tier", "AttributeDataType": "String", "StringAttributeConstraints": {"MaxLength": "5"}}]


@pytest.fixture
def pool(cognito: Any) -> Iterator[str]:
    with made_pool(cognito, AutoVerifiedAttributes=["email"], AliasAttributes=["email"], Schema=SCHEMA) as made:
        yield made


@pytest.fixture(autouse=True)
def at_once(control: Control) -> Iterator[None]:
    control.ask("POST", "/sandbox/imports", {"takes_ms": 0})
    yield
    control.ask("DELETE", "/sandbox/imports")


def created(cognito: Any, pool: str, **settings: str) -> dict[str, Any]:
    answer = cognito.create_user_import_job(
        UserPoolId=pool, JobName="New customers", CloudWatchLogsRoleArn=ROLE, **settings
    )
    job: dict[str, Any] = answer["UserImportJob"]
    return job


def put(job: dict[str, Any], content: bytes, encryption: str = "aws:kms", method: str = "PUT") -> int:
    headers = {"x-amz-server-side-encryption": encryption}
    request = urllib.request.Request(job["PreSignedUrl"], data=content, headers=headers, method=method)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(answer.status)


def file_of(cognito: Any, pool: str, *people: dict[str, str], more: tuple[str, ...] = ()) -> bytes:
    header = [*cognito.get_csv_header(UserPoolId=pool)["CSVHeader"], *more]
    lines = [",".join(header)]
    for person in people:
        cells = {"cognito:mfa_enabled": "FALSE", **person}
        lines.append(",".join(cells.get(name, "") for name in header))
    return "\n".join(lines).encode()


def ended(cognito: Any, pool: str, job: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        shown: dict[str, Any] = cognito.describe_user_import_job(UserPoolId=pool, JobId=job["JobId"])["UserImportJob"]
        if shown["Status"] not in ("Pending", "InProgress"):
            return shown
        time.sleep(0.02)
    raise AssertionError(shown["Status"])


def run(cognito: Any, pool: str, content: bytes, **settings: str) -> dict[str, Any]:
    job = created(cognito, pool, **settings)
    put(job, content)
    cognito.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])
    return ended(cognito, pool, job)


def person(username: str, **values: str) -> dict[str, str]:
    return {
        "cognito:username": username,
        "email": f"{username}@example.com",
        "email_verified": "TRUE",
        **{key.replace("__", ":"): value for key, value in values.items()},
    }


def test_the_header_names_every_column(cognito: Any, pool: str) -> None:
    header = cognito.get_csv_header(UserPoolId=pool)["CSVHeader"]
    assert {"cognito:username", "cognito:mfa_enabled", "email", "email_verified", "custom:tier"} <= set(header)
    assert "sub" not in header
    assert len(header) == len(set(header))


def test_a_job_waits_for_its_file_and_brings_users_who_must_reset(cognito: Any, pool: str) -> None:
    job = created(cognito, pool)
    assert job["JobId"].startswith("import-")
    assert (job["Status"], job["ImportedUsers"], job["JobName"]) == ("Created", 0, "New customers")
    with refused("PreconditionNotMetException"):
        cognito.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])
    two = (
        person("ada", name="Sample\\, Ada", birthdate="12/31/1990", custom__tier="gold"),
        person("bob", phone_number="+4930901820", phone_number_verified="false", cognito__mfa_enabled="true"),
    )
    assert put(job, file_of(cognito, pool, *two)) == 200
    started = cognito.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])["UserImportJob"]
    assert started["Status"] == "Pending"
    done = ended(cognito, pool, job)
    assert (done["Status"], done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == ("Succeeded", 2, 0, 0)
    assert done["CompletionDate"] >= done["StartDate"] >= done["CreationDate"]
    ada = cognito.admin_get_user(UserPoolId=pool, Username="ada")
    assert ada["UserStatus"] == "RESET_REQUIRED"
    assert values_of(ada) == {
        "sub": values_of(ada)["sub"],
        "email": "ada@example.com",
        "email_verified": "true",
        "name": "Sample, Ada",
        "birthdate": "1990-12-31",
        "custom:tier": "gold",
    }
    assert cognito.admin_get_user(UserPoolId=pool, Username="bob")["UserMFASettingList"] == ["SMS_MFA"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cognito:username": ""}, "user name"),
        ({"cognito:username": "two words"}, "user name"),
        ({"cognito:mfa_enabled": ""}, "cognito:mfa_enabled"),
        ({"email_verified": "FALSE"}, "verified"),
        ({"email": ""}, "email is missing"),
        ({"email": "nowhere"}, "Invalid email address format."),
        ({"phone_number": "030"}, "Invalid phone number format."),
        ({"birthdate": "1990-12-31"}, "mm/dd/yyyy"),
        ({"updated_at": "today"}, "updated_at"),
        ({"custom:tier": "platinum"}, "no longer than 5"),
        ({"cognito:mfa_enabled": "TRUE"}, "phone_number is required"),
        ({"name": "x" * 16_001}, "16,000"),
        ({"name": "a,b"}, "number of columns"),
        ({"email": "kept-1@example.com"}, "alias"),
    ],
)
def test_a_wrong_row_fails_alone_and_the_log_says_why(
    cognito: Any, pool: str, control: Control, wrong: dict[str, str], words: str
) -> None:
    good = [person(f"kept-{number}") for number in (1, 2, 3)]
    done = run(cognito, pool, file_of(cognito, pool, *good, {**person("wrong"), **wrong}))
    assert (done["Status"], done["ImportedUsers"], done["FailedUsers"]) == ("Succeeded", 3, 1)
    (logged,) = [entry for entry in control.ask("GET", "/sandbox/imports")["imports"] if entry["pool"] == pool]
    assert logged["log"][0].startswith("[SUCCEEDED] Line Number 2")
    assert logged["log"][3].startswith("[FAILED] Line Number 5")
    assert words in logged["log"][3]


def test_who_is_there_is_skipped_and_too_many_failures_fail_the_job(cognito: Any, pool: str) -> None:
    cognito.admin_create_user(UserPoolId=pool, Username="there")
    people = person("there"), person("there"), person("new")
    done = run(cognito, pool, file_of(cognito, pool, *people))
    assert (done["Status"], done["SkippedUsers"], done["ImportedUsers"]) == ("Failed", 2, 1)
    assert "Too many users" in done["CompletionMessage"]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"email_verified,", b"", 1),
        lambda content: content.replace(b"ada", "é".encode("latin-1")),
        lambda content: content.splitlines()[0],
        lambda content: b"",
    ],
)
def test_a_file_of_another_form_fails_the_job(cognito: Any, pool: str, change: Callable[[bytes], bytes]) -> None:
    done = run(cognito, pool, change(file_of(cognito, pool, person("ada"))))
    assert (done["Status"], done["ImportedUsers"]) == ("Failed", 0)
    assert done["CompletionMessage"]


def test_hashes_bring_confirmed_users(cognito: Any, pool: str) -> None:
    column = "cognito:password_hash"
    good = {**person("hashed"), column: "$2b$12$" + "a" * 53}
    also = {**person("hashed-too"), column: "$2a$10$" + "b" * 53}
    bad = {**person("plain"), column: "Sample123"}
    content = file_of(cognito, pool, good, also, bad, more=(column,))
    done = run(cognito, pool, content, PasswordHashingAlgorithm="BCRYPT")
    assert (done["ImportedUsers"], done["FailedUsers"], done["PasswordHashingAlgorithm"]) == (2, 1, "BCRYPT")
    assert cognito.admin_get_user(UserPoolId=pool, Username="hashed")["UserStatus"] == "CONFIRMED"
    assert run(cognito, pool, content)["Status"] == "Failed"


@pytest.mark.parametrize(
    ("encryption", "method", "tail"), [("AES256", "PUT", ""), ("aws:kms", "POST", ""), ("aws:kms", "PUT", "0")]
)
def test_the_address_takes_the_signed_request_only(
    cognito: Any, pool: str, encryption: str, method: str, tail: str
) -> None:
    job = created(cognito, pool)
    job["PreSignedUrl"] += tail
    with pytest.raises(urllib.error.HTTPError) as raised:
        put(job, b"x", encryption, method)
    assert raised.value.code == 403
    assert b"SignatureDoesNotMatch" in raised.value.read()


def test_one_job_runs_at_a_time_and_a_stopped_one_stays_stopped(cognito: Any, pool: str, control: Control) -> None:
    control.ask("POST", "/sandbox/imports", {"takes_ms": 60_000})
    first, second = created(cognito, pool), created(cognito, pool)
    for job in (first, second):
        put(job, file_of(cognito, pool, person("ada")))
    cognito.start_user_import_job(UserPoolId=pool, JobId=first["JobId"])
    with refused("LimitExceededException"):
        cognito.start_user_import_job(UserPoolId=pool, JobId=second["JobId"])
    stopped = cognito.stop_user_import_job(UserPoolId=pool, JobId=first["JobId"])["UserImportJob"]
    assert (stopped["Status"], stopped["ImportedUsers"]) == ("Stopped", 0)
    for call in (cognito.start_user_import_job, cognito.stop_user_import_job):
        with refused("PreconditionNotMetException"):
            call(UserPoolId=pool, JobId=first["JobId"])
    cognito.start_user_import_job(UserPoolId=pool, JobId=second["JobId"])
    cognito.stop_user_import_job(UserPoolId=pool, JobId=second["JobId"])
    with pytest.raises(urllib.error.HTTPError):
        put(second, b"too late")


def test_users_come_while_the_job_runs(cognito: Any, pool: str, control: Control) -> None:
    control.ask("POST", "/sandbox/imports", {"takes_ms": 1_500})
    job = created(cognito, pool)
    put(job, file_of(cognito, pool, *(person(f"user-{number}") for number in range(50))))
    cognito.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])
    seen = set()
    while True:
        shown = cognito.describe_user_import_job(UserPoolId=pool, JobId=job["JobId"])["UserImportJob"]
        assert len(cognito.list_users(UserPoolId=pool)["Users"]) >= shown["ImportedUsers"]
        seen.add((shown["Status"], 0 < shown["ImportedUsers"] < 50))
        if shown["Status"] == "Succeeded":
            break
        time.sleep(0.05)
    assert ("InProgress", True) in seen


def test_a_pool_that_verifies_nothing_starts_no_job(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        job = created(cognito, pool)
        put(job, file_of(cognito, pool, person("ada")))
        with refused("PreconditionNotMetException", "auto-verified"):
            cognito.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])


def test_jobs_are_listed_in_pages_the_latest_first(cognito: Any, pool: str) -> None:
    made = [created(cognito, pool)["JobId"] for _ in range(3)]
    page = cognito.list_user_import_jobs(UserPoolId=pool, MaxResults=2)
    rest = cognito.list_user_import_jobs(UserPoolId=pool, MaxResults=2, PaginationToken=page["PaginationToken"])
    assert [job["JobId"] for job in page["UserImportJobs"] + rest["UserImportJobs"]] == made[::-1]
    assert "PaginationToken" not in rest
    with refused("ResourceNotFoundException"):
        cognito.describe_user_import_job(UserPoolId=pool, JobId="import-0")

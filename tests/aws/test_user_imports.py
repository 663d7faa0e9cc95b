"""Import jobs of Cognito, against the sandbox; and the upload, against servers that do what they should not."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from aws import quotas, user_imports
from aws.errors import NotFound, Rejected, Unavailable
from aws.target import AwsTarget
from tests.auth_import.planted import _client as client_of
from tests.user_management.conftest import Unlimited

REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/import-log"
TARGET = AwsTarget(REGION)


@pytest.fixture
def pool(sandbox: Any) -> str:
    cognito = client_of(sandbox.url, REGION, "cognito-idp")
    made = cognito.create_user_pool(PoolName="imports", AutoVerifiedAttributes=["email"])
    return str(made["UserPool"]["Id"])


def put(url: str, content: bytes) -> None:
    user_imports.upload(url, io.BytesIO(content), len(content))


def test_a_job_from_the_header_to_its_end(sandbox: Any, pool: str) -> None:
    sandbox._control("POST", "imports", {"takes_ms": 0})
    header = user_imports.csv_header(TARGET, pool)
    values = {"cognito:username": "ada", "email": "a@example.com", "email_verified": "TRUE"}
    values["cognito:mfa_enabled"] = "FALSE"
    row = ",".join(values.get(name, "") for name in header)
    job = user_imports.create_import_job(TARGET, pool, name="one", role_arn=ROLE)
    assert (job.status, job.is_over, bool(job.upload_url)) == ("Created", False, True)

    put(job.upload_url, f"{','.join(header)}\n{row}\n".encode())
    user_imports.start_import_job(TARGET, pool, job.id)
    ended = user_imports.describe_import_job(TARGET, pool, job.id)
    sandbox._control("DELETE", "imports")

    assert (ended.status, ended.is_over, ended.imported) == ("Succeeded", True, 1)
    assert [one.id for one in user_imports.iter_import_jobs(TARGET, pool)] == [job.id]


def test_every_page_of_jobs_is_read(pool: str) -> None:
    # Five jobs a second are the quota; what is tested here is the pages.
    quotas.use_limiter(Unlimited())
    made = {user_imports.create_import_job(TARGET, pool, name=f"job {n}", role_arn=ROLE).id for n in range(53)}

    assert {job.id for job in user_imports.iter_import_jobs(TARGET, pool)} == made


def test_a_job_nobody_made(pool: str) -> None:
    with pytest.raises(NotFound):
        user_imports.describe_import_job(TARGET, pool, "import-none")


def test_hashing_is_offered_as_far_as_the_sdk_knows(sandbox: Any) -> None:
    assert user_imports.hashing_offered(TARGET) == ("BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256")


def test_a_wrong_address_is_refused_without_being_told(pool: str) -> None:
    job = user_imports.create_import_job(TARGET, pool, name="one", role_arn=ROLE)
    with pytest.raises(Rejected) as refusal:
        put(job.upload_url + "x", b"a\n")

    assert refusal.value.code == "SignatureDoesNotMatch"
    assert "X-Amz" not in f"{refusal.value} {refusal.value.next_step}"


@contextmanager
def server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A host that answers a PUT in its own way; what it heard."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append({"headers": dict(self.headers), "path": self.path, "bytes": len(body)})
            answer(self)

        def log_message(self, *args: Any) -> None:
            pass

    host = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=host.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{host.server_port}/file.csv?X-Amz-Signature=secret", heard
    finally:
        host.shutdown()
        host.server_close()
        thread.join()


def saying(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_the_file_is_sent_whole_with_the_header_it_was_signed_with() -> None:
    with server(saying(200)) as (url, heard):
        put(url, b"x" * 1_000_000)

    assert heard[0]["headers"]["x-amz-server-side-encryption"] == "aws:kms"
    assert (heard[0]["bytes"], heard[0]["path"]) == (1_000_000, "/file.csv?X-Amz-Signature=secret")


def test_the_file_is_read_in_pieces() -> None:
    class Watched(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            Watched.largest = max(Watched.largest, size or -1)
            return super().read(size)

    with server(saying(200)) as (url, _):
        user_imports.upload(url, Watched(b"x" * 1_000_000), 1_000_000)

    assert 0 < Watched.largest <= 256 * 1024


def test_no_redirect_is_followed() -> None:
    with (
        server(saying(200)) as (elsewhere, heard),
        server(saying(307, Location=elsewhere)) as (url, _),
        pytest.raises(Rejected) as refusal,
    ):
        put(url, b"names of people\n")

    assert heard == []
    assert refusal.value.code == "Http307"


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (
            403,
            b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
            Rejected,
            "AccessDenied",
        ),
        (400, b"<Error><Code>RequestTimeout</Code></Error>", Unavailable, "RequestTimeout"),
        (503, b"", Unavailable, "Http503"),
    ],
)
def test_refusals_of_the_file(status: int, body: bytes, kind: type[Exception], code: str) -> None:
    with server(saying(status, body)) as (url, _), pytest.raises(kind) as refusal:
        put(url, b"a\n")

    assert refusal.value.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(Rejected, match="not valid"):
        put(url, b"a\n")


def test_a_host_that_is_not_there() -> None:
    with server(saying(200)) as (url, _):
        pass
    with pytest.raises(Unavailable) as refusal:
        put(url, b"a\n")

    assert "secret" not in str(refusal.value)

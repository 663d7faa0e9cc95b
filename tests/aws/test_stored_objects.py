"""Objects of a deployment bucket: read whole or not at all, written over what was expected or not at all."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from aws import deadlines, session, stored_objects
from aws.errors import NotFound, Rejected, Unavailable
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

KEY = "#current-cloud-backend.zip"


def refusal(code: str, message: str = "Some words.", more: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()


def test_an_object_is_read_with_every_byte_and_its_etag(bucket: str, sandbox: Sandbox) -> None:
    body = bytes(range(256)) * 4096
    etag = sandbox.client("s3").put_object(Bucket=bucket, Key=KEY, Body=body)["ETag"]

    found = stored_objects.read_object(TARGET, bucket, KEY, limit=len(body))

    assert (found.key, found.body, f'"{found.etag}"') == (KEY, body, etag)


@pytest.mark.parametrize("key", ["a b/ä+ö&=%2F?.json", "studio-backend/api/schöner.graphql", "<script>"])
def test_any_key_comes_back_as_it_was_written(key: str, bucket: str) -> None:
    etag = stored_objects.write_object(TARGET, bucket, key, b"x")

    assert stored_objects.read_object(TARGET, bucket, key, limit=1).etag == etag
    assert [row.key for row in stored_objects.iter_objects(TARGET, bucket, "")] == [key]


def test_an_empty_object_is_an_object(bucket: str) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"")

    assert stored_objects.read_object(TARGET, bucket, KEY, limit=0).body == b""


def test_what_is_missing_says_which_is_missing(bucket: str) -> None:
    with pytest.raises(NotFound) as no_key:
        stored_objects.read_object(TARGET, bucket, KEY, limit=10)
    with pytest.raises(NotFound) as no_bucket:
        stored_objects.read_object(TARGET, "amplify-missing-deployment", KEY, limit=10)
    with pytest.raises(NotFound) as no_bucket_either:
        list(stored_objects.iter_objects(TARGET, "amplify-missing-deployment", ""))

    assert (no_key.value.code, no_bucket.value.code) == ("NoSuchKey", "NoSuchBucket")
    assert (no_bucket_either.value.code, no_key.value.action) == ("NoSuchBucket", "s3:GetObject")


def test_an_object_over_the_limit_is_refused_before_its_body_is_read(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"x" * 11)
    read: list[Any] = []

    def note(*args: Any) -> bytes:
        read.append(args)
        return b""

    monkeypatch.setattr("botocore.response.StreamingBody.read", note)

    with pytest.raises(Rejected) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=10)

    assert caught.value.code == "TooLarge"
    assert read == []


@pytest.mark.parametrize("size", [2, 3000, 3_000_000])
def test_a_body_that_breaks_off_is_unavailable_and_never_short(size: int, bucket: str, sandbox: Sandbox) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"x" * size)
    sandbox.fail("GetObject", kind="half_body")

    with pytest.raises(Unavailable) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=size)

    assert caught.value.action == "s3:GetObject"
    assert caught.value.__cause__ is not None


class Stream:
    """A body that ends early without an error, as some proxies make it."""

    def __init__(self, *parts: bytes | Exception) -> None:
        self.parts = list(parts)
        self.closed = False

    def read(self, _: int) -> bytes:
        part = self.parts.pop(0) if self.parts else b""
        if isinstance(part, Exception):
            raise part
        return part

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("stream", "length"),
    [
        (Stream(b"ab"), 3),
        (Stream(b"abcd"), 3),
        (Stream(b"ab", ReadTimeoutError(endpoint_url="")), 3),
        (Stream(b"ab", ConnectionResetError()), 3),
        (Stream(b"abc"), None),
    ],
)
def test_a_body_of_another_length_than_announced_is_unavailable(
    stream: Stream, length: int | None, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"abc")
    announced = {} if length is None else {"ContentLength": length}

    def replaced(parsed: dict[str, Any], **_: Any) -> None:
        parsed.pop("ContentLength")
        parsed.update(announced, Body=stream)

    events: Any = session.client(TARGET, "s3").meta.events
    events.register("after-call.s3.GetObject", replaced)
    try:
        with pytest.raises(Unavailable):
            stored_objects.read_object(TARGET, bucket, KEY, limit=10)
    finally:
        events.unregister("after-call.s3.GetObject", replaced)

    assert stream.closed


def test_a_body_that_comes_too_slowly_ends_at_the_deadline(bucket: str, sandbox: Sandbox) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"x" * 3_000_000)
    sandbox.fail("GetObject", delay_ms=200)

    with deadlines.within(0.1), pytest.raises(Unavailable) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=3_000_000)

    assert caught.value.code == "DeadlineExceeded"


def test_a_write_without_expectation_replaces_whatever_is_there(bucket: str) -> None:
    first = stored_objects.write_object(TARGET, bucket, KEY, b"one")
    second = stored_objects.write_object(TARGET, bucket, KEY, b"two")

    found = stored_objects.read_object(TARGET, bucket, KEY, limit=9)
    assert first != second == found.etag
    assert found.body == b"two"


def test_a_write_where_nothing_is_expected_fails_where_something_is(bucket: str) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"one", expected="")

    with pytest.raises(Rejected) as caught:
        stored_objects.write_object(TARGET, bucket, KEY, b"two", expected="")

    assert caught.value.code == "PreconditionFailed"
    assert stored_objects.read_object(TARGET, bucket, KEY, limit=9).body == b"one"


def test_a_write_over_an_etag_fails_over_any_other(bucket: str) -> None:
    first = stored_objects.write_object(TARGET, bucket, KEY, b"one")
    second = stored_objects.write_object(TARGET, bucket, KEY, b"two", expected=first)

    with pytest.raises(Rejected) as changed:
        stored_objects.write_object(TARGET, bucket, KEY, b"three", expected=first)
    stored_objects.delete_object(TARGET, bucket, KEY)
    with pytest.raises(Rejected) as deleted:
        stored_objects.write_object(TARGET, bucket, KEY, b"three", expected=second)

    assert changed.value.code == deleted.value.code == "PreconditionFailed"
    assert list(stored_objects.iter_objects(TARGET, bucket, "")) == []


@pytest.mark.parametrize("expected", [None, "", "other"])
def test_a_write_into_a_bucket_that_is_gone_is_not_found(expected: str | None) -> None:
    with pytest.raises(NotFound) as caught:
        stored_objects.write_object(TARGET, "amplify-missing-deployment", KEY, b"one", expected=expected)

    assert caught.value.code == "NoSuchBucket"


@pytest.mark.parametrize("replacing", [False, True])
def test_a_conditional_write_whose_answer_was_lost_is_not_taken_for_somebody_elses(
    replacing: bool, bucket: str, sandbox: Sandbox, no_pauses: list[float]
) -> None:
    before = stored_objects.write_object(TARGET, bucket, KEY, b"one") if replacing else ""
    sandbox.forget()
    lost: list[int] = []

    def lose(response: Any, **_: Any) -> None:
        if response is not None and not lost:
            lost.append(1)
            response[0].status_code = 500

    events: Any = session.client(TARGET, "s3").meta.events
    events.register_first("needs-retry.s3.PutObject", lose)
    try:
        etag = stored_objects.write_object(TARGET, bucket, KEY, b"two", expected=before)
    finally:
        events.unregister("needs-retry.s3.PutObject", lose)

    assert [call["status"] for call in sandbox.calls("PutObject")] == [200, 412]
    assert stored_objects.read_object(TARGET, bucket, KEY, limit=9) == stored_objects.StoredObject(KEY, etag, b"two")


def test_a_write_at_the_same_moment_as_another_is_a_changed_object(bucket: str, inject: Inject) -> None:
    inject("s3", "PutObject", lambda: answer(409, refusal("ConditionalRequestConflict")))

    with pytest.raises(Rejected) as caught:
        stored_objects.write_object(TARGET, bucket, KEY, b"one", expected="")

    assert caught.value.code == "PreconditionFailed"


def test_a_write_without_an_etag_in_its_answer_is_unavailable(bucket: str, inject: Inject) -> None:
    inject("s3", "PutObject", lambda: answer(200, b""))

    with pytest.raises(Unavailable):
        stored_objects.write_object(TARGET, bucket, KEY, b"one")


def test_deleting_twice_is_no_error(bucket: str) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"one")

    stored_objects.delete_object(TARGET, bucket, KEY)
    stored_objects.delete_object(TARGET, bucket, KEY)

    assert list(stored_objects.iter_objects(TARGET, bucket, "")) == []


def test_a_listing_goes_on_to_its_end_and_keeps_to_its_prefix(
    bucket: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_objects, "_PAGE", 2)
    for number in range(5):
        stored_objects.write_object(TARGET, bucket, f"studio-backend/{number}", b"x" * number)
    stored_objects.write_object(TARGET, bucket, "studio", b"")

    rows = list(stored_objects.iter_objects(TARGET, bucket, "studio-backend/"))

    assert [(row.key, row.size) for row in rows] == [(f"studio-backend/{number}", number) for number in range(5)]
    assert rows[1].etag == stored_objects.read_object(TARGET, bucket, "studio-backend/1", limit=1).etag
    assert len(sandbox.calls("ListObjectsV2")) == 3
    assert list(stored_objects.iter_objects(TARGET, bucket, "nothing/")) == []


def test_a_listing_cut_off_in_the_middle_is_not_a_short_one(
    bucket: str, sandbox: Sandbox, no_pauses: list[float]
) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"x")
    sandbox.fail("ListObjectsV2", kind="half_body")

    with pytest.raises(Unavailable):
        list(stored_objects.iter_objects(TARGET, bucket, ""))

"""Buckets: where they are asked for, and who or what keeps the console out of them."""

from typing import Any

import pytest

from aws import session, stored_objects
from aws.errors import AccessDenied, NotFound, Rejected
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

KEY = "#current-cloud-backend.zip"


def refusal(code: str, message: str = "Some words.", more: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>".encode()


def test_a_refusal_names_the_permission_even_where_the_answer_has_no_words(bucket: str, inject: Inject) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"one")
    inject("s3", "HeadObject", lambda: answer(403, b""))
    inject("s3", "ListObjectsV2", lambda: answer(403, b""))

    with pytest.raises(AccessDenied) as of_object:
        stored_objects.write_object(TARGET, bucket, KEY, b"two", expected="")
    with pytest.raises(AccessDenied) as of_bucket:
        list(stored_objects.iter_objects(TARGET, bucket, ""))

    assert (of_object.value.action, of_bucket.value.action) == ("s3:GetObject", "s3:ListBucket")
    assert "s3:ListBucket" in of_bucket.value.message


def test_a_refusal_in_words_names_action_and_resource(bucket: str, inject: Inject) -> None:
    words = (
        "User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:PutObject on resource:"
        ' "arn:aws:s3:::sample/key" because no identity-based policy allows the s3:PutObject action'
    )
    inject("s3", "PutObject", lambda: answer(403, refusal("AccessDenied", words), **{"x-amz-request-id": "req-1"}))

    with pytest.raises(AccessDenied) as caught:
        stored_objects.write_object(TARGET, bucket, KEY, b"")

    assert caught.value.message == "Not authorized to perform s3:PutObject on resource arn:aws:s3:::sample/key."
    assert caught.value.request_id == "req-1"


ELSEWHERE = {"x-amz-bucket-region": "eu-central-1"}


@pytest.mark.parametrize(
    ("status", "body", "headers", "named"),
    [
        (301, refusal("PermanentRedirect"), ELSEWHERE, "eu-central-1"),
        (301, refusal("PermanentRedirect"), {}, ""),
        (400, refusal("AuthorizationHeaderMalformed", more="<Region>eu-north-1</Region>"), {}, "eu-north-1"),
        (400, refusal("IllegalLocationConstraintException"), {}, ""),
    ],
)
def test_a_bucket_of_another_region_is_named_and_not_followed(
    status: int, body: bytes, headers: dict[str, str], named: str, bucket: str, inject: Inject, sandbox: Sandbox
) -> None:
    attempts = inject("s3", "GetObject", lambda: answer(status, body, **headers))
    sandbox.forget()

    with pytest.raises(Rejected) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=10)

    assert caught.value.code == "WrongRegion"
    assert named in caught.value.message
    assert len(attempts) == 1
    assert sandbox.calls() == []


@pytest.mark.parametrize("status", [301, 400])
def test_a_bucket_of_another_region_is_known_without_a_body_too(status: int, bucket: str, inject: Inject) -> None:
    for operation in ("GetObject", "PutObject", "ListObjectsV2"):
        inject("s3", operation, lambda: answer(status, b"", **ELSEWHERE))
    for ask in (
        lambda: stored_objects.read_object(TARGET, bucket, KEY, limit=10),
        lambda: stored_objects.write_object(TARGET, bucket, KEY, b"", expected=""),
        lambda: list(stored_objects.iter_objects(TARGET, bucket, "")),
    ):
        with pytest.raises(Rejected) as caught:
            ask()

        assert (caught.value.code, "eu-central-1" in caught.value.message) == ("WrongRegion", True)


def test_an_answer_to_a_look_that_has_no_body_by_nature_tells_the_region_too(bucket: str, inject: Inject) -> None:
    stored_objects.write_object(TARGET, bucket, KEY, b"one")
    inject("s3", "HeadObject", lambda: answer(301, b"", **ELSEWHERE))

    with pytest.raises(Rejected) as caught:
        stored_objects.write_object(TARGET, bucket, KEY, b"two", expected="")

    assert (caught.value.code, "eu-central-1" in caught.value.message) == ("WrongRegion", True)


def test_a_bad_request_to_the_right_region_is_not_blamed_on_the_region(bucket: str, inject: Inject) -> None:
    inject("s3", "GetObject", lambda: answer(400, b"", **{"x-amz-bucket-region": TARGET.region}))

    with pytest.raises(Rejected) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=10)

    assert caught.value.code == "400"


def addresses_asked(key: str = KEY) -> list[str]:
    urls: list[str] = []

    def look(request: Any, **_: Any) -> Any:
        urls.append(request.url)
        return answer(404, refusal("NoSuchKey"))

    events: Any = session.client(TARGET, "s3").meta.events
    events.register_first("before-send.s3", look)
    with pytest.raises(NotFound):
        stored_objects.read_object(TARGET, "amplify-shop-dev-deployment", key, limit=1)
    events.unregister("before-send.s3", look)
    session.forget()
    return urls


def test_a_given_address_has_the_bucket_in_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint in ("http://127.0.0.1:5005", "http://localhost:5005", "http://emulator.sample:5005"):
        session.forget()
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

        assert addresses_asked("a b") == [f"{endpoint}/amplify-shop-dev-deployment/a%20b"]


def test_aws_itself_has_the_bucket_in_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    session.forget()
    monkeypatch.delenv("AWS_ENDPOINT_URL")

    assert addresses_asked("k") == [f"https://amplify-shop-dev-deployment.s3.{TARGET.region}.amazonaws.com/k"]


def test_a_clock_that_is_off_is_said_plainly(bucket: str, inject: Inject, no_pauses: list[float]) -> None:
    inject("s3", "GetObject", lambda: answer(403, refusal("RequestTimeTooSkewed")))

    with pytest.raises(AccessDenied) as caught:
        stored_objects.read_object(TARGET, bucket, KEY, limit=1)

    assert "clock" in caught.value.message

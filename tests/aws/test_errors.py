"""What AWS and networks do on a bad day, as the product's five kinds of errors."""

import json

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from aws import deadlines, identity_pools, roles, session, user_pools
from aws.app_clients import create_app_client
from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Throttled, Unavailable
from aws.target import AwsTarget
from tests.aws.conftest import TARGET, Inject, Sandbox, answer


def error_body(code: str, message: str) -> bytes:
    return json.dumps({"__type": code, "message": message}).encode()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ResourceNotFoundException", NotFound),
        ("UserNotFoundException", NotFound),
        ("AccessDeniedException", AccessDenied),
        ("NotAuthorizedException", AccessDenied),
        ("UnrecognizedClientException", AccessDenied),
        ("ExpiredTokenException", AccessDenied),
        ("InvalidParameterException", Rejected),
        ("ConcurrentModificationException", Rejected),
        ("TooManyRequestsException", Throttled),
        ("ThrottlingException", Throttled),
        ("LimitExceededException", Throttled),
        ("InternalErrorException", Unavailable),
    ],
)
def test_an_error_code_becomes_its_kind_with_code_action_and_request_id(
    code: str, kind: type[AwsError], inject: Inject, no_pauses: list[float]
) -> None:
    body = error_body(code, "Some words.")
    inject("cognito-idp", "DescribeUserPool", lambda: answer(400, body, **{"x-amzn-requestid": "req-1"}))

    with pytest.raises(AwsError) as caught:
        user_pools.describe_user_pool(TARGET, "eu-west-1_Sample")

    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.request_id) == (code, "req-1")
    assert caught.value.action == "cognito-idp:DescribeUserPool"
    assert caught.value.__cause__ is not None


def test_two_throttles_are_repeated_and_unseen(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    sandbox.fail("DescribeUserPool", kind="fail", code="TooManyRequestsException", times=2)

    assert user_pools.describe_user_pool(TARGET, pool).name == "Sample pool"
    assert len(sandbox.calls("DescribeUserPool")) == 3
    assert len(no_pauses) == 2


def test_endless_throttling_ends_after_five_attempts(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    sandbox.fail("DescribeUserPool", kind="fail", code="TooManyRequestsException", message="Rate exceeded")

    with pytest.raises(Throttled) as caught:
        user_pools.describe_user_pool(TARGET, pool)

    assert caught.value.retryable
    assert len(sandbox.calls("DescribeUserPool")) == 5


def test_an_html_page_of_a_broken_server_is_unavailable(inject: Inject, no_pauses: list[float]) -> None:
    attempts = inject("cognito-idp", "DescribeUserPool", lambda: answer(500, b"<html><h1>Oops</h1></html>"))

    with pytest.raises(Unavailable) as caught:
        user_pools.describe_user_pool(TARGET, "eu-west-1_Sample")

    assert caught.value.code == "500"
    assert "<" not in caught.value.message
    assert len(attempts) == 5


def test_half_an_answer_over_the_wire_is_unavailable(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    sandbox.fail("DescribeUserPool", kind="half_body")

    with pytest.raises(Unavailable) as caught:
        user_pools.describe_user_pool(TARGET, pool)

    assert caught.value.action == "cognito-idp:DescribeUserPool"


def test_a_list_cut_off_in_the_middle_is_not_an_empty_list(inject: Inject) -> None:
    inject("cognito-idp", "ListUserPools", lambda: answer(200, b'{"UserPools": [{"Id": "eu-west-1_'))

    with pytest.raises(Unavailable) as caught:
        user_pools.page_of_user_pools(TARGET)

    assert caught.value.code == "ResponseParserError"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"UserPool": {"Name": "no id"}}', b'{"UserPool": 3}'])
def test_an_answer_without_what_it_is_about_is_unavailable(body: bytes, inject: Inject) -> None:
    inject("cognito-idp", "DescribeUserPool", lambda: answer(200, body))

    with pytest.raises(Unavailable):
        user_pools.describe_user_pool(TARGET, "eu-west-1_Sample")


def test_broken_xml_is_unavailable(inject: Inject) -> None:
    inject("iam", "GetRole", lambda: answer(200, b"<GetRoleResponse><GetRoleResult><Role><Arn>arn:"))

    with pytest.raises(Unavailable) as caught:
        roles.get_role(TARGET, "sample")

    assert caught.value.code == "ResponseParserError"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (ReadTimeoutError(endpoint_url="http://127.0.0.1"), "in time"),
        (ConnectTimeoutError(endpoint_url="http://127.0.0.1"), "in time"),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1"), "could not be reached"),
    ],
)
def test_a_network_that_fails_is_unavailable_after_five_attempts(
    failure: Exception, words: str, inject: Inject, no_pauses: list[float]
) -> None:
    def fail() -> None:
        raise failure

    attempts = inject("cognito-identity", "DescribeIdentityPool", fail)

    with pytest.raises(Unavailable) as caught:
        identity_pools.describe_identity_pool(TARGET, "eu-west-1:0a0a0a0a-0000-4000-8000-000000000000")

    assert words in caught.value.message
    assert len(attempts) == 5


def test_an_endpoint_nobody_listens_at_is_unavailable(monkeypatch: pytest.MonkeyPatch, no_pauses: list[float]) -> None:
    session.forget()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    try:
        with pytest.raises(Unavailable) as caught:
            user_pools.page_of_user_pools(TARGET)
    finally:
        session.forget()

    assert "AWS_ENDPOINT_URL" in caught.value.next_step


def test_an_endpoint_that_is_no_address_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    session.forget()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "localhost of mine")
    try:
        with pytest.raises(Unavailable) as caught:
            user_pools.page_of_user_pools(TARGET)
    finally:
        session.forget()

    assert caught.value.code == "InvalidEndpoint"


def test_a_passed_deadline_stops_the_repetitions(inject: Inject, no_pauses: list[float]) -> None:
    attempts = inject("cognito-idp", "DescribeUserPool", lambda: answer(500, b"{}"))

    with deadlines.within(0), pytest.raises(Unavailable) as caught:
        user_pools.describe_user_pool(TARGET, "eu-west-1_Sample")

    assert caught.value.code == "DeadlineExceeded"
    assert attempts == []


def test_a_deadline_that_passes_during_the_call_stops_the_repetitions(
    sandbox: Sandbox, pool: str, no_pauses: list[float]
) -> None:
    sandbox.fail("DescribeUserPool", kind="fail", code="InternalErrorException", status=500, delay_ms=150)
    # Making the client is no part of the call, and may take longer than this deadline.
    session.client(TARGET, "cognito-idp")

    with deadlines.within(0.1), pytest.raises(Unavailable) as caught:
        user_pools.describe_user_pool(TARGET, pool)

    assert caught.value.code == "DeadlineExceeded"
    assert len(sandbox.calls("DescribeUserPool")) == 1


def test_a_refusal_names_action_and_resource_but_not_the_console_itself(inject: Inject) -> None:
    arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Sample"
    message = (
        "User: arn:aws:sts::123456789012:assumed-role/console/i-0abc is not authorized to perform:"
        f" cognito-idp:DescribeUserPool on resource: {arn} with an explicit deny in a service control policy"
    )
    inject("cognito-idp", "DescribeUserPool", lambda: answer(400, error_body("AccessDeniedException", message)))

    with pytest.raises(AccessDenied) as caught:
        user_pools.describe_user_pool(TARGET, "eu-west-1_Sample")

    assert "cognito-idp:DescribeUserPool" in caught.value.message
    assert arn in caught.value.message
    assert "denies it explicitly" in caught.value.message
    assert "assumed-role" not in caught.value.message


def test_a_refused_pass_role_names_that_action(inject: Inject, sandbox: Sandbox) -> None:
    pool = sandbox.client("cognito-identity").create_identity_pool(
        IdentityPoolName="Sample", AllowUnauthenticatedIdentities=False
    )["IdentityPoolId"]
    role = "arn:aws:iam::123456789012:role/sample"
    message = f"User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:PassRole on resource: {role}"
    inject("cognito-identity", "SetIdentityPoolRoles", lambda: answer(400, error_body("AccessDenied", message)))

    with pytest.raises(AccessDenied) as caught:
        identity_pools.set_roles(TARGET, pool, authenticated_arn=role)

    assert caught.value.action == "iam:PassRole"
    assert caught.value.fault().action == "iam:PassRole"


def test_a_wrong_signature_does_not_repeat_what_was_signed(inject: Inject) -> None:
    message = "The signature does not match. The Canonical String was 'x-amz-security-token:FwoGZXIvYXdzSECRET'"
    inject("cognito-idp", "ListUserPools", lambda: answer(403, error_body("InvalidSignatureException", message)))

    with pytest.raises(AccessDenied) as caught:
        user_pools.page_of_user_pools(TARGET)

    assert "SECRET" not in caught.value.message
    assert "credentials" in caught.value.next_step


def test_a_full_quota_of_things_is_rejected_not_throttled(inject: Inject, pool: str, no_pauses: list[float]) -> None:
    body = error_body("LimitExceededException", "Too many clients.")
    inject("cognito-idp", "CreateUserPoolClient", lambda: answer(400, body))

    with pytest.raises(Rejected) as caught:
        create_app_client(TARGET, pool, name="web", with_secret=False)

    assert "quota" in caught.value.next_step


def test_making_something_is_not_repeated_when_it_may_have_been_made(
    sandbox: Sandbox, pool: str, no_pauses: list[float]
) -> None:
    sandbox.fail("CreateUserPoolClient", kind="half_body", times=1)

    with pytest.raises(Unavailable) as caught:
        create_app_client(TARGET, pool, name="web", with_secret=False)

    assert "may have been made" in caught.value.next_step
    assert len(sandbox.calls("CreateUserPoolClient")) == 1


def test_making_something_is_not_repeated_after_a_broken_server(inject: Inject, pool: str) -> None:
    attempts = inject("cognito-idp", "CreateUserPoolClient", lambda: answer(503, b"<html></html>"))

    with pytest.raises(Unavailable) as caught:
        create_app_client(TARGET, pool, name="web", with_secret=False)

    assert caught.value.code == "503"
    assert len(attempts) == 1


def test_making_something_is_repeated_after_throttling(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    sandbox.fail("CreateUserPoolClient", kind="fail", code="TooManyRequestsException", times=2)

    assert create_app_client(TARGET, pool, name="web", with_secret=False).name == "web"
    assert len(sandbox.calls("CreateUserPoolClient")) == 3


def test_a_parameter_of_the_wrong_form_is_rejected_without_a_call(sandbox: Sandbox) -> None:
    with pytest.raises(Rejected) as caught:
        user_pools.describe_user_pool(TARGET, "")

    assert caught.value.code == "ParamValidationError"
    assert sandbox.calls() == []


def test_a_pool_that_is_not_there_is_not_found(pool: str) -> None:
    with pytest.raises(NotFound):
        user_pools.describe_user_pool(TARGET, "eu-west-1_Missing00")
    with pytest.raises(NotFound):
        user_pools.describe_user_pool(AwsTarget("eu-central-1"), pool)


@pytest.mark.parametrize("region", ["", "not a region", "eu-west-1/../x"])
def test_a_text_that_is_no_region_is_rejected(region: str) -> None:
    with pytest.raises(Rejected) as caught:
        user_pools.page_of_user_pools(AwsTarget(region))

    assert "Region" in caught.value.message


def test_a_malformed_id_is_rejected() -> None:
    with pytest.raises(Rejected):
        user_pools.describe_user_pool(TARGET, "<script>alert(1)</script>")

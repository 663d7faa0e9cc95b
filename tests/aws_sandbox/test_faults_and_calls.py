"""The control surface: delays, failures, hanging and half answers, and the log of calls."""

import http.client
import json
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

from aws.sandbox.catalogue import scenario
from aws.sandbox.catalogue_backends import backend
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused

POOL = scenario("good").pool_id


def test_an_operation_fails_as_often_as_asked_and_then_works(cognito: Any, control: Control) -> None:
    control.fault(operation="DescribeUserPool", kind="fail", code="TooManyRequestsException", message="slow", times=2)
    for _ in range(2):
        with refused("TooManyRequestsException", "slow"):
            cognito.describe_user_pool(UserPoolId=POOL)
    assert cognito.describe_user_pool(UserPoolId=POOL)["UserPool"]["Id"] == POOL
    assert control.ask("GET", "/sandbox/faults") == {"faults": []}


def test_a_fault_concerns_its_own_operation_service_and_body(cognito: Any, identity: Any, control: Control) -> None:
    control.fault(operation="DescribeUserPool", kind="fail", code="AccessDeniedException", match="eu-west-1_other")
    control.fault(service="cognito-identity", kind="fail", code="InternalErrorException", status=400)
    cognito.describe_user_pool(UserPoolId=POOL)
    with refused("AccessDeniedException"):
        cognito.describe_user_pool(UserPoolId="eu-west-1_other")
    with refused("InternalErrorException"):
        identity.list_identity_pools(MaxResults=1)


def test_a_failure_is_xml_where_the_service_speaks_xml(connect: Any, control: Control) -> None:
    control.fault(operation="GetRole", kind="fail", code="AccessDenied", message="<no>", status=403)
    with refused("AccessDenied", "<no>"):
        connect("iam").get_role(RoleName="shop-authenticated")


def test_a_failure_reaches_a_rest_service(connect: Any, control: Control) -> None:
    control.fault(operation="ListApps", kind="fail", code="UnauthorizedException", status=401)
    with refused("UnauthorizedException"):
        connect("amplify").list_apps()


def test_delayed_calls_overlap(cognito: Any, control: Control) -> None:
    control.fault(operation="*", delay_ms=200)
    with ThreadPoolExecutor(8) as pool:
        started = time.monotonic()
        list(pool.map(lambda _: cognito.describe_user_pool(UserPoolId=POOL), range(8)))
        took = time.monotonic() - started
    # One after another they would take 1.6 s.
    assert 0.2 <= took < 0.8


def hasty(url: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=0.3)
    return boto3.client(
        "cognito-idp",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="sample",
        aws_secret_access_key="sample",
        config=config,
    )


def test_a_hanging_call_times_out_and_clearing_lets_it_go(sandbox_url: str, control: Control) -> None:
    control.fault(operation="DescribeUserPool", kind="hang", times=1)
    with pytest.raises(ReadTimeoutError):
        hasty(sandbox_url).describe_user_pool(UserPoolId=POOL)
    control.ask("DELETE", "/sandbox/faults")
    deadline = time.monotonic() + 2
    while (ended := control.calls()[0]["end"]) == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ended > 0


def test_half_an_answer_announces_the_whole_and_sends_half(sandbox_url: str, cognito: Any, control: Control) -> None:
    control.fault(operation="DescribeUserPool", kind="half_body", times=1)
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.DescribeUserPool",
        "Authorization": "AWS4-HMAC-SHA256 Credential=sample/20260101/eu-west-1/cognito-idp/aws4_request, Signature=0",
    }
    request = urllib.request.Request(sandbox_url, json.dumps({"UserPoolId": POOL}).encode(), headers)
    with urllib.request.urlopen(request, timeout=5) as answer, pytest.raises(http.client.IncompleteRead) as cut:
        answer.read()
    assert cut.value.expected is not None
    assert 0 <= cut.value.expected - len(cut.value.partial) <= 1
    assert cognito.describe_user_pool(UserPoolId=POOL)["UserPool"]["Id"] == POOL


def test_a_fault_that_makes_no_sense_is_refused(sandbox_url: str, control: Control) -> None:
    for nonsense in ({"kind": "explode"}, {"operation": "X"}, {"delay": 5}, {"delay_ms": "long"}, "text"):
        with pytest.raises(urllib.error.HTTPError) as raised:
            control.ask("POST", "/sandbox/faults", nonsense)
        assert raised.value.code == 400
        assert json.load(raised.value)["error"]
    assert control.ask("GET", "/sandbox/faults") == {"faults": []}


def test_the_log_tells_calls_apart_by_their_parameters(cognito: Any, connect: Any, control: Control) -> None:
    cognito.describe_user_pool(UserPoolId=POOL)
    cognito.describe_user_pool(UserPoolId=POOL)
    cognito.describe_user_pool(UserPoolId=scenario("mfa-on").pool_id)
    connect("iam").get_role(RoleName="shop-authenticated")
    connect("amplify").list_apps()
    calls = control.calls()
    assert [call["operation"] for call in calls] == [*["DescribeUserPool"] * 3, "GetRole", "ListApps"]
    assert calls[0]["digest"] == calls[1]["digest"] != calls[2]["digest"]
    assert calls[0]["service"] == "cognito-idp"
    assert calls[0]["region"] == "eu-west-1"
    assert all(call["start"] <= call["end"] and call["status"] == 200 for call in calls)
    assert POOL not in json.dumps(calls)


def test_what_the_sandbox_lacks_is_said_at_once_and_not_retried(connect: Any, control: Control) -> None:
    with refused("NotImplementedInSandbox", "cognito-idp:GetUICustomization"):
        connect("cognito-idp").get_ui_customization(UserPoolId=POOL)
    with refused("NotImplementedInSandbox", "amplifybackend:ListBackendJobs"):
        connect("amplifybackend").list_backend_jobs(AppId="d1", BackendEnvironmentName="dev")
    with refused("NotImplementedInSandbox", "iam:SimulateCustomPolicy"):
        connect("iam").simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["iam:GetRole"])
    assert [call["status"] for call in control.calls()] == [501, 501, 501]


def test_a_fault_concerns_one_object_by_its_key(connect: Any, control: Control) -> None:
    s3, bucket = connect("s3"), backend("dev").deployment_bucket
    control.fault(operation="GetObject", match="#current-cloud-backend.zip", kind="fail", code="SlowDown", status=503)
    s3.get_object(Bucket=bucket, Key="amplify-meta.json")
    with refused("SlowDown"):
        s3.get_object(Bucket=bucket, Key="#current-cloud-backend.zip")


def test_a_fault_lets_the_first_calls_pass_if_asked(cognito: Any, control: Control) -> None:
    control.fault(operation="DescribeUserPool", kind="fail", after=2, times=1)
    for passes in (True, True, False, True):
        if passes:
            cognito.describe_user_pool(UserPoolId=POOL)
            continue
        with refused("InternalErrorException"):
            cognito.describe_user_pool(UserPoolId=POOL)


def test_half_an_object_is_noticed_by_who_reads_it(connect: Any, control: Control) -> None:
    control.fault(operation="GetObject", kind="half_body", times=1)
    body = connect("s3").get_object(Bucket=backend("dev").deployment_bucket, Key="amplify-meta.json")["Body"]
    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        body.read()


def test_calls_of_s3_are_named_as_aws_names_them(connect: Any, control: Control) -> None:
    s3, bucket = connect("s3"), backend("dev").deployment_bucket
    s3.head_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="#notes/a b", Body=b"")
    s3.head_object(Bucket=bucket, Key="#notes/a b")
    s3.list_objects_v2(Bucket=bucket, Prefix="#notes/")
    s3.list_object_versions(Bucket=bucket, Prefix="#notes/")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "#notes/a b"}]})
    s3.delete_object(Bucket=bucket, Key="#notes/a b")
    assert [call["operation"] for call in control.calls()] == [
        "HeadBucket",
        "PutObject",
        "HeadObject",
        "ListObjectsV2",
        "ListObjectVersions",
        "DeleteObjects",
        "DeleteObject",
    ]
    assert {call["service"] for call in control.calls()} == {"s3"}

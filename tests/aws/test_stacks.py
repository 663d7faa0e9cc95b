"""Stacks over HTTP: read to the end, made once, and told apart when they are missing."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aws import deadlines, stacks
from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Throttled, Unavailable
from tests.aws.conftest import TARGET, ByName, Inject, Sandbox, answer

QUEUE = "AWS::SQS::Queue"


def refusal(code: str, message: str = "Some words.") -> bytes:
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
        "<RequestId>req-1</RequestId></ErrorResponse>"
    ).encode()


def result(operation: str, inner: str) -> bytes:
    return f"<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>".encode()


def template(*queues: str) -> dict[str, Any]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Zone": {"Type": "String"}, "Area": {"Type": "String", "Default": "one"}},
        "Resources": {name: {"Type": QUEUE} for name in queues},
        "Outputs": {"Region": {"Value": {"Ref": "AWS::Region"}}, "Zone": {"Value": {"Ref": "Zone"}}},
    }


def new_name() -> str:
    return f"amplify-shop-dev-{uuid.uuid4().hex[:8]}"


def make(name: str, document: dict[str, Any], token: str = "t") -> str:  # noqa: S107  (it opens nothing)
    return stacks.create_stack(TARGET, name=name, template=json.dumps(document), parameters={"Zone": "z1"}, token=token)


def test_a_stack_is_made_and_described() -> None:
    name = new_name()
    stack_id = make(name, template("One"))

    stack = stacks.describe_stack(TARGET, name)

    assert (stack.id, stack.name, stack.status) == (stack_id, name, "CREATE_COMPLETE")
    assert dict(stack.outputs) == {"Region": TARGET.region, "Zone": "z1"}
    assert dict(stack.parameters)["Zone"] == "z1"
    assert stack.is_settled
    assert not stack.is_busy
    assert stacks.describe_stack(TARGET, stack_id) == stack


@pytest.mark.parametrize(
    ("status", "settled", "busy"),
    [
        ("CREATE_COMPLETE", True, False),
        ("UPDATE_ROLLBACK_COMPLETE", True, False),
        ("UPDATE_ROLLBACK_FAILED", False, False),
        ("CREATE_FAILED", False, False),
        ("UPDATE_IN_PROGRESS", False, True),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False, True),
    ],
)
def test_a_status_is_settled_or_busy_or_stuck(status: str, settled: bool, busy: bool) -> None:
    stack = stacks.Stack(id="i", name="n", status=status)

    assert (stack.is_settled, stack.is_busy) == (settled, busy)


def test_a_description_keeps_what_a_deployment_has_to_know(inject: Inject) -> None:
    inner = (
        "<Stacks><member><StackId>arn:s</StackId><StackName>n</StackName><StackStatus>UPDATE_IN_PROGRESS</StackStatus>"
        "<StackStatusReason>User Initiated</StackStatusReason><CreationTime>2026-01-01T00:00:00Z</CreationTime>"
        "<LastUpdatedTime>2026-02-01T10:00:00Z</LastUpdatedTime>"
        "<Capabilities><member>CAPABILITY_NAMED_IAM</member></Capabilities>"
        "<Parameters><member><ParameterKey>Empty</ParameterKey><ParameterValue></ParameterValue></member></Parameters>"
        "</member></Stacks>"
    )
    inject("cloudformation", "DescribeStacks", lambda: answer(200, result("DescribeStacks", inner)))

    stack = stacks.describe_stack(TARGET, "n")

    assert (stack.status_reason, stack.capabilities) == ("User Initiated", ("CAPABILITY_NAMED_IAM",))
    assert stack.parameters == (("Empty", ""),)
    assert stack.updated == datetime(2026, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"", b"<Stacks/>", b"<Stacks><member/></Stacks>", b"<Stacks><member><StackId>"])
def test_an_answer_without_a_stack_is_unavailable(body: bytes, inject: Inject) -> None:
    whole = body if b"<StackId>" in body else result("DescribeStacks", body.decode())
    inject("cloudformation", "DescribeStacks", lambda: answer(200, whole))

    with pytest.raises(Unavailable):
        stacks.describe_stack(TARGET, "n")


def test_a_stack_that_is_not_there_is_not_found_whoever_asks() -> None:
    missing = new_name()
    for ask in (
        lambda: stacks.describe_stack(TARGET, missing),
        lambda: stacks.template_of(TARGET, missing),
        lambda: stacks.failures_of(TARGET, missing),
        lambda: stacks.create_change_set(TARGET, stack=missing, name="a1", template="{}", parameter_names=[]),
    ):
        with pytest.raises(NotFound):
            ask()


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("ValidationError", "Stack with id amplify-x does not exist", NotFound),
        ("ValidationError", "Stack [amplify-x] does not exist", NotFound),
        ("ValidationError", "Stack 'amplify-x' does not exist", NotFound),
        ("ValidationError", "S3 error: The specified key does not exist.", Rejected),
        ("ValidationError", "Parameter x of stack y does not exist", Rejected),
        ("ValidationError", "Template format error: unsupported structure.", Rejected),
        ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]", Rejected),
        ("LimitExceededException", "Limit of changesets exceeded", Rejected),
        ("Throttling", "Rate exceeded", Throttled),
        ("AccessDenied", "User: x is not authorized to perform: cloudformation:CreateChangeSet", AccessDenied),
        ("InternalFailure", "Oops", Unavailable),
    ],
)
def test_an_error_of_cloudformation_becomes_its_kind(
    code: str, words: str, kind: type[AwsError], inject: Inject, no_pauses: list[float]
) -> None:
    inject("cloudformation", "CreateChangeSet", lambda: answer(400, refusal(code, words)))

    with pytest.raises(AwsError) as caught:
        stacks.create_change_set(TARGET, stack="amplify-x", name="a1", template="{}", parameter_names=[])

    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.action) == (code, "cloudformation:CreateChangeSet")


def test_a_stack_that_is_being_updated_asks_for_patience(inject: Inject) -> None:
    words = "Stack:arn:aws:cloudformation:eu-west-1:1:stack/x/y is in UPDATE_IN_PROGRESS state and can not be updated."
    inject("cloudformation", "CreateChangeSet", lambda: answer(400, refusal("ValidationError", words)))

    with pytest.raises(Rejected) as caught:
        stacks.create_change_set(TARGET, stack="x", name="a1", template="{}", parameter_names=[])

    assert "Wait" in caught.value.next_step


def test_a_template_keeps_the_order_it_was_written_in() -> None:
    name, document = new_name(), template("Zebra", "Ant", "Middle")
    make(name, document)

    found = stacks.template_of(TARGET, name)

    assert json.dumps(found) == json.dumps(document)
    assert type(found["Resources"]) is dict


@pytest.mark.parametrize("body", ["Resources:\n  One:\n    Type: AWS::SQS::Queue\n", "[]", "3", '"text"'])
def test_a_template_that_is_no_json_object_is_rejected(body: str, inject: Inject) -> None:
    inner = f"<TemplateBody>{body}</TemplateBody>"
    inject("cloudformation", "GetTemplate", lambda: answer(200, result("GetTemplate", inner)))

    with pytest.raises(Rejected) as caught:
        stacks.template_of(TARGET, "n")

    assert caught.value.code == "TemplateNotJson"


def test_a_name_that_is_taken_is_rejected() -> None:
    name = new_name()
    make(name, template("One"), token="token-1")

    with pytest.raises(Rejected) as caught:
        make(name, template("One"), token="token-2")

    assert caught.value.code == "AlreadyExistsException"


EVENT = (
    "<member><StackId>{stack}</StackId><EventId>{at}-{logical}-{status}</EventId><StackName>n</StackName>"
    "<LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>"
    "<ResourceType>{type}</ResourceType><Timestamp>2026-01-01T00:00:{at:02}Z</Timestamp>"
    "<ResourceStatus>{status}</ResourceStatus><ResourceStatusReason>{reason}</ResourceStatusReason>"
    "<ClientRequestToken>{token}</ClientRequestToken></member>"
)
ROOT = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
INNER = "arn:aws:cloudformation:eu-west-1:123456789012:stack/inner/2"


def event(at: int, logical: str, status: str, reason: str = "", **more: str) -> str:
    known = {"stack": ROOT, "physical": f"p-{logical}", "type": QUEUE, "token": "t", **more}
    return EVENT.format(at=at, logical=logical, status=status, reason=reason, **known)


def events(*newest_first: str, token: str = "") -> bytes:
    more = f"<NextToken>{token}</NextToken>" if token else ""
    return result("DescribeStackEvents", f"<StackEvents>{''.join(newest_first)}</StackEvents>{more}")


def test_a_stack_begun_by_a_request_whose_answer_was_lost_is_the_same_stack(inject: Inject) -> None:
    inject("cloudformation", "CreateStack", lambda: answer(400, refusal("AlreadyExistsException")))
    begun = event(1, "root", "CREATE_IN_PROGRESS", physical=ROOT, token="mine")
    inject("cloudformation", "DescribeStackEvents", lambda: answer(200, events(begun)))

    assert make("root", template("One"), token="mine") == ROOT
    with pytest.raises(Rejected):
        make("root", template("One"), token="another")


def test_a_stack_is_asked_for_again_after_a_broken_server(sandbox: Sandbox, no_pauses: list[float]) -> None:
    sandbox.fail("CreateStack", kind="fail", code="InternalFailure", status=500, times=1)
    name = new_name()

    assert make(name, template("One")) == stacks.describe_stack(TARGET, name).id
    assert len(sandbox.calls("CreateStack")) == 2


def test_failures_are_told_first_cause_first_without_what_was_only_cancelled(inject: Inject) -> None:
    pages = iter(
        [
            events(
                event(9, "root", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed", physical=ROOT),
                event(8, "Late", "UPDATE_FAILED", "Second"),
                event(7, "Other", "UPDATE_FAILED", "Resource update cancelled"),
                event(7, "Another", "CREATE_FAILED", "Resource creation cancelled"),
                token="t1",
            ),
            events(
                event(6, "Early", "CREATE_FAILED", "Not authorized to perform: sqs:CreateQueue"),
                event(5, "root", "UPDATE_IN_PROGRESS", "User Initiated", physical=ROOT),
                event(2, "Old", "UPDATE_FAILED", "Of an earlier update"),
            ),
        ]
    )
    inject("cloudformation", "DescribeStackEvents", lambda: answer(200, next(pages)))

    assert stacks.failures_of(TARGET, "root") == (
        ("Early", "Not authorized to perform: sqs:CreateQueue"),
        ("Late", "Second"),
    )


def test_failures_since_a_moment_reach_back_no_further(inject: Inject) -> None:
    body = events(event(8, "New", "UPDATE_FAILED", "Yes"), event(2, "Old", "UPDATE_FAILED", "No"), token="unread")
    attempts = inject("cloudformation", "DescribeStackEvents", lambda: answer(200, body))
    since = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)

    assert stacks.failures_of(TARGET, "root", since=since) == (("New", "Yes"),)
    assert stacks.failures_of(TARGET, "root", since=since + timedelta(hours=1)) == ()
    assert len(attempts) == 2


def test_a_failure_inside_a_nested_stack_is_told_in_place_of_the_stack(answered_by_name: ByName) -> None:
    nested = {"physical": INNER, "type": stacks.STACK}
    bodies = {
        "root": events(
            event(9, "authshop", "UPDATE_FAILED", "Embedded stack was not successfully updated", **nested),
            event(8, "Queue", "UPDATE_FAILED", "Later"),
            event(1, "root", "UPDATE_IN_PROGRESS", physical=ROOT),
        ),
        INNER: events(
            event(7, "inner", "UPDATE_ROLLBACK_IN_PROGRESS", "The following", stack=INNER, physical=INNER),
            event(6, "UserPool", "UPDATE_FAILED", "Invalid AttributeDataType", stack=INNER),
            event(3, "inner", "UPDATE_IN_PROGRESS", stack=INNER, physical=INNER),
        ),
    }
    answered_by_name("cloudformation", "DescribeStackEvents", "StackName", bodies)

    assert stacks.failures_of(TARGET, "root") == (("UserPool", "Invalid AttributeDataType"), ("Queue", "Later"))


def test_a_nested_stack_that_was_never_begun_is_told_by_the_stack_around_it(answered_by_name: ByName) -> None:
    nested = {"physical": INNER, "type": stacks.STACK}
    failed = event(9, "apishop", "CREATE_FAILED", "TemplateURL must be a supported URL.", **nested)
    answered_by_name("cloudformation", "DescribeStackEvents", "StackName", {"root": events(failed)})

    assert stacks.failures_of(TARGET, "root") == (("apishop", "TemplateURL must be a supported URL."),)


def test_a_rollback_that_got_stuck_is_told_when_nothing_else_is(answered_by_name: ByName) -> None:
    stuck = event(9, "root", "UPDATE_ROLLBACK_FAILED", "Deny", physical=ROOT)
    answered_by_name("cloudformation", "DescribeStackEvents", "StackName", {"root": events(stuck)})

    assert stacks.failures_of(TARGET, "root") == (("root", "Deny"),)


def test_a_stack_made_well_has_no_failures() -> None:
    name = new_name()
    make(name, template("One"))

    assert stacks.failures_of(TARGET, name) == ()


def test_no_call_is_made_after_the_deadline(sandbox: Sandbox) -> None:
    with deadlines.within(0), pytest.raises(Unavailable):
        stacks.failures_of(TARGET, "root")

    assert sandbox.calls() == []

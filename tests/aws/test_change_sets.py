"""Change sets: made once, looked into with their nested ones, and executed once."""

import json
import uuid
from typing import Any

import pytest

from aws import stacks
from aws.errors import NotFound, Rejected, Unavailable
from aws.stacks import ChangeSet, ResourceChange
from tests.aws.conftest import TARGET, ByName, Inject, Sandbox, answer
from tests.aws.test_stacks import QUEUE, make, new_name, refusal, result, template

SET = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/{0}/{0}"
STACK_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/{0}/{0}"


def change(logical: str, action: str = "Modify", kind: str = QUEUE, more: str = "") -> str:
    return (
        f"<member><Type>Resource</Type><ResourceChange><Action>{action}</Action>"
        f"<LogicalResourceId>{logical}</LogicalResourceId><ResourceType>{kind}</ResourceType>{more}"
        "</ResourceChange></member>"
    )


def nested(logical: str, inner: str, action: str = "Modify", more: str = "") -> str:
    known = f"<PhysicalResourceId>{STACK_ID.format(inner)}</PhysicalResourceId>" if action != "Add" else ""
    return change(logical, action, stacks.STACK, f"{known}<ChangeSetId>{SET.format(inner)}</ChangeSetId>{more}")


def details(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f"<member><Target><Attribute>{attribute}</Attribute>{f'<Name>{name}</Name>' if name else ''}</Target></member>"
        for attribute, name in targets
    )
    return f"<Details>{rows}</Details>"


def described(name: str, *changes: str, status: str = "CREATE_COMPLETE", reason: str = "", **more: str) -> bytes:
    extra = "".join(f"<{key}>{value}</{key}>" for key, value in more.items())
    return result(
        "DescribeChangeSet",
        f"<ChangeSetId>{SET.format(name)}</ChangeSetId><Status>{status}</Status><StatusReason>{reason}</StatusReason>"
        f"<ExecutionStatus>{'AVAILABLE' if status == 'CREATE_COMPLETE' else 'UNAVAILABLE'}</ExecutionStatus>"
        f"<Changes>{''.join(changes)}</Changes>{extra}",
    )


def test_a_change_set_is_made_described_executed_and_deleted(sandbox: Sandbox) -> None:
    name, change_set = new_name(), f"push-{uuid.uuid4().hex[:8]}"
    make(name, template("One"))

    made = stacks.create_change_set(
        TARGET, stack=name, name=change_set, template=json.dumps(template("One", "Two")), parameter_names=["Zone"]
    )
    found = stacks.describe_change_set(TARGET, made, stack=name)

    assert (found.id, found.status, found.execution_status) == (made, "CREATE_COMPLETE", "AVAILABLE")
    assert not found.is_empty
    assert ("Two",) in [one.path for one in found.changes if one.action == "Add"]

    stacks.execute_change_set(TARGET, made, stack=name, token="token-1")
    listed = sandbox.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
    assert {row["LogicalResourceId"] for row in listed} == {"One", "Two"}
    assert dict(stacks.describe_stack(TARGET, name).parameters)["Zone"] == "z1"


def test_a_change_set_is_asked_for_with_everything_a_push_needs(sandbox: Sandbox) -> None:
    from aws import session

    sent: list[dict[str, Any]] = []

    def look(params: dict[str, Any], **_: Any) -> None:
        sent.append(dict(params["body"]))

    events: Any = session.client(TARGET, "cloudformation").meta.events
    events.register("before-call.cloudformation.CreateChangeSet", look)
    for url in ("", "https://bucket.s3.amazonaws.com/root.json"):
        with pytest.raises((NotFound, Rejected)):
            stacks.create_change_set(
                TARGET, stack="amplify-none", name="push-1", template="{}", template_url=url, parameter_names=["A"]
            )
    events.unregister("before-call.cloudformation.CreateChangeSet", look)

    body, by_url = sent
    assert (body["ChangeSetType"], body["IncludeNestedStacks"], body["ClientToken"]) == ("UPDATE", "true", "push-1")
    assert body["Capabilities.member.1"] == "CAPABILITY_NAMED_IAM"
    assert body["Capabilities.member.2"] == "CAPABILITY_AUTO_EXPAND"
    assert body["Parameters.member.1.ParameterKey"] == "A"
    assert body["Parameters.member.1.UsePreviousValue"] == "true"
    assert body["TemplateBody"] == "{}"
    assert "TemplateBody" not in by_url
    assert by_url["TemplateURL"] == "https://bucket.s3.amazonaws.com/root.json"


def test_the_same_request_again_answers_the_change_set_of_the_first(inject: Inject) -> None:
    def create(template_text: str) -> str:
        return stacks.create_change_set(
            TARGET, stack="amplify-x", name="push-1", template=template_text, parameter_names=[]
        )

    fingerprint = stacks._fingerprint("{}", "")
    inject("cloudformation", "CreateChangeSet", lambda: answer(400, refusal("AlreadyExistsException")))
    inject(
        "cloudformation",
        "DescribeChangeSet",
        lambda: answer(200, described("root", Description=fingerprint, StackId=STACK_ID.format("root"))),
    )

    assert create("{}") == SET.format("root")
    with pytest.raises(Rejected) as caught:
        create('{"Resources": {}}')
    assert caught.value.code == "AlreadyExistsException"


def test_a_change_set_is_asked_for_again_after_a_broken_server(inject: Inject, no_pauses: list[float]) -> None:
    attempts = inject("cloudformation", "CreateChangeSet", lambda: answer(503, b"<html></html>"))

    with pytest.raises(Unavailable):
        stacks.create_change_set(TARGET, stack="amplify-x", name="push-1", template="{}", parameter_names=[])

    assert len(attempts) == 5


def test_changes_of_nested_stacks_are_told_by_their_path(answered_by_name: ByName) -> None:
    pool = "AWS::Cognito::UserPool"
    changed = details(("Properties", "Schema"), ("Properties", "Schema"), ("Metadata", ""))
    more = f"<PhysicalResourceId>eu-west-1_One</PhysicalResourceId><Replacement>True</Replacement>{changed}"
    asked = answered_by_name(
        "cloudformation",
        "DescribeChangeSet",
        "ChangeSetName",
        {
            SET.format("root"): described("root", nested("authshop", "auth"), NextToken="t1"),
            SET.format("root") + "t1": described(
                "root", nested("apishop", "api"), change("OldStack", "Remove", stacks.STACK)
            ),
            SET.format("auth"): described("auth", change("UserPool", kind=pool, more=more)),
            SET.format("api"): described("api", nested("Todo", "todo", "Add"), change("Key", "Dynamic")),
            SET.format("todo"): described("todo", change("Table", "Add", "AWS::DynamoDB::Table")),
        },
    )

    found = stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")

    assert found.changes == (
        ResourceChange(("authshop", "UserPool"), "Modify", pool, "eu-west-1_One", "True", ("Schema", "Metadata")),
        ResourceChange(("apishop", "Todo"), "Add", stacks.STACK),
        ResourceChange(("apishop", "Todo", "Table"), "Add", "AWS::DynamoDB::Table"),
        ResourceChange(("apishop", "Key"), "Dynamic", QUEUE),
        ResourceChange(("OldStack",), "Remove", stacks.STACK),
    )
    assert len(asked) == 5


def test_a_nested_stack_that_is_replaced_is_a_change_of_its_own(answered_by_name: ByName) -> None:
    replaced = nested("authshop", "auth", more="<Replacement>True</Replacement>")
    bodies = {SET.format("root"): described("root", replaced), SET.format("auth"): described("auth")}
    answered_by_name("cloudformation", "DescribeChangeSet", "ChangeSetName", bodies)

    found = stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")

    assert [(one.path, one.replacement) for one in found.changes] == [(("authshop",), "True")]


def test_a_change_set_that_is_not_ready_is_not_looked_into(answered_by_name: ByName) -> None:
    bodies = {SET.format("root"): described("root", nested("authshop", "auth"), status="CREATE_IN_PROGRESS")}
    asked = answered_by_name("cloudformation", "DescribeChangeSet", "ChangeSetName", bodies)

    found = stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")

    assert (found.status, found.changes) == ("CREATE_IN_PROGRESS", ())
    assert len(asked) == 1


def test_a_failure_of_a_nested_change_set_is_told_from_there(answered_by_name: ByName) -> None:
    around = f"Nested change set {SET.format('auth')} was not successfully created: Currently in FAILED."
    bodies = {
        SET.format("root"): described("root", status="FAILED", reason=around),
        SET.format("auth"): described("auth", status="FAILED", reason="Parameters: [userPoolName] must have values"),
    }
    answered_by_name("cloudformation", "DescribeChangeSet", "ChangeSetName", bodies)

    found = stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")

    assert found.status_reason == f"{around} Parameters: [userPoolName] must have values"
    assert not found.is_empty


@pytest.mark.parametrize(
    ("status", "reason", "empty"),
    [
        ("FAILED", "The submitted information didn't contain changes. Submit different information.", True),
        ("FAILED", "No updates are to be performed.", True),
        ("FAILED", "Parameters: [x] must have values", False),
        ("CREATE_COMPLETE", "", False),
    ],
)
def test_a_change_set_without_changes_is_empty_not_broken(status: str, reason: str, empty: bool) -> None:
    assert ChangeSet("id", status, reason, "UNAVAILABLE").is_empty is empty


def test_a_nested_change_set_that_is_gone_is_an_error_not_a_gap(answered_by_name: ByName) -> None:
    bodies = {SET.format("root"): described("root", nested("authshop", "auth"))}
    answered_by_name("cloudformation", "DescribeChangeSet", "ChangeSetName", bodies)

    with pytest.raises(NotFound):
        stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")


@pytest.mark.parametrize("inner", ["", "<ChangeSetId>arn:x</ChangeSetId>", "<Status>CREATE_COMPLETE</Status>"])
def test_an_answer_without_what_it_is_about_is_unavailable(inner: str, inject: Inject) -> None:
    inject("cloudformation", "DescribeChangeSet", lambda: answer(200, result("DescribeChangeSet", inner)))

    with pytest.raises(Unavailable):
        stacks.describe_change_set(TARGET, SET.format("root"), stack="amplify-x")


def test_a_change_set_that_is_gone_is_not_found_and_deleting_it_is_no_error(inject: Inject) -> None:
    for operation in ("DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet"):
        inject("cloudformation", operation, lambda: answer(404, refusal("ChangeSetNotFound")))

    with pytest.raises(NotFound) as caught:
        stacks.describe_change_set(TARGET, "push-1", stack="amplify-x")
    with pytest.raises(NotFound):
        stacks.execute_change_set(TARGET, "push-1", stack="amplify-x", token="t")
    stacks.delete_change_set(TARGET, "push-1", stack="amplify-x")

    assert caught.value.code == "ChangeSetNotFound"


def test_deleting_the_change_set_of_a_stack_that_is_gone_is_no_error(inject: Inject) -> None:
    words = "Stack [amplify-x] does not exist"
    inject("cloudformation", "DeleteChangeSet", lambda: answer(400, refusal("ValidationError", words)))

    stacks.delete_change_set(TARGET, "push-1", stack="amplify-x")


@pytest.mark.parametrize("code", ["InvalidChangeSetStatus", "TokenAlreadyExistsException"])
@pytest.mark.parametrize(
    ("execution", "started"),
    [("EXECUTE_IN_PROGRESS", True), ("EXECUTE_COMPLETE", True), ("EXECUTE_FAILED", True), ("OBSOLETE", False)],
)
def test_a_change_set_is_executed_once_however_often_it_is_asked(
    code: str, execution: str, started: bool, inject: Inject
) -> None:
    body = described("root").replace(b"AVAILABLE", execution.encode())
    inject("cloudformation", "ExecuteChangeSet", lambda: answer(400, refusal(code)))
    inject("cloudformation", "DescribeChangeSet", lambda: answer(200, body))

    def execute() -> None:
        stacks.execute_change_set(TARGET, SET.format("root"), stack="amplify-x", token="t")

    if started:
        execute()
        return
    with pytest.raises(Rejected) as caught:
        execute()
    assert caught.value.code == code


def test_executing_is_repeated_after_a_lost_answer(inject: Inject, no_pauses: list[float]) -> None:
    answers = iter([answer(500, b""), answer(200, result("ExecuteChangeSet", ""))])
    attempts = inject("cloudformation", "ExecuteChangeSet", lambda: next(answers))

    stacks.execute_change_set(TARGET, SET.format("root"), stack="amplify-x", token="t")

    assert len(attempts) == 2

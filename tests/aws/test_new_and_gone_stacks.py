"""Stacks that are planned by a change set, and stacks that are deleted, each however often it is asked."""

import json
from typing import Any

import pytest

from aws import stacks
from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Unavailable
from aws.stacks import PlannedStack, ResourceChange, Stack
from tests.aws.conftest import TARGET, Inject, Sandbox, answer
from tests.aws.test_stacks import QUEUE, make, new_name, refusal, result, template


def plan(name: str, change_set: str = "first", queue: str = "One", **more: Any) -> PlannedStack:
    arguments: dict[str, Any] = {"parameters": {"Zone": "z1"}, "tags": {"environment": "dev"}, **more}
    text = json.dumps(template(queue))
    return stacks.plan_new_stack(TARGET, stack=name, name=change_set, template=text, **arguments)


def test_a_new_stack_is_only_planned_until_its_change_set_is_executed(sandbox: Sandbox) -> None:
    name = new_name()
    made = plan(name)

    planned = stacks.describe_stack(TARGET, made.stack_id)
    found = stacks.describe_change_set(TARGET, made.change_set_id, stack=made.stack_id)
    assert planned.is_only_planned
    assert not planned.is_busy
    assert not planned.is_settled
    assert (found.status, found.execution_status) == ("CREATE_COMPLETE", "AVAILABLE")
    assert found.changes == (ResourceChange(("One",), "Add", QUEUE),)
    assert stacks.ids_of(TARGET, made.stack_id, QUEUE) == ()

    for _ in range(2):
        stacks.execute_change_set(TARGET, made.change_set_id, stack=made.stack_id, token="once")  # noqa: S106
    created = stacks.describe_stack(TARGET, name)
    assert (created.id, created.status) == (made.stack_id, "CREATE_COMPLETE")
    assert dict(created.outputs)["Zone"] == "z1"
    (described,) = sandbox.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    assert described["Tags"] == [{"Key": "environment", "Value": "dev"}]
    (queue,) = stacks.ids_of(TARGET, made.stack_id, QUEUE)
    assert queue.startswith(f"{name}-One-")
    assert stacks.ids_of(TARGET, made.stack_id, "AWS::SNS::Topic") == ()


def test_the_same_plan_again_is_the_first_one_and_another_is_refused() -> None:
    name = new_name()
    made = plan(name)

    assert plan(name) == made
    others: tuple[dict[str, Any], ...] = ({"queue": "Two"}, {"parameters": {"Zone": "z2"}}, {"tags": {}})
    for other in others:
        with pytest.raises(Rejected) as caught:
            plan(name, **other)
        assert caught.value.code == "AlreadyExistsException"
    assert plan(name, change_set="second").stack_id == made.stack_id


def test_a_stack_of_that_name_is_not_planned_anew() -> None:
    name = new_name()
    make(name, template("One"))

    with pytest.raises(Rejected, match="already exists and cannot be created again"):
        plan(name)


def test_an_update_of_what_is_only_planned_is_refused_without_asking_for_patience() -> None:
    name = new_name()
    plan(name)

    with pytest.raises(Rejected) as caught:
        stacks.create_change_set(
            TARGET, stack=name, name="update", template=json.dumps(template("One")), parameter_names=[]
        )

    assert "Wait" not in caught.value.next_step


def test_a_plan_is_discarded_with_its_stack() -> None:
    name = new_name()
    made = plan(name)

    stacks.delete_change_set(TARGET, made.change_set_id, stack=name)
    assert stacks.describe_stack(TARGET, made.stack_id).is_only_planned
    for token in ("one", "one", "two"):
        stacks.delete_stack(TARGET, stack_id=made.stack_id, token=token)

    assert stacks.describe_stack(TARGET, made.stack_id).status == "DELETE_COMPLETE"
    with pytest.raises(NotFound):
        stacks.describe_stack(TARGET, name)
    assert plan(name).stack_id != made.stack_id


def test_deleting_takes_along_what_the_stack_made_and_may_be_repeated() -> None:
    name = new_name()
    stack_id = make(name, template("One"))

    stacks.delete_stack(TARGET, stack_id=stack_id, token="first-one")  # noqa: S106
    again = make(name, template("Two"), token="u")  # noqa: S106
    stacks.delete_stack(TARGET, stack_id=stack_id, token="first-one")  # noqa: S106

    assert stacks.ids_of(TARGET, stack_id, QUEUE) == ()
    assert stacks.describe_stack(TARGET, again).status == "CREATE_COMPLETE"
    stacks.delete_stack(TARGET, stack_id="arn:aws:cloudformation:eu-west-1:123456789012:stack/no/no", token="first-one")  # noqa: S106


@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        ("TokenAlreadyExistsException", "Token was used", None),
        ("ValidationError", "Stack [x] does not exist", None),
        ("ValidationError", "Stack [x] cannot be deleted while TerminationProtection is enabled", Rejected),
        ("ValidationError", "Stack [x] cannot be deleted while in status UPDATE_IN_PROGRESS", Rejected),
        ("AccessDenied", "User: x is not authorized to perform: cloudformation:DeleteStack", AccessDenied),
    ],
)
def test_a_refused_deletion_is_told_unless_it_has_happened(
    code: str, words: str, kind: type[AwsError] | None, inject: Inject
) -> None:
    inject("cloudformation", "DeleteStack", lambda: answer(400, refusal(code, words)))

    def delete() -> None:
        stacks.delete_stack(TARGET, stack_id="x", token="first-one")  # noqa: S106

    if kind is None:
        delete()
        return
    with pytest.raises(AwsError) as caught:
        delete()
    assert type(caught.value) is kind


def test_resources_are_read_to_the_end_and_without_those_that_are_gone(inject: Inject) -> None:
    def page(*rows: tuple[str, str], token: str = "") -> bytes:
        members = "".join(
            f"<member><LogicalResourceId>{physical or 'L'}</LogicalResourceId><ResourceType>{QUEUE}</ResourceType>"
            f"<PhysicalResourceId>{physical}</PhysicalResourceId><ResourceStatus>{status}</ResourceStatus></member>"
            for physical, status in rows
        )
        more = f"<NextToken>{token}</NextToken>" if token else ""
        return result("ListStackResources", f"<StackResourceSummaries>{members}</StackResourceSummaries>{more}")

    first = page(("a", "DELETE_COMPLETE"), ("", "CREATE_FAILED"), ("b", "DELETE_FAILED"), token="more")  # noqa: S106
    pages = iter([first, page(("c", "CREATE_COMPLETE"))])
    inject("cloudformation", "ListStackResources", lambda: answer(200, next(pages)))

    assert stacks.ids_of(TARGET, "x", QUEUE) == ("b", "c")


def test_an_answer_without_the_stacks_id_is_unavailable(inject: Inject) -> None:
    inject("cloudformation", "CreateChangeSet", lambda: answer(200, result("CreateChangeSet", "<Id>arn:x</Id>")))

    with pytest.raises(Unavailable):
        plan(new_name())


@pytest.mark.parametrize(
    ("status", "busy", "planned"),
    [("REVIEW_IN_PROGRESS", False, True), ("CREATE_IN_PROGRESS", True, False), ("DELETE_FAILED", False, False)],
)
def test_a_stack_under_review_is_neither_busy_nor_settled(status: str, busy: bool, planned: bool) -> None:
    stack = Stack(id="i", name="n", status=status)

    assert (stack.is_busy, stack.is_only_planned, stack.is_settled) == (busy, planned, False)

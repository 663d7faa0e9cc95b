"""CloudFormation: stacks that begin with a change set, and are only reviewed until it is executed."""

import uuid
from typing import Any

from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.templates import CAPABILITIES, auth, text
from tests.aws_sandbox.test_stacks import described, outputs, resources


def plan(cloudformation: Any, name: str, template: dict[str, Any], **more: Any) -> dict[str, str]:
    arguments = {"ChangeSetName": "first", "ChangeSetType": "CREATE", "Capabilities": CAPABILITIES, **more}
    return dict(cloudformation.create_change_set(StackName=name, TemplateBody=text(template), **arguments))


def test_a_change_set_makes_a_stack_that_is_only_reviewed_until_it_is_executed(
    cloudformation: Any, cognito: Any
) -> None:
    name = f"auth-{uuid.uuid4().hex[:8]}"
    template = {**auth(), "Parameters": {"Guests": {"Type": "String", "Default": "no"}}}
    made = plan(cloudformation, name, template, Tags=[{"Key": "env", "Value": "dev"}])
    reviewed = described(cloudformation, name)
    assert (reviewed["StackStatus"], reviewed["StackId"]) == ("REVIEW_IN_PROGRESS", made["StackId"])
    assert resources(cloudformation, name) == {}
    shown = cloudformation.describe_change_set(ChangeSetName=made["Id"])
    assert (shown["Status"], shown["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert {
        (row["ResourceChange"]["LogicalResourceId"], row["ResourceChange"]["Action"]) for row in shown["Changes"]
    } == {(one, "Add") for one in template["Resources"]}
    with refused("ValidationError", "is in REVIEW_IN_PROGRESS state and can not be updated"):
        plan(cloudformation, name, template, ChangeSetType="UPDATE")
    with refused("AlreadyExistsException"):
        plan(cloudformation, name, template)
    with refused("AlreadyExistsException"):
        cloudformation.create_stack(StackName=name, TemplateBody=text(template), Capabilities=CAPABILITIES)
    second = plan(cloudformation, name, template, ChangeSetName="second")
    assert second["StackId"] == made["StackId"]
    cloudformation.execute_change_set(ChangeSetName=made["Id"], ClientRequestToken="once")
    cloudformation.execute_change_set(ChangeSetName=made["Id"], ClientRequestToken="once")
    created = described(cloudformation, name)
    assert (created["StackStatus"], created["Description"]) == ("CREATE_COMPLETE", "Stacked sign-in")
    assert created["Tags"] == [{"Key": "env", "Value": "dev"}]
    assert cloudformation.describe_change_set(ChangeSetName=made["Id"])["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert cognito.describe_user_pool(UserPoolId=outputs(cloudformation, name)["Pool"])
    with refused("ChangeSetNotFound"):
        cloudformation.describe_change_set(ChangeSetName=second["Id"])
    with refused("ValidationError", "already exists and cannot be created again with the changeSet [third]"):
        plan(cloudformation, name, template, ChangeSetName="third")
    cloudformation.delete_stack(StackName=name)


def test_a_discarded_change_set_leaves_its_stack_behind_which_can_be_deleted(cloudformation: Any) -> None:
    name = f"auth-{uuid.uuid4().hex[:8]}"
    made = plan(cloudformation, name, auth())
    cloudformation.delete_change_set(ChangeSetName=made["Id"])
    assert described(cloudformation, name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    plan(cloudformation, name, auth(), ChangeSetName="again")
    cloudformation.delete_stack(StackName=made["StackId"])
    assert described(cloudformation, made["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    with refused("ValidationError", "does not exist"):
        cloudformation.describe_stacks(StackName=name)
    with refused("ValidationError", "Unresolved resource dependencies"):
        plan(cloudformation, name, {**auth(), "Outputs": {"Odd": {"Value": {"Ref": "Nothing"}}}})
    with refused("InsufficientCapabilitiesException"):
        plan(cloudformation, name, auth(), Capabilities=[])
    with refused("ValidationError", "does not exist"):
        cloudformation.describe_stacks(StackName=name)


def test_a_stack_begun_by_a_change_set_can_fail_and_take_long_and_be_stopped(
    cloudformation: Any, control: Control
) -> None:
    name = f"auth-{uuid.uuid4().hex[:8]}"
    control.stack("auth-*", fail_resource="Identity", reason="Rate exceeded")
    made = plan(cloudformation, name, auth())
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    assert described(cloudformation, name)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert cloudformation.describe_change_set(ChangeSetName=made["Id"])["ExecutionStatus"] == "EXECUTE_FAILED"
    cloudformation.delete_stack(StackName=name)
    control.stack("auth-*", takes_ms=60_000, delete_takes_ms=60_000)
    made = plan(cloudformation, name, auth())
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    assert described(cloudformation, name)["StackStatus"] == "CREATE_IN_PROGRESS"
    for _ in range(2):
        cloudformation.delete_stack(StackName=name, ClientRequestToken="stop")
    assert described(cloudformation, name)["StackStatus"] == "DELETE_IN_PROGRESS"
    control.stack("auth-*", delete_takes_ms=0)
    control.stack(name, status="CREATE_FAILED")
    cloudformation.delete_stack(StackName=name)
    assert described(cloudformation, made["StackId"])["StackStatus"] == "DELETE_COMPLETE"

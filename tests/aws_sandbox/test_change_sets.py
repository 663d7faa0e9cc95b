"""CloudFormation's change sets, nested ones too, through boto3's own client."""

from typing import Any

import pytest

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.templates import API, BUCKET, CAPABILITIES, role, root, text, values

GOOD, OTHER, NONE = scenario("good").pool_id, scenario("mfa-on").pool_id, "eu-west-1_nothing00"


def create(cloudformation: Any, stack: str, name: str = "change", **more: Any) -> str:
    arguments: dict[str, Any] = {"UsePreviousTemplate": True, "IncludeNestedStacks": True, "Capabilities": CAPABILITIES}
    made = cloudformation.create_change_set(StackName=stack, ChangeSetName=name, **{**arguments, **more})
    return str(made["Id"])


def pool_of(connect: Any, cloudformation: Any, stack: str) -> str:
    found = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    api = next(one["OutputValue"] for one in found if one["OutputKey"] == "ApiId")
    return str(connect("appsync").get_graphql_api(apiId=api)["graphqlApi"]["userPoolConfig"]["userPoolId"])


def status(cloudformation: Any, stack: str) -> str:
    return str(cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"])


def test_a_change_set_shows_what_would_change_down_to_the_nested_stack(
    connect: Any, cloudformation: Any, stack: str
) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER))
    shown = cloudformation.describe_change_set(ChangeSetName=change_set)
    assert (shown["Status"], shown["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert shown["Parameters"] == values(Pool=OTHER)
    assert shown["IncludeNestedStacks"] is True
    (change,) = (one["ResourceChange"] for one in shown["Changes"])
    assert (change["Action"], change["LogicalResourceId"]) == ("Modify", "api")
    assert (change["Replacement"], change["Scope"]) == ("False", ["Properties"])
    assert change["Details"] == [
        {
            "Target": {"Attribute": "Properties", "Name": "Parameters", "RequiresRecreation": "Never"},
            "Evaluation": "Static",
            "ChangeSource": "ParameterReference",
            "CausingEntity": "Pool",
        }
    ]
    nested = cloudformation.describe_change_set(ChangeSetName=change["ChangeSetId"])
    assert (nested["ParentChangeSetId"], nested["RootChangeSetId"]) == (change_set, change_set)
    assert nested["StackId"] == change["PhysicalResourceId"]
    (inner,) = (one["ResourceChange"] for one in nested["Changes"])
    assert (inner["LogicalResourceId"], inner["ResourceType"]) == ("GraphQLAPI", "AWS::AppSync::GraphQLApi")
    assert [detail["Target"]["Name"] for detail in inner["Details"]] == ["UserPoolConfig"]
    # Nothing has changed yet.
    assert pool_of(connect, cloudformation, stack) == GOOD
    with refused("ValidationError", "nested"):
        cloudformation.execute_change_set(ChangeSetName=change["ChangeSetId"])


def test_a_change_set_without_nested_stacks_does_not_look_into_them(cloudformation: Any, stack: str) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER), IncludeNestedStacks=False)
    (change,) = cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
    assert "ChangeSetId" not in change["ResourceChange"]


def test_adding_removing_and_replacing_are_told_apart(cloudformation: Any, stack: str) -> None:
    template = root("renamed", Extra=role("fresh-extra"))
    del template["Resources"]["api"], template["Outputs"]["ApiId"]
    change_set = create(
        cloudformation, stack, UsePreviousTemplate=False, TemplateBody=text(template), Parameters=values(Pool=GOOD)
    )
    changes = cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
    told = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"] for one in changes}
    assert {name: change["Action"] for name, change in told.items()} == {
        "Extra": "Add",
        "Role": "Modify",
        "api": "Remove",
    }
    assert told["Role"]["Replacement"] == "True"
    assert told["Role"]["Details"][0]["Target"]["RequiresRecreation"] == "Always"
    assert told["Role"]["Details"][0]["ChangeSource"] == "DirectModification"


def test_changes_come_page_by_page(cloudformation: Any, stack: str) -> None:
    template = root("fresh", **{f"Extra{number}": role(f"fresh-{number}") for number in range(25)})
    name = create(
        cloudformation, stack, UsePreviousTemplate=False, TemplateBody=text(template), Parameters=values(Pool=GOOD)
    )
    changes: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = cloudformation.describe_change_set(ChangeSetName=name, **token)
        changes += page["Changes"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(page["Changes"]) < len(changes) == 25
    assert len({one["ResourceChange"]["LogicalResourceId"] for one in changes}) == 25


@pytest.mark.parametrize("previous", [True, False])
def test_a_change_set_without_changes_has_failed_and_says_so(cloudformation: Any, stack: str, previous: bool) -> None:
    pool: Any = {"UsePreviousValue": True} if previous else {"ParameterValue": GOOD}
    change_set = create(cloudformation, stack, Parameters=[{"ParameterKey": "Pool", **pool}])
    shown = cloudformation.describe_change_set(ChangeSetName=change_set)
    assert (shown["Status"], shown["ExecutionStatus"], shown["Changes"]) == ("FAILED", "UNAVAILABLE", [])
    assert shown["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with refused("InvalidChangeSetStatus", "current status of [FAILED]"):
        cloudformation.execute_change_set(ChangeSetName=change_set)


def test_a_template_by_address_may_be_changed_in_its_bucket(cloudformation: Any, s3: Any, stack: str) -> None:
    changed = {**API, "Resources": {**API["Resources"], "Role": role("fresh-nested")}}
    s3.put_object(Bucket=BUCKET, Key="amplify-cfn-templates/api.json", Body=text(changed))
    s3.put_object(Bucket=BUCKET, Key="root.json", Body=text(root("fresh")))
    change_set = create(
        cloudformation,
        stack,
        UsePreviousTemplate=False,
        TemplateURL=f"https://s3.eu-west-1.amazonaws.com/{BUCKET}/root.json",
        Parameters=[{"ParameterKey": "Pool", "UsePreviousValue": True}],
    )
    (change,) = cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
    assert change["ResourceChange"]["Details"][0]["ChangeSource"] == "Automatic"
    nested = cloudformation.describe_change_set(ChangeSetName=change["ResourceChange"]["ChangeSetId"])
    assert [one["ResourceChange"]["Action"] for one in nested["Changes"]] == ["Add"]


def test_executing_makes_the_changes_once(connect: Any, cloudformation: Any, stack: str) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER))
    other = create(cloudformation, stack, "other", Parameters=values(Pool=OTHER))
    cloudformation.execute_change_set(ChangeSetName="change", StackName=stack, ClientRequestToken="one")
    assert status(cloudformation, stack) == "UPDATE_COMPLETE"
    assert pool_of(connect, cloudformation, stack) == OTHER
    done = cloudformation.describe_change_set(ChangeSetName=change_set)
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    # All other change sets of the stack are deleted, for they are not valid for the updated stack.
    with refused("ChangeSetNotFound"):
        cloudformation.describe_change_set(ChangeSetName=other)
    before = cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
    cloudformation.execute_change_set(ChangeSetName=change_set, ClientRequestToken="one")
    assert cloudformation.describe_stack_events(StackName=stack)["StackEvents"] == before
    with refused("InvalidChangeSetStatus", "EXECUTE_COMPLETE"):
        cloudformation.execute_change_set(ChangeSetName=change_set, ClientRequestToken="two")


def test_an_execution_that_fails_is_rolled_back(connect: Any, cloudformation: Any, stack: str) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=NONE))
    cloudformation.execute_change_set(ChangeSetName=change_set)
    assert status(cloudformation, stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert cloudformation.describe_change_set(ChangeSetName=change_set)["ExecutionStatus"] == "EXECUTE_FAILED"
    assert pool_of(connect, cloudformation, stack) == GOOD


def test_a_change_set_is_obsolete_once_its_stack_was_updated(cloudformation: Any, stack: str) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER))
    cloudformation.update_stack(
        StackName=stack,
        UsePreviousTemplate=True,
        Parameters=values(Pool=scenario("user-pool-only").pool_id),
        Capabilities=CAPABILITIES,
    )
    assert cloudformation.describe_change_set(ChangeSetName=change_set)["ExecutionStatus"] == "OBSOLETE"
    with refused("InvalidChangeSetStatus", "OBSOLETE"):
        cloudformation.execute_change_set(ChangeSetName=change_set)


def test_a_stack_that_cannot_be_updated_gets_no_change_set(cloudformation: Any, control: Control, stack: str) -> None:
    control.stack(stack, status="UPDATE_ROLLBACK_FAILED")
    with refused("ValidationError", "UPDATE_ROLLBACK_FAILED state and can not be updated"):
        create(cloudformation, stack, Parameters=values(Pool=OTHER))


def test_a_change_set_in_execution_is_not_deleted(cloudformation: Any, control: Control, stack: str) -> None:
    control.stack(stack, takes_ms=60_000)
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER))
    cloudformation.execute_change_set(ChangeSetName=change_set)
    assert status(cloudformation, stack) == "UPDATE_IN_PROGRESS"
    with refused("InvalidChangeSetStatus", "EXECUTE_IN_PROGRESS"):
        cloudformation.delete_change_set(ChangeSetName=change_set)
    with refused("ValidationError", "cannot be deleted while in status UPDATE_IN_PROGRESS"):
        cloudformation.delete_stack(StackName=stack)
    control.stack(stack, status="UPDATE_COMPLETE")


def test_deleting_takes_the_nested_ones_along_and_may_be_repeated(cloudformation: Any, stack: str) -> None:
    change_set = create(cloudformation, stack, Parameters=values(Pool=OTHER))
    (change,) = cloudformation.describe_change_set(ChangeSetName=change_set)["Changes"]
    for _ in range(2):
        cloudformation.delete_change_set(ChangeSetName="change", StackName=stack)
    for gone in (change_set, change["ResourceChange"]["ChangeSetId"]):
        with refused("ChangeSetNotFound"):
            cloudformation.describe_change_set(ChangeSetName=gone)
    assert cloudformation.list_change_sets(StackName=stack)["Summaries"] == []
    with refused("ValidationError", "does not exist"):
        cloudformation.delete_change_set(ChangeSetName="change", StackName="nothing")


def test_a_name_is_given_to_one_change_set(cloudformation: Any, stack: str) -> None:
    create(cloudformation, stack, Parameters=values(Pool=OTHER))
    with refused("AlreadyExistsException"):
        create(cloudformation, stack, Parameters=values(Pool=OTHER))

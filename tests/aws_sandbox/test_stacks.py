"""CloudFormation: stacks and those nested in them, through boto3's own client."""

import json
import time
import urllib.error
from typing import Any

import pytest

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.templates import API, BUCKET, CAPABILITIES, role, root, text, values

GOOD, OTHER, NONE = scenario("good").pool_id, scenario("mfa-on").pool_id, "eu-west-1_nothing00"
ROLLED_BACK = "The following resource(s) failed to update: [api]. "


def described(cloudformation: Any, name: str) -> dict[str, Any]:
    (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return dict(found)


def outputs(cloudformation: Any, name: str) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in described(cloudformation, name)["Outputs"]}


def resources(cloudformation: Any, name: str) -> dict[str, dict[str, Any]]:
    listed = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one for one in listed}


def pool_of(connect: Any, cloudformation: Any, name: str) -> str:
    api = connect("appsync").get_graphql_api(apiId=outputs(cloudformation, name)["ApiId"])["graphqlApi"]
    return str(api["userPoolConfig"]["userPoolId"])


def update(cloudformation: Any, name: str, pool: str, **more: Any) -> None:
    arguments = {"UsePreviousTemplate": True, "Parameters": values(Pool=pool), "Capabilities": CAPABILITIES, **more}
    cloudformation.update_stack(StackName=name, **arguments)


def events(cloudformation: Any, name: str) -> list[tuple[str, str, str]]:
    """Oldest first: logical id, status, reason."""
    found = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return [(e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", "")) for e in reversed(found)]


def test_a_nested_stack_is_made_from_a_template_in_a_bucket_and_its_outputs_are_seen(
    connect: Any, cloudformation: Any, stack: str
) -> None:
    made = described(cloudformation, stack)
    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert made["Capabilities"] == CAPABILITIES
    nested = resources(cloudformation, stack)["api"]
    assert nested["ResourceType"] == "AWS::CloudFormation::Stack"
    inner = described(cloudformation, nested["PhysicalResourceId"])
    assert (inner["ParentId"], inner["RootId"]) == (made["StackId"], made["StackId"])
    assert inner["StackName"].startswith("fresh-api-")
    assert outputs(cloudformation, stack)["ApiId"] == outputs(cloudformation, inner["StackName"])["ApiId"]
    pages = cloudformation.get_paginator("list_exports").paginate()
    exports = {one["Name"]: one["Value"] for page in pages for one in page["Exports"]}
    assert exports["fresh-ApiId"] == outputs(cloudformation, stack)["ApiId"]


def test_an_appsync_api_has_what_the_stack_gave_it(connect: Any, cloudformation: Any, stack: str) -> None:
    inner = outputs(cloudformation, resources(cloudformation, stack)["api"]["PhysicalResourceId"])
    api = connect("appsync").get_graphql_api(apiId=inner["ApiId"])["graphqlApi"]
    assert api["authenticationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert api["userPoolConfig"] == {"userPoolId": GOOD, "awsRegion": "eu-west-1", "defaultAction": "ALLOW"}
    assert api["additionalAuthenticationProviders"] == [{"authenticationType": "AWS_IAM"}]
    assert (api["arn"], api["uris"]["GRAPHQL"]) == (inner["Arn"], inner["Url"])


def test_a_changed_parameter_reaches_the_nested_stack(connect: Any, cloudformation: Any, stack: str) -> None:
    update(cloudformation, stack, OTHER)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_COMPLETE"
    inner = described(cloudformation, resources(cloudformation, stack)["api"]["PhysicalResourceId"])
    assert inner["StackStatus"] == "UPDATE_COMPLETE"
    assert {"ParameterKey": "Pool", "ParameterValue": OTHER} in inner["Parameters"]
    assert pool_of(connect, cloudformation, stack) == OTHER


def test_an_update_that_changes_nothing_is_refused(cloudformation: Any, stack: str) -> None:
    with refused("ValidationError", "No updates are to be performed."):
        update(cloudformation, stack, GOOD)


def test_an_update_that_fails_leaves_everything_as_before(connect: Any, cloudformation: Any, stack: str) -> None:
    before = resources(cloudformation, stack)
    extra = root("fresh", Extra=role("fresh-extra"))
    update(cloudformation, stack, NONE, UsePreviousTemplate=False, TemplateBody=text(extra), ClientRequestToken="once")
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert described(cloudformation, stack)["Parameters"] == values(Pool=GOOD)
    assert "Extra" not in json.dumps(cloudformation.get_template(StackName=stack)["TemplateBody"])
    after = resources(cloudformation, stack)
    assert {name: one["PhysicalResourceId"] for name, one in after.items()} == {
        name: one["PhysicalResourceId"] for name, one in before.items()
    }
    assert pool_of(connect, cloudformation, stack) == GOOD
    with refused("NoSuchEntity"):
        connect("iam").get_role(RoleName="fresh-extra")
    nested = after["api"]["PhysicalResourceId"]
    told = events(cloudformation, stack)
    reason = f"Embedded stack {nested} was not successfully updated: "
    assert ("api", "UPDATE_FAILED", f"{reason}The following resource(s) failed to update: [GraphQLAPI]. ") in told
    assert ("fresh", "UPDATE_ROLLBACK_IN_PROGRESS", ROLLED_BACK) in told
    assert told[-1] == ("fresh", "UPDATE_ROLLBACK_COMPLETE", "")
    inner = events(cloudformation, nested)
    assert any(name == "GraphQLAPI" and status == "UPDATE_FAILED" and NONE in why for name, status, why in inner)
    assert inner[-1][1] == "UPDATE_ROLLBACK_COMPLETE"
    newest = cloudformation.describe_stack_events(StackName=stack)["StackEvents"][0]
    assert newest["ClientRequestToken"] == "once"


def test_a_stack_that_fails_to_be_made_is_rolled_back(connect: Any, cloudformation: Any) -> None:
    template = {
        "Resources": {"Role": role("half-made"), "Bad": {**API["Resources"]["GraphQLAPI"], "DependsOn": "Role"}}
    }
    template["Resources"]["Bad"]["Properties"] = {
        "Name": "x", "AuthenticationType": "AMAZON_COGNITO_USER_POOLS", "UserPoolConfig": {"UserPoolId": NONE}
    }  # fmt: skip
    cloudformation.create_stack(StackName="half", TemplateBody=text(template), Capabilities=CAPABILITIES)
    assert described(cloudformation, "half")["StackStatus"] == "ROLLBACK_COMPLETE"
    with refused("NoSuchEntity"):
        connect("iam").get_role(RoleName="half-made")
    with refused("ValidationError", "ROLLBACK_COMPLETE state and can not be updated"):
        update(cloudformation, "half", GOOD)
    cloudformation.delete_stack(StackName="half")


def test_removed_resources_go_and_retained_ones_stay(connect: Any, cloudformation: Any, s3: Any, stack: str) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "fresh-retained"}}
    more = root("fresh", Bucket=bucket, Extra=role("fresh-extra"))
    for template in (more, root("fresh")):
        update(cloudformation, stack, GOOD, UsePreviousTemplate=False, TemplateBody=text(template))
    assert sorted(resources(cloudformation, stack)) == ["Role", "api"]
    s3.head_bucket(Bucket="fresh-retained")
    s3.delete_bucket(Bucket="fresh-retained")
    with refused("NoSuchEntity"):
        connect("iam").get_role(RoleName="fresh-extra")


def test_policies_are_put_on_the_roles_they_name(connect: Any, cloudformation: Any, stack: str) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}],
    }
    properties = {"PolicyName": "reading", "Roles": [{"Ref": "Role"}], "PolicyDocument": document}
    template = root("fresh", Policy={"Type": "AWS::IAM::Policy", "Properties": properties})
    update(cloudformation, stack, GOOD, UsePreviousTemplate=False, TemplateBody=text(template))
    iam = connect("iam")
    assert iam.get_role_policy(RoleName="fresh-role", PolicyName="reading")["PolicyDocument"] == document
    update(cloudformation, stack, GOOD, UsePreviousTemplate=False, TemplateBody=text(root("fresh")))
    assert iam.list_role_policies(RoleName="fresh-role")["PolicyNames"] == []


def test_what_cannot_be_is_refused_in_awss_words(cloudformation: Any, s3: Any, stack: str) -> None:
    with refused("ValidationError", "Stack with id nothing does not exist"):
        cloudformation.describe_stacks(StackName="nothing")
    with refused("AlreadyExistsException", "Stack [fresh] already exists"):
        cloudformation.create_stack(StackName=stack, TemplateBody=text(API), Parameters=values(Pool=GOOD))
    with refused("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]"):
        update(cloudformation, stack, OTHER, Capabilities=[])
    with refused("ValidationError", "Parameters: [Pool] must have values"):
        update(cloudformation, stack, OTHER, Parameters=[])
    with refused("ValidationError", "Parameters: [Nothing] do not exist in the template"):
        update(cloudformation, stack, OTHER, Parameters=values(Pool=GOOD, Nothing="x"))
    with refused("ValidationError", "S3 error: The specified key does not exist."):
        cloudformation.validate_template(TemplateURL=f"https://{BUCKET}.s3.eu-west-1.amazonaws.com/none.json")
    for body in ("{", '{"Resources": {}}', '{"Resources": {"A": {}}}', '{"Resources": {"A": {"Type": "Nonsense"}}}'):
        with refused("ValidationError", "Template format error"):
            cloudformation.validate_template(TemplateBody=body)


def test_the_same_token_makes_one_stack(cloudformation: Any, stack: str) -> None:
    template = text({"Resources": {"Role": role("token-role")}})
    arguments = {"StackName": "token", "TemplateBody": template, "Capabilities": CAPABILITIES}
    first = cloudformation.create_stack(**arguments, ClientRequestToken="one")
    assert cloudformation.create_stack(**arguments, ClientRequestToken="one")["StackId"] == first["StackId"]
    with refused("AlreadyExistsException"):
        cloudformation.create_stack(**arguments, ClientRequestToken="two")
    cloudformation.delete_stack(StackName="token")
    assert described(cloudformation, first["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    with refused("ValidationError", "does not exist"):
        cloudformation.describe_stacks(StackName="token")


def test_an_update_takes_as_long_as_asked(connect: Any, cloudformation: Any, control: Control, stack: str) -> None:
    control.stack(stack, takes_ms=400)
    update(cloudformation, stack, OTHER)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_IN_PROGRESS"
    assert pool_of(connect, cloudformation, stack) == GOOD
    with refused("ValidationError", "UPDATE_IN_PROGRESS state and can not be updated"):
        update(cloudformation, stack, GOOD)
    deadline = time.monotonic() + 3
    while described(cloudformation, stack)["StackStatus"] != "UPDATE_COMPLETE" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pool_of(connect, cloudformation, stack) == OTHER


def test_a_resource_fails_as_asked_and_its_rollback_too(cloudformation: Any, control: Control, stack: str) -> None:
    control.stack(stack, fail_resource="api/GraphQLAPI", reason="Rate exceeded", rollback_fails=True, times=1)
    update(cloudformation, stack, OTHER)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    nested = resources(cloudformation, stack)["api"]["PhysicalResourceId"]
    assert ("GraphQLAPI", "UPDATE_FAILED", "Rate exceeded") in events(cloudformation, nested)
    with refused("ValidationError", "UPDATE_ROLLBACK_FAILED state and can not be updated"):
        update(cloudformation, stack, OTHER)
    cloudformation.continue_update_rollback(StackName=stack)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    update(cloudformation, stack, OTHER)
    assert described(cloudformation, stack)["StackStatus"] == "UPDATE_COMPLETE"


def test_a_stack_is_put_into_a_status(cloudformation: Any, control: Control, stack: str) -> None:
    control.stack(stack, status="UPDATE_ROLLBACK_FAILED", reason="as asked")
    assert described(cloudformation, stack)["StackStatusReason"] == "as asked"
    with refused("ValidationError", "UPDATE_ROLLBACK_FAILED"):
        update(cloudformation, stack, OTHER)


@pytest.mark.parametrize("asked", [{}, {"stack": "fresh"}, {"stack": "x", "status": "Y"}, {"stack": "x", "odd": 1}])
def test_asking_nonsense_of_a_stack_is_refused(control: Control, asked: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as raised:
        control.ask("POST", "/sandbox/stacks", asked)
    with raised.value as answer:
        assert answer.code == 400


def test_a_truth_value_given_to_a_nested_stack_is_the_word_for_it(cloudformation: Any, s3: Any, stack: str) -> None:
    """JSON's `false` reaches a parameter as the text "false", and is compared with its allowed values as that."""
    slot = {"Type": "String", "AllowedValues": ["true", "false"]}
    inner = {"Parameters": {"Encrypted": slot}, "Resources": {"Role": role(f"{stack}-inner")}}
    s3.put_object(Bucket=BUCKET, Key="amplify-cfn-templates/switch.json", Body=text(inner))
    url = f"https://s3.amazonaws.com/{BUCKET}/amplify-cfn-templates/switch.json"
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": {"Encrypted": False}},
    }
    update(cloudformation, stack, GOOD, UsePreviousTemplate=False, TemplateBody=text(root(stack, switch=nested)))
    made = resources(cloudformation, stack)["switch"]["PhysicalResourceId"]
    assert described(cloudformation, made)["Parameters"] == [{"ParameterKey": "Encrypted", "ParameterValue": "false"}]

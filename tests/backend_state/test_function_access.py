"""What a function's access to the imported pool changes (section 7 of the format document)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend_state.document.changes import FunctionAccess, applied
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ROOT_STACK, BackendDocument
from tests.backend_state.backends import CONFIG, META, ON_AUTH, Parts, functions, text
from tests.backend_state.samples import MOMENT, POOL_ID
from tests.backend_state.zips import parts, streamed

ACCESS = FunctionAccess("report", ("create", "read"), ("cognito-idp:SignUp", "cognito-idp:List*"))
FOLDER = "function/report/"
TEMPLATE = f"{FOLDER}report-cloudformation-template.json"


def test_access_is_written_as_the_cli_writes_it() -> None:
    document = BackendDocument.parse(functions(linked=True))
    changed = applied(document, ACCESS)
    folder = "function/report/"
    assert changed.meta["function"]["report"]["dependsOn"] == [ON_AUTH]
    assert changed.config["function"]["report"]["dependsOn"] == [ON_AUTH]
    # Keys are sorted at every level of this file (section 2.6).
    assert changed.config_text == json.dumps(changed.config, indent=2, sort_keys=True)
    assert changed.read(f"{folder}function-parameters.json") == text(
        {"permissions": {"auth": {"shop": ["create", "read"]}}, "lambdaLayers": []}
    )
    template = changed.json(f"{folder}report-cloudformation-template.json")
    assert template["Parameters"]["authshopUserPoolId"] == {"Type": "String", "Default": "authshopUserPoolId"}
    variables = template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["AUTH_SHOP_USERPOOLID"] == {"Ref": "authshopUserPoolId"}
    arn = ["arn:aws:cognito-idp:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":userpool/"]
    assert template["Resources"]["AmplifyResourcesPolicy"] == {
        "DependsOn": ["LambdaExecutionRole"],
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "amplify-lambda-execution-policy",
            "Roles": [{"Ref": "LambdaExecutionRole"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["cognito-idp:SignUp", "cognito-idp:List*"],
                        "Resource": [{"Fn::Join": ["", [*arn, {"Ref": "authshopUserPoolId"}]]}],
                    }
                ],
            },
        },
    }
    stack = changed.json(ROOT_STACK)["Resources"]["functionreport"]["Properties"]["Parameters"]
    assert stack["authshopUserPoolId"] == POOL_ID


def test_access_given_and_taken_leaves_the_archive_as_it_was() -> None:
    data = functions(linked=True)
    document = BackendDocument.parse(data)
    granted = BackendDocument.parse(applied(document, ACCESS).render(MOMENT))
    back = applied(granted, FunctionAccess("report", (), ()))
    for before, after in ((document.meta, back.meta), (document.config, back.config)):
        reports = after["function"]["report"]
        # An empty list is what the CLI leaves behind, too.
        assert reports == {**before["function"]["report"], "dependsOn": []}
        assert {**after, "function": {**after["function"], "report": before["function"]["report"]}} == before
    before, after = parts(data), parts(back.render(MOMENT))
    assert before.keys() == after.keys()
    touched = {name for name in before if before[name] != after[name]}
    assert touched == {META, CONFIG, ROOT_STACK, f"{FOLDER}function-parameters.json", TEMPLATE}
    assert {name for name in touched if back.read(name) != document.read(name)} == {META, CONFIG}
    # In one go nothing but the empty list remains.
    assert set(applied(applied(document, ACCESS), FunctionAccess("report", (), ())).pending) <= {META, CONFIG}


def test_the_access_the_cli_gave_is_replaced_and_taken_as_a_whole() -> None:
    document = BackendDocument.parse(functions(linked=True))
    path = "function/admins/admins-cloudformation-template.json"
    replaced = applied(document, replace(ACCESS, function="admins")).json(path)
    statements = replaced["Resources"]["AmplifyResourcesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in statements] == [["cognito-idp:SignUp", "cognito-idp:List*"]]
    taken = applied(document, FunctionAccess("admins", (), ()))
    assert "AmplifyResourcesPolicy" not in taken.json(path)["Resources"]
    assert taken.json(path)["Parameters"] == {"env": {"Type": "String"}}
    assert taken.json("function/admins/function-parameters.json") == {"lambdaLayers": []}
    # A parameter that the nested template no longer has would fail the deployment.
    assert "authshopUserPoolId" not in taken.json(ROOT_STACK)["Resources"]["functionadmins"]["Properties"]["Parameters"]


def test_taking_what_was_never_given_changes_nothing() -> None:
    for data in (functions(linked=True), foreign_function({"Resources": {"LambdaFunction": {"Type": "x"}}}, None)):
        document = BackendDocument.parse(data)
        assert applied(document, FunctionAccess("report", (), ())).pending == {}


def foreign_function(template: Any, parameters: Any, **entry: Any) -> bytes:
    made = Parts(linked=True)
    files = {"report-cloudformation-template.json": template}
    if parameters is not None:
        files["function-parameters.json"] = parameters
    made.add("function", "report", {"service": "Lambda", **entry}, files)
    return streamed(made.all())


def test_access_to_other_things_stays() -> None:
    tables = {"Effect": "Allow", "Action": ["dynamodb:*"], "Resource": ["arn:aws:dynamodb:::table/x"]}
    template = {
        "Resources": {
            "LambdaFunction": {"Type": "AWS::Lambda::Function"},
            # One statement without a list around it is as good to IAM.
            "AmplifyResourcesPolicy": {"Properties": {"PolicyDocument": {"Statement": tables}}},
        }
    }
    own = {"permissions": {"storage": {"x": ["read"]}}, "lambdaLayers": [{"type": "ProjectLayer"}]}
    data = foreign_function(template, own, dependsOn=[ON_AUTH, {"category": "storage", "resourceName": "x"}])
    document = BackendDocument.parse(data)
    granted = applied(document, ACCESS)
    path = "function/report/report-cloudformation-template.json"
    policy = granted.json(path)["Resources"]["AmplifyResourcesPolicy"]["Properties"]["PolicyDocument"]
    assert policy["Statement"][0] == tables
    assert len(policy["Statement"]) == 2
    # The order of what it depends on is no change.
    assert granted.meta == document.meta
    taken = applied(granted, FunctionAccess("report", (), ()))
    assert taken.meta["function"]["report"]["dependsOn"] == [{"category": "storage", "resourceName": "x"}]
    assert taken.json("function/report/function-parameters.json") == own
    assert taken.json(path)["Resources"]["LambdaFunction"] == {"Type": "AWS::Lambda::Function"}
    assert taken.json(path).keys() == template.keys()
    left = taken.json(path)["Resources"]["AmplifyResourcesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert left in (tables, [tables])


@pytest.mark.parametrize("function", ["other", "", "../report"])
def test_access_for_a_function_that_is_not_there_is_refused(function: str) -> None:
    with pytest.raises(BackendProblem) as caught:
        applied(BackendDocument.parse(functions(linked=True)), replace(ACCESS, function=function))
    assert caught.value.code == "NoFunction"
    assert caught.value.next_step


def test_access_without_an_imported_pool_is_refused() -> None:
    with pytest.raises(BackendProblem) as caught:
        applied(BackendDocument.parse(functions(linked=False)), ACCESS)
    assert caught.value.code == "NothingImported"

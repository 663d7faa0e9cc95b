"""What a plan of direct access shows, and when it refuses."""

import json
from typing import Any

import pytest

from auth_import.models import CognitoLink
from aws.errors import NotFound
from environments.models import Environment
from function_access import operations
from function_access.direct.plan import HIDDEN, NAME, DirectPlan, NothingLinked, plan_of
from function_access.direct.services import Refused, start
from tests.function_access.direct.stage import (
    ACTOR,
    LOGS,
    SECRET,
    VARIABLE,
    Stage,
    another_environment,
    make_function,
    make_role,
    make_stage,
)

pytestmark = pytest.mark.django_db


def test_a_plan_shows_the_variable_the_policy_and_the_calls_and_changes_nothing(stage: Stage) -> None:
    plan = stage.plan(("create", "read"))
    assert (plan.variable.name, plan.variable.before, plan.variable.after) == (VARIABLE, None, stage.pool_id)
    arn = f"arn:aws:cognito-idp:eu-west-1:123456789012:userpool/{stage.pool_id}"
    assert plan.policy.after is not None
    [statement] = plan.policy.after["Statement"]
    assert (statement["Effect"], statement["Resource"]) == ("Allow", arn)
    assert statement["Action"] == list(operations.actions(("create", "read"), "least"))
    assert (plan.policy.role, plan.policy.before) == (stage.role, None)
    assert plan.policy.name.startswith(f"{NAME}{stage.function}-")
    assert [(one.action, one.resource) for one in plan.calls] == [
        ("iam:PutRolePolicy", plan.policy.name),
        ("lambda:UpdateFunctionConfiguration", stage.function),
    ]
    assert (plan.notes, plan.refusals, plan.shared_with) == ((), (), ())
    compact = json.dumps(LOGS, separators=(",", ":")) + json.dumps(plan.policy.after, separators=(",", ":"))
    assert plan.policies_size == len(compact)
    variables = {"API_KEY": SECRET, "TABLE": "orders", VARIABLE: stage.pool_id}
    assert plan.variables_size == len(json.dumps(variables, separators=(",", ":")))
    assert stage.in_aws() == stage.first


def test_a_plan_is_json_both_ways_and_holds_no_value_of_another_variable(stage: Stage) -> None:
    plan = stage.plan()
    stored = json.loads(json.dumps(plan.to_dict()))
    assert DirectPlan.from_dict(stored) == plan
    assert DirectPlan.from_dict(stored).digest == plan.digest
    assert SECRET not in json.dumps(stored)
    assert stage.plan(("read", "delete")).digest != plan.digest


def test_a_variable_with_another_value_is_shown_before_and_after(stage: Stage) -> None:
    stage.set_variables(**{VARIABLE: "eu-west-1_Other", "API_KEY": SECRET})
    plan = stage.plan()
    assert (plan.variable.before, plan.variable.after) == ("eu-west-1_Other", stage.pool_id)
    assert any("eu-west-1_Other" in note for note in plan.notes)
    stage.set_variables(**{VARIABLE: stage.pool_id})
    assert not stage.plan().variable.needed
    assert [one.action for one in stage.plan().calls] == ["iam:PutRolePolicy"]


def test_a_value_that_is_no_pool_s_id_is_neither_shown_nor_kept(stage: Stage) -> None:
    stage.set_variables(**{VARIABLE: SECRET})
    plan = stage.plan()
    assert SECRET not in json.dumps(plan.to_dict())
    [refusal] = plan.refusals
    assert "its value is not the id of a user pool" in refusal
    with pytest.raises(Refused):
        start(environment=stage.environment, plan=plan, actor=ACTOR)
    stage.set_variables(**{VARIABLE: ""})
    assert (stage.plan().variable.before, stage.plan().refusals) == ("", ())


def test_the_broad_lists_are_for_one_pool_too_and_what_grants_nothing_there_is_named(stage: Stage) -> None:
    plan = stage.plan(operations.OPERATIONS, "cli")
    assert plan.policy.after is not None
    [statement] = plan.policy.after["Statement"]
    assert statement["Action"] == list(operations.actions(operations.OPERATIONS, "cli"))
    assert statement["Resource"].endswith(stage.pool_id)
    [note] = plan.notes
    assert "iam:ListRoles" in note
    assert "grant nothing" in note


def test_a_shared_role_a_role_with_a_path_and_a_boundary_are_told(sandbox: Any) -> None:
    boundary = "arn:aws:iam::123456789012:policy/edge"
    stage = make_stage(sandbox, path="/team/a/", PermissionsBoundary=boundary)
    other = make_function(sandbox, stage.first["function"]["Role"])
    plan = stage.plan()
    assert plan.shared_with == (other,)
    assert any(other in note for note in plan.notes)
    assert any(boundary in note for note in plan.notes)
    assert (plan.refusals, plan.policy.role) == ((), stage.role)
    sandbox.fail("ListFunctions", kind="fail", code="AccessDeniedException")
    assert any("could not be read" in note for note in stage.plan().notes)


def test_variables_and_policies_without_room_are_refused(stage: Stage) -> None:
    stage.set_variables(A="x" * (4096 - 8))
    stage.put_policy(
        "big", {**LOGS, "Statement": [{**LOGS["Statement"][0], "Resource": "arn:aws:s3:::" + "x" * 9_900}]}
    )
    plan = stage.plan()
    assert [word in text for word, text in zip(("4,096", "10,240"), plan.refusals, strict=True)] == [True, True]
    with pytest.raises(Refused, match="4,096"):
        start(environment=stage.environment, plan=plan, actor=ACTOR)


def test_what_lambda_cannot_decrypt_is_refused(stage: Stage) -> None:
    stage.ask_function(undecipherable=True)
    plan = stage.plan()
    [refusal] = plan.refusals
    assert "kms:Decrypt" in refusal
    # That nobody can tell the value is not that there is none.
    assert plan.variable.before == HIDDEN


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("arn:aws:iam::123456789012:role/gone-role", "does not exist any more"),
        ("arn:aws:iam::210987654321:role/console-full", "another account"),
    ],
)
def test_a_role_that_cannot_be_changed_is_refused(stage: Stage, role: str, words: str) -> None:
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Role=role)
    [refusal] = stage.plan().refusals
    assert words in refusal


def test_a_role_of_a_service_is_refused(stage: Stage) -> None:
    made = stage.client("iam").create_service_linked_role(AWSServiceName="lex.amazonaws.com", CustomSuffix=stage.role)
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Role=made["Role"]["Arn"])
    [refusal] = stage.plan().refusals
    assert "linked to an AWS service" in refusal


def test_a_pool_that_is_gone_and_an_amplify_environment_are_refused(stage: Stage) -> None:
    stage.client("cognito-idp").delete_user_pool(UserPoolId=stage.pool_id)
    stage.environment.kind = Environment.Kind.AMPLIFY
    assert ["push" in stage.plan().refusals[0], "does not exist" in stage.plan().refusals[1]] == [True, True]


def test_what_is_no_plan_at_all_is_said_by_its_kind(stage: Stage) -> None:
    with pytest.raises(NotFound, match="Function not found"):
        plan_of(stage.environment, "nobody", ["read"], "least")
    with pytest.raises(ValueError, match="to do something"):
        stage.plan(())
    CognitoLink.objects.all().delete()
    with pytest.raises(NothingLinked):
        stage.plan()


def test_two_environments_have_two_policies(stage: Stage) -> None:
    assert another_environment(stage).plan().policy.name != stage.plan().policy.name


def test_what_an_earlier_access_left_elsewhere_is_part_of_the_next_plan(stage: Stage, sandbox: Any) -> None:
    stage.given()
    first = stage.plan().policy
    assert not stage.plan().needed
    role, arn = make_role(sandbox)
    stage.client("lambda").update_function_configuration(FunctionName=stage.function, Role=arn)
    CognitoLink.objects.filter(environment=stage.environment).update(resource_name="renamed")
    plan = stage.plan()
    assert [(one.name, one.before, one.after) for one in plan.variables] == [
        ("AUTH_RENAMED_USERPOOLID", None, stage.pool_id),
        (VARIABLE, stage.pool_id, None),
    ]
    assert [(one.role, one.before, one.after) for one in plan.policies] == [
        (role, None, first.after),
        (stage.role, first.after, None),
    ]
    assert [one.action.partition(":")[2] for one in plan.calls] == [
        "PutRolePolicy",
        "DeleteRolePolicy",
        "UpdateFunctionConfiguration",
    ]

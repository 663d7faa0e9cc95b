"""Declared actions are those really called, and the documented policy is the one the code asks for."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest

import aws
from aws import permissions, stack_permissions, user_pools
from aws.declarations import actions_of, declared, permissions_of, quota_of, uses
from aws.permissions import Feature, actions_for, policy
from aws.quotas import Quota
from tests.aws.conftest import ROOT

FOLDER = Path(aws.__file__).parent
ON_THE_WAY = {
    "amplify:TagResource",
    "iam:PassRole",
    *stack_permissions.MADE_WITH_A_ROOT_STACK,
    *stack_permissions.MADE_WITH_AUTH,
}
"""What AWS checks when it acts for us; the last ones are calls of ours too, in other places."""


def calls_in_the_code() -> dict[str, set[str]]:
    """Every literal `call(target, "service", "Operation")` or `fetch(...)`, by the function it stands in."""
    found: dict[str, set[str]] = {}
    for path in FOLDER.glob("*.py"):
        for function in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("call", "fetch"):
                    words = [str(arg.value) for arg in node.args[1:3] if isinstance(arg, ast.Constant)]
                    if len(words) == 2:
                        name = f"aws.{path.stem}.{function.name}"
                        found.setdefault(name, set()).add(f"{words[0]}:{words[1]}")
    return found


def test_every_call_is_declared_beside_the_function_that_makes_it() -> None:
    in_code = calls_in_the_code()

    assert len(in_code) > 20
    for name, actions in in_code.items():
        assert actions <= declared().get(name, frozenset()), name


def test_nothing_is_declared_that_nobody_calls() -> None:
    called = {action for actions in calls_in_the_code().values() for action in actions}
    asked = {action for actions in declared().values() for action in actions if not action.startswith("test:")}

    assert asked - called == ON_THE_WAY - called


def test_every_declared_action_is_an_operation_of_its_service() -> None:
    models = botocore.session.get_session()
    asked = {call for name, calls in declared().items() if name.startswith("aws.") for call in calls}
    for action in asked - ON_THE_WAY:
        service, _, operation = action.partition(":")
        assert operation in models.get_service_model(service).operation_names
        assert isinstance(quota_of(action), Quota)


def test_every_public_function_that_asks_aws_belongs_to_a_feature() -> None:
    covered = set(actions_for(*Feature))
    asked = {call for name, calls in declared().items() if name.startswith("aws.") for call in calls}

    assert {action for call in asked for action in permissions_of(call)} == covered


def functions_used_in(*patterns: str) -> set[str]:
    """The full names of the gateway's functions that these files call by their module, as `stacks.describe_stack`."""
    paths = [path for pattern in patterns for path in ROOT.glob(pattern)]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return {f"aws.{ast.unparse(node)}" for node in nodes if isinstance(node, ast.Attribute)} & set(declared())


@pytest.mark.parametrize(
    ("features", "patterns", "used"),
    [
        (
            (Feature.AMPLIFY,),
            ("environments/backends.py", "deployments/connecting.py"),
            "aws.stacks.describe_stack",
        ),
        (
            (Feature.IMPORT, Feature.AMPLIFY, Feature.PUSH),
            ("backend_state/**/*.py", "deployments/[!bc]*.py"),
            "aws.app_clients.describe_app_client",
        ),
        (
            (Feature.AMPLIFY, Feature.PUSH, Feature.CREATE_BACKEND),
            (
                "deployments/create_backend_job.py",
                "deployments/backend_making.py",
                "deployments/views/create_backend.py",
                "environments/backends.py",
            ),
            "aws.stacks.create_stack",
        ),
        (
            (Feature.IMPORT, Feature.AMPLIFY, Feature.PUSH, Feature.CREATE_BACKEND, Feature.DELETE_BACKEND),
            ("deployments/cloning/*.py", "deployments/deleting/*.py", "deployments/backend_making.py"),
            "aws.root_stacks.delete_root_stack",
        ),
        (
            (Feature.IMPORT, Feature.MANAGED, Feature.USERS),
            ("deployments/scratch/*.py",),
            "aws.stacks.plan_new_stack",
        ),
        (
            (Feature.IMPORT, Feature.FUNCTION_ACCESS),
            ("function_access/**/*.py",),
            "aws.functions.change_variables",
        ),
        (
            (Feature.IMPORT, Feature.PUSH, Feature.DATA),
            ("data_authorization/**/*.py",),
            "aws.graphql_apis.introspection_schema",
        ),
    ],
)
def test_the_policies_documented_for_a_page_grant_everything_it_asks(
    features: tuple[Feature, ...], patterns: tuple[str, ...], used: str
) -> None:
    found = functions_used_in(*patterns)
    granted = set(actions_for(*features))

    assert used in found
    for name in found:
        assert {action for call in declared()[name] for action in permissions_of(call)} <= granted, name


def test_calls_that_have_no_permission_of_their_name_ask_for_the_one_aws_checks() -> None:
    push = actions_for(Feature.PUSH)

    assert {"s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"} <= set(push)
    assert not [action for action in push if action.startswith(("s3:Head", "s3:ListObject"))]


def test_a_push_reaches_only_what_amplify_made() -> None:
    by_title = {statement["Sid"]: statement["Resource"] for statement in policy(Feature.PUSH)["Statement"]}

    assert by_title["DeploymentBuckets"] == "arn:aws:s3:::amplify-*-deployment"
    assert by_title["DeploymentObjects"] == "arn:aws:s3:::amplify-*-deployment/*"
    assert by_title["EnvironmentParameters"] == "arn:aws:ssm:*:*:parameter/amplify/*"
    assert by_title["Stacks"] == "arn:aws:cloudformation:*:*:stack/amplify-*/*"
    assert "*" not in by_title.values()


def test_making_a_backend_reaches_only_roles_of_its_stacks() -> None:
    alone = {statement["Sid"]: statement for statement in policy(Feature.CREATE_BACKEND)["Statement"]}
    together = {s["Sid"]: s for s in policy(Feature.FIX, Feature.CREATE_BACKEND)["Statement"]}

    assert alone["AmplifyRoles"]["Resource"] == "arn:aws:iam::*:role/amplify-*"
    assert "iam:CreateRole" in together["Roles"]["Action"]
    assert together["AmplifyRoles"]["Action"] == ["iam:DeleteRole"]


def test_starting_from_scratch_reaches_only_stacks_and_roles_of_its_own() -> None:
    alone = {statement["Sid"]: statement for statement in policy(Feature.MANAGED)["Statement"]}
    together = {s["Sid"]: s for s in policy(Feature.MANAGED, Feature.PUSH, Feature.CREATE_BACKEND)["Statement"]}

    assert alone["ManagedStacks"]["Resource"] == "arn:aws:cloudformation:*:*:stack/console-auth-*/*"
    assert alone["ManagedRoles"]["Resource"] == "arn:aws:iam::*:role/console-auth-*"
    assert together["AmplifyManagedStacks"]["Resource"] == [
        "arn:aws:cloudformation:*:*:stack/amplify-*/*",
        "arn:aws:cloudformation:*:*:stack/console-auth-*/*",
    ]
    assert "iam:TagRole" in together["ManagedRoles"]["Action"]
    assert "iam:CreateRole" in together["AmplifyManagedRoles"]["Action"]


def test_a_function_inherits_the_actions_of_those_it_calls() -> None:
    assert actions_of(user_pools.turn_on_deletion_protection) == {
        "cognito-idp:DescribeUserPool",
        "cognito-idp:UpdateUserPool",
        "iam:PassRole",
    }


def test_one_action_cannot_have_two_quotas() -> None:
    with pytest.raises(ValueError, match="two different quotas"):
        uses("cognito-idp:DescribeUserPool", quota=Quota.USER_LIST)(lambda: None)


@pytest.mark.parametrize("feature", [Feature.IMPORT, Feature.AMPLIFY])
def test_what_only_reads_asks_for_reading_only(feature: Feature) -> None:
    verbs = {re.match(r"[A-Z][a-z]+", action.partition(":")[2])[0] for action in actions_for(feature)}  # type: ignore[index]

    assert verbs <= {"List", "Describe", "Get"}


def test_the_policy_grants_each_action_once_and_hands_roles_to_cognito_only() -> None:
    statements: list[dict[str, Any]] = policy(*Feature)["Statement"]
    granted = [action for statement in statements for action in statement["Action"]]
    passing = next(statement for statement in statements if "iam:PassRole" in statement["Action"])

    assert sorted(granted) == list(actions_for(*Feature))
    assert not [action for action in granted if "*" in action]
    assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "cognito-identity.amazonaws.com",
        "cognito-idp.amazonaws.com",
    ]
    assert len({statement["Sid"] for statement in statements}) == len(statements)


def test_the_policy_can_be_narrowed_to_an_account_and_a_region() -> None:
    text = json.dumps(policy(Feature.IMPORT, account="123456789012", region="eu-west-1", partition="aws-cn"))

    assert "arn:aws-cn:cognito-idp:eu-west-1:123456789012:userpool/*" in text
    assert "arn:aws-cn:iam::123456789012:role/*" in text
    assert ":*:*:" not in text


def test_the_documented_policies_are_those_of_the_code() -> None:
    document = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", document, re.DOTALL)]

    assert blocks == [policy(feature) for feature in Feature]
    for action in actions_for(*Feature):
        assert action in document
    assert permissions.__doc__

"""iam:SimulatePrincipalPolicy, which moto has not."""

from typing import Any

import pytest

from aws.sandbox.ids import role_arn
from tests.aws_sandbox.refusals import refused

ACTIONS = ["cognito-idp:DescribeUserPool", "cognito-idp:UpdateUserPool", "cognito-identity:DescribeIdentityPool"]


def decisions(iam: Any, principal: str) -> dict[str, str]:
    answer = iam.simulate_principal_policy(PolicySourceArn=principal, ActionNames=ACTIONS)
    return {result["EvalActionName"]: result["EvalDecision"] for result in answer["EvaluationResults"]}


@pytest.fixture
def iam(connect: Any) -> Any:
    return connect("iam")


def test_a_role_may_what_its_policy_allows(iam: Any) -> None:
    assert decisions(iam, role_arn("console-full")) == dict.fromkeys(ACTIONS, "allowed")
    assert decisions(iam, role_arn("console-read-user-pools-only")) == {
        "cognito-idp:DescribeUserPool": "allowed",
        "cognito-idp:UpdateUserPool": "implicitDeny",
        "cognito-identity:DescribeIdentityPool": "implicitDeny",
    }


def test_a_deny_wins_over_an_allow_of_another_policy(iam: Any) -> None:
    user = iam.create_user(UserName="simulated")["User"]["Arn"]
    for name, effect, action in (("all", "Allow", "cognito-idp:*"), ("not-that", "Deny", "cognito-idp:Update*")):
        statement = f'{{"Effect": "{effect}", "Action": "{action}", "Resource": "*"}}'
        document = f'{{"Version": "2012-10-17", "Statement": {statement}}}'
        iam.put_user_policy(UserName="simulated", PolicyName=name, PolicyDocument=document)
    assert decisions(iam, user)["cognito-idp:UpdateUserPool"] == "explicitDeny"
    assert decisions(iam, user)["cognito-idp:DescribeUserPool"] == "allowed"


def test_the_owner_of_the_account_may_everything(iam: Any, connect: Any) -> None:
    caller = connect("sts").get_caller_identity()["Arn"]
    assert set(decisions(iam, caller).values()) == {"allowed"}


def test_an_unknown_role_is_no_such_entity(iam: Any) -> None:
    with refused("NoSuchEntity", "nobody"):
        decisions(iam, role_arn("nobody"))


def test_a_session_must_be_named_by_its_role(iam: Any) -> None:
    with refused("InvalidInput"):
        decisions(iam, "arn:aws:sts::123456789012:assumed-role/console-full/session")

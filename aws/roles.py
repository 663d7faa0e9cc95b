"""IAM roles: reading one, making one, and rewriting whom it trusts."""

import json
from typing import Any

from aws.calls import call, fetch
from aws.changes import Change, change, refuse_other_than
from aws.declarations import uses
from aws.errors import NotFound
from aws.quotas import Quota
from aws.resources import Role, role_name
from aws.target import AwsTarget


@uses("iam:GetRole", quota=Quota.UNPUBLISHED)
def get_role(target: AwsTarget, arn_or_name: str) -> Role:
    """One role, by ARN or by name. Raises NotFound when there is none.

    IAM looks roles up by name in the credentials' own account; a role of another account is not found, even
    when this account has one of the same name.
    """
    name = role_name(arn_or_name)
    role = fetch(target, "iam", "GetRole", lambda answer: Role.from_api(answer["Role"]), RoleName=name)
    if arn_or_name.startswith("arn:") and arn_or_name.split(":")[4:5] != role.arn.split(":")[4:5]:
        raise NotFound(
            f"The role {name} belongs to another account, which these credentials cannot read.",
            code="RoleOfAnotherAccount",
            action="iam:GetRole",
            next_step="Choose a role of the account that the identity pool is in.",
        )
    return role


def plan_role(*, name: str, trust_policy: str, description: str = "") -> Change:
    """What `create_role` would make. `trust_policy` is JSON text."""
    after = {"RoleName": name, "Description": description, "AssumeRolePolicyDocument": json.loads(trust_policy)}
    return change("iam:CreateRole", name, {}, after)


@uses("iam:CreateRole", quota=Quota.UNPUBLISHED)
def create_role(target: AwsTarget, *, name: str, trust_policy: str, description: str = "") -> Role:
    """Make a role that trusts as `trust_policy` (JSON text) says and grants nothing.

    Raises Rejected when the name is taken. IAM needs some seconds before other services know a new role.
    """
    request: dict[str, Any] = {"RoleName": name, "AssumeRolePolicyDocument": trust_policy}
    if description:
        request["Description"] = description
    return fetch(target, "iam", "CreateRole", lambda answer: Role.from_api(answer["Role"]), **request)


def _trust_change(role: Role, trust_policy: str) -> Change:
    return change(
        "iam:UpdateAssumeRolePolicy",
        role.arn,
        {"AssumeRolePolicyDocument": json.loads(role.trust_policy)},
        {"AssumeRolePolicyDocument": json.loads(trust_policy)},
    )


@uses(get_role)
def plan_trust_policy(target: AwsTarget, *, name: str, trust_policy: str) -> Change:
    """What `update_trust_policy` would change. Reads only; `name` may be an ARN."""
    return _trust_change(get_role(target, name), trust_policy)


@uses(get_role)
@uses("iam:UpdateAssumeRolePolicy", quota=Quota.UNPUBLISHED)
def update_trust_policy(target: AwsTarget, *, name: str, trust_policy: str, planned: Change | None = None) -> Role:
    """Replace a role's trust policy by `trust_policy` (JSON text); `name` may be an ARN. Answers the role then.

    With `planned`, raises Rejected (`ChangedMeanwhile`) when the difference is no longer the one that was shown.
    """
    role = get_role(target, name)
    current = _trust_change(role, trust_policy)
    refuse_other_than(planned, current)
    if current.needed:
        call(target, "iam", "UpdateAssumeRolePolicy", RoleName=role.name, PolicyDocument=trust_policy)
    return get_role(target, name)

"""IAM roles: reading one, making one, rewriting whom it trusts, and the policies that are written into it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from aws.calls import Answer, call, fetch, to_the_end
from aws.changes import Change, change, refuse_other_than
from aws.declarations import uses
from aws.errors import NotFound, Rejected
from aws.quotas import Quota
from aws.resources import Page, Role, role_name
from aws.side_by_side import Together
from aws.target import AwsTarget

LARGEST_POLICIES = 10_240
"""Characters of all inline policies of a role together, white space not counted (AWS, "IAM and AWS STS quotas")."""

MAKE_ROOM = (
    "Move some of the role's inline policies into managed policies, which have room of their own, then try again."
)

Policy = Mapping[str, Any]
"""A policy document."""


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


def policy_size(document: Policy) -> int:
    """The characters of a policy document as IAM counts them against its quotas."""
    return len(json.dumps(document, separators=(",", ":"), ensure_ascii=False))


@uses("iam:ListRolePolicies", quota=Quota.UNPUBLISHED)
def _page_of_policy_names(target: AwsTarget, name: str, token: str) -> Page[str]:
    def parse(answer: Answer) -> Page[str]:
        return Page(tuple(answer["PolicyNames"]), answer["Marker"] if answer.get("IsTruncated") else "")

    more = {"Marker": token} if token else {}
    return fetch(target, "iam", "ListRolePolicies", parse, RoleName=name, **more)


@uses(_page_of_policy_names)
def iter_policy_names(target: AwsTarget, arn_or_name: str) -> Iterator[str]:
    """The names of the policies that are written into a role. Raises NotFound when there is no such role."""
    name = role_name(arn_or_name)
    return to_the_end(lambda token: _page_of_policy_names(target, name, token))


@uses("iam:GetRolePolicy", quota=Quota.UNPUBLISHED)
def inline_policy(target: AwsTarget, arn_or_name: str, policy: str) -> Policy:
    """One policy that is written into a role. Raises NotFound when there is no such policy, or no such role."""
    return fetch(
        target,
        "iam",
        "GetRolePolicy",
        lambda answer: dict(answer["PolicyDocument"]),
        RoleName=role_name(arn_or_name),
        PolicyName=policy,
    )


@uses(iter_policy_names)
@uses(inline_policy)
def inline_policies(target: AwsTarget, arn_or_name: str) -> Mapping[str, Policy]:
    """All policies that are written into a role, by name; those attached to it are no part of it. Raises AwsError."""
    found: dict[str, Policy] = {}
    with Together() as together:
        names = tuple(iter_policy_names(target, arn_or_name))
        reading = {name: together.start(inline_policy, target, arn_or_name, name) for name in names}
        for name, one in reading.items():
            # One that goes away between the list and the reading is none.
            with suppress(NotFound):
                found[name] = one.result()
    return found


@uses(inline_policy)
@uses(get_role)
def policy_or_none(target: AwsTarget, arn_or_name: str, policy: str) -> Policy | None:
    """One policy that is written into a role, None where there is none. Raises NotFound when there is no such role."""
    try:
        return inline_policy(target, arn_or_name, policy)
    except NotFound:
        # IAM says the same of a role that is gone and of a policy the role has not.
        get_role(target, arn_or_name)
        return None


@uses(policy_or_none)
@uses("iam:DeleteRolePolicy", "iam:PutRolePolicy", quota=Quota.UNPUBLISHED)
def change_inline_policy(
    target: AwsTarget, arn_or_name: str, policy: str, *, before: Policy | None, after: Policy | None
) -> bool:
    """Write the policy into the role, or with None take it out, where it is as `before`. False if it is so already.

    IAM knows no condition for this, so what is there is read first. Raises Rejected (`ChangedMeanwhile`) where it is
    neither as before nor as wanted, and NotFound when there is no such role.
    """
    name = role_name(arn_or_name)
    now = policy_or_none(target, arn_or_name, policy)
    if now == after:
        return False
    if now != before:
        raise Rejected(
            f"The policy {policy} of the role {name} was changed by somebody else meanwhile.",
            code="ChangedMeanwhile",
            action="iam:PutRolePolicy",
            next_step="Look at the new difference and apply it again.",
        )
    if after is None:
        call(target, "iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy)
    else:
        text = json.dumps(after, separators=(",", ":"), ensure_ascii=False)
        try:
            call(target, "iam", "PutRolePolicy", RoleName=name, PolicyName=policy, PolicyDocument=text)
        except Rejected as error:
            if error.code.startswith("LimitExceeded"):
                error.next_step = MAKE_ROOM
            raise
    return True

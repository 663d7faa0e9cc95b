"""The groups of a pool, and who is in them. `aws.user_pools.list_groups` lists them all."""

from collections.abc import Iterator
from typing import Any

from aws.calls import PAGE, call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.quotas import Quota
from aws.resources import Group, Page
from aws.target import AwsTarget
from aws.user_resources import CognitoUser


@uses("cognito-idp:GetGroup", quota=Quota.USER_POOL_RESOURCE_READ)
def get_group(target: AwsTarget, pool_id: str, name: str) -> Group:
    """One group. Raises NotFound."""
    parse = lambda answer: Group.from_api(answer["Group"])  # noqa: E731
    return fetch(target, "cognito-idp", "GetGroup", parse, UserPoolId=pool_id, GroupName=name)


@uses("cognito-idp:CreateGroup", quota=Quota.USER_POOL_RESOURCE_UPDATE)
@uses("iam:PassRole")
def create_group(target: AwsTarget, pool_id: str, group: Group) -> Group:
    more: dict[str, Any] = {}
    if group.description:
        more["Description"] = group.description
    if group.precedence is not None:
        more["Precedence"] = group.precedence
    if group.role_arn:
        more["RoleArn"] = group.role_arn
    parse = lambda answer: Group.from_api(answer["Group"])  # noqa: E731
    return fetch(target, "cognito-idp", "CreateGroup", parse, UserPoolId=pool_id, GroupName=group.name, **more)


@uses("cognito-idp:UpdateGroup", quota=Quota.USER_POOL_RESOURCE_UPDATE)
@uses("iam:PassRole")
def update_group(target: AwsTarget, pool_id: str, group: Group) -> Group:
    """Make the group of this name like `group`. A role or precedence once given can be changed, never taken away."""
    more: dict[str, Any] = {"Description": group.description}
    if group.precedence is not None:
        more["Precedence"] = group.precedence
    if group.role_arn:
        more["RoleArn"] = group.role_arn
    parse = lambda answer: Group.from_api(answer["Group"])  # noqa: E731
    return fetch(target, "cognito-idp", "UpdateGroup", parse, UserPoolId=pool_id, GroupName=group.name, **more)


@uses("cognito-idp:DeleteGroup", quota=Quota.USER_POOL_RESOURCE_UPDATE)
def delete_group(target: AwsTarget, pool_id: str, name: str) -> None:
    """Delete the group; its members stay users of the pool."""
    call(target, "cognito-idp", "DeleteGroup", UserPoolId=pool_id, GroupName=name)


@uses("cognito-idp:ListUsersInGroup", quota=Quota.USER_LIST)
def page_of_members(
    target: AwsTarget, pool_id: str, name: str, *, token: str = "", size: int = PAGE
) -> Page[CognitoUser]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Users", CognitoUser.from_api, "NextToken")
    return fetch(
        target, "cognito-idp", "ListUsersInGroup", parse, UserPoolId=pool_id, GroupName=name, Limit=size, **more
    )


@uses(page_of_members)
def iter_members(target: AwsTarget, pool_id: str, name: str) -> Iterator[CognitoUser]:
    """Every member of the group."""
    return to_the_end(lambda token: page_of_members(target, pool_id, name, token=token))


@uses("cognito-idp:AdminListGroupsForUser", quota=Quota.USER_RESOURCE_READ)
def _page_of_groups_of(target: AwsTarget, pool_id: str, username: str, token: str) -> Page[Group]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Groups", Group.from_api, "NextToken")
    return fetch(
        target,
        "cognito-idp",
        "AdminListGroupsForUser",
        parse,
        UserPoolId=pool_id,
        Username=username,
        Limit=PAGE,
        **more,
    )


@uses(_page_of_groups_of)
def groups_of(target: AwsTarget, pool_id: str, username: str) -> tuple[Group, ...]:
    """Every group the user is in."""
    return tuple(to_the_end(lambda token: _page_of_groups_of(target, pool_id, username, token)))


@uses("cognito-idp:AdminAddUserToGroup", quota=Quota.USER_UPDATE)
def add_member(target: AwsTarget, pool_id: str, name: str, username: str) -> None:
    """Put the user into the group; nothing happens when the user is in it already."""
    call(target, "cognito-idp", "AdminAddUserToGroup", UserPoolId=pool_id, GroupName=name, Username=username)


@uses("cognito-idp:AdminRemoveUserFromGroup", quota=Quota.USER_UPDATE)
def remove_member(target: AwsTarget, pool_id: str, name: str, username: str) -> None:
    call(target, "cognito-idp", "AdminRemoveUserFromGroup", UserPoolId=pool_id, GroupName=name, Username=username)

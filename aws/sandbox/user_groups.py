"""Groups and who is in them."""

from typing import Any

from moto.core.exceptions import JsonRESTError

from aws.sandbox.errors import LimitExceeded
from aws.sandbox.user_lists import page_token, place_of, size_of
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxGroup

MOST_GROUPS = 10_000
MOST_GROUPS_OF_A_USER = 100


def create_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters["GroupName"] in pool.groups:
        raise JsonRESTError("GroupExistsException", "A group with the name already exists.")
    if len(pool.groups) >= MOST_GROUPS:
        raise LimitExceeded("Exceeded the maximum number of groups in a user pool.")
    group = SandboxGroup(
        pool.id,
        parameters["GroupName"],
        parameters.get("Description"),
        parameters.get("RoleArn"),
        parameters.get("Precedence"),
    )
    return {"Group": pool.add_group(group).to_json()}


def get_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"Group": pool.group(parameters["GroupName"]).to_json()}


def update_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """ "Updates any of the properties for precedence, IAM role, or description": what is not given stays."""
    group = pool.group(parameters["GroupName"])
    group.update(parameters.get("Description"), parameters.get("RoleArn"), parameters.get("Precedence"))
    return {"Group": group.to_json()}


def delete_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    group = pool.group(parameters["GroupName"])
    for user in group.users:
        user.groups.discard(group)
    del pool.groups[group.group_name]
    return {}


def list_groups(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return _page_of_groups(list(pool.groups.values()), parameters, "ListGroups", pool.id)


def admin_list_groups_for_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    # A set in moto, so that the order of the list has to be made.
    groups: list[Any] = sorted(user.groups, key=lambda group: group.place)
    return _page_of_groups(groups, parameters, "AdminListGroupsForUser", pool.id, user.username)


def _page_of_groups(groups: list[SandboxGroup], parameters: dict[str, Any], *request: str) -> dict[str, Any]:
    start = place_of(parameters.get("NextToken"), *request)
    size = size_of(parameters)
    rest = [group for group in groups if group.place >= start] if start else groups
    answer: dict[str, Any] = {"Groups": [group.to_json() for group in rest[:size]]}
    if len(rest) > size:
        answer["NextToken"] = page_token(rest[size].place, *request)
    return answer


def admin_add_user_to_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    group = pool.group(parameters["GroupName"])
    user = pool.user(parameters["Username"])
    if group not in user.groups and len(user.groups) >= MOST_GROUPS_OF_A_USER:
        raise LimitExceeded("Exceeded the maximum number of groups a user can belong to.")
    group.users.add(user)
    user.groups.add(group)
    return {}


def admin_remove_user_from_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    group = pool.group(parameters["GroupName"])
    user = pool.user(parameters["Username"])
    group.users.discard(user)
    user.groups.discard(group)
    return {}

"""Groups and their members as Amazon Cognito documents them."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import made_pool

ROLE = "arn:aws:iam::123456789012:role/shop-admins"


@pytest.fixture(scope="module")
def pool(connect: Callable[..., Any]) -> Iterator[str]:
    with made_pool(connect("cognito-idp")) as made:
        yield made


def test_a_group_shows_what_it_was_given_and_nothing_else(cognito: Any, pool: str) -> None:
    group = cognito.create_group(UserPoolId=pool, GroupName="bare")["Group"]
    assert set(group) == {"GroupName", "UserPoolId", "CreationDate", "LastModifiedDate"}
    given = {"Description": "All of it", "RoleArn": ROLE, "Precedence": 0}
    full = cognito.create_group(UserPoolId=pool, GroupName="full", **given)["Group"]
    assert {name: full[name] for name in given} == given
    assert cognito.get_group(UserPoolId=pool, GroupName="full")["Group"] == full


def test_an_update_changes_what_is_given(cognito: Any, pool: str) -> None:
    arguments = {"UserPoolId": pool, "GroupName": "changes"}
    cognito.create_group(**arguments, Description="Before", RoleArn=ROLE, Precedence=3)
    changed = cognito.update_group(**arguments, Precedence=0)["Group"]
    assert (changed["Description"], changed["RoleArn"], changed["Precedence"]) == ("Before", ROLE, 0)
    assert cognito.update_group(**arguments, Description="")["Group"]["Description"] == ""
    assert changed["LastModifiedDate"] >= changed["CreationDate"]


def test_a_name_is_taken_once(cognito: Any, pool: str) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="once")
    with refused("GroupExistsException", "A group with the name already exists."):
        cognito.create_group(UserPoolId=pool, GroupName="once")
    cognito.create_group(UserPoolId=pool, GroupName="Once")


@pytest.mark.parametrize(
    ("given", "member"),
    [
        ({"GroupName": "two words"}, "groupName"),
        ({"GroupName": "g" * 129}, "groupName"),
        ({"GroupName": "long", "Description": "d" * 2049}, "description"),
        ({"GroupName": "negative", "Precedence": -1}, "precedence"),
        ({"GroupName": "role", "RoleArn": "arn:not-an-arn-of-a-role"}, "roleArn"),
    ],
)
def test_limits_are_refused(cognito: Any, pool: str, given: dict[str, Any], member: str) -> None:
    with refused("InvalidParameterException", f"at '{member}' failed to satisfy constraint"):
        unchecked(cognito).create_group(UserPoolId=pool, **given)


def unchecked(cognito: Any) -> Any:
    """A client that lets the service refuse what botocore would not even send."""
    make: Any = boto3.client
    return make(
        "cognito-idp",
        region_name="eu-west-1",
        endpoint_url=cognito.meta.endpoint_url,
        aws_access_key_id="sample",
        aws_secret_access_key="sample",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


def test_unknown_groups_and_users_are_not_found(cognito: Any, pool: str) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="known")
    unknown = {"UserPoolId": pool, "GroupName": "unknown"}
    for call in (cognito.get_group, cognito.update_group, cognito.delete_group, cognito.list_users_in_group):
        with refused("ResourceNotFoundException", "Group not found."):
            call(**unknown)
    with refused("UserNotFoundException", "User does not exist."):
        cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="known", Username="nobody")
    with refused("UserNotFoundException", "User does not exist."):
        cognito.admin_list_groups_for_user(UserPoolId=pool, Username="nobody")


def test_members_come_and_go_and_a_deleted_group_leaves_its_members(cognito: Any, pool: str) -> None:
    cognito.create_group(UserPoolId=pool, GroupName="first")
    cognito.create_group(UserPoolId=pool, GroupName="second")
    cognito.admin_create_user(UserPoolId=pool, Username="member")
    for _ in range(2):
        for name in ("first", "second"):
            cognito.admin_add_user_to_group(UserPoolId=pool, GroupName=name, Username="member")

    def groups() -> list[str]:
        listed = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="member")["Groups"]
        return [group["GroupName"] for group in listed]

    assert groups() == ["first", "second"]
    assert len(cognito.list_users_in_group(UserPoolId=pool, GroupName="first")["Users"]) == 1
    for _ in range(2):
        cognito.admin_remove_user_from_group(UserPoolId=pool, GroupName="first", Username="member")
    assert groups() == ["second"]
    cognito.delete_group(UserPoolId=pool, GroupName="second")
    assert groups() == []
    assert cognito.admin_get_user(UserPoolId=pool, Username="member")["Username"] == "member"


def test_members_page_on_while_some_leave(cognito: Any, control: Control) -> None:
    with made_pool(cognito) as pool:
        cognito.create_group(UserPoolId=pool, GroupName="crowd")
        control.ask("POST", "/sandbox/users", {"pool": pool, "count": 130, "group": "crowd"})
        arguments = {"UserPoolId": pool, "GroupName": "crowd"}
        page = cognito.list_users_in_group(**arguments)
        assert len(page["Users"]) == 60
        for number in (0, 60):
            cognito.admin_remove_user_from_group(**arguments, Username=f"load-{number:06}")
        seen = [user["Username"] for user in page["Users"]]
        while "NextToken" in page:
            page = cognito.list_users_in_group(**arguments, NextToken=page["NextToken"])
            seen += [user["Username"] for user in page["Users"]]
        assert len(seen) == len(set(seen)) == 129
        with refused("InvalidParameterException", "Invalid pagination token."):
            cognito.list_users_in_group(**arguments, NextToken="garbage")


def test_groups_are_listed_in_pages(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        for number in range(5):
            cognito.create_group(UserPoolId=pool, GroupName=f"group-{number}")
        page = cognito.list_groups(UserPoolId=pool, Limit=2)
        cognito.delete_group(UserPoolId=pool, GroupName="group-2")
        rest = cognito.list_groups(UserPoolId=pool, NextToken=page["NextToken"])
        names = [group["GroupName"] for group in page["Groups"] + rest["Groups"]]
        assert names == ["group-0", "group-1", "group-3", "group-4"]
        assert "NextToken" not in rest


def test_a_user_is_in_a_hundred_groups_at_most(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        cognito.admin_create_user(UserPoolId=pool, Username="joiner")
        for number in range(101):
            cognito.create_group(UserPoolId=pool, GroupName=f"group-{number}")
        for number in range(100):
            cognito.admin_add_user_to_group(UserPoolId=pool, GroupName=f"group-{number}", Username="joiner")
        with refused("LimitExceededException"):
            cognito.admin_add_user_to_group(UserPoolId=pool, GroupName="group-100", Username="joiner")
        first = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="joiner")
        rest = cognito.admin_list_groups_for_user(UserPoolId=pool, Username="joiner", NextToken=first["NextToken"])
        assert (len(first["Groups"]), len(rest["Groups"])) == (60, 40)

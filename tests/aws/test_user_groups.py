"""The groups of a pool and who is in them."""

from itertools import count
from typing import Any

import pytest

from aws import user_groups, user_pools
from aws.errors import NotFound, Rejected
from aws.resources import Group
from tests.aws.conftest import TARGET, Sandbox

ROLE = "arn:aws:iam::123456789012:role/shop-editors"
_numbers = count(1)


@pytest.fixture
def pool(sandbox: Sandbox) -> str:
    made = sandbox.client("cognito-idp").create_user_pool(PoolName=f"groups-{next(_numbers)}")
    return str(made["UserPool"]["Id"])


def user(sandbox: Sandbox, pool: str, name: str) -> str:
    sandbox.client("cognito-idp").admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    return name


def raw(sandbox: Sandbox, pool: str, name: str) -> dict[str, Any]:
    return dict(sandbox.client("cognito-idp").get_group(UserPoolId=pool, GroupName=name)["Group"])


def test_a_group_is_made_read_and_changed(sandbox: Sandbox, pool: str) -> None:
    wanted = Group("a/..😀", "Write", 0, ROLE)
    made = user_groups.create_group(TARGET, pool, wanted)
    assert made == wanted
    assert made.created is not None
    assert made.modified is not None
    assert user_groups.get_group(TARGET, pool, wanted.name) == wanted
    changed = user_groups.update_group(TARGET, pool, Group(wanted.name, "", 7, ROLE))
    assert (changed.description, changed.precedence) == ("", 7)
    assert raw(sandbox, pool, wanted.name)["Precedence"] == 7
    user_groups.delete_group(TARGET, pool, wanted.name)
    with pytest.raises(NotFound):
        user_groups.get_group(TARGET, pool, wanted.name)


def test_what_a_new_group_is_not_given_is_not_sent(sandbox: Sandbox, pool: str) -> None:
    made = user_groups.create_group(TARGET, pool, Group("Plain"))
    assert (made.description, made.precedence, made.role_arn) == ("", None, "")
    assert not {"Description", "Precedence", "RoleArn"} & set(raw(sandbox, pool, "Plain"))


def test_a_role_and_a_precedence_are_never_taken_away(pool: str) -> None:
    user_groups.create_group(TARGET, pool, Group("Editors", "x", 5, ROLE))
    changed = user_groups.update_group(TARGET, pool, Group("Editors", "y"))
    assert changed == Group("Editors", "y", 5, ROLE)


def test_a_name_is_taken_once(pool: str) -> None:
    user_groups.create_group(TARGET, pool, Group("Editors"))
    with pytest.raises(Rejected) as refused:
        user_groups.create_group(TARGET, pool, Group("Editors"))
    assert refused.value.code == "GroupExistsException"


def test_members_come_page_by_page_to_the_end(sandbox: Sandbox, pool: str) -> None:
    user_groups.create_group(TARGET, pool, Group("Editors"))
    names = [user(sandbox, pool, f"member-{number:02}") for number in range(61)]
    for name in names:
        sandbox.client("cognito-idp").admin_add_user_to_group(UserPoolId=pool, GroupName="Editors", Username=name)
    user_groups.add_member(TARGET, pool, "Editors", names[0])
    first = user_groups.page_of_members(TARGET, pool, "Editors")
    assert (len(first.items), bool(first.next_token)) == (60, True)
    assert {one.username for one in user_groups.iter_members(TARGET, pool, "Editors")} == set(names)
    user_groups.remove_member(TARGET, pool, "Editors", names[0])
    user_groups.remove_member(TARGET, pool, "Editors", names[0])
    last = user_groups.page_of_members(TARGET, pool, "Editors", size=1)
    assert [one.username for one in last.items] == [names[1]]
    assert user_groups.groups_of(TARGET, pool, names[0]) == ()
    assert user_groups.groups_of(TARGET, pool, names[1]) == (Group("Editors"),)


def test_groups_are_listed_page_by_page(sandbox: Sandbox, pool: str) -> None:
    for number in range(61):
        sandbox.client("cognito-idp").create_group(UserPoolId=pool, GroupName=f"g{number:02}")
    first = user_pools.page_of_groups(TARGET, pool)
    rest = user_pools.page_of_groups(TARGET, pool, first.next_token)
    assert (len(first.items), len(rest.items), rest.next_token) == (60, 1, "")
    assert len(user_pools.list_groups(TARGET, pool)) == 61


@pytest.mark.parametrize(
    ("group", "name", "code"),
    [("Gone", "ada", "ResourceNotFoundException"), ("Editors", "gone", "UserNotFoundException")],
)
def test_what_is_gone_is_told_apart(sandbox: Sandbox, pool: str, group: str, name: str, code: str) -> None:
    user_groups.create_group(TARGET, pool, Group("Editors"))
    user(sandbox, pool, "ada")
    for change in (user_groups.add_member, user_groups.remove_member):
        with pytest.raises(NotFound) as refused:
            change(TARGET, pool, group, name)
        assert refused.value.code == code


def test_too_many_groups_of_a_user_is_a_refusal(sandbox: Sandbox, pool: str, no_pauses: list[float]) -> None:
    user_groups.create_group(TARGET, pool, Group("Editors"))
    user(sandbox, pool, "ada")
    sandbox.fail("AdminAddUserToGroup", kind="fail", code="LimitExceededException", message="Exceeded")
    with pytest.raises(Rejected):
        user_groups.add_member(TARGET, pool, "Editors", "ada")

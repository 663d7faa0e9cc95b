"""ListUsers as Amazon Cognito documents it: filters, pages, attributes; and quick, however large the pool is."""

import datetime
import http.client
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import attributes, made_pool, values_of


@pytest.fixture(scope="module")
def people(connect: Callable[..., Any]) -> Iterator[str]:
    """A pool with a few people to look for."""
    cognito = connect("cognito-idp")
    with made_pool(cognito, AutoVerifiedAttributes=["email"]) as pool:
        made = {
            "Ada": attributes(email="ada@example.com", given_name="Ada", phone_number="+4930901820"),
            "adam": attributes(email="Adam@example.com", given_name="Adam", family_name="Sample"),
            "quote": attributes(name='Say "hi" \\ there', family_name="Sample"),
            "bare": [],
        }
        for username, given in made.items():
            cognito.admin_create_user(UserPoolId=pool, Username=username, UserAttributes=given)
        cognito.admin_set_user_password(UserPoolId=pool, Username="Ada", Password="Sample123", Permanent=True)
        cognito.admin_disable_user(UserPoolId=pool, Username="bare")
        yield pool


def found(cognito: Any, pool: str, text: str) -> list[str]:
    return [user["Username"] for user in cognito.list_users(UserPoolId=pool, Filter=text)["Users"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('username = "Ada"', ["Ada"]),
        ('username = "ada"', []),
        ('username ^= "ada"', ["adam"]),
        ('email = "ada@example.com"', ["Ada"]),
        ('email ^= "ada"', ["Ada"]),
        ('phone_number = "+4930901820"', ["Ada"]),
        ('phone_number ^= "+49"', ["Ada"]),
        ('given_name ^= "Ada"', ["Ada", "adam"]),
        ('family_name="Sample"', ["adam", "quote"]),
        ('  family_name   =   "Sample"  ', ["adam", "quote"]),
        (r'name = "Say \"hi\" \\ there"', ["quote"]),
        ('cognito:user_status = "confirmed"', ["Ada"]),
        ('cognito:user_status ^= "FORCE"', ["adam", "quote", "bare"]),
        ('status = "Disabled"', ["bare"]),
        ('status = "disabled"', []),
        ('status = "Enabled"', ["Ada", "adam", "quote"]),
        ('name = ""', []),
        ("", ["Ada", "adam", "quote", "bare"]),
    ],
)
def test_a_filter_finds_by_one_attribute(cognito: Any, people: str, text: str, expected: list[str]) -> None:
    assert found(cognito, people, text) == expected


def test_a_user_is_found_by_sub(cognito: Any, people: str) -> None:
    sub = values_of(cognito.admin_get_user(UserPoolId=people, Username="Ada"))["sub"]
    assert found(cognito, people, f'sub = "{sub}"') == ["Ada"]


@pytest.mark.parametrize(
    "text",
    [
        'custom:tier = "gold"',
        'nickname = "x"',
        "given_name = Ada",
        'given_name == "Ada"',
        'given_name = "Ada',
        'given_name = "a" and name = "b"',
        'given_name = "say "hi""',
        "nonsense",
        f'name = "{"x" * 249}"',
    ],
)
def test_any_other_filter_is_refused(cognito: Any, people: str, text: str) -> None:
    with refused("InvalidParameterException"):
        cognito.list_users(UserPoolId=people, Filter=text)


def test_a_listed_user_has_all_members_and_its_sub(cognito: Any, people: str) -> None:
    (user,) = cognito.list_users(UserPoolId=people, Filter='username = "bare"')["Users"]
    assert set(user) == {
        "Username",
        "Attributes",
        "UserCreateDate",
        "UserLastModifiedDate",
        "Enabled",
        "UserStatus",
    }
    assert (user["Enabled"], user["UserStatus"]) == (False, "FORCE_CHANGE_PASSWORD")
    assert set(values_of(user)) == {"sub"}
    assert abs(user["UserCreateDate"] - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)


def test_attributes_to_get_takes_the_rest_away(cognito: Any, people: str) -> None:
    users = cognito.list_users(UserPoolId=people, AttributesToGet=["email", "given_name"])["Users"]
    assert set(values_of(users[0])) == {"sub", "email", "given_name"}
    assert set(values_of(users[3])) == {"sub"}


def test_attributes_that_cannot_be_searched_must_be_there_for_everybody(cognito: Any, people: str) -> None:
    with refused("InvalidParameterException", "do not exist"):
        cognito.list_users(UserPoolId=people, AttributesToGet=["nickname"])


def test_a_token_leads_on_past_who_came_and_who_went(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        for number in range(6):
            cognito.admin_create_user(UserPoolId=pool, Username=f"user-{number}")
        page = cognito.list_users(UserPoolId=pool, Limit=3)
        assert [user["Username"] for user in page["Users"]] == ["user-0", "user-1", "user-2"]
        cognito.admin_delete_user(UserPoolId=pool, Username="user-0")
        cognito.admin_delete_user(UserPoolId=pool, Username="user-3")
        cognito.admin_create_user(UserPoolId=pool, Username="late")
        rest = cognito.list_users(UserPoolId=pool, Limit=60, PaginationToken=page["PaginationToken"])
        assert [user["Username"] for user in rest["Users"]] == ["user-4", "user-5", "late"]
        assert "PaginationToken" not in rest


def test_filtered_pages_go_on_too_and_a_token_is_good_for_its_own_filter_only(cognito: Any) -> None:
    pool, text = scenario("good").pool_id, 'email ^= "a"'
    page = cognito.list_users(UserPoolId=pool, Limit=5, Filter=text)
    names = [user["Username"] for user in page["Users"]]
    assert len(names) == 5
    rest = cognito.list_users(UserPoolId=pool, Filter=text, PaginationToken=page["PaginationToken"])
    assert not {user["Username"] for user in rest["Users"]} & set(names)
    with refused("InvalidParameterException", "Invalid pagination token."):
        cognito.list_users(UserPoolId=pool, Filter='email ^= "b"', PaginationToken=page["PaginationToken"])


@pytest.mark.slow
def test_a_large_pool_is_filled_and_walked_in_moments(cognito: Any, control: Control) -> None:
    with made_pool(cognito, UsernameAttributes=["email"]) as pool:
        started = time.process_time()
        assert control.ask("POST", "/sandbox/users", {"pool": pool, "count": 20_000}) == {"planted": 20_000}
        names, pages = set(), 0
        for page in cognito.get_paginator("list_users").paginate(UserPoolId=pool):
            pages += 1
            names |= {user["Username"] for user in page["Users"]}
        # Server and client together, on one processor; moto alone would take minutes.
        assert time.process_time() - started < 15
        assert (len(names), pages) == (20_000, 334)
        (user,) = cognito.list_users(UserPoolId=pool, Filter='email = "load-019999@example.com"')["Users"]
        assert user["UserStatus"] == "CONFIRMED"
        assert control.ask("POST", "/sandbox/users", {"pool": pool, "count": 10}) == {"planted": 0}


def test_a_pool_is_filled_with_another_name_and_into_a_group(cognito: Any, control: Control) -> None:
    with made_pool(cognito) as pool:
        cognito.create_group(UserPoolId=pool, GroupName="all")
        asked = {"pool": pool, "count": 3, "prefix": "crowd", "group": "all"}
        control.ask("POST", "/sandbox/users", asked)
        users = cognito.list_users_in_group(UserPoolId=pool, GroupName="all")["Users"]
        assert [user["Username"] for user in users] == ["crowd-000000", "crowd-000001", "crowd-000002"]


def test_connections_are_kept(sandbox_url: str) -> None:
    connection = http.client.HTTPConnection(sandbox_url.removeprefix("http://"), timeout=5)
    for body in (b"", b"a body nobody reads"):
        connection.request("GET", "/sandbox/health", body)
        answer = connection.getresponse()
        assert (answer.status, answer.version, answer.read()) == (200, 11, b'{"status": "ready"}')
        assert connection.sock is not None
    connection.close()

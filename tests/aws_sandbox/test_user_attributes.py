"""Changing the attributes of users as Amazon Cognito documents it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.aws_sandbox.conftest import Control
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import SCHEMA, attributes, made_pool, make, values_of


@pytest.fixture(scope="module")
def plain(connect: Callable[..., Any]) -> Iterator[str]:
    """User names, no aliases, any case is another name."""
    with made_pool(connect("cognito-idp"), Schema=SCHEMA, AutoVerifiedAttributes=["email"]) as pool:
        yield pool


@pytest.fixture(scope="module")
def aliased(connect: Callable[..., Any]) -> Iterator[str]:
    aliases = ["email", "phone_number", "preferred_username"]
    settings = {"AliasAttributes": aliases, "UsernameConfiguration": {"CaseSensitive": False}}
    with made_pool(connect("cognito-idp"), **settings) as pool:
        yield pool


@pytest.fixture(scope="module")
def by_email(connect: Callable[..., Any]) -> Iterator[str]:
    settings = {"UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": False}}
    with made_pool(connect("cognito-idp"), **settings) as pool:
        yield pool


def change(cognito: Any, pool: str, username: str, **values: str) -> dict[str, str]:
    cognito.admin_update_user_attributes(UserPoolId=pool, Username=username, UserAttributes=attributes(**values))
    return values_of(cognito.admin_get_user(UserPoolId=pool, Username=username))


def test_a_new_email_is_unverified_unless_said(cognito: Any, plain: str, control: Control) -> None:
    make(cognito, plain, "mover", email="old@example.com", email_verified="true")
    assert change(cognito, plain, "mover", email="old@example.com")["email_verified"] == "true"
    control.ask("DELETE", "/sandbox/messages")
    assert change(cognito, plain, "mover", email="new@example.com")["email_verified"] == "false"
    assert [message["kind"] for message in control.ask("GET", "/sandbox/messages")["messages"]] == ["verification"]
    said = {"email": "newer@example.com", "email_verified": "true"}
    assert change(cognito, plain, "mover", **said)["email_verified"] == "true"
    assert len(control.ask("GET", "/sandbox/messages")["messages"]) == 1


def test_a_value_waits_for_its_verification_where_the_pool_wants_it(cognito: Any) -> None:
    settings = {"AttributesRequireVerificationBeforeUpdate": ["email"]}
    with made_pool(cognito, AutoVerifiedAttributes=["email"], UserAttributeUpdateSettings=settings) as pool:
        make(cognito, pool, "waits", email="old@example.com", email_verified="true")
        assert change(cognito, pool, "waits", email="new@example.com")["email"] == "old@example.com"
        said = {"email": "new@example.com", "email_verified": "true"}
        assert change(cognito, pool, "waits", **said)["email"] == "new@example.com"


def test_an_empty_value_takes_the_attribute_away(cognito: Any, plain: str) -> None:
    make(cognito, plain, "emptied", email="emptied@example.com", email_verified="true", nickname="n", name="N")
    assert set(change(cognito, plain, "emptied", nickname="")) == {"sub", "email", "email_verified", "name"}
    cognito.admin_delete_user_attributes(UserPoolId=plain, Username="emptied", UserAttributeNames=["name", "email"])
    assert set(values_of(cognito.admin_get_user(UserPoolId=plain, Username="emptied"))) == {"sub"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("custom:none", "x", "user.custom:none: Attribute does not exist in the schema."),
        ("custom:since", "2020", "user.custom:since: Attribute cannot be updated."),
        ("sub", "x", "user.sub: Attribute cannot be updated."),
        ("email", "nowhere", "Invalid email address format."),
        ("phone_number", "12", "Invalid phone number format."),
        ("custom:points", "12", "Number must be no larger than 9"),
        ("name", "x" * 2049, "2048"),
    ],
)
def test_a_change_follows_the_schema(cognito: Any, plain: str, name: str, value: str, words: str) -> None:
    username = f"changes-{name}-{len(value)}"
    make(cognito, plain, username, custom__since="2019")
    with refused("InvalidParameterException", words):
        change(cognito, plain, username, **{name: value})
    assert set(values_of(cognito.admin_get_user(UserPoolId=plain, Username=username))) == {"sub", "custom:since"}


def test_an_unknown_attribute_cannot_be_deleted(cognito: Any, plain: str) -> None:
    make(cognito, plain, "deletes", custom__since="2019")
    with refused("InvalidParameterException", "Attribute does not exist in the schema."):
        cognito.admin_delete_user_attributes(UserPoolId=plain, Username="deletes", UserAttributeNames=["custom:none"])


def test_an_alias_of_somebody_else_is_refused(cognito: Any, aliased: str, by_email: str) -> None:
    held = {"email": "held@example.com", "email_verified": "true"}
    make(cognito, aliased, "holder", **held)
    make(cognito, aliased, "other")
    assert change(cognito, aliased, "other", email="held@example.com")["email_verified"] == "false"
    with refused("AliasExistsException"):
        change(cognito, aliased, "other", **held)
    assert change(cognito, aliased, "holder", **held)["email"] == "held@example.com"
    make(cognito, by_email, "held@example.com")
    make(cognito, by_email, "other@example.com")
    with refused("AliasExistsException", "An account with the given email already exists."):
        change(cognito, by_email, "other@example.com", email="held@example.com")
    assert change(cognito, by_email, "held@example.com", email="held@example.com")["email"] == "held@example.com"

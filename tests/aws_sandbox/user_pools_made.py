"""User pools the tests about users are made with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PASSWORD = "Sample123"
SCHEMA = [
    {"Name": "tier", "AttributeDataType": "String", "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "5"}},
    {"Name": "points", "AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"}},
    {"Name": "since", "AttributeDataType": "String", "Mutable": False},
]


@contextmanager
def made_pool(cognito: Any, **settings: Any) -> Iterator[str]:
    """The id of a fresh pool with these settings, and no symbols in its passwords."""
    policy = {"PasswordPolicy": {"MinimumLength": 8, "RequireSymbols": False}}
    pool = cognito.create_user_pool(**{"PoolName": "users", "Policies": policy, **settings})["UserPool"]["Id"]
    try:
        yield pool
    finally:
        cognito.delete_user_pool(UserPoolId=pool)


def attributes(**values: str) -> list[dict[str, str]]:
    """As the calls take them; `custom__tier` stands for `custom:tier`."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in values.items()]


def values_of(user: dict[str, Any]) -> dict[str, str]:
    listed = user["Attributes"] if "Attributes" in user else user["UserAttributes"]
    return {attribute["Name"]: attribute["Value"] for attribute in listed}


def make(cognito: Any, pool: str, username: str, **values: str) -> dict[str, Any]:
    user: dict[str, Any] = cognito.admin_create_user(
        UserPoolId=pool, Username=username, UserAttributes=attributes(**values), MessageAction="SUPPRESS"
    )["User"]
    return user


def make_confirmed(cognito: Any, pool: str, username: str, **values: str) -> dict[str, Any]:
    user = make(cognito, pool, username, **values)
    cognito.admin_set_user_password(UserPoolId=pool, Username=username, Password=PASSWORD, Permanent=True)
    return user

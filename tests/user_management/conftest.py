"""A linked environment whose user pool is the test's own, in the pretend account.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from aws import quotas
from aws.budgets import Budget
from tests.auth_import.planted import _client as client_of

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Project
    from tests.factories import Cast
    from user_management.place import Place

REGION = "eu-west-1"
_numbers = count(1)

POOL: dict[str, Any] = {
    "AliasAttributes": ["email", "phone_number"],
    "AutoVerifiedAttributes": ["email"],
    "UsernameConfiguration": {"CaseSensitive": False},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
    "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/accounts@example.com",
    },
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 10,
            "RequireUppercase": True,
            "RequireLowercase": True,
            "RequireNumbers": True,
            "RequireSymbols": False,
        }
    },
    "Schema": [
        {"Name": "email", "Required": True, "Mutable": True},
        {
            "Name": "tier",
            "AttributeDataType": "String",
            "Mutable": True,
            "StringAttributeConstraints": {"MinLength": "0", "MaxLength": "20"},
        },
        {
            "Name": "points",
            "AttributeDataType": "Number",
            "Mutable": True,
            "NumberAttributeConstraints": {"MinValue": "0", "MaxValue": "1000"},
        },
    ],
}


class Unlimited:
    """No quota: tests of what is done need not wait for turns."""

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


class Pool:
    """A user pool of the test's own, planted past the console."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.cognito = client_of(url, REGION, "cognito-idp")
        merged = {key: value for key, value in {**POOL, **settings}.items() if value is not None}
        name = f"people-{next(_numbers)}"
        self.id: str = self.cognito.create_user_pool(PoolName=name, **merged)["UserPool"]["Id"]

    def user(
        self, username: str, *, password: str = "", verified: bool = True, groups: Sequence[str] = (), **attributes: str
    ) -> str:
        """Plant a user, CONFIRMED when a password is given; answers the user name as Cognito has it."""
        given = {"email": f"{username}@example.com", **attributes}
        if verified and given.get("email"):
            given["email_verified"] = "true"
        rows = [{"Name": key.replace("__", ":"), "Value": value} for key, value in given.items() if value]
        made = self.cognito.admin_create_user(
            UserPoolId=self.id, Username=username, UserAttributes=rows, MessageAction="SUPPRESS"
        )["User"]["Username"]
        if password:
            self.cognito.admin_set_user_password(UserPoolId=self.id, Username=made, Password=password, Permanent=True)
        for group in groups:
            self.cognito.admin_add_user_to_group(UserPoolId=self.id, GroupName=group, Username=made)
        return str(made)

    def group(self, name: str, **settings: Any) -> str:
        self.cognito.create_group(UserPoolId=self.id, GroupName=name, **settings)
        return name

    def described(self, username: str) -> dict[str, Any]:
        """The user as AdminGetUser tells, with `Attributes` as a dictionary."""
        user: dict[str, Any] = self.cognito.admin_get_user(UserPoolId=self.id, Username=username)
        return {**user, "Attributes": {row["Name"]: row["Value"] for row in user["UserAttributes"]}}


@pytest.fixture
def no_quotas() -> Iterator[None]:
    quotas.use_limiter(Unlimited())
    yield
    quotas.use_limiter(quotas.InProcessLimiter())


@pytest.fixture
def pool(sandbox: Any, no_quotas: None) -> Pool:
    return Pool(sandbox.url)


@pytest.fixture
def project(db: None) -> "Project":
    from tests.factories import make_project

    return make_project("Shop")


@pytest.fixture
def cast(project: "Project") -> "Cast":
    from tests.factories import make_cast

    return make_cast(project)


@pytest.fixture
def place(project: "Project", cast: "Cast", pool: Pool) -> "Place":
    """The environment `dev` of the project, linked to the test's own pool."""
    return linked(project, pool)


def linked(project: "Project", pool: Pool, name: str = "dev") -> "Place":
    from tests.factories import make_environment, make_link, make_outputs
    from user_management.place import place_of

    environment = project.environments.filter(name=name).first() or make_environment(project, name)
    make_link(environment, outputs=make_outputs(user_pool_id=pool.id, user_pool_name="people"))
    return place_of(environment)


@pytest.fixture
def owner(client: "Client", cast: "Cast") -> "Client":
    """The browser of somebody with full access."""
    client.force_login(cast.owner)
    return client


@pytest.fixture
def manager(client: "Client", cast: "Cast") -> "Client":
    """The browser of a support admin."""
    client.force_login(cast.manager)
    return client


@pytest.fixture
def link_to(project: "Project", cast: "Cast", sandbox: Any, no_quotas: None) -> "Callable[[str], Place]":
    """Links `dev` to a pool of the sample account by its scenario's key. Tests that change somebody choose whom."""
    from aws.sandbox.catalogue import scenario
    from tests.factories import make_environment, make_link, make_outputs
    from user_management.place import place_of

    def linked_to(key: str) -> "Place":
        found = scenario(key)
        environment = project.environments.filter(name="dev").first() or make_environment(project, "dev")
        make_link(environment, outputs=make_outputs(user_pool_id=found.pool_id, user_pool_name=found.pool_name))
        return place_of(environment)

    return linked_to

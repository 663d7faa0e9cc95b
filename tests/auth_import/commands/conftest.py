"""A linked environment, which most commands begin with."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.auth_import.planted import Account

if TYPE_CHECKING:
    # Named on the command line, this file is read before Django is ready.
    from auth_import.models import CognitoLink
    from environments.models import Environment


@pytest.fixture
def environment(db: None, sandbox: Any) -> "Environment":
    from tests.factories import make_environment

    return make_environment()


@pytest.fixture
def link(environment: "Environment") -> "CognitoLink":
    """The good pool, with two clients and identity pool, linked by the command."""
    from auth_import.models import CognitoLink
    from aws.sandbox.catalogue import scenario
    from tests.auth_import.commands.running import PLACE, payload_of, run

    ended = run("import_auth", *PLACE, "--format", "json", stdin=payload_of(scenario("good")))
    assert ended.code == 0, ended.words
    return CognitoLink.objects.get(environment=environment)


@pytest.fixture
def cognito(sandbox: Any) -> Any:
    """A client that knows nothing of the console, to make and to change what a test plants."""
    return Account(sandbox.url).client("cognito-idp")

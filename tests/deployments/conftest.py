"""The sample project and its people, and a Region of the pretend account that is the test's own.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from aws import quotas, session
from aws.budgets import Budget
from tests.auth_import.planted import Account
from tests.deployments.planted_apps import Apps

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Project
    from tests.factories import Cast

REGION = "eu-north-1"


@pytest.fixture
def project(db: None) -> "Project":
    from tests.factories import make_project

    return make_project("Shop")


@pytest.fixture
def cast(project: "Project") -> "Cast":
    from tests.factories import make_cast

    return make_cast(project)


@pytest.fixture
def owner(client: "Client", cast: "Cast") -> "Client":
    """The browser of somebody with full access."""
    client.force_login(cast.owner)
    return client


@pytest.fixture
def apps(sandbox: Any) -> Apps:
    """A Region without any Amplify app."""
    found = Apps(sandbox.url, REGION)
    found.remove_all()
    sandbox.forget()
    return found


class Unlimited:
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


_SESSIONS: dict[Any, Any] = {}
_CLIENTS: dict[Any, Any] = {}


@pytest.fixture
def account(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The home Region's account without quotas, for clients that ask once: what fails is seen at once."""
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(session, "CONFIG", session.CONFIG.merge(once))
    # Making clients anew costs more than everything else a test does.
    monkeypatch.setattr(session, "_sessions", _SESSIONS)
    monkeypatch.setattr(session, "_clients", _CLIENTS)
    quotas.use_limiter(Unlimited())
    yield Account(sandbox.url)
    quotas.use_limiter(quotas.InProcessLimiter())

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
from tests.deployments.planted_backends import CloudBackend, plant

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Environment, Project
    from tests.deployments.pushing import Stage
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


@pytest.fixture
def backend(account: Account, request: pytest.FixtureRequest) -> CloudBackend:
    """Without a category, which is the quickest there is, but for the tests that ask for some by a parameter."""
    return plant(account, kinds=getattr(request, "param", ()))


@pytest.fixture
def environment(db: None, backend: CloudBackend) -> "Environment":
    from tests.deployments.pushing import environment_of

    return environment_of(backend)


@pytest.fixture
def member(environment: "Environment") -> "Client":
    """The browser of somebody with full access to the environment's project."""
    from tests.auth_import.journeys import signed_in

    return signed_in(environment)


@pytest.fixture
def stage(account: Account, db: None) -> "Stage":
    """An import that changes a nested stack, and waits to be pushed. What it leads to is put back for the next test."""
    from tests.deployments.pushing import shared_stage

    return shared_stage(account, "storage")


@pytest.fixture
def own_stage(account: Account, db: None) -> "Stage":
    """The same, for a test that leaves something behind which cannot be put back."""
    from tests.deployments.pushing import importing

    return importing(account, "storage")

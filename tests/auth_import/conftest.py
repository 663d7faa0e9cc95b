"""An environment, a browser, and an AWS account with resources of the test's own.

Rows can only be imported once Django is set up, which happens after this file is read; hence the imports inside.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from auth_import.observation import Choice
from aws import quotas, session
from aws.budgets import Budget
from tests.auth_import.planted import Account, choice_of
from tests.conftest import Clients

if TYPE_CHECKING:
    from django.test import Client

    from environments.models import Environment


class Unlimited:
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


@pytest.fixture(autouse=True)
def _own_quota() -> Iterator[None]:
    """The pretend account has no quotas; that the console keeps to AWS's is tested with the limiters."""
    quotas.use_limiter(Unlimited())
    yield
    quotas.use_limiter(quotas.InProcessLimiter())


IMPATIENT = Clients()


@pytest.fixture
def account(sandbox: Any) -> Account:
    return Account(sandbox.url)


@pytest.fixture
def without_retries(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK asks once, so that a fault which never ends is seen at once."""
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(session, "CONFIG", session.CONFIG.merge(once))
    IMPATIENT.use(monkeypatch)


@pytest.fixture
def environment(db: None) -> "Environment":
    from tests.factories import make_environment

    return make_environment()


@pytest.fixture
def good() -> Choice:
    return choice_of("good")


@pytest.fixture
def member(environment: "Environment") -> "Client":
    """A browser of a member with full access."""
    from tests.auth_import.journeys import signed_in

    return signed_in(environment)

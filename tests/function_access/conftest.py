"""An Amplify environment whose backend has functions; only what the pages read of it is there."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from aws import quotas
from aws.budgets import Budget

if TYPE_CHECKING:
    from django.test import Client

    from tests.function_access.in_a_bucket import InBucket


class Unlimited:
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


@pytest.fixture
def without_quotas() -> Iterator[None]:
    """The pretend account has none; that the console keeps to AWS's is tested with the limiters."""
    quotas.use_limiter(Unlimited())
    yield
    quotas.use_limiter(quotas.InProcessLimiter())


@pytest.fixture
def backend(db: None, sandbox: Any, without_quotas: None) -> "InBucket":
    from tests.function_access.in_a_bucket import planted

    return planted(sandbox.url)


@pytest.fixture
def owner(backend: "InBucket") -> "Client":
    """The browser of somebody with full access to the backend's project."""
    from tests.auth_import.journeys import signed_in

    return signed_in(backend.environment)

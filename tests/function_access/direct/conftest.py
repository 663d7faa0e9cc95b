"""A standalone environment with a linked pool, and a Lambda function of the test's own."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from aws import quotas
from aws.budgets import Budget

if TYPE_CHECKING:
    from tests.function_access.direct.stage import Stage


class Unlimited:
    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


@pytest.fixture(autouse=True)
def _own_quota() -> Iterator[None]:
    """The pretend account has no quotas; that the console keeps to AWS's is tested with the limiters."""
    quotas.use_limiter(Unlimited())
    yield
    quotas.use_limiter(quotas.InProcessLimiter())


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    from function_access.direct import settling

    monkeypatch.setattr(settling, "FIRST_PAUSE", 0.005)
    monkeypatch.setattr(settling, "PATIENCE", 0.5)


@pytest.fixture
def stage(db: None, sandbox: Any) -> "Stage":
    from tests.function_access.direct.stage import make_stage

    return make_stage(sandbox)

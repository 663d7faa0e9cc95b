"""Bulk changes of a pool's users, worked out and carried out where the test runs."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from user_management.bulk.models import BulkOperation
    from user_management.place import Place

Plan = Callable[..., "BulkOperation"]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of a second would be most of what these tests do."""
    from user_management.bulk import hands

    monkeypatch.setattr(hands, "FIRST_PAUSE", 0.001)


@pytest.fixture
def plan(place: "Place", cast: Any) -> Plan:
    """`plan("suspend", ["ada", …])`, worked out to its end."""
    from jobs import lifecycle
    from tests.factories import actor_of
    from user_management.bulk import planning, services

    def made(operation: str, usernames: Sequence[str] | None = None, **more: Any) -> "BulkOperation":
        bulk = services.plan(
            place=place, operation=operation, usernames=usernames, actor=actor_of(cast.manager), send=False, **more
        )
        if bulk.planning_job:
            ended = lifecycle.run_now(bulk.planning_job, planning.work_out)
            assert ended.status == "succeeded", (ended.error_words, ended.error_message)
        bulk.refresh_from_db()
        return bulk

    return made

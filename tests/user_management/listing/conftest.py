from collections.abc import Callable
from typing import Any

import pytest

from aws import session


@pytest.fixture
def users_url(place: Any) -> str:
    return f"/projects/{place.project.slug}/dev/users/"


@pytest.fixture
def filled(sandbox: Any, pool: Any) -> Callable[[int], None]:
    """Plants so many confirmed users at once: `load-000000` and so on."""
    return lambda count: sandbox._control("POST", "users", {"pool": pool.id, "count": count})


@pytest.fixture
def impatient(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK repeats nothing, so that a call that fails once has failed."""
    monkeypatch.setattr(session, "CONFIG", session.CONFIG.merge(_once()))
    monkeypatch.setattr(session, "_clients", {})


def _once() -> Any:
    from botocore.config import Config

    return Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def indexed(place: Any, cast: Any) -> Callable[..., None]:
    """Turns the search index of the place on, for these attributes, and fills it."""
    from jobs import lifecycle
    from tests.factories import actor_of
    from user_management.index import filling, services

    def turn_on(*attributes: str) -> None:
        _, job = services.change(
            place=place,
            enabled=True,
            attributes=attributes,
            with_groups=False,
            interval=0,
            actor=actor_of(cast.owner),
            send=False,
        )
        assert job is not None
        assert lifecycle.run_now(job, filling.fill).status == "succeeded"

    return turn_on

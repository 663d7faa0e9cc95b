"""A turned-on index of the test's own pool."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jobs.models import Job
    from user_management.index.models import SearchIndex
    from user_management.place import Place


@pytest.fixture
def turn_on(place: "Place", cast: Any) -> Callable[..., "SearchIndex"]:
    """Turns the index on and fills it; answers the row as it is then."""
    from jobs import lifecycle
    from tests.factories import actor_of
    from user_management.index import filling, services

    def turned_on(*attributes: str, groups: bool = False, fill: bool = True, interval: int = 0) -> "SearchIndex":
        index, job = services.change(
            place=place,
            enabled=True,
            attributes=attributes or ("email", "name"),
            with_groups=groups,
            interval=interval,
            actor=actor_of(cast.owner),
            send=False,
        )
        if job and fill:
            ended = lifecycle.run_now(job, filling.fill)
            assert ended.status == "succeeded", ended.error_words
        index.refresh_from_db()
        return index

    return turned_on


@pytest.fixture
def refresh(place: "Place", cast: Any) -> Callable[[], "Job"]:
    """Walks through the pool once more; answers the job as it ended."""
    from jobs import lifecycle
    from tests.factories import actor_of
    from user_management.index import filling, services

    def refreshed() -> "Job":
        index = services.index_of(place)
        assert index is not None
        job = services.refresh(index=index, place=place, actor=actor_of(cast.owner), send=False)
        return lifecycle.run_now(job, filling.fill)

    return refreshed

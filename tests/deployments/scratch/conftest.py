from typing import TYPE_CHECKING

import pytest

from tests.auth_import.planted import Account

if TYPE_CHECKING:
    from environments.models import Environment


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    from deployments.scratch import create_job, preview_job, remove_job

    for module in (preview_job, create_job, remove_job):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.01)


@pytest.fixture
def free(db: None, account: Account) -> "Environment":
    """A standalone environment that is linked to nothing."""
    from tests.factories import make_environment, make_project

    return make_environment(make_project("Fresh"), "dev")

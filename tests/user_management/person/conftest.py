"""An SDK that asks once, so that a fault which never ends is seen at once."""

from typing import Any

import pytest
from botocore.config import Config

from aws import session
from tests.conftest import Clients

IMPATIENT = Clients()


@pytest.fixture
def impatient(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    monkeypatch.setattr(session, "CONFIG", session.CONFIG.merge(once))
    IMPATIENT.use(monkeypatch)

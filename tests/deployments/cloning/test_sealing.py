"""The external id in an address: readable by this console alone, for one role of one project, and for a day."""

import time
from typing import Any

import pytest

from deployments.cloning.sealing import SECONDS, seal, unseal

ROLE = "arn:aws:iam::111122223333:role/AdminUI"
PLACE = {"project": "shop", "role_arn": ROLE}


def test_it_opens_where_it_was_sealed() -> None:
    sealed = seal("grün 🦊", **PLACE)
    assert unseal(sealed, **PLACE) == "grün 🦊"
    assert "gr" not in sealed[:2]
    assert seal("x", **PLACE) != seal("x", **PLACE)


@pytest.mark.parametrize("other", [{"project": "other"}, {"role_arn": ROLE + "2"}, {"role_arn": ""}])
def test_it_opens_nowhere_else(other: dict[str, str]) -> None:
    assert unseal(seal("x", **PLACE), **{**PLACE, **other}) is None


@pytest.mark.parametrize("made_up", ["", "x", "ä", "A" * 40, "A" * 41, "../..", "=" * 9])
def test_what_was_made_up_opens_nowhere(made_up: str) -> None:
    assert unseal(made_up, **PLACE) is None


def test_it_opens_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed, now = seal("x", **PLACE), time.time()
    monkeypatch.setattr(time, "time", lambda: now + SECONDS - 5)
    assert unseal(sealed, **PLACE) == "x"
    monkeypatch.setattr(time, "time", lambda: now + SECONDS + 5)
    assert unseal(sealed, **PLACE) is None


def test_an_older_key_still_opens(settings: Any) -> None:
    sealed = seal("x", **PLACE)
    settings.ENCRYPTION_KEY_FALLBACKS = [settings.ENCRYPTION_KEY]
    settings.ENCRYPTION_KEY = "another"
    assert unseal(sealed, **PLACE) == "x"
    settings.ENCRYPTION_KEY_FALLBACKS = []
    assert unseal(sealed, **PLACE) is None

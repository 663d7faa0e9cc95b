"""Encryption at rest: it opens for its purpose and place, with today's key or an older one, and nowhere else."""

import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend_state import kept
from deployments.scratch import exporting
from environments.notifications import sealed as webhooks
from user_management.csv_import import sealed as uploads
from web.sealed import CannotBeRead, Sealer

ONE = Sealer("one")


def test_it_opens_as_it_was() -> None:
    for content in (b"", b"words", bytes(range(256)) * 5000):
        assert ONE.unseal(ONE.seal(content, "here"), "here") == content


def test_twice_the_same_is_never_the_same() -> None:
    assert ONE.seal(b"words", "here") != ONE.seal(b"words", "here")


def test_the_format_is_a_nonce_and_aes_gcm_under_a_key_of_the_purpose(settings: Any) -> None:
    settings.ENCRYPTION_KEY = "the key"
    whole = ONE.seal(b"words", "here")
    cipher = AESGCM(hashlib.sha256(b"one:the key").digest())
    assert cipher.decrypt(whole[:12], whole[12:], b"here") == b"words"


@pytest.mark.parametrize(
    ("sealer", "place", "spoil"),
    [
        (ONE, "there", lambda whole: whole),
        (Sealer("two"), "here", lambda whole: whole),
        (ONE, "here", lambda whole: whole[:-1]),
        (ONE, "here", lambda whole: whole[:5]),
        (ONE, "here", lambda whole: b""),
        (ONE, "here", lambda whole: bytes([whole[0] ^ 1]) + whole[1:]),
    ],
)
def test_it_opens_nowhere_else(sealer: Sealer, place: str, spoil: Any) -> None:
    with pytest.raises(CannotBeRead):
        sealer.unseal(spoil(ONE.seal(b"words", "here")), place)


def test_an_older_key_opens_while_it_is_named(settings: Any) -> None:
    settings.ENCRYPTION_KEY = "old"
    whole = ONE.seal(b"words", "here")
    settings.ENCRYPTION_KEY = "new"
    with pytest.raises(CannotBeRead):
        ONE.unseal(whole, "here")
    settings.ENCRYPTION_KEY_FALLBACKS = ["older", "old"]
    assert ONE.unseal(whole, "here") == b"words"


def test_each_purpose_keeps_its_name_because_what_is_stored_depends_on_it() -> None:
    purposes = [module._SEALER.purpose for module in (kept, webhooks, uploads, exporting)]
    assert purposes == [
        "backend_state.kept",
        "environments.notifications",
        "user_management.csv_import",
        "deployments.scratch",
    ]

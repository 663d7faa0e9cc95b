"""What must rest somewhere and may not be read from there: encrypted with the console's own key.

AES-256-GCM under a nonce of its own each, with a key derived from ENCRYPTION_KEY for each purpose, and bound to a
place, so that no piece can be put in another one's. Keys of ENCRYPTION_KEY_FALLBACKS only open.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12
"""Bytes in front of the encrypted ones, as AES-GCM wants them."""


class CannotBeRead(Exception):
    """It was encrypted with a key this console no longer has, for another place, or never by it."""


@lru_cache(maxsize=32)
def _cipher(purpose: str, key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"{purpose}:{key}".encode()).digest())


@dataclass(frozen=True, slots=True)
class Sealer:
    """Encrypts for one purpose. Its name is part of the key: what is stored is lost when it is renamed."""

    purpose: str

    def seal(self, content: bytes | memoryview, place: str) -> bytes:
        nonce = os.urandom(NONCE)
        return nonce + _cipher(self.purpose, settings.ENCRYPTION_KEY).encrypt(nonce, content, place.encode())

    def unseal(self, content: bytes, place: str) -> bytes:
        """Raises CannotBeRead."""
        for key in (settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS):
            try:
                return _cipher(self.purpose, key).decrypt(content[:NONCE], content[NONCE:], place.encode())
            except (InvalidTag, ValueError):
                continue
        raise CannotBeRead(place)

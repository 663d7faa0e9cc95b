"""What rests in the database for a while and must not be read from it: pieces of uploaded files, password hashes.

Encrypted with AES-256-GCM under a nonce of its own each, bound to its place, with the console's ENCRYPTION_KEY.
"""

import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


class CannotBeRead(Exception):
    """It was encrypted with a key this console no longer has."""


@lru_cache(maxsize=8)
def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"user_management.csv_import:{key}".encode()).digest())


def seal(content: bytes, place: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(settings.ENCRYPTION_KEY).encrypt(nonce, content, place.encode())


def unseal(content: bytes, place: str) -> bytes:
    """Raises CannotBeRead."""
    for key in (settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS):
        try:
            return _cipher(key).decrypt(content[:_NONCE], content[_NONCE:], place.encode())
        except InvalidTag:
            continue
    raise CannotBeRead(place)

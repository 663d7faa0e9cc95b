"""The secrets of webhooks: in the database only encrypted, because each attempt needs them to sign.

AES-256-GCM under a nonce of its own each, bound to the webhook, with a key derived from the console's ENCRYPTION_KEY.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12
"""Bytes in front of the encrypted text, as AES-GCM wants them."""


class CannotBeRead(Exception):
    """It was encrypted with a key this console no longer has."""


def _cipher(key: str) -> AESGCM:
    return AESGCM(hashlib.sha256(f"environments.notifications:{key}".encode()).digest())


def seal(secret: str, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _cipher(settings.ENCRYPTION_KEY).encrypt(nonce, secret.encode(), place.encode())


def unseal(content: bytes, place: str) -> str:
    """Raises CannotBeRead."""
    for key in (settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS):
        try:
            return _cipher(key).decrypt(content[:NONCE], content[NONCE:], place.encode()).decode()
        except InvalidTag:
            continue
    raise CannotBeRead(place)

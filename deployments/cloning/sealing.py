"""An external id on its way through the addresses of the wizard: readable by this console alone, and for a day.

The choices of a new environment live in its address, so that Back, reload and a shared address work. An external id is
no password, but it is nobody's business in a browser's history or in the log of a proxy.
"""

import base64
import binascii
import hashlib
import os
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

SECONDS = 24 * 60 * 60
_NONCE = 12


def _ciphers() -> list[AESGCM]:
    """The present key's cipher, then those of older keys, which only open."""
    keys = [settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS]
    return [AESGCM(hashlib.sha256(f"deployments.cloning.sealing:{key}".encode()).digest()) for key in keys]


def seal(text: str, *, project: str, role_arn: str) -> str:
    """The text as an address can carry it; it opens in the same project and for the same role only."""
    nonce = os.urandom(_NONCE)
    dated = f"{int(time.time())} {text}".encode()
    sealed = nonce + _ciphers()[0].encrypt(nonce, dated, f"{project}\n{role_arn}".encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(sealed: str, *, project: str, role_arn: str) -> str | None:
    """The text; None where it is older than a day, belongs elsewhere or was made up."""
    try:
        whole = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    for cipher in _ciphers():
        try:
            opened = cipher.decrypt(whole[:_NONCE], whole[_NONCE:], f"{project}\n{role_arn}".encode())
        except (InvalidTag, ValueError):
            continue
        moment, _, text = opened.decode().partition(" ")
        return text if int(moment) > time.time() - SECONDS else None
    return None

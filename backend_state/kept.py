"""Copies of what a push is about to overwrite: kept encrypted, given back if it fails, deleted when it is over.

The key is a setting (ENCRYPTION_KEY), so that the database alone reads none of them. Each piece is encrypted with
AES-256-GCM under a nonce of its own and bound to its place, so that no piece can be put in another one's.
"""

import hashlib
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from backend_state.models import KeptFile, KeptPart

PART = 1024 * 1024
"""Bytes encrypted at a time."""
NONCE = 12
"""Bytes in front of each piece, as AES-GCM wants them."""


class CannotBeRead(Exception):
    """The copies were encrypted with a key this console no longer has."""


def _ciphers() -> list[AESGCM]:
    """The present key's cipher, then those of older keys, which only decrypt."""
    keys = [settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS]
    return [AESGCM(hashlib.sha256(f"backend_state.kept:{key}".encode()).digest()) for key in keys]


def _encrypted(piece: bytes | memoryview, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + _ciphers()[0].encrypt(nonce, piece, place.encode())


def _decrypted(piece: bytes, place: str) -> bytes:
    for cipher in _ciphers():
        try:
            return cipher.decrypt(piece[:NONCE], piece[NONCE:], place.encode())
        except InvalidTag:
            continue
    raise CannotBeRead(place)


@transaction.atomic
def keep(owner: str, files: Mapping[str, bytes | None]) -> None:
    """Keep these under the name of a push, all or none; None stands for no such file. A second time replaces."""
    KeptFile.objects.filter(owner=owner).delete()
    for name, body in files.items():
        row = KeptFile.objects.create(owner=owner, name=name, exists=body is not None)
        view = memoryview(body or b"")
        for position, start in enumerate(range(0, len(view), PART)):
            part = _encrypted(view[start : start + PART], f"{owner}\n{name}\n{position}")
            KeptPart.objects.create(file=row, position=position, content=part)


def names(owner: str) -> tuple[str, ...]:
    """What is kept for a push; nothing once it is over."""
    return tuple(KeptFile.objects.filter(owner=owner).order_by("pk").values_list("name", flat=True))


def owners() -> tuple[str, ...]:
    """The pushes for which anything is kept."""
    return tuple(KeptFile.objects.order_by("owner").values_list("owner", flat=True).distinct())


def get(owner: str, name: str) -> bytes | None:
    """The kept bytes, None for something that was not there. Raises KeyError and CannotBeRead."""
    row = KeptFile.objects.filter(owner=owner, name=name).first()
    if row is None:
        raise KeyError(name)
    if not row.exists:
        return None
    parts = row.parts.order_by("position").values_list("position", "content")
    return b"".join(
        _decrypted(bytes(content), f"{owner}\n{name}\n{position}") for position, content in parts.iterator(chunk_size=4)
    )


def forget(owner: str) -> None:
    """Delete the copies of a push that is over."""
    KeptFile.objects.filter(owner=owner).delete()

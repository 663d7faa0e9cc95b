"""Copies of what a push is about to overwrite: kept encrypted, given back if it fails, deleted when it is over.

The key is a setting (ENCRYPTION_KEY), so that the database alone reads none of them.
"""

import base64
import hashlib
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from backend_state.models import KeptFile, KeptPart

PART = 1024 * 1024
"""Bytes encrypted at a time."""


class CannotBeRead(Exception):
    """The copies were encrypted with a key this console no longer has."""


def _cipher() -> MultiFernet:
    keys = [settings.ENCRYPTION_KEY, *settings.ENCRYPTION_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


@transaction.atomic
def keep(owner: str, files: Mapping[str, bytes | None]) -> None:
    """Keep these under the name of a push, all or none; None stands for no such file. A second time replaces."""
    cipher = _cipher()
    KeptFile.objects.filter(owner=owner).delete()
    for name, body in files.items():
        row = KeptFile.objects.create(owner=owner, name=name, exists=body is not None)
        for position, start in enumerate(range(0, len(body or b""), PART)):
            part = cipher.encrypt((body or b"")[start : start + PART])
            KeptPart.objects.create(file=row, position=position, content=part)


def names(owner: str) -> tuple[str, ...]:
    """What is kept for a push; nothing once it is over."""
    return tuple(KeptFile.objects.filter(owner=owner).order_by("pk").values_list("name", flat=True))


def get(owner: str, name: str) -> bytes | None:
    """The kept bytes, None for something that was not there. Raises KeyError and CannotBeRead."""
    row = KeptFile.objects.filter(owner=owner, name=name).first()
    if row is None:
        raise KeyError(name)
    if not row.exists:
        return None
    cipher = _cipher()
    parts = row.parts.order_by("position").values_list("content", flat=True)
    try:
        return b"".join(cipher.decrypt(bytes(part)) for part in parts.iterator(chunk_size=4))
    except InvalidToken as error:
        raise CannotBeRead(name) from error


def forget(owner: str) -> None:
    """Delete the copies of a push that is over."""
    KeptFile.objects.filter(owner=owner).delete()

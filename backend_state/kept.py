"""Copies of what a push is about to overwrite: kept encrypted, given back if it fails, deleted when it is over.

The key is a setting (ENCRYPTION_KEY), so that the database alone reads none of them. Each piece is bound to its place,
so that no piece can be put in another one's.
"""

from collections.abc import Mapping

from django.db import transaction

from backend_state.models import KeptFile, KeptPart
from web.sealed import CannotBeRead as CannotBeRead
from web.sealed import Sealer

PART = 1024 * 1024
"""Bytes encrypted at a time."""

_SEALER = Sealer("backend_state.kept")


@transaction.atomic
def keep(owner: str, files: Mapping[str, bytes | None]) -> None:
    """Keep these under the name of a push, all or none; None stands for no such file. A second time replaces."""
    KeptFile.objects.filter(owner=owner).delete()
    for name, body in files.items():
        row = KeptFile.objects.create(owner=owner, name=name, exists=body is not None)
        view = memoryview(body or b"")
        for position, start in enumerate(range(0, len(view), PART)):
            part = _SEALER.seal(view[start : start + PART], f"{owner}\n{name}\n{position}")
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
        _SEALER.unseal(bytes(content), f"{owner}\n{name}\n{position}")
        for position, content in parts.iterator(chunk_size=4)
    )


def forget(owner: str) -> None:
    """Delete the copies of a push that is over."""
    KeptFile.objects.filter(owner=owner).delete()

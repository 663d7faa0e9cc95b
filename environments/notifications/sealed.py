"""The secrets of webhooks: in the database only encrypted, because each attempt needs them to sign."""

from web.sealed import CannotBeRead as CannotBeRead
from web.sealed import Sealer

_SEALER = Sealer("environments.notifications")


def seal(secret: str, place: str) -> bytes:
    return _SEALER.seal(secret.encode(), place)


def unseal(content: bytes, place: str) -> str:
    """Raises CannotBeRead."""
    return _SEALER.unseal(content, place).decode()

"""An external id on its way through the addresses of the wizard: readable by this console alone, and for a day.

The choices of a new environment live in its address, so that Back, reload and a shared address work. An external id is
no password, but it is nobody's business in a browser's history or in the log of a proxy.
"""

import base64
import binascii
import time

from web.sealed import CannotBeRead, Sealer

SECONDS = 24 * 60 * 60
_SEALER = Sealer("deployments.cloning.sealing")


def seal(text: str, *, project: str, role_arn: str) -> str:
    """The text as an address can carry it; it opens in the same project and for the same role only."""
    sealed = _SEALER.seal(f"{int(time.time())} {text}".encode(), f"{project}\n{role_arn}")
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(sealed: str, *, project: str, role_arn: str) -> str | None:
    """The text; None where it is older than a day, belongs elsewhere or was made up."""
    try:
        whole = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        opened = _SEALER.unseal(whole, f"{project}\n{role_arn}")
    except (binascii.Error, ValueError, CannotBeRead):
        return None
    moment, _, text = opened.decode().partition(" ")
    return text if int(moment) > time.time() - SECONDS else None

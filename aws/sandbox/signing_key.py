"""One signing key for all user pools.

moto imports the same RSA key anew for each pool, a tenth of a second or more each; seventy pools would take ten
seconds. The key is the one moto ships; only its import is kept.
"""

import functools
from types import SimpleNamespace
from typing import Any

from joserfc import jwk
from moto.cognitoidp import models
from moto.utilities.utils import load_resource


@functools.cache
def signing_key() -> Any:
    """The private key that signs every token of the sandbox, imported once in a process."""
    return jwk.RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


def _import_key(_: object) -> Any:
    return signing_key()


def install() -> None:
    """Give moto's user pool module the kept key in place of an import for each pool."""
    # The module imports the name without exporting it.
    models.jwk = SimpleNamespace(RSAKey=SimpleNamespace(import_key=_import_key))  # type: ignore[assignment, attr-defined]

"""What rests in the database for a while and must not be read from it: pieces of uploaded files, password hashes."""

from web.sealed import CannotBeRead as CannotBeRead
from web.sealed import Sealer

_SEALER = Sealer("user_management.csv_import")
seal, unseal = _SEALER.seal, _SEALER.unseal

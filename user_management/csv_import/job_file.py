"""The file that Cognito's import job takes: its header, commas escaped, no quotation marks. Pure."""

from collections.abc import Mapping, Sequence

from user_management.csv_import.columns import MFA, USERNAME
from user_management.csv_import.values import date_in_file

_FLAGS = {"true": "TRUE", "false": "FALSE"}


def header_line(header: Sequence[str], *, hash_name: str = "") -> bytes:
    """`hash_name` is the column of the password hashes; "" for a file without."""
    return _line([*header, hash_name] if hash_name else header)


def row_line(
    header: Sequence[str],
    *,
    username: str,
    attributes: Mapping[str, str],
    mfa: bool,
    password_hash: str | None = None,
) -> bytes:
    """One user, every column of the header present."""
    cells = [_cell(name, username, attributes, mfa) for name in header]
    return _line([*cells, password_hash] if password_hash is not None else cells)


def _cell(name: str, username: str, attributes: Mapping[str, str], mfa: bool) -> str:
    if name == USERNAME:
        return username
    if name == MFA:
        return "TRUE" if mfa else "FALSE"
    value = attributes.get(name, "")
    if name.endswith("_verified"):
        return _FLAGS.get(value, "FALSE")
    return date_in_file(value) if name == "birthdate" else value


def _line(cells: Sequence[str]) -> bytes:
    return (",".join(cell.replace(",", "\\,") for cell in cells) + "\n").encode()

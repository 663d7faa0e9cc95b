"""The file of a user import: its form, and what each row must hold to become a user."""

import re
from dataclasses import dataclass
from typing import Any

from moto.cognitoidp.models import UserStatus

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.user_rules import alias_conflicts, check_new, username_values
from aws.sandbox.users import SandboxUser

USERNAME, MFA = "cognito:username", "cognito:mfa_enabled"

#: No document names the column of the hashes; it is here to be carried, and the name may differ on AWS.
PASSWORD_HASH = "cognito:password_hash"  # noqa: S105  # the name of a column

MOST_USERS, MOST_BYTES, LONGEST_ROW = 500_000, 100 * 1024 * 1024, 16_000

_HASHES = {
    "BCRYPT": re.compile(r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"),
    "SCRYPT": re.compile(r"\$(?:scrypt|7)\$\S+"),
    "ARGON2ID": re.compile(r"\$argon2id\$\S+"),
    "PBKDF2_SHA256": re.compile(r"(?:\$pbkdf2-sha256\$|pbkdf2_sha256\$)\S+"),
}
_BOOLEANS = ("email_verified", "phone_number_verified")
_NOT_IMPORTED = ("sub",)
_COMMA = re.compile(r"(?<!\\),")


class BadFile(Exception):
    """The whole job fails; the text is its completion message."""


class SkippedRow(Exception):
    """The user is there already."""


@dataclass(frozen=True)
class Rows:
    header: list[str]
    lines: list[str]


def header_of(pool: SandboxUserPool) -> list[str]:
    """The columns of a file for this pool, all of which must be there, in any order."""
    names = [name for name in pool.schema_attributes if name not in _NOT_IMPORTED and not name.startswith("dev:")]
    return [*names, MFA, USERNAME]


def read_rows(pool: SandboxUserPool, content: bytes, algorithm: str | None) -> Rows:
    if len(content) > MOST_BYTES:
        raise BadFile("The import file is larger than 100 MB.")
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BadFile("The import file is not UTF-8.") from error
    header = _cells(lines[0]) if lines else []
    expected = {*header_of(pool), *((PASSWORD_HASH,) if algorithm else ())}
    # A byte order mark makes the first name another one, as on AWS.
    if len(header) != len(expected) or set(header) != expected:
        raise BadFile("The header in the import file does not match the user pool.")
    rows = [line for line in lines[1:] if line.strip()]
    if not rows:
        raise BadFile("The import file has no users.")
    if len(rows) > MOST_USERS:
        raise BadFile("The import file has more than 500,000 users.")
    return Rows(header, rows)


def _cells(line: str) -> list[str]:
    return [cell.replace("\\,", ",") for cell in _COMMA.split(line)]


def import_row(pool: SandboxUserPool, rows: Rows, number: int, algorithm: str | None) -> None:
    """Make the user of a row. Raises SkippedRow, or InvalidParameterException with what is wrong."""
    line = rows.lines[number]
    if len(line) > LONGEST_ROW:
        raise InvalidParameter("The row is longer than 16,000 characters.")
    cells = _cells(line)
    if len(cells) != len(rows.header):
        raise InvalidParameter("The number of columns in the row does not match the header.")
    values = {name: cell for name, cell in zip(rows.header, cells, strict=True) if cell}
    username, mfa, hashed = (values.pop(name, "") for name in (USERNAME, MFA, PASSWORD_HASH))
    if not username or re.search(r"\s", username) or len(username) > 128:
        raise InvalidParameter("The user name is missing, has spaces or is too long.")
    with_mfa = _boolean(MFA, mfa)
    _read_values(values)
    values = {**values, **username_values(pool, username)}
    check_new(pool, values)
    _check_complete(pool, values, with_mfa)
    if pool.find_user(username) is not None:
        raise SkippedRow
    if alias_conflicts(pool, values):
        raise InvalidParameter("The alias belongs to another user.")
    if algorithm and not _HASHES[algorithm].fullmatch(hashed):
        raise InvalidParameter(f"The password hash is not one of {algorithm}.")
    own_name = None if pool.extended_config.get("UsernameAttributes") else username
    status = UserStatus.CONFIRMED if algorithm else UserStatus.RESET_REQUIRED
    attributes = [{"Name": name, "Value": value} for name, value in values.items()]
    user = SandboxUser(pool.id, own_name, None, status, attributes)
    user.sms_mfa_enabled = with_mfa
    pool.users[user.username] = user


def _read_values(values: dict[str, Any]) -> None:
    for name in _BOOLEANS:
        if name in values:
            values[name] = "true" if _boolean(name, values[name]) else "false"
    if "birthdate" in values:
        found = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", values["birthdate"])
        if found is None:
            raise InvalidParameter("birthdate must be mm/dd/yyyy.")
        values["birthdate"] = f"{found[3]}-{found[1]}-{found[2]}"
    if "updated_at" in values and not re.fullmatch(r"\d{1,12}", values["updated_at"]):
        raise InvalidParameter("updated_at must be seconds since the epoch.")


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise InvalidParameter(f"{name} must be TRUE or FALSE.")
    return text.lower() == "true"


def _check_complete(pool: SandboxUserPool, values: dict[str, str], with_mfa: bool) -> None:
    for attribute in pool.schema_attributes.values():
        if attribute.required and attribute.name != "sub" and not values.get(attribute.name):
            raise InvalidParameter(f"{attribute.name} is required.")
    for address in ("email", "phone_number"):
        if values.get(f"{address}_verified") == "true" and not values.get(address):
            raise InvalidParameter(f"{address} is missing, though it is verified.")
    verified_by_pool = pool.extended_config.get("AutoVerifiedAttributes") or ()
    if not any(values.get(f"{address}_verified") == "true" for address in verified_by_pool):
        raise InvalidParameter("No attribute the user pool verifies is verified.")
    if with_mfa and not values.get("phone_number"):
        raise InvalidParameter("phone_number is required where MFA is enabled.")

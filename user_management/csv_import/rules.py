"""What Cognito asks of a row, all of it at once: pure, and made once for a file because files have 500,000 rows.

A row is used whole or not at all. What depends on whether the user exists already (a required attribute that an update
need not name) is kept in `lacks`; what only Cognito's import job cannot carry, in `job_words`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from aws.user_resources import PeopleRules
from user_management.csv_import.columns import HASH, MFA, USERNAME, Columns
from user_management.csv_import.reader import Row
from user_management.csv_import.values import (
    HASHES,
    Check,
    check_of,
    flag,
    is_email,
    is_generated,
    is_phone,
    without_guard,
)

MOST_IN_USERNAME = 128


@dataclass(slots=True)
class Checked:
    """One row as it would be imported. `problems` are (name of the column or "", words)."""

    line: int
    username: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    """By Cognito's names, in the form the API takes. An empty cell is not here."""
    mfa: bool = False
    password_hash: str = field(default="", repr=False)
    problems: list[tuple[str, str]] = field(default_factory=list)
    lacks: list[tuple[str, str]] = field(default_factory=list)
    """What is missing if the user has to be created, as (name of the column, words)."""
    job_words: str = ""
    guards: int = 0
    key: str = ""
    email_key: str = ""
    phone_key: str = ""
    """By these the row finds its user, and other rows of the same user: "" where the value names nobody."""


Checker = Callable[[Row], Checked]


@dataclass(frozen=True, slots=True)
class _Pool:
    """What is asked of every row, looked up once."""

    sign_in: tuple[str, ...]
    aliases: tuple[str, ...]
    folds: bool
    required: tuple[str, ...]
    verifies: tuple[str, ...]


def checker(columns: Columns, rules: PeopleRules, *, hashing: str = "") -> Checker:
    """The function that checks the rows of a file with these columns."""
    pool = _Pool(
        sign_in=rules.pool.username_attributes or (),
        aliases=rules.pool.alias_attributes or (),
        folds=not rules.pool.case_sensitive,
        required=tuple(one.name for one in rules.attributes if one.required and one.name != "sub"),
        verifies=tuple(rules.pool.auto_verified_attributes or ()),
    )
    schema = {one.name: one for one in rules.attributes}
    checks: list[tuple[int, str, Check]] = [
        (at, name, check_of(schema[name]) if name in schema else flag)
        for at, name in enumerate(columns.names)
        if name and name not in (USERNAME, HASH)
    ]
    username_at = columns.names.index(USERNAME) if USERNAME in columns.names else None
    hash_at = columns.names.index(HASH) if HASH in columns.names else None
    count = len(columns.names)

    def check(row: Row) -> Checked:
        found = Checked(row.line)
        if row.problem:
            found.problems.append(("", row.problem))
            return found
        if len(row.cells) != count:
            found.problems.append(("", _wrong_count(len(row.cells), count)))
            return found
        found.username = "" if username_at is None else _text(found, row.cells[username_at])
        for at, name, judge in checks:
            cell = row.cells[at]
            if not cell:
                continue
            value, words = judge(_text(found, cell))
            if words:
                found.problems.append((name, _sentence(name, words)))
            found.attributes[name] = value
        found.mfa = found.attributes.pop(MFA, "") == "true"
        if hash_at is not None:
            found.password_hash = row.cells[hash_at].strip()
            _check_hash(found, hashing)
        _check_names(found, pool)
        _check_whole(found, pool)
        found.job_words = _job_words(found, pool)
        if hashing and not found.password_hash:
            found.job_words = found.job_words or "It has no password hash, and the job carries hashes."
        return found

    return check


def _text(found: Checked, cell: str) -> str:
    if cell[0:1] != "'":
        return cell
    text = without_guard(cell)
    found.guards += text is not cell
    return text


def _sentence(name: str, words: str) -> str:
    return f"{name} {words}."


def _wrong_count(has: int, should: int) -> str:
    values = f"{has} value" + ("" if has == 1 else "s")
    words = f"This line has {values}, and the first line names {should} columns."
    return words + (" Write a comma inside a value as \\, or put the value in quotation marks." if has > should else "")


def _check_hash(found: Checked, hashing: str) -> None:
    # The words never repeat the hash: they are shown, kept and downloaded.
    if found.password_hash and hashing in HASHES and HASHES[hashing].fullmatch(found.password_hash) is None:
        found.problems.append((HASH, f"{HASH} does not have the form of a {hashing} hash."))


def _check_names(found: Checked, pool: _Pool) -> None:
    """The user name, and the keys that follow from it."""
    name = found.username
    if pool.sign_in:
        _check_sign_in_name(found, pool)
    elif not name:
        found.problems.append((USERNAME, f"{USERNAME} is empty."))
    elif "email" in pool.aliases and is_email(name):
        found.problems.append((USERNAME, "A user name may not be an e-mail address where people sign in with either."))
    elif "phone_number" in pool.aliases and is_phone(name):
        found.problems.append((USERNAME, "A user name may not be a phone number where people sign in with either."))
    if len(name) > MOST_IN_USERNAME:
        found.problems.append((USERNAME, f"A user name may have 128 characters; this has {len(name):,}."))
    elif not name.isprintable() or " " in name or name.split() not in ([], [name]):
        found.problems.append((USERNAME, "A user name may hold no spaces, line breaks or control characters."))
    found.key = name.lower() if pool.folds else name
    for attribute, slot in (("email", "email_key"), ("phone_number", "phone_key")):
        value = found.attributes.get(attribute, "")
        alias = attribute in pool.aliases and found.attributes.get(f"{attribute}_verified") == "true"
        if value and (attribute in pool.sign_in or alias):
            setattr(found, slot, value.lower() if pool.folds else value)


def _check_sign_in_name(found: Checked, pool: _Pool) -> None:
    """Where people sign in with an e-mail address or a phone number, Cognito makes the user name from it."""
    name, kinds = found.username, {"email": is_email, "phone_number": is_phone}
    meant = next((one for one in pool.sign_in if kinds[one](name)), "")
    if meant:
        has = found.attributes.setdefault(meant, name)
        if has.lower() != name.lower():
            found.problems.append((USERNAME, f"{USERNAME} and {meant} differ. People sign in with {meant}."))
        return
    words = " or ".join({"email": "an e-mail address", "phone_number": "a phone number"}[one] for one in pool.sign_in)
    if name and not is_generated(name):
        found.problems.append((USERNAME, f"In this pool a user name is {words}, or one that Cognito made."))
    elif not any(found.attributes.get(one) for one in pool.sign_in):
        missing = f"People sign in with {words}, and this row has none."
        (found.lacks if name else found.problems).append((pool.sign_in[0], missing))


def sign_in_name(username: str, attributes: dict[str, str], rules: PeopleRules) -> str:
    """What AdminCreateUser is given as the user name."""
    ways = rules.pool.username_attributes or ()
    return next((attributes[one] for one in ways if attributes.get(one)), username)


def _check_whole(found: Checked, pool: _Pool) -> None:
    """What hangs on several values of a row."""
    for name in pool.required:
        if not found.attributes.get(name):
            found.lacks.append((name, f"{name} is empty, and the pool requires it."))
    for name in ("email", "phone_number"):
        if found.attributes.get(f"{name}_verified") == "true" and not found.attributes.get(name):
            found.lacks.append((name, f"{name}_verified is TRUE, and {name} is empty."))


def _job_words(found: Checked, pool: _Pool) -> str:
    """Why Cognito's import job cannot carry this row; "" when it can."""
    verified = [one for one in pool.verifies if found.attributes.get(f"{one}_verified") == "true"]
    if not verified:
        which = " or ".join(pool.verifies) or "contact"
        return f"A job needs a verified {which}: {which}_verified TRUE."
    if found.mfa and not found.attributes.get("phone_number"):
        return f"{MFA} is TRUE, and there is no phone number for the codes."
    for name, value in ((USERNAME, found.username), *found.attributes.items()):
        if "\n" in value or "\r" in value or '"' in value or value.endswith("\\"):
            return f"{name} holds a line break, a quotation mark or a last backslash, which a job cannot carry."
    return ""

"""The columns of a file for one pool: which there are, which this file has, and which are passed over. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from aws.user_resources import PeopleRules

USERNAME = "cognito:username"
MFA = "cognito:mfa_enabled"
VERIFIED = ("email_verified", "phone_number_verified")
HASH = "password_hash"
HASH_NAMES = (HASH, f"cognito:{HASH}")
"""GetCSVHeader does not name this column. The file for Cognito calls it what the uploaded file calls it."""
OURS = "username"
"""What the export of a list calls the user name."""

READ_ONLY = (
    "sub", "identities", "cognito:user_status", "cognito:mfa_settings", "status", "enabled", "created", "modified",
    "updated", "groups",
)  # fmt: skip
"""What our export may hold and Cognito sets by itself: passed over, so that an export can be imported again."""


_LIKE_USERNAME = ("username", "user name", "user_name", "login")


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of one file. `problems` are about the file as a whole, as (name of the column, words)."""

    names: tuple[str, ...]
    """As they stand in the file; "" for a column that is passed over."""
    given: tuple[str, ...] = ()
    """The same as the file has them."""
    ignored: tuple[str, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


def known_columns(rules: PeopleRules) -> tuple[str, ...]:
    """What a file for this pool may have, in the order of a template."""
    own = [one.name for one in rules.attributes if one.name not in (*READ_ONLY, *VERIFIED, USERNAME, MFA)]
    return (USERNAME, *sorted(own, key=_order), *VERIFIED, MFA)


def _order(name: str) -> tuple[int, str]:
    first = ("name", "given_name", "family_name", "email", "phone_number")
    return (first.index(name) if name in first else len(first) + name.startswith(("custom:", "dev:")), name)


def columns_of(header: Sequence[str], rules: PeopleRules, *, hashing: str) -> Columns:
    """What the first line says, compared with the pool's schema."""
    known = {*known_columns(rules), *VERIFIED}
    names: list[str] = []
    ignored: list[str] = []
    problems: list[tuple[str, str]] = []
    given = [one.strip() for one in header]
    if USERNAME not in given:
        given = [USERNAME if one == OURS else one for one in given]
    if USERNAME not in given and not set(given) & set(rules.pool.username_attributes or ()):
        return Columns((), problems=((USERNAME, _no_username(given)),))
    for position, name in enumerate(given, start=1):
        names.append("")
        if not name:
            problems.append(("", f"Column {position} has no name. Name it, or remove it."))
        elif name in given[: position - 1]:
            problems.append((name, "This column is there twice. Keep one of the two."))
        elif name in HASH_NAMES:
            names[-1] = HASH
            if not hashing:
                problems.append((name, "Choose the algorithm of the password hashes when you upload the file."))
        elif name in known:
            names[-1] = name
        elif name in READ_ONLY:
            ignored.append(name)
        else:
            problems.append((name, _unknown(name, known)))
    if hashing and HASH not in names:
        problems.append((HASH, f"An algorithm for password hashes was chosen, and the file has no column {HASH}."))
    return Columns(tuple(names), tuple(given), tuple(ignored), tuple(problems))


def _no_username(given: Sequence[str]) -> str:
    if len(given) == 1 and any(mark in given[0] for mark in (";", "\t")):
        return "The columns are separated by something else than commas. Save the file as comma-separated values."
    meant = next((one for one in given if one.lower().removeprefix("cognito:") in _LIKE_USERNAME), "")
    if meant:
        return f"The column of the user names is called {USERNAME}; this file calls it “{meant[:60]}”."
    return (
        f"The first line must name the columns, {USERNAME} among them. Download the template for this pool and put its "
        "first line above your rows."
    )


def _unknown(name: str, known: set[str]) -> str:
    close = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.75)
    custom = f"custom:{name}"
    guess = custom if custom in known else close[0] if close else ""
    return "The pool has no such attribute." + (f" Do you mean {guess}?" if guess else " Rename or remove the column.")

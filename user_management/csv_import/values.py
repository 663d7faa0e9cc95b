"""One value of a file against the pool's rules: as Cognito takes it, or why it does not. Pure."""

import re
from collections.abc import Callable
from datetime import date

from aws.user_resources import AttributeRule
from user_management.listing.csv_safety import safe

Check = Callable[[str], tuple[str, str]]
"""Takes the text of a cell that is not empty; answers the value for the API, and what is wrong with it or ""."""

LONGEST = 2048
_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s.,;<>()\"]{2,}")
_PHONE = re.compile(r"\+[1-9]\d{1,14}")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE_IN_FILE = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_DATE_IN_API = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WHOLE = re.compile(r"-?\d{1,19}")

HASHES = {
    "BCRYPT": re.compile(r"\$2[abxy]?\$\d{2}\$[./A-Za-z0-9]{53}"),
    "ARGON2ID": re.compile(r"\$argon2id\$(v=\d+\$)?m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+"),
    "SCRYPT": re.compile(r"(\$scrypt\$ln=\d+,r=\d+,p=\d+|scrypt[:$]\d+[:$]\d+[:$]\d+)\$[^\s$]+\$[^\s$]+"),
    "PBKDF2_SHA256": re.compile(r"(\$pbkdf2-sha256\$(i=)?\d+(,l=\d+)?|pbkdf2[_:]sha256[$:]\d+)\$[^\s$]+\$[^\s$]+"),
}


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None


def is_generated(text: str) -> bool:
    """Whether this looks like a user name that Cognito made: a UUID."""
    return _UUID.fullmatch(text) is not None


def without_guard(text: str) -> str:
    """The text without the `'` that our export puts before what a spreadsheet would take for a formula.

    `text` begins with `'`. Another one that somebody wrote stays.
    """
    return text[1:] if safe(text[1:]) == text else text


def check_of(rule: AttributeRule) -> Check:
    """The check of one attribute of the schema."""
    if rule.name in ("email_verified", "phone_number_verified") or rule.data_type == "Boolean":
        return flag
    if rule.name == "birthdate":
        return birthdate
    if rule.name == "updated_at":
        return epoch_seconds
    if rule.data_type == "Number":
        return _number(rule)
    shape = {"email": _email, "phone_number": _phone}.get(rule.name)
    text = _text(rule)
    if shape is None:
        return text

    def both(value: str) -> tuple[str, str]:
        words = shape(value) or text(value)[1]
        return value, words

    return both


def flag(value: str) -> tuple[str, str]:
    low = value.lower()
    return low, "" if low in ("true", "false") else "must be TRUE or FALSE"


def birthdate(value: str) -> tuple[str, str]:
    in_file, in_api = _DATE_IN_FILE.fullmatch(value), _DATE_IN_API.fullmatch(value)
    if in_file is None and in_api is None:
        return value, "must be a date, written mm/dd/yyyy"
    month, day, year = in_file.groups() if in_file else (in_api[2], in_api[3], in_api[1])  # type: ignore[index]
    try:
        return date(int(year), int(month), int(day)).isoformat(), ""
    except ValueError:
        return value, "is no date of the calendar; it is written mm/dd/yyyy"


def date_in_file(value: str) -> str:
    """The date as a file for Cognito has it: mm/dd/yyyy."""
    found = _DATE_IN_API.fullmatch(value)
    return f"{found[2]}/{found[3]}/{found[1]}" if found else value


def epoch_seconds(value: str) -> tuple[str, str]:
    good = value.isascii() and value.isdigit() and len(value) <= 10
    return value, "" if good else "must be seconds since 1 January 1970, in digits alone"


def _email(value: str) -> str:
    return "" if is_email(value) else "is not an e-mail address"


def _phone(value: str) -> str:
    return "" if is_phone(value) else "must begin with + and the country code, then digits alone: +14155550123"


def _number(rule: AttributeRule) -> Check:
    def check(value: str) -> tuple[str, str]:
        if _WHOLE.fullmatch(value) is None:
            return value, "must be a whole number"
        if rule.minimum is not None and int(value) < rule.minimum:
            return value, f"must be at least {rule.minimum}"
        if rule.maximum is not None and int(value) > rule.maximum:
            return value, f"must be at most {rule.maximum}"
        return value, ""

    return check


def _text(rule: AttributeRule) -> Check:
    least = rule.minimum_length or 0
    most = min(rule.maximum_length or LONGEST, LONGEST)

    def check(value: str) -> tuple[str, str]:
        if len(value) < least:
            return value, f"must have at least {least} characters; this has {len(value)}"
        if len(value) > most:
            return value, f"may have {most:,} characters; this has {len(value):,}"
        if rule.is_custom and len(value) > LONGEST // 4 and len(value.encode()) > LONGEST:
            return value, f"may have {LONGEST:,} bytes; this has {len(value.encode()):,}"
        return value, ""

    return check

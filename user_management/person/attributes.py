"""The attributes of a pool's users: what a value must look like, and what a change would do. Pure."""

import re
from datetime import date, datetime

from aws.user_resources import AttributeRule, PeopleRules

LONGEST = 2048
"""Bytes of UTF-8, whatever the schema says."""
ADDRESSES = {"email": "EMAIL", "phone_number": "SMS"}
VERIFIED = tuple(f"{name}_verified" for name in ADDRESSES)
FIXED = ("sub", "identities", "cognito:user_status", "cognito:mfa_enabled")
"""Cognito writes these itself."""

_LABELS = {
    "sub": "User id (sub)",
    "email": "E-mail address",
    "email_verified": "E-mail address is verified",
    "phone_number": "Phone number",
    "phone_number_verified": "Phone number is verified",
    "zoneinfo": "Time zone",
    "updated_at": "Updated at",
}
# The well-known ones in the order people look for them; what else the schema has comes after, by name.
_ORDER = (
    "email", "email_verified", "phone_number", "phone_number_verified", "name", "given_name", "family_name",
    "preferred_username",
)  # fmt: skip
_EMAIL = re.compile(r"[^\s@,;<>\"\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\.[A-Za-z0-9-]{2,63}")
_PHONE = re.compile(r"\+[1-9][0-9]{3,14}")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def label_of(name: str) -> str:
    """The attribute's name for people: `custom:shoe_size` is "Shoe size"."""
    if name in _LABELS:
        return _LABELS[name]
    words = name.removeprefix("dev:").removeprefix("custom:").replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:]) or name


def ordered(people: PeopleRules) -> tuple[AttributeRule, ...]:
    """The whole schema, well-known attributes first, custom ones last."""
    place = {name: number for number, name in enumerate(_ORDER)}
    return tuple(
        sorted(people.attributes, key=lambda rule: (rule.is_custom, place.get(rule.name, len(place)), rule.name))
    )


def is_editable(rule: AttributeRule) -> bool:
    """Whether anybody can change the attribute of a user there is."""
    return rule.mutable and rule.name not in FIXED


def problem_of(rule: AttributeRule, value: str) -> str:
    """What is wrong with the value, in a sentence, or "" when Cognito will take it. An empty value is no value."""
    if not value:
        return ""
    size = len(value.encode(errors="surrogatepass"))
    if size > LONGEST:
        return f"At most {LONGEST:,} bytes; this is {size:,}."
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        return "This holds characters that are no text."
    return _format_problem(rule.name, value) or _type_problem(rule, value)


def _format_problem(name: str, value: str) -> str:
    if name == "email" and (not _EMAIL.fullmatch(value) or ".." in value):
        return "This is not an e-mail address: write it like ada@example.com."
    if name == "phone_number" and not _PHONE.fullmatch(value):
        return "Write the number with its country code and without spaces: +14155550123."
    if name == "birthdate" and not _is_date(value):
        return "Write the date like 1990-12-31."
    return ""


def _type_problem(rule: AttributeRule, value: str) -> str:
    if rule.data_type == "Boolean":
        return "" if value in ("true", "false") else "This is either true or false."
    if rule.data_type == "Number":
        if not _NUMBER.fullmatch(value):
            return "This is a whole number."
        if rule.minimum is not None and int(value) < rule.minimum:
            return f"At least {rule.minimum}."
        return f"At most {rule.maximum}." if rule.maximum is not None and int(value) > rule.maximum else ""
    if rule.data_type == "DateTime":
        return "" if _is_moment(value) else "Write date and time like 2026-05-20T09:30:00Z."
    if rule.minimum_length is not None and len(value) < rule.minimum_length:
        return f"At least {rule.minimum_length} characters; this has {len(value)}."
    if rule.maximum_length is not None and len(value) > rule.maximum_length:
        return f"At most {rule.maximum_length} characters; this has {len(value)}."
    return ""


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return value.isdigit()
    return True


def limits_of(rule: AttributeRule) -> str:
    """The limits in a few words, for the line under a field."""
    if rule.name == "phone_number":
        return "With country code, without spaces: +14155550123."
    if rule.name == "birthdate":
        return "Like 1990-12-31."
    if rule.data_type == "Number":
        return _between("Whole number", rule.minimum, rule.maximum, "")
    if rule.data_type == "DateTime":
        return "Like 2026-05-20T09:30:00Z."
    if rule.data_type == "String" and rule.is_custom:
        return _between("Text", rule.minimum_length or None, rule.maximum_length, " characters")
    return ""


def _between(what: str, least: int | None, most: int | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"{what}, {least:,} to {most:,}{unit}."
    if most is not None:
        return f"{what}, at most {most:,}{unit}."
    return f"{what}, at least {least:,}{unit}." if least is not None else f"{what}."

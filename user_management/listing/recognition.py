"""One box for everything: what a pasted text is, and what else it could be. Pure."""

import re
from dataclasses import dataclass

from aws.user_resources import PeopleRules
from aws.users import UserFilter
from user_management.listing.query import ATTRIBUTES, STATUSES, BadQuery, UserQuery

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>.]+(\.[^\s@<>.]+)+")
_IN_BRACKETS = re.compile(r"[^<>]*<\s*([^\s<>]+@[^\s<>]+)\s*>")
_NUMBER = re.compile(r"\+?[\d\s().\-/\u00a0\u2010-\u2015]+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BEGUN_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{0,27}", re.IGNORECASE)
FEWEST_DIGITS, COMPLETE_DIGITS, MOST_DIGITS = 4, 11, 15
"""Of a phone number with its country code: to be taken for one, to be a whole one, and E.164's limit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a text."""

    attribute: str
    """A key of ATTRIBUTES."""
    value: str
    prefix: bool

    @property
    def filter(self) -> UserFilter:
        """The condition of ListUsers. Its `expression` escapes the value."""
        name = {"status": "cognito:user_status", "enabled": "status"}.get(self.attribute, self.attribute)
        return UserFilter(name, self.value, prefix=self.prefix)

    @property
    def match(self) -> str:
        return "begins" if self.prefix else "is"

    @property
    def words(self) -> str:
        shown = STATUSES.get(self.value, self.value) if self.attribute == "status" else self.value
        return f"{ATTRIBUTES[self.attribute]} {'begins with' if self.prefix else 'is'} “{shown}”"


def recognise(text: str, rules: PeopleRules) -> UserFilter:
    """What the text most likely is, as the condition Cognito is asked with."""
    return readings(UserQuery(text=text), rules)[0].filter


def readings(query: UserQuery, rules: PeopleRules) -> tuple[Reading, ...]:
    """Every sensible way to understand the text of the query, the likeliest first; at least one.

    An attribute named in the query leaves one way, and the same attribute's other match. Raises BadQuery.
    """
    text = _unwrapped(query.text)
    if query.attribute:
        chosen = _reading(query.attribute, text, query.match)
        # The other way to compare is offered for what can be written in part.
        other = [] if query.attribute in ("status", "enabled") else [_turned(chosen)]
        return tuple(dict.fromkeys([chosen, *other, *_guesses(text, rules)]))
    found = _guesses(text, rules)
    if query.match:
        found = [_reading(one.attribute, one.value, query.match) for one in found]
    return tuple(dict.fromkeys([*found, *(_turned(one) for one in found[:1])]))


def condition(query: UserQuery, rules: PeopleRules) -> Reading | None:
    """The one condition Cognito is asked with: the text, else the status, else whether they may sign in."""
    if query.text:
        return readings(query, rules)[0]
    if query.status:
        return Reading("status", query.status, prefix=False)
    if query.enabled is not None:
        return Reading("enabled", "Enabled" if query.enabled else "Disabled", prefix=False)
    return None


def phone_number(text: str) -> str:
    """The text as E.164 writes it, `+491701234567`, where it is a number with a country code; else ""."""
    if not _NUMBER.fullmatch(text):
        return ""
    digits = re.sub(r"\D", "", text.replace("(0)", ""))
    if not text.startswith("+"):
        if not digits.startswith("00"):
            return ""
        digits = digits[2:]
    # No country code begins with a zero.
    return f"+{digits}" if FEWEST_DIGITS <= len(digits) <= MOST_DIGITS and digits[0] != "0" else ""


def _unwrapped(text: str) -> str:
    """Without what mail programs and links put around an address or a number."""
    text = text.strip()
    if found := _IN_BRACKETS.fullmatch(text):
        return found[1]
    for scheme in ("mailto:", "tel:"):
        if text.lower().startswith(scheme):
            return text[len(scheme) :]
    return text


def _guesses(text: str, rules: PeopleRules) -> list[Reading]:
    """By the shape of the text first, then by how this pool calls its users."""
    generated = tuple(rules.pool.username_attributes or ())
    by_name = [Reading("username", text, True)]
    names = [Reading("name", text, True), Reading("email", text, True)]
    number = phone_number(text)
    if _UUID.fullmatch(text):
        text = text.lower()
        by_id = [Reading("username", text, False), Reading("sub", text, False)]
        # Where Cognito makes up the user names, the two are the same.
        return by_id if generated else by_id[::-1]
    if number:
        whole = len(number) > COMPLETE_DIGITS
        return [
            Reading("phone_number", number, not whole),
            *by_name,
            *_if(whole, Reading("phone_number", number, True)),
        ]
    if _ADDRESS.fullmatch(text):
        small = text.lower()
        in_small = _if(small != text, Reading("email", small, False))
        return [Reading("email", text, False), *in_small, *by_name, Reading("email", text, True)]
    if "@" in text.lstrip("@"):
        return [Reading("email", text, True), *by_name]
    if _BEGUN_UUID.fullmatch(text):
        return [Reading("sub", text.lower(), True), *by_name]
    if " " in text:
        # No user name of Cognito's holds a space.
        return [*names, *by_name]
    bare = text.isascii() and text.isdecimal() and len(text) >= COMPLETE_DIGITS
    national = _if(bare, Reading("phone_number", f"+{text}", True))
    if "email" in generated:
        return [*names[::-1], *national, *by_name]
    if generated:
        return [*national, *names, *by_name]
    return [*by_name, *national, *names[::-1]]


def _if(needed: bool, reading: Reading) -> list[Reading]:
    return [reading] if needed else []


def _reading(attribute: str, text: str, match: str) -> Reading:
    if attribute == "status":
        return _status(text)
    if attribute == "enabled":
        return _enabled(text)
    if attribute not in ATTRIBUTES:
        raise BadQuery(f"Cognito cannot search by {attribute}.", code="NotFilterable")
    value = (phone_number(text) or text) if attribute == "phone_number" else text
    if attribute == "sub":
        value = text.lower()
    whole = bool(_ADDRESS.fullmatch(value)) if attribute == "email" else bool(_UUID.fullmatch(value))
    if attribute == "phone_number":
        whole = len(value) > COMPLETE_DIGITS
    return Reading(attribute, value, prefix=match == "begins" if match else not whole)


def _status(text: str) -> Reading:
    """By its key or its words, or the beginning of either."""
    wanted = text.casefold().replace(" ", "_")
    for key, words in STATUSES.items():
        if wanted in (key.casefold(), words.casefold().replace(" ", "_")):
            return Reading("status", key, prefix=False)
    for key, words in STATUSES.items():
        if words.casefold().replace(" ", "_").startswith(wanted):
            return Reading("status", key, prefix=False)
    return Reading("status", wanted.upper(), prefix=True)


def _enabled(text: str) -> Reading:
    words = {"Enabled": ("enabled", "yes", "true", "active"), "Disabled": ("disabled", "no", "false", "suspended")}
    for value, known in words.items():
        if text.casefold() in known:
            return Reading("enabled", value, prefix=False)
    raise BadQuery(f"“{text}” does not say whether users may sign in.", code="BadEnabled", next_step="Write yes or no.")


def _turned(reading: Reading) -> Reading:
    return Reading(reading.attribute, reading.value, not reading.prefix)

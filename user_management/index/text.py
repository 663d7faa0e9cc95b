"""The text that a search looks through, and how words are made alike before they are compared.

A user's text holds one line for every indexed attribute: a mark that stands for the attribute, a line break, the value,
a line break. The line break before a value lets two characters be found where a value begins with them, though the
indexes know sequences of three; the mark tells the attributes apart without a second copy of every value.
"""

import re
import unicodedata
from collections.abc import Mapping

BREAK = "\n"
FIRST_MARK = 0xE000
"""Marks are characters of Unicode's private use area, which are taken out of values."""
MARKS = 256
LONGEST_SORT_KEY = 200
"""Characters of a value that decide its place; indexes of PostgreSQL take no entry of more than 2,704 bytes."""

STANDARD = (
    "username", "sub", "email", "phone_number", "name", "given_name", "family_name", "middle_name", "nickname",
    "preferred_username", "address", "birthdate", "gender", "locale", "picture", "profile", "updated_at", "website",
    "zoneinfo", "email_verified", "phone_number_verified", "identities",
)  # fmt: skip
"""Attributes whose marks are the same in every index; a position in this list never changes."""
FIRST_OWN_SLOT = 40
"""Where the numbers of a pool's custom attributes begin."""

_UNWANTED = re.compile(f"[\x00-\x1f\x7f\ud800-\udfff{chr(FIRST_MARK)}-{chr(FIRST_MARK + MARKS - 1)}]")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


def fold(text: str) -> str:
    """The text without differences of case and accents, and without characters that mean something in the index."""
    if text.isascii():
        return _UNWANTED.sub(" ", text).lower()
    bare = (one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return _UNWANTED.sub(" ", unicodedata.normalize("NFC", "".join(bare)).casefold())


def storable(value: str) -> str:
    """The value without what PostgreSQL cannot hold; a user whom the list would break is worth more than a NUL."""
    return _NOT_STORABLE.sub(" ", value)


def sort_key(value: str) -> str | None:
    """What a column is sorted by; None where there is no value, which stands last in either direction."""
    return fold(value.strip())[:LONGEST_SORT_KEY] or None


def slot_of(attribute: str, own: Mapping[str, int]) -> int | None:
    """The number of an attribute; `own` holds those of the pool's custom ones. None where it has none."""
    return STANDARD.index(attribute) if attribute in STANDARD else own.get(attribute)


def mark(slot: int) -> str:
    return chr(FIRST_MARK + slot) + BREAK


def text_of(values: Mapping[int, str]) -> str:
    """The searchable text of one user, from values by the number of their attribute."""
    return "".join(f"{mark(slot)}{fold(value)}{BREAK}" for slot, value in sorted(values.items()) if value)

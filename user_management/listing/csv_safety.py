"""CSV that no spreadsheet takes for a program. Pure.

Spreadsheets run a cell that begins with one of a few characters as a formula. Such a value gets an apostrophe in front,
also where white space or invisible characters stand before it. Numbers with a sign, above all phone numbers as E.164
writes them (`+491701234567`), are written as they are: no formula can hide in digits alone, and a number with an
apostrophe is no number for the next program. Every cell stands in quotes, so that a spreadsheet that splits at another
separator finds no cell of its own inside a value.
"""

import re

DANGEROUS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""The last four are the wide forms of the first four, which some spreadsheets read alike."""
_SIGNED = re.compile(r"[+-][0-9]+(\.[0-9]+)?")
_BEFORE = re.compile(r"[\s\u0000-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*")


def safe(text: str) -> str:
    """The text as a cell may hold it."""
    if not text or (first := text[0]).isalnum():
        return text
    if first not in DANGEROUS:
        found = _BEFORE.match(text)
        after = text[found.end() :] if found else text
        return f"'{text}" if after and after[0] in DANGEROUS else text
    return text if _SIGNED.fullmatch(text) else f"'{text}"


def as_line(values: list[str]) -> str:
    """One record as RFC 4180 writes it, every field in quotes."""
    return '"' + '","'.join([safe(value).replace('"', '""') for value in values]) + '"\r\n'

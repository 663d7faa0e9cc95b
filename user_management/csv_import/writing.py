"""Rows into the database, half a million of them in a minute: by one statement instead of as many objects."""

import json
from collections.abc import Sequence

from django.db import connection

from user_management.csv_import.models import ImportRow, Plan, UserImport
from user_management.csv_import.rules import Checked
from user_management.csv_import.sealed import seal

COLUMNS = (
    "user_import_id", "line", "username", "key", "email_key", "phone_key", "attributes", "mfa", "hash_sealed", "lacks",
    "job_words", "plan", "found", "changes", "outcome", "words",
)  # fmt: skip
"""Every column but the primary key; a test compares them with the model."""


def hash_place(row: UserImport, line: int) -> str:
    """What a sealed password hash is bound to."""
    return f"{row.pk}\nhash\n{line}"


def write(row: UserImport, batch: Sequence[Checked]) -> None:
    """Insert these rows. A row with anything wrong is never imported, so that its values need not rest here."""
    quote = connection.ops.quote_name
    names, marks = ", ".join(map(quote, COLUMNS)), ", ".join(["%s"] * len(COLUMNS))
    # Names of our own table and columns; every value is a parameter.
    statement = f"INSERT INTO {quote(ImportRow._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(row, one) for one in batch])


def _values(row: UserImport, one: Checked) -> tuple[str | int | bytes, ...]:
    wrong = bool(one.problems)
    secret = one.password_hash if not wrong else ""
    return (
        row.pk,
        one.line,
        _storable(one.username)[:300],
        _storable(one.key)[:320],
        _storable(one.email_key)[:320],
        one.phone_key[:320],
        "{}" if wrong else json.dumps(one.attributes),
        one.mfa,
        seal(secret.encode(), hash_place(row, one.line)) if secret else b"",
        json.dumps(one.lacks) if one.lacks else "[]",
        one.job_words[:300],
        Plan.WRONG.value if wrong else "",
        "",
        "{}",
        "",
        "",
    )


def _storable(text: str) -> str:
    return text.replace("\x00", "") if "\x00" in text else text

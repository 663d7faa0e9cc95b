"""Where a text stands, in SQLite: an FTS5 table with the `trigram` tokenizer, kept like the users by triggers."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from user_management.index.models import IndexedUser, SearchIndex

WALK, LONG_WALK = 1_000, 4_000
"""Rows that are looked through in order before the index of texts is asked: at first, and where enough were found."""
COUNTED = 10_000
"""Hits that are counted."""
TABLE = "user_management_indexed_text"
SHORTEST = 3
"""FTS5 knows sequences of three characters."""
REMOVED = (
    f"CREATE TRIGGER {TABLE}_removed AFTER DELETE ON user_management_indexeduser BEGIN"  # noqa: S608
    f" INSERT INTO {TABLE}({TABLE}, rowid, text) VALUES ('delete', old.id, old.text); END"
)
"""As the migration made it. A later migration that makes SQLite copy the table of users must create all three again."""

_has_table: list[bool] = []


def _ready() -> bool:
    """Whether the table is there: an SQLite without FTS5 or older than 3.34 has none."""
    if not _has_table:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [TABLE])
            _has_table.append(cursor.fetchone() is not None)
    return _has_table[0]


def standing(texts: Sequence[str]) -> Q:
    """The rows in whose text all of these stand."""
    known = [text for text in texts if len(text) >= SHORTEST] if _ready() else []
    found = Q()
    for text in texts:
        if text not in known:
            # SQLite's LIKE treats A and a alike; the text is lower case, and so is what is looked for.
            found &= Q(text__contains=text)
    if known:
        # In one question, so that SQLite does not collect all rows of a common text for the sake of a rare one.
        phrases = " AND ".join('"' + text.replace('"', '""') + '"' for text in known)
        sql = f"user_management_indexeduser.id IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)"  # noqa: S608
        found &= Q(RawSQL(sql, [phrases], output_field=BooleanField()))  # noqa: S611  (a parameter)
    return found


def empty(index: SearchIndex) -> None:
    """Delete every user of the index; to be called inside a transaction."""
    rows = index.rows.all()
    alone = not IndexedUser.objects.exclude(index=index).exists()
    if not (alone and _ready()):
        rows._raw_delete(rows.db)
        return
    # Emptying the table of texts as a whole takes a moment; for each row by itself, minutes.
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {TABLE}_removed")
        rows._raw_delete(rows.db)
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('delete-all')")  # noqa: S608
        cursor.execute(REMOVED)


def hint() -> str:
    """What would make searches quick; "" when nothing is missing."""
    if _ready():
        return ""
    return (
        "Searches read every row, because this SQLite has no FTS5 with the trigram tokenizer. "
        "Use a Python with SQLite 3.34 or newer, and migrate again, or use PostgreSQL."
    )

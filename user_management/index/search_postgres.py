"""Where a text stands, in PostgreSQL: a GIN index of the extension `pg_trgm` over the users' text."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from user_management.index.models import SearchIndex

WALK, LONG_WALK = 2_000, 10_000
"""Rows that are looked through in order before the index of texts is asked: at first, and where enough were found."""
COUNTED = 1_000
"""Hits that are counted. Each is a row to be read, and rows lie scattered."""
NAME = "indexed_user_text"
CREATE_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
CREATE_INDEX = f"CREATE INDEX IF NOT EXISTS {NAME} ON user_management_indexeduser USING gin (text gin_trgm_ops)"


def standing(texts: Sequence[str]) -> Q:
    """The rows in whose text all of these stand. Without the extension the answer is the same, by reading every row."""
    found = Q()
    for text in texts:
        found &= Q(text__contains=text)
    return found


def empty(index: SearchIndex) -> None:
    """Delete every user of the index; to be called inside a transaction."""
    rows = index.rows.all()
    rows._raw_delete(rows.db)


def hint() -> str:
    """What an administrator of the database could do to make searches quick; "" when nothing is missing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = %s", [NAME])
        if cursor.fetchone():
            return ""
    return (
        "Searches read every row, because the extension pg_trgm could not be created when the database was migrated. "
        f"As the owner of the database or a superuser, run once: {CREATE_EXTENSION}; {CREATE_INDEX};"
    )

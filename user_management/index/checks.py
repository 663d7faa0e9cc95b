"""`manage.py check --database default`, which `migrate` runs as well: is there what makes searches quick?"""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection

from user_management.index.models import IndexedUser
from user_management.index.search import backend


@register(Tags.database)
def text_index(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A warning where the migration could not create the index of texts. Before it has run, nothing is missing yet."""
    if "default" not in (databases or ()) or IndexedUser._meta.db_table not in connection.introspection.table_names():
        return []
    hint = backend().hint()
    words = "The search index of users works without an index of texts, slowly."
    return [Warning(words, hint=hint, id="user_management.W001")] if hint else []

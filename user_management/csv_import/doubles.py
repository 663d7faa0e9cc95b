"""Rows that mean the same user: nobody guesses which of them is right, so none of them is imported.

The database's indexes find them, whatever their number, without anything in memory.
"""

from itertools import islice

from django.db import transaction
from django.db.models import Count

from user_management.csv_import.columns import USERNAME
from user_management.csv_import.models import MOST_PROBLEMS, ImportProblem, ImportRow, Plan, UserImport

_AT_ONCE = 1000
IN_THE_FILE = (
    ("key", USERNAME, "The same user name stands in {}."),
    ("email_key", "email", "The same e-mail address stands in {}, and people sign in with it."),
    ("phone_key", "phone_number", "The same phone number stands in {}, and people sign in with it."),
)
IN_THE_POOL = (("found", "", "The same user of the pool is meant in {}."),)
"""One row may name a user by the user name, another one by the e-mail address."""


def refuse(row: UserImport, *, kept: int, by: tuple[tuple[str, str, str], ...] = IN_THE_FILE) -> int:
    """Refuse every row that is not the only one for its user; answers how many problems that are.

    `kept` is how many problems are in the database already.
    """
    count = 0
    for key, column, words in by:
        rows = ImportRow.objects.filter(user_import=row).exclude(**{key: ""})
        if key == "found":
            rows = rows.exclude(plan=Plan.WRONG)
        doubled = rows.order_by().values(key).annotate(n=Count("pk")).filter(n__gt=1).values_list(key, flat=True)
        while values := list(doubled[:_AT_ONCE]):
            count += _refuse(row, key, column, words, values, room=MOST_PROBLEMS - kept - count)
    return count


def _refuse(row: UserImport, key: str, column: str, words: str, values: list[str], *, room: int) -> int:
    lines: dict[str, list[int]] = {}
    rows = ImportRow.objects.filter(user_import=row, **{f"{key}__in": values})
    for value, line in rows.order_by("line").values_list(key, "line"):
        lines.setdefault(value, []).append(line)
    named = ((words.format(_others(several, line)), line) for several in lines.values() for line in several)
    # Half a million rows may name one user: no more problems are made than are kept.
    problems = [
        ImportProblem(user_import=row, line=line, column=column, words=text)
        for text, line in islice(named, max(0, room))
    ]
    with transaction.atomic():
        # Without its key a row is not found again, by this search or by the pool's users.
        rows.update(plan=Plan.WRONG, attributes={}, changes={}, hash_sealed=b"", **{key: ""})
        ImportProblem.objects.bulk_create(problems, batch_size=5000)
    return sum(map(len, lines.values()))


def _others(lines: list[int], own: int) -> str:
    # The first four are enough to name three others, however many there are.
    shown = ", ".join([str(line) for line in lines[:4] if line != own][:3])
    others = len(lines) - 1
    more = f" and {others - 3:,} more" if others > 3 else ""
    return f"line{'s' if others > 1 else ''} {shown}{more}"

"""Reading an uploaded file into rows, each checked: one pass, flat memory, begun again if interrupted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count

from aws.user_resources import PeopleRules
from jobs.lifecycle import Run
from user_management.csv_import import doubles, keeping, writing
from user_management.csv_import.columns import USERNAME, Columns, columns_of
from user_management.csv_import.models import MOST_PROBLEMS, ImportProblem, ImportRow, Plan, UserImport
from user_management.csv_import.reader import MOST_ROWS, Encoding, Row, Unreadable, rows_of
from user_management.csv_import.rules import Checked, Checker, checker
from user_management.pool_rules import Rules

BATCH = 2000


@dataclass
class _Notes:
    """What is counted while the rows pass."""

    rows: int = 0
    problems: int = 0
    guards: int = 0
    mfa: int = 0


def read(run: Run, row: UserImport, rules: Rules) -> str:
    """Fill the rows of the import; answers one line about them. Whatever an earlier attempt has left goes first."""
    ImportProblem.objects.filter(user_import=row).delete()
    ImportRow.objects.filter(user_import=row).delete()
    expected, noticed, notes = row.rows_read, Encoding(), _Notes()
    refusals: list[tuple[int, str, str]] = []
    columns = Columns(())
    try:
        rows = rows_of(keeping.pieces_of(row), noticed)
        columns = _header(rows, rules.people, row.hashing)
        refusals = [(1, name, words) for name, words in columns.problems]
        if not refusals:
            _fill(run, row, rows, checker(columns, rules.people, hashing=row.hashing), notes, expected)
            notes.problems += doubles.refuse(row, kept=notes.problems)
    except Unreadable as problem:
        refusals = [(problem.line, "", problem.words)]
        ImportRow.objects.filter(user_import=row).delete()
    if not refusals and not notes.rows:
        refusals = [(1, "", "The file has a first line and no rows below it. There is nothing to import.")]
    row.columns = columns.given
    row.refusals = refusals
    row.notes = _sentences(noticed, columns, notes, row)
    row.rows_read, row.problems_found, row.is_read = notes.rows, notes.problems, True
    row.save(update_fields=["columns", "refusals", "notes", "rows_read", "problems_found", "is_read"])
    row.parts.all().delete()
    if refusals:
        return "The file cannot be imported as it is"
    return f"{notes.rows:,} rows, {notes.problems:,} problems"


def _header(rows: Iterator[Row], rules: PeopleRules, hashing: str) -> Columns:
    first = next(rows, None)
    if first is None:
        raise Unreadable("The file is empty. Download the template for this pool and fill it in.")
    if first.problem:
        raise Unreadable(first.problem, first.line)
    found = columns_of(first.cells, rules, hashing=hashing)
    if found.names or not found.problems:
        return found
    for later, _ in zip(rows, range(20), strict=False):
        if USERNAME in [cell.strip() for cell in later.cells]:
            words = f"The names of the columns stand in line {later.line}. They must be the first."
            return Columns((), problems=((USERNAME, words),))
    return found


def _fill(run: Run, row: UserImport, rows: Iterator[Row], check: Checker, notes: _Notes, expected: int) -> None:
    batch: list[Checked] = []
    for one in rows:
        checked = check(one)
        notes.rows += 1
        notes.guards += checked.guards
        notes.mfa += checked.mfa
        batch.append(checked)
        if len(batch) >= BATCH:
            _write(row, batch, notes)
            run.progress(notes.rows, max(expected, notes.rows))
    _write(row, batch, notes)
    run.progress(notes.rows, notes.rows)


def _write(row: UserImport, batch: list[Checked], notes: _Notes) -> None:
    problems = [
        ImportProblem(user_import=row, line=one.line, column=column[:200], words=words[:400])
        for one in batch
        for column, words in one.problems
    ]
    with transaction.atomic():
        writing.write(row, batch)
        ImportProblem.objects.bulk_create(problems[: max(0, MOST_PROBLEMS - notes.problems)])
    notes.problems += len(problems)
    batch.clear()


def _sentences(noticed: Encoding, columns: Columns, notes: _Notes, row: UserImport) -> list[str]:
    found: list[str] = []
    if noticed.had_bom:
        found.append("The file begins with a byte order mark, as Excel writes it. Cognito refuses it; it was left out.")
    if columns.ignored:
        found.append(f"Cognito sets these columns by itself, so they are passed over: {', '.join(columns.ignored)}.")
    if notes.guards:
        found.append(
            f"{_values(notes.guards)} began with ' before a sign like = or +, as exports write against formulas. The ' "
            "was left out."
        )
    if notes.mfa:
        found.append(
            "cognito:mfa_enabled is TRUE in some rows. Only Cognito's own import job can set it; users imported one by "
            "one set up their second factor themselves."
        )
    if notes.rows > MOST_ROWS:
        found.append(
            f"The file has {notes.rows:,} rows; one import job of Cognito takes 500,000. Import it one by one, or "
            "split it into several files."
        )
    if row.hashing:
        found.append("Password hashes are carried by Cognito's own import job only, and deleted here once it has them.")
    return found


def _values(count: int) -> str:
    return "One value" if count == 1 else f"{count:,} values"


def figures(row: UserImport) -> dict[str, Any]:
    """How many rows there are of each plan, and how many could go by a job of Cognito."""
    counts = dict(ImportRow.objects.filter(user_import=row).order_by().values_list("plan").annotate(n=Count("pk")))
    return {plan.value: counts.get(plan.value, 0) for plan in Plan}

"""What is wrong with a file, and what became of its rows, as CSV."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from user_management.csv_import.models import UserImport
from user_management.listing.csv_safety import as_line
from user_management.place import pool_page

_ROWS_AT_ONCE = 2000


def csv_answer(name: str, lines: Iterable[Sequence[str]]) -> HttpResponse:
    """A download, written while it is read."""
    response = StreamingHttpResponse((as_line(list(line)) for line in lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    # Django's two kinds of responses share a base that the decorators do not name.
    return cast(HttpResponse, response)


@never_cache
@require_safe
@pool_page
def problems(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    from user_management.csv_import.views import found

    _, row = found(request, project, env, import_id)
    return csv_answer(f"import-{row.pk}-problems.csv", _problem_lines(row))


def _problem_lines(row: UserImport) -> Iterator[list[str]]:
    yield ["line", "column", "problem"]
    for line, column, words in row.refusals:
        yield [str(line), column, words]
    last = 0
    while rows := list(row.problems.filter(pk__gt=last).order_by("pk")[:_ROWS_AT_ONCE]):
        last = rows[-1].pk
        yield from ([str(one.line), one.column, one.words] for one in rows)


@never_cache
@require_safe
@pool_page
def results(request: HttpRequest, project: str, env: str, import_id: int) -> HttpResponse:
    from user_management.csv_import.views import found

    _, row = found(request, project, env, import_id)
    return csv_answer(f"import-{row.pk}-results.csv", _result_lines(row))


def _result_lines(row: UserImport) -> Iterator[list[str]]:
    yield ["line", "cognito:username", "existing_username", "plan", "result", "why"]
    last = 0
    while rows := list(row.rows.filter(line__gt=last).order_by("line")[:_ROWS_AT_ONCE]):
        last = rows[-1].line
        for one in rows:
            why = one.words or (one.job_words if one.outcome == "skipped" else "")
            yield [str(one.line), one.username, one.found, one.get_plan_display(), one.get_outcome_display(), why]

"""`manage.py environments matrix`: the environments of a project side by side, for a terminal or a script."""

from typing import Any

from django.utils import timezone

from admin_ui.matrix import rows, services
from admin_ui.matrix.rows import Cell, Matrix
from environments.command import ConsoleCommand, Operator, project_of
from environments.models import Environment
from environments.permissions import Permission
from web.components.marks import relative_time

WIDEST = 28
"""Characters of a cell in a terminal; ids and longer names are in JSON, and on the page."""


def add_parsers(command: ConsoleCommand, actions: Any) -> None:
    parser = actions.add_parser("matrix", help="a project's environments side by side, and where they differ")
    command.add_shared_arguments(parser, place=False)
    parser.add_argument("--project", metavar="P", required=True, help="the project's slug or name")


def matrix(command: ConsoleCommand, options: dict[str, Any], operator: Operator) -> None:
    """Drift that it shows is no failure: `link_status` is what a pipeline stops at."""
    project = project_of(options["project"], operator)
    visible = [one.pk for one in project.environments.select_related("project") if operator.sees(one)]
    reading = services.read(
        Environment.objects.filter(pk__in=visible),
        project,
        may_import=lambda one: operator.may(Permission.IMPORT_AUTH, project, one),
    )
    built = rows.build(reading.facts)
    if options["format"] == "json":
        command.document(rows.as_json(built, project.slug))
    else:
        command.show(table(built))


def table(matrix: Matrix) -> str:
    """Environments across, their values down, and what is marked in the last column."""
    if not matrix.columns:
        return "There are no environments. Create one: manage.py environments create"
    lines = [["", *(f"{one.name} (production)" if one.production else one.name for one in matrix.columns), ""]]
    for group in matrix.groups:
        lines.append([group.title.upper(), *("" for _ in matrix.columns), ""])
        lines += [[row.spec.title, *(_text(cell) for cell in row.cells), row.mark.lower()] for row in group.rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _text(cell: Cell) -> str:
    value = cell.value
    text = relative_time(value.when, timezone.now()) if value.when else value.text
    if value.detail and not value.is_id:
        text = f"{text}, {value.detail}"
    return (text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…") or "–"


ACTIONS = {"matrix": matrix}

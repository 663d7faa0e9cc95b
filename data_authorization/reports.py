"""The Data pages as scripts read them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import JsonResponse

from data_authorization import presentation, services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Definition, Place, Problem, Schema
from data_authorization.who_tables import WhoTable, who_table


def nothing_read() -> JsonResponse:
    return JsonResponse({"error": str(services.NothingRead())}, status=404)


def unreadable(error: SchemaUnreadable) -> JsonResponse:
    return JsonResponse({"error": str(error), "line": error.line, "column": error.column}, status=422)


def problem_reports(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "severity": one.severity,
            "text": one.text,
            "line": one.line,
            "column": one.column,
            "type": one.place.type if one.place else None,
            "field": one.place.field or None if one.place else None,
            "rule": one.rule,
        }
        for one in problems
    ]


def overview(working: services.Working, schema: Schema) -> dict[str, Any]:
    row = working.data_model
    problems = presentation.problems_in(working)
    return {
        "source": row.source,
        "api": row.api_name or row.api or None,
        "read": row.read.isoformat(),
        "modes": list(working.modes),
        "version": working.number,
        "draft": working.has_draft,
        "rules_known": not presentation.rules_are_unknown(working),
        "problems": problem_reports(problems),
        "models": [_type_line(one) for one in presentation.models(schema, "")],
        "others": [_type_line(one) for one in presentation.others_with_rules(schema, "")],
    }


def _type_line(definition: Definition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "kind": presentation.kind_words(definition).lower(),
        "rules": [presentation.short_sentence(rule, definition) for rule in definition.rules],
        "fields": len(definition.fields),
        "fields_with_rules": [one.name for one in definition.fields if one.auths],
    }


def type_report(working: services.Working, schema: Schema, definition: Definition) -> dict[str, Any]:
    """One type: its rules, who may do what, and the same for each field that has rules of its own."""
    problems = presentation.of_type(presentation.problems_in(working), definition.name)
    return {
        "name": definition.name,
        "kind": presentation.kind_words(definition).lower(),
        "description": definition.description,
        "rules_known": not presentation.rules_are_unknown(working),
        "problems": problem_reports(problems),
        **_place_report(working, schema, Place(definition.name), problems),
        "fields": [
            {"name": one.name, "type": one.type, "required": one.is_required}
            | (
                _place_report(working, schema, Place(definition.name, one.name), problems)
                if one.auths
                else {"rules": []}
            )
            for one in definition.fields
        ],
    }


def _place_report(
    working: services.Working, schema: Schema, place: Place, problems: Sequence[Problem]
) -> dict[str, Any]:
    rules = presentation.rule_rows(schema, place, problems)
    return {
        "rules": [
            {"number": row.rule.number, "sentence": row.sentence, "text": row.sdl, "line": row.line} for row in rules
        ],
        "who": _table_report(who_table(schema, place, all_rows=True, modes=working.modes)),
    }


def _table_report(table: WhoTable) -> list[dict[str, Any]]:
    return [
        {"who": row.words, "kind": row.kind}
        | {
            operation: {"answer": cell.answer, "words": cell.words, "rules": [link.label for link in cell.links]}
            for operation, cell in zip(table.operations, row.cells, strict=True)
        }
        for row in table.rows
    ]

"""One type: its rules, its fields, and who may do what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from data_authorization import group_findings, groups, presentation, reports, services, who_tables
from data_authorization.graphql_schema import gen2
from data_authorization.graphql_schema.access import groups_named
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Definition, Field, Place, Problem, Schema
from data_authorization.graphql_schema.vocabulary import ROOT_TYPES
from data_authorization.rules.places import Standing
from data_authorization.views.overview import base_context, unreadable
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page, wants_fragment

TEMPLATE = "data_authorization/type.html"
LONGEST_NAME = 128


@dataclass(frozen=True)
class Shown:
    """The type of this address, and all that is wrong with it."""

    request: HttpRequest
    environment: Environment
    working: services.Working
    schema: Schema
    definition: Definition

    @property
    def place(self) -> Place:
        return Place(self.definition.name)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return presentation.of_type(presentation.problems_in(self.working), self.definition.name)


@never_cache
@require_safe
@answers_in_time
def page(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    """`?field=` opens one field, `?group=` finds groups for the table, `?groups=check` asks the pool about groups.

    `?rows=all` lengthens a table to every group that rules name, `?rows=pool` to every group of the pool.
    """
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    context = base_context(request, environment, working) | {"type_name": type}
    if working is None:
        return reports.nothing_read() if wants_json(request) else render_page(request, TEMPLATE, context)
    try:
        schema = working.schema
    except SchemaUnreadable as error:
        return unreadable(request, TEMPLATE, context, error)
    definition = schema.type(type)
    if definition is None:
        raise Http404(_missing(schema, type))
    if wants_json(request):
        return JsonResponse(reports.type_report(working, schema, definition))
    shown = Shown(request, environment, working, schema, definition)
    asked = next((part for name, part in ASKED.items() if name in request.GET), "who")
    for part in (asked,) if wants_fragment(request) else PARTS:
        context |= PARTS[part](shown)
    context |= {
        "definition": definition,
        "rules_missing": presentation.rules_are_unknown(working) and not _has_rules(definition),
    }
    return render_page(request, TEMPLATE, context, fragment=asked)


def _missing(schema: Schema, name: str) -> str:
    if any(one.name == name for one in schema.definitions):
        return f"{name} is extended here and defined elsewhere. Its rules can be read in the schema file."
    return f"The data model has no type {name}. It may have been renamed or removed since."


def _rules(shown: Shown) -> dict[str, Any]:
    problems, definition = shown.problems, shown.definition
    # Those of a rule stand with the rule.
    own = [one for one in problems if one.place != shown.place or one.rule is None]
    return {
        "kind": presentation.kind_words(definition),
        "is_root": definition.name in ROOT_TYPES,
        "may_add": not Standing(definition, None).refusal,
        "rules": presentation.rule_rows(shown.schema, shown.place, problems),
        "type_problems": own,
        "counts": presentation.Counts.of(own),
        "global_rule": presentation.global_sentence(shown.schema),
        "changed": presentation.changed_in(shown.working),
        "gen2": gen2.of_type(definition, shown.schema),
    }


def _has_rules(definition: Definition) -> bool:
    return bool(definition.auths) or any(one.auths for one in definition.fields)


def _who(shown: Shown) -> dict[str, Any]:
    """The table of the type; somebody who looks for a group is also shown those of the pool that no rule names."""
    asked = shown.request.GET.get("group", "").strip()[:LONGEST_NAME]
    return _table(shown, shown.place, asked) | {"asked": asked}


def _table(shown: Shown, place: Place, asked: str = "") -> dict[str, Any]:
    """Who may do what with the place, and why the groups of the pool are not among the rows where they should be."""
    rows = shown.request.GET.get("rows")
    is_whole = rows == "pool"
    answer = groups.groups_of_pool(shown.environment) if asked or is_whole else ()
    pool, unread = ((), answer) if isinstance(answer, Unread) else (answer, None)
    table = who_tables.who_table(
        shown.schema, place, asked=asked, pool=pool, all_rows=rows is not None, modes=shown.working.modes
    )
    # That nothing is linked is said elsewhere on the page, and is no failure.
    pool_unread = None if unread is groups.NOT_LINKED else unread
    return {"who": table, "pool_unread": pool_unread, "is_whole_pool": is_whole and unread is None}


def _fields(shown: Shown) -> dict[str, Any]:
    """All fields, or for a fragment the one that is opened or closed."""
    asked = shown.request.GET
    definition, problems = shown.definition, shown.problems
    opened = definition.field(asked.get("field", ""))
    found = {"opened": _opened(shown, opened, problems) if opened else None}
    if wants_fragment(shown.request):
        one = opened or definition.field(asked.get("row", ""))
        if one is None:
            raise Http404(f"{definition.name} has no such field. It may have been renamed or removed since.")
        return found | {"field": presentation.field_row(definition, one, problems)}
    return found | {"fields": [presentation.field_row(definition, one, problems) for one in definition.fields]}


def _opened(shown: Shown, one: Field, problems: tuple[Problem, ...]) -> dict[str, Any]:
    place = Place(shown.definition.name, one.name)
    return {
        "name": one.name,
        "may_add": not Standing(shown.definition, one).refusal,
        "rules": presentation.rule_rows(shown.schema, place, problems),
        "problems": [found for found in problems if found.place == place and found.rule is None],
        **_table(shown, place),
    }


def _groups(shown: Shown) -> dict[str, Any]:
    if "groups" not in shown.request.GET:
        return {"names_groups": bool(groups_named(shown.schema, (shown.definition.name,)))}
    name = shown.definition.name
    return {
        "names_groups": True,
        "checked": group_findings.find(shown.environment, shown.schema, shown.working.modes, type=name),
    }


PARTS: dict[str, Callable[[Shown], dict[str, Any]]] = {
    "rules": _rules,
    "who": _who,
    "groups": _groups,
    "field": _fields,
}
ASKED = {"groups": "groups", "field": "field", "row": "field", "group": "who"}
"""Which part of the page a parameter of the address asks for."""

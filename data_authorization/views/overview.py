"""The Data page: every model, who may do what with it, and what is wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from auth_import.models import CognitoLink
from auth_import.patience import answers_in_time
from data_authorization import group_findings, presentation, reports, services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Schema
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page, wants_fragment

ROWS = 50
"""How many models the page shows at first, and how many more each time."""
FINDINGS = 8
"""How many kinds of problems the page shows before somebody asks for all."""
TEMPLATE = "data_authorization/data.html"


def base_context(request: HttpRequest, environment: Environment, working: services.Working | None) -> dict[str, Any]:
    """What every page of the data model needs."""
    may = {
        name: access.may(request, needs, environment.project, environment)
        for name, needs in (("may_edit", Permission.EDIT_DATA_RULES), ("may_push", Permission.PUSH))
    }
    return {
        "project": environment.project,
        "environment": environment,
        "working": working,
        "unknown_rules": bool(working and presentation.rules_are_unknown(working)),
        "link": CognitoLink.objects.filter(environment=environment).first(),
        **may,
    }


@never_cache
@require_safe
@answers_in_time
def data(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """`?q=` narrows the lists, `?rows=` lengthens them; `?findings=all` and `?groups=check` say more."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    context = base_context(request, environment, working)
    if working is None:
        return reports.nothing_read() if wants_json(request) else render_page(request, TEMPLATE, context)
    try:
        schema = working.schema
    except SchemaUnreadable as error:
        return unreadable(request, TEMPLATE, context, error)
    if wants_json(request):
        return JsonResponse(reports.overview(working, schema))
    checking = "groups" in request.GET
    if checking:
        context |= {"names_groups": True, "checked": group_findings.find(environment, schema, working.modes)}
    if not (checking and wants_fragment(request)):
        context |= _lists(request, working, schema)
    if not wants_fragment(request):
        context |= _state(request, working, schema)
    return render_page(request, TEMPLATE, context, fragment="groups" if checking else "models")


def unreadable(
    request: HttpRequest, template: str, context: dict[str, Any], error: SchemaUnreadable, **more: object
) -> HttpResponse:
    """The page, or the JSON, of a text that is no GraphQL."""
    if wants_json(request):
        return reports.unreadable(error)
    trouble = presentation.SyntaxTrouble(error, context["working"].text)
    return render_page(request, template, context | more | {"trouble": trouble}, fragment="trouble")


def _lists(request: HttpRequest, working: services.Working, schema: Schema) -> dict[str, Any]:
    """The types that are on the screen; of the others only the names are looked at."""
    text = request.GET.get("q", "").strip()[:200]
    shown = _number(request.GET.get("rows", ""))
    problems = presentation.problems_in(working)
    models = presentation.models(schema, text)
    others = presentation.others_with_rules(schema, text)
    return {
        "schema": schema,
        "text": text,
        "rows": presentation.type_rows(models[:shown], problems),
        "matching": len(models),
        "more": shown + ROWS if max(len(models), len(others)) > shown else 0,
        "others": presentation.type_rows(others[:shown], problems),
        "others_matching": len(others),
        "global_rule": presentation.global_sentence(schema),
    }


def _state(request: HttpRequest, working: services.Working, schema: Schema) -> dict[str, Any]:
    """What stands above the lists: the draft, and what was found."""
    problems = presentation.problems_in(working)
    everything = request.GET.get("findings") == "all"
    found = presentation.gathered(problems)
    shown = [presentation.Finding(one) for one in problems] if everything else found[:FINDINGS]
    return {
        "mode_words": presentation.mode_words(working.modes),
        "counts": presentation.Counts.of(problems),
        "found": shown,
        "all_found": len(problems) == sum(1 + len(one.shown) for one in shown),
        "changed": presentation.changed_in(working),
        "names_groups": bool(presentation.groups_in(schema)),
    }


def _number(text: str) -> int:
    return max(ROWS, min(int(text), 5_000)) if text.isdecimal() and len(text) < 6 else ROWS

"""May this person do that? And what a draft changes for whom."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from data_authorization import reports, services
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema
from data_authorization.graphql_schema.schema import Schema
from data_authorization.graphql_schema.vocabulary import COARSE, READS
from data_authorization.simulator import answers, asking, comparing, people
from data_authorization.simulator.asking import Asked
from data_authorization.views.overview import base_context, unreadable
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page, wants_fragment

SIMULATOR = "data_authorization/simulator.html"
DIFFERENCES = "data_authorization/differences.html"


@never_cache
@require_safe
@answers_in_time
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The whole question stands in the address; `?q=` looks for people of the linked pool."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    context = base_context(request, environment, working)
    if working is None:
        return reports.nothing_read() if wants_json(request) else render_page(request, SIMULATOR, context)
    try:
        schema, modes = _version(working, request.GET.get("version", ""))
    except SchemaUnreadable as error:
        return unreadable(request, SIMULATOR, context, error)
    asked = Asked.of(request.GET, schema)
    context |= _answered(environment, asked, schema, modes)
    return _report(asked, context) if wants_json(request) else _page(request, environment, context, schema)


def _version(working: services.Working, version: str) -> tuple[Schema, tuple[str, ...]]:
    """The schema and modes that are asked: the draft's, or with `base` those that were read."""
    if version == "base":
        return working.base_schema, working.base_modes
    return working.schema, working.modes


def _page(request: HttpRequest, environment: Environment, context: dict[str, Any], schema: Schema) -> HttpResponse:
    part = _part(request)
    if part != "answer":
        context |= _form(request, environment, context["asked"], schema)
    status = 422 if context["claims"].errors or context["missing"] or context["missing_field"] else 200
    return render_page(request, SIMULATOR, context, fragment=part, status=status)


def _part(request: HttpRequest) -> str:
    """Which part of the page htmx is about to replace."""
    target = request.htmx.target if wants_fragment(request) else ""  # type: ignore[attr-defined]
    return target if target in ("answer", "people") else "simulator"


def _answered(environment: Environment, asked: Asked, schema: Schema, modes: tuple[str, ...]) -> dict[str, Any]:
    """The person, the claims, and the decision where there is something to decide."""
    claims = asking.claims_of(asked.claims_text) if asked.has_token else asking.Claims()
    person = people.person(environment, asked.user) if asked.user and asked.has_token else None
    unread = person if isinstance(person, Unread) else None
    found = None if isinstance(person, Unread) else person
    of_type = asking.access_for(schema, asked.type) if asked.type else None
    caller = asked.caller(found, claims.values)
    context: dict[str, Any] = {
        "asked": asked,
        "claims": claims,
        "person": found,
        "person_unread": unread,
        "access": of_type,
        "caller": caller,
        "missing": bool(asked.type) and of_type is None,
        "missing_field": of_type is not None and asked.lacks_field(of_type),
        "answer": None,
    }
    if of_type is None or context["missing_field"] or unread or claims.errors or not asked.is_asked:
        return context
    question = asked.request(of_type)
    if not of_type.is_model and not question.field:
        return context
    return context | {
        "question": question,
        "answer": answers.answer_of(environment, of_type, caller, question, modes, name=found.label if found else ""),
    }


def _form(request: HttpRequest, environment: Environment, asked: Asked, schema: Schema) -> dict[str, Any]:
    of_type = asking.access_for(schema, asked.type) if asked.type else None
    text = request.GET.get("q", "").strip()[:200]
    found = people.find(environment, text) if text else None
    return {
        "doors": asking.DOORS,
        "coarse": COARSE,
        "reads": READS,
        "types": asking.askable(schema),
        "item_fields": asking.item_fields(of_type, asked) if of_type and of_type.is_model else (),
        "text": text,
        "found": None if isinstance(found, Unread) else found,
        "find_unread": found if isinstance(found, Unread) else None,
    }


def _report(asked: Asked, context: dict[str, Any]) -> JsonResponse:
    if context["person_unread"]:
        unread = context["person_unread"]
        return JsonResponse({"error": unread.words, "code": unread.code}, status=502)
    if context["claims"].errors:
        return JsonResponse({"error": " ".join(context["claims"].errors)}, status=422)
    if context["answer"] is None:
        words = (
            "Say what to ask about: mode, type, operation, and for what is no model also field, in words that exist."
        )
        return JsonResponse({"error": words}, status=422)
    report = answers.report(asked, context["caller"], context["question"], context["answer"])
    return JsonResponse({**report, "rules_readable": not context["unknown_rules"]})


@never_cache
@require_safe
def differences(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """`?from=` and `?to=` name versions: `base`, `draft`, or the number of a revision."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    context = base_context(request, environment, working)
    if working is None:
        return reports.nothing_read() if wants_json(request) else render_page(request, DIFFERENCES, context)
    asked = request.GET.get("from", comparing.BASE), request.GET.get("to", comparing.DRAFT)
    before, after = (comparing.version_of(working, one) for one in asked)
    context |= {"before": before, "after": after, "choices": comparing.choices(working), "asked": asked}
    if before is None or after is None:
        words = "One of these versions is not kept any more. Choose another."
        return _differences(request, context | {"refusal": words}, status=404)
    try:
        comparison = comparing.compare(before, after, everything="all" in request.GET)
    except SchemaUnreadable:
        return _differences(request, context | {"refusal": _unread_words(before, after)}, status=422)
    return _differences(request, context | {"comparison": comparison, "operations": comparing.OPERATIONS})


def _unread_words(*versions: comparing.Version) -> str:
    """Which of the versions is no GraphQL, and where."""
    for one in versions:
        try:
            read_schema(one.text)
        except SchemaUnreadable as error:
            return f"{one.words} cannot be read. {error}"
    return ""


def _differences(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    if not wants_json(request):
        return render_page(request, DIFFERENCES, context, fragment="comparison", status=status)
    if "refusal" in context:
        return JsonResponse({"error": context["refusal"]}, status=status)
    comparison: comparing.Comparison = context["comparison"]
    found = [
        {"words": one.words, "kind": one.kind, "public": one.is_public, "place": str(one.place)}
        for one in comparison.sentences
    ]
    modes = [{"words": words, "public": opens} for words, opens in comparison.modes]
    return JsonResponse({"differences": found, "modes": modes, "hidden": comparison.hidden})

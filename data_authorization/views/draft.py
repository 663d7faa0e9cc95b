"""The draft: its history, its difference, and its text in both generations."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from backend_state import redeploy
from data_authorization import presentation, reports, services, words
from data_authorization.graphql_schema import gen2 as gen2_words
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Problem
from data_authorization.models import Revision
from data_authorization.services import NothingRead, StaleDraft, Working
from data_authorization.views.overview import base_context, unreadable
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web import diffs
from web.pages import redirect_page, render_page

LISTED = 20
"""Versions on the page before somebody asks for all."""
TEMPLATE = "data_authorization/draft.html"


@never_cache
@require_safe
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What the draft changes in the text, the way to where it takes effect, and its history."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    return _page(request, environment)


@require_POST
def discard(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Back to what was read. `expected` is the version that was looked at."""
    environment = access.environment(request, project, env, needs=Permission.EDIT_DATA_RULES)
    try:
        services.discard(environment=environment, actor=access.actor(request), expected=_number(request, "expected"))
    except (StaleDraft, NothingRead) as refusal:
        return _page(request, environment, refusal=str(refusal), status=409)
    return _done(request, environment, "The draft was discarded. It stays in the history below.")


@require_POST
def restore(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Make the version `number` the newest; `expected` is the one that was looked at."""
    environment = access.environment(request, project, env, needs=Permission.EDIT_DATA_RULES)
    number, expected = _number(request, "number"), _number(request, "expected")
    try:
        restored = services.restore(
            environment=environment, number=number, actor=access.actor(request), expected=expected
        )
    except (StaleDraft, NothingRead) as refusal:
        return _page(request, environment, refusal=str(refusal), status=409)
    except LookupError:
        return _page(request, environment, refusal=f"There is no version {number} any more.", status=422)
    return _done(request, environment, " ".join((_restored_words(number, restored), *restored.lost)))


def _restored_words(number: int, restored: services.Restored) -> str:
    if not restored.is_news:
        return f"Nothing had to be changed: what could be restored of version {number} is there already."
    if restored.merged:
        return f"What version {number} had changed in the rules is changed again, in what was read since."
    return f"The rules are those of version {number} again."


def _number(request: HttpRequest, name: str) -> int:
    """A number of the form; -1, which no version has, for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


def _done(request: HttpRequest, environment: Environment, said: str) -> HttpResponse:
    if wants_json(request):
        working = services.working_of(environment)
        return JsonResponse({"version": working.number if working else 0, "message": said})
    messages.success(request, said)
    return redirect_page(request, "data-draft", environment.project.slug, environment.name)


def _page(request: HttpRequest, environment: Environment, *, refusal: str = "", status: int = 200) -> HttpResponse:
    working = services.working_of(environment)
    if wants_json(request):
        return _report(working, refusal, status)
    context = base_context(request, environment, working)
    if working:
        rows = working.data_model.revisions.defer("text", "base_text")
        context |= {
            "history": list(rows if "all" in request.GET else rows[:LISTED]),
            "kept": rows.count(),
            "rebased": next(iter(rows.filter(new_base=True).values_list("number", flat=True)), 0),
            "modes_before": presentation.mode_words(working.base_modes),
            "modes_after": presentation.mode_words(working.modes),
            "errors": _errors(working),
        }
    context |= {
        "refusal": refusal,
        "redeploy": words.REDEPLOY,
        "keep_in_repository": words.KEEP_IN_REPOSITORY,
        "commands": redeploy.commands(environment),
    }
    return render_page(request, TEMPLATE, context, status=status)


def _errors(working: Working) -> int:
    """How much the draft brings that Amplify's compiler refuses; what was read has been accepted once."""
    if not working.has_draft:
        return 0
    try:
        before = {_said(one) for one in presentation.problems_of(working.base_schema, working.base_modes)}
        now = presentation.problems_of(working.schema, working.modes)
    except SchemaUnreadable:
        return 1
    return sum(1 for one in now if one.severity == "error" and _said(one) not in before)


def _said(problem: Problem) -> tuple[str, str]:
    return str(problem.place or ""), problem.text


def _report(working: Working | None, refusal: str, status: int) -> JsonResponse:
    if working is None:
        return JsonResponse({"error": refusal or str(NothingRead())}, status=status if refusal else 404)
    if refusal:
        return JsonResponse({"error": refusal, "version": working.number}, status=status)
    return JsonResponse(
        {
            "version": working.number,
            "draft": working.has_draft,
            "errors": _errors(working),
            "source": working.data_model.source,
            "api": working.data_model.api or None,
            "modes": list(working.modes),
            "base_modes": list(working.base_modes),
            "difference": [row.text for row in diffs.rows_between(working.base_text, working.text)],
            "history": [_line(one) for one in working.data_model.revisions.defer("text", "base_text")],
        }
    )


def _line(row: Revision) -> dict[str, Any]:
    return {
        "version": row.number,
        "by": row.created_by_name,
        "when": row.created.isoformat(),
        "words": row.words,
        "from_reading": row.new_base,
    }


@never_cache
@require_safe
def file(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The schema as saved, byte for byte; `?base=1` the one it was made from."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    if working is None:
        return _nothing_read(request, environment)
    text = working.base_text if "base" in request.GET else working.text
    if wants_json(request):
        return JsonResponse({"version": working.number, "draft": working.has_draft, "text": text})
    return _download(text, "schema.graphql")


@never_cache
@require_safe
def gen2(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The same models and rules as Amplify Gen 2 writes them; `?download=1` as a file."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    working = services.working_of(environment)
    if working is None:
        return _nothing_read(request, environment)
    context = base_context(request, environment, working)
    try:
        text = gen2_words.render(working.schema)
    except SchemaUnreadable as error:
        return unreadable(request, "data_authorization/gen2.html", context, error)
    if wants_json(request):
        return JsonResponse({"version": working.number, "path": "amplify/data/resource.ts", "text": text})
    if "download" in request.GET:
        return _download(text, "resource.ts")
    return render_page(request, "data_authorization/gen2.html", context | {"text": text})


def _nothing_read(request: HttpRequest, environment: Environment) -> HttpResponse:
    if wants_json(request):
        return reports.nothing_read()
    return redirect_page(request, "data", environment.project.slug, environment.name)


def _download(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

"""Where the data model comes from: the backend, an AppSync API, or a text."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from aws.errors import AwsError
from backend_state.document.problems import BackendProblem
from data_authorization import presentation, reports, services, sources, words
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.models import DataModel
from data_authorization.source_form import NAMED, TextForm, doubles
from data_authorization.sources import Found
from data_authorization.views.overview import base_context
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page, wants_fragment

TEMPLATE = "data_authorization/source.html"
MOST_SHOWN = 1_000
UNREADABLE = (BackendProblem, AwsError, SchemaUnreadable)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def choose(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What can be read here, and taking one of it: `from` is backend, appsync (each with `api`) or text."""
    needs = Permission.EDIT_DATA_RULES if request.method == "POST" else Permission.VIEW
    environment = access.environment(request, project, env, needs=needs)
    if request.method != "POST":
        return _page(request, environment, TextForm())
    source = request.POST.get("from", "text")
    form = TextForm(request.POST, request.FILES) if source == "text" else TextForm()
    if source == "text" and not form.is_valid():
        return _page(request, environment, form, status=422)
    try:
        found = _pasted(environment, form) if source == "text" else _read(environment, source, request.POST)
        change = _take(request, environment, found, expected=_number(request.POST.get("expected", "")))
    except services.StaleDraft as stale:
        return _page(request, environment, form, stale=stale, status=409)
    except UNREADABLE as error:
        return _page(request, environment, form, failure=unread_of(error), status=422)
    return _taken(request, environment, found, change)


@require_POST
@answers_in_time
def read_again(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Read the source once more. Where it has another schema now, the draft is carried over to it."""
    environment = access.environment(request, project, env, needs=Permission.EDIT_DATA_RULES)
    row = DataModel.objects.filter(environment=environment).first()
    if row is None or row.source == DataModel.Source.TEXT:
        return _nothing_to_read(request, environment, row)
    try:
        found = sources.read_again(environment, row)
        change = _take(request, environment, found, expected=None)
    except UNREADABLE as error:
        return _page(request, environment, TextForm(), failure=unread_of(error), status=422)
    return _taken(request, environment, found, change)


def _read(environment: Environment, source: str, data: Any) -> Found:
    api = str(data.get("api", ""))[:200]
    if source == DataModel.Source.BACKEND and environment.is_amplify:
        return sources.read_backend(environment, api)
    if source == DataModel.Source.APPSYNC and not environment.is_amplify and api:
        return sources.read_appsync(environment, api)
    raise BackendProblem(
        "NoSuchSource",
        "This cannot be read here.",
        next_step="Send from=text with a schema; or an API: from=backend in an Amplify environment, from=appsync in "
        "a standalone one, with its api.",
    )


def _pasted(environment: Environment, form: TextForm) -> Found:
    """How an API lets callers in does not stand in its schema: what is known of that stays."""
    working = services.working_of(environment)
    modes = working.base_modes if working else ()
    return Found(DataModel.Source.TEXT, "", "", form.cleaned_data["text"], modes)


def _take(request: HttpRequest, environment: Environment, found: Found, *, expected: int | None) -> services.BaseChange:
    return services.change_base(
        environment=environment,
        source=found.source,
        api=found.api,
        api_name=found.api_name,
        text=found.text,
        modes=found.modes,
        actor=access.actor(request),
        expected=expected,
    )


def _taken(request: HttpRequest, environment: Environment, found: Found, change: services.BaseChange) -> HttpResponse:
    twice = doubles(found.text)
    if wants_json(request):
        return JsonResponse(_change_report(environment, found, change) | {"defined_twice": list(twice)})
    messages.success(request, _success(change))
    if change.put_aside:
        messages.info(request, "The draft was made for another API and was put aside. It stays in the draft's history.")
    if change.lost:
        messages.warning(request, f"Not everything of the draft could come along: {' '.join(change.lost)}")
    if found.source == DataModel.Source.APPSYNC and not found.is_compiled:
        messages.info(request, words.NOT_COMPILED)
    if twice:
        more = f" and {len(twice) - NAMED} more" if len(twice) > NAMED else ""
        named = ", ".join(twice[:NAMED])
        messages.warning(request, f"Defined more than once: {named}{more}. The first definition counts here.")
    back = "data-draft" if request.POST.get("back") == "draft" else "data"
    return redirect_page(request, back, environment.project.slug, environment.name)


def _success(change: services.BaseChange) -> str:
    if not change.is_news:
        return "Read: it is the same schema as before."
    if change.carried:
        return "Read: the schema is another one now. Your draft was carried over to it."
    return "Read: this is the data model now."


def _change_report(environment: Environment, found: Found, change: services.BaseChange) -> dict[str, Any]:
    working = services.working_of(environment)
    assert working is not None
    return {
        "source": found.source,
        "api": found.api or None,
        "api_name": found.api_name or None,
        "modes": list(found.modes),
        "version": working.number,
        "draft": working.has_draft,
        "changed": change.is_news,
        "carried_over": change.carried,
        "put_aside": change.put_aside,
        "lost": list(change.lost),
        "rules_readable": not found.is_compiled,
    }


def _nothing_to_read(request: HttpRequest, environment: Environment, row: DataModel | None) -> HttpResponse:
    said = "This data model was pasted or uploaded: hand in the newer text." if row else str(services.NothingRead())
    if wants_json(request):
        return JsonResponse({"error": said}, status=409)
    messages.info(request, said)
    return redirect_page(request, "data-source", environment.project.slug, environment.name)


def unread_of(error: Exception) -> Unread:
    """Why a schema could not be read, in words."""
    if isinstance(error, AwsError):
        return Unread.of(error)
    if isinstance(error, BackendProblem):
        return Unread(error.words, error.next_step, error.code, error.detail, "", retryable=False)
    assert isinstance(error, SchemaUnreadable)
    return Unread(
        words="The schema cannot be read as GraphQL. Nothing was changed here.",
        next_step="Correct the schema where it comes from, then read it again; or paste a corrected one below.",
        code="SyntaxError",
        message=str(error),
        action="",
        retryable=False,
    )


# --- The page ---


def _page(
    request: HttpRequest,
    environment: Environment,
    form: TextForm,
    *,
    failure: Unread | None = None,
    stale: services.StaleDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    working = services.working_of(environment)
    context = base_context(request, environment, working)
    if wants_json(request) and status != 200:
        return _refusal_report(form, failure, stale, status)
    context |= _offers(request, environment) if context["may_edit"] else {}
    if wants_json(request):
        return JsonResponse(_offers_report(working, context))
    context |= {
        "form": form,
        "trouble": form.trouble,
        "failure": failure,
        "stale": stale,
        "mode_words": presentation.mode_words(working.modes) if working else (),
        "compiled_words": words.COMPILED,
    }
    if status != 200 and wants_fragment(request):
        return render_page(request, TEMPLATE, context, status=status)
    return render_page(request, TEMPLATE, context, fragment="apis", status=status)


def _offers(request: HttpRequest, environment: Environment) -> dict[str, Any]:
    """The APIs that can be read, or why they are not known."""
    text = request.GET.get("q", "").strip()[:200]
    shown = max(sources.ROWS, min(_number(request.GET.get("shown", "")) or 0, MOST_SHOWN))
    try:
        if environment.is_amplify:
            rows = sources.backend_offers(environment)
            return {"offers": sources.Offers(rows, len(rows)), "text": ""}
        return {"offers": sources.appsync_offers(environment, search=text, shown=shown), "text": text}
    except UNREADABLE as error:
        return {"offers": None, "offers_unread": unread_of(error), "text": text}


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else None


def _refusal_report(
    form: TextForm, failure: Unread | None, stale: services.StaleDraft | None, status: int
) -> JsonResponse:
    if stale:
        return JsonResponse({"error": str(stale), "version": stale.number}, status=status)
    if failure:
        return JsonResponse(_unread_report(failure), status=status)
    if form.trouble:
        return reports.unreadable(form.trouble.error)
    errors = [str(one) for found in form.errors.as_data().values() for one in _messages(found)]
    return JsonResponse({"error": " ".join(errors)}, status=status)


def _messages(errors: list[ValidationError]) -> list[str]:
    return [message for one in errors for message in one.messages]


def _unread_report(unread: Unread) -> dict[str, str]:
    return {
        "error": unread.words,
        "code": unread.code,
        "message": unread.message,
        "action": unread.action,
        "next_step": unread.next_step,
    }


def _offers_report(working: services.Working | None, context: dict[str, Any]) -> dict[str, Any]:
    offers: sources.Offers | None = context.get("offers")
    unread: Unread | None = context.get("offers_unread")
    return {
        "source": working.data_model.source if working else None,
        "api": (working.data_model.api or None) if working else None,
        "version": working.number if working else 0,
        "draft": bool(working and working.has_draft),
        "apis": [
            {"id": one.id, "name": one.name, "modes": list(one.modes), "refusal": one.refusal or None}
            for one in (offers.rows if offers else ())
        ],
        "total": offers.total if offers else None,
        "unread": _unread_report(unread) if unread else None,
    }

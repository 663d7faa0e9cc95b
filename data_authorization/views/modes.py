"""How the API lets callers in: its default and additional authorization modes."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from data_authorization import mode_form, presentation, reports, services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.mode_form import ModesForm
from data_authorization.services import Working
from data_authorization.views.overview import base_context
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def modes(request: HttpRequest, project: str, env: str) -> HttpResponse:
    needs = Permission.EDIT_DATA_RULES if request.method == "POST" else Permission.VIEW
    environment = access.environment(request, project, env, needs=needs)
    working = services.working_of(environment)
    if working is None:
        return reports.nothing_read() if wants_json(request) else redirect_page(request, "data", project, env)
    if request.method != "POST":
        return _page(request, environment, working, ModesForm(working=working), working.modes)
    form = ModesForm(request.POST, working=working)
    if not form.is_valid():
        return _page(request, environment, working, form, form.modes, status=422)
    try:
        services.save(
            environment=environment,
            text=working.text,
            modes=form.modes,
            words=mode_form.change_words(form.modes),
            actor=access.actor(request),
            expected=form.cleaned_data["expected"],
        )
    except services.StaleDraft as stale:
        newest = services.working_of(environment) or working
        return _page(request, environment, newest, form, form.modes, refusal=str(stale), status=409)
    return _saved(request, environment, form.modes, _uses(working))


def _saved(request: HttpRequest, environment: Environment, chosen: tuple[str, ...], uses: Counter[str]) -> HttpResponse:
    missing = mode_form.missing_words(uses, chosen)
    if wants_json(request):
        working = services.working_of(environment)
        number = working.number if working else 0
        return JsonResponse({"version": number, "modes": list(chosen), "warning": missing or None})
    messages.success(request, f"{mode_form.change_words(chosen)} It is kept in the draft.")
    if missing:
        messages.warning(request, missing)
    return redirect_page(request, "data", environment.project.slug, environment.name)


def _uses(working: Working) -> Counter[str]:
    try:
        return mode_form.uses_of(working.schema)
    except SchemaUnreadable:
        return Counter()


def _page(
    request: HttpRequest,
    environment: Environment,
    working: Working,
    form: ModesForm,
    chosen: tuple[str, ...],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    uses = _uses(working)
    if wants_json(request):
        return _report(working, form, uses, refusal, status)
    context: dict[str, Any] = base_context(request, environment, working) | {
        "form": form,
        "offers": list(mode_form.offers(working, chosen, uses)),
        "missing": mode_form.missing_words(uses, chosen) if chosen else "",
        "refusal": refusal,
        "mode_words": presentation.mode_words(working.modes),
        "is_backend": working.data_model.source == "backend",
    }
    return render_page(request, "data_authorization/modes.html", context, status=status)


def _report(working: Working, form: ModesForm, uses: Counter[str], refusal: str, status: int) -> JsonResponse:
    if refusal or form.errors:
        return JsonResponse({"error": refusal or None, "errors": form.errors, "version": working.number}, status=status)
    report = {"version": working.number, "modes": list(working.modes), "base_modes": list(working.base_modes)}
    return JsonResponse(report | {"rules": dict(uses)})

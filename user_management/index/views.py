"""The page of the search index: what is copied, how old it is, what a refresh costs, and the way to wipe it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from aws.quotas import Quota
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.index import filling, services
from user_management.index.forms import IndexForm
from user_management.index.models import SearchIndex
from user_management.index.reports import report_of
from user_management.index.search import backend
from user_management.person.views.answers import reason_of
from user_management.place import Place, open_place, pool_page
from user_management.pool_rules import rules_of
from web.pages import redirect_page, render_page

TEMPLATE = "user_management/index/settings.html"
BYTES_A_USER = 1_500
"""A user with five attributes, in the table and its indexes, as measured on both databases."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def settings(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Seen by whoever sees users, changed by whoever may change them."""
    needs = Permission.MANAGE_USERS if request.method == "POST" else Permission.VIEW
    place = open_place(request, project, env, needs=needs)
    index = services.settings_of(place)
    if request.method != "POST":
        return _page(request, place, index, IndexForm(rules=rules_of(place), index=index))
    if wants_json(request) and "enabled" not in request.POST:
        # On a page a box without its tick means off; a script that forgot the word must not delete the copy.
        return JsonResponse({"error": "Say enabled=true, or enabled=false to turn it off and delete it."}, status=422)
    form = IndexForm(request.POST, rules=rules_of(place), index=index)
    if not form.is_valid():
        if wants_json(request):
            return JsonResponse({"error": "This is not valid.", "fields": form.errors}, status=422)
        return _page(request, place, index, form, status=422)
    index, job = services.change(place=place, actor=access.actor(request), **form.cleaned_data)
    if wants_json(request):
        return JsonResponse(report_of(index))
    messages.success(request, "Saved. The index is being filled." if job else "Saved.")
    return redirect_page(request, "search-index", **place.names)


@require_POST
@pool_page
def refresh(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    index = services.index_of(place)
    if index is None or not index.enabled:
        words = "The search index of this environment is off. Turn it on first."
        if wants_json(request):
            return JsonResponse({"error": words}, status=409)
        messages.error(request, words)
        return redirect_page(request, "search-index", **place.names)
    job = services.refresh(index=index, place=place, actor=access.actor(request))
    if wants_json(request):
        return JsonResponse(report_of(index), status=202)
    return redirect_page(request, job)


@require_POST
@pool_page
def wipe(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    gone = services.wipe(
        place=place,
        actor=access.actor(request),
        reason=reason_of(request),
    )
    if wants_json(request):
        return JsonResponse({"deleted": gone})
    users = "1 user was" if gone == 1 else f"{gone:,} users were"
    messages.success(request, f"Wiped: {users} deleted from the index, and it is off. Cognito was not touched.")
    return redirect_page(request, "search-index", **place.names)


def _page(
    request: HttpRequest, place: Place, index: SearchIndex, form: IndexForm, *, status: int = 200
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(report_of(index))
    context = {
        **place.context(),
        "index": index,
        "form": form,
        "may_manage": access.may(request, Permission.MANAGE_USERS, place.project, place.environment),
        "hint": backend().hint(),
        **_costs(place, index),
    }
    return render_page(request, TEMPLATE, context, fragment="state", status=status)


def _costs(place: Place, index: SearchIndex) -> dict[str, Any]:
    rate = services.calls_a_second()
    people = rules_of(place).people.pool.estimated_users or 0
    return {
        "rate": f"{rate:g}",
        "quota": Quota.USER_LIST.per_second,
        "people": people,
        "estimate": in_words(filling.duration_of(people, rate)),
        "example": in_words(filling.duration_of(100_000, rate)),
        "calls": -(-people // 60),
        "megabytes": f"{max(1, (index.users or people) * BYTES_A_USER // 1_000_000):,}",
    }


def in_words(duration: timedelta) -> str:
    """ "5.6 min", as people compare them."""
    seconds = duration.total_seconds()
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"

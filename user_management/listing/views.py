"""The list of users, how a person wants it, and its export as CSV."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.models import User
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.listing import export
from user_management.listing.columns import as_json, known
from user_management.listing.forms import ColumnsForm
from user_management.listing.query import UserQuery
from user_management.listing.screen import (
    Screen,
    page_context,
    preference_of,
    read_screen,
    shown_columns,
)
from user_management.listing.services import keep_preference
from user_management.listing.sources import source_for, unheld_of
from user_management.place import error_report, open_place, pool_page
from user_management.pool_rules import rules_of
from web.pages import redirect_page, render_page, wants_fragment

TEMPLATE = "user_management/listing/index.html"
EXPORT = "user_management/listing/export.html"
FRAGMENTS = {"users-list": "results", "more-users": "more"}


@never_cache
@require_safe
@pool_page
def index(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The list. `?size=` and `?token=` continue it; with a search, `HX-Replace-Url` keeps the address worth sharing."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    screen = read_screen(request, place)
    if wants_json(request):
        return _as_json(screen)
    fragment = FRAGMENTS.get(request.headers.get("HX-Target", ""), "results")
    # htmx swaps in only what succeeded, or could not be processed.
    status = 422 if screen.error and wants_fragment(request) else screen.status
    context = page_context(screen) | {"first_page": screen.token and not wants_fragment(request)}
    response = render_page(request, TEMPLATE, context, fragment=fragment, status=status)
    if fragment == "results" and wants_fragment(request) and not screen.error:
        address = reverse("users", kwargs=place.names)
        response["HX-Replace-Url"] = f"{address}?{screen.address_query}" if screen.params else address
    return response


def _as_json(screen: Screen) -> JsonResponse:
    if screen.error:
        return JsonResponse(error_report(screen.error), status=screen.status)
    held = [column for column in screen.columns if column.key not in screen.unheld]
    users = [as_json(user, held) for user in screen.page.items]
    document = {"users": users, "next_token": screen.page.next_token, "searched": screen.searched}
    if total := getattr(screen.page, "total", None):
        # The index knows how many there are; Cognito never tells.
        document["total"] = str(total)
    return JsonResponse(document)


@require_POST
@pool_page
def columns(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Remember this person's columns and page size, and go back to the list with the query it had."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    form = ColumnsForm(request.POST, rules=rules_of(place).people)
    if not isinstance(request.user, User):
        return JsonResponse({"error": "Columns are kept for people. Scripts name them: ?columns=email,sub"}, status=422)
    if not form.is_valid():
        context = {**place.context(), "form": form}
        return render_page(request, "user_management/listing/columns.html", context, status=422)
    keep_preference(
        user=request.user, place=place, size=int(form.cleaned_data["size"]), columns=form.cleaned_data["columns"]
    )
    # Only what the list itself reads comes back, so that the address can lead nowhere else.
    query = QueryDict(form.cleaned_data["back"]).urlencode()
    address = reverse("users", kwargs=place.names)
    return redirect_page(request, f"{address}?{query}" if query else address)


@never_cache
@require_safe
@pool_page
def export_users(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What an export of the present query costs, and the choice of its columns. `?download=` shows how one goes on."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    rules = rules_of(place)
    query = UserQuery.from_params(request.GET)
    source = source_for(place, query)
    shown = shown_columns(request.GET, preference_of(request, place), rules)
    context = export.page_context(place, query, source, rules.people, shown, download=request.GET.get("download", ""))
    return render_page(request, EXPORT, context)


@never_cache
@require_GET
@pool_page
def users_csv(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The file itself, written while it is read from Cognito."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    query = UserQuery.from_params(request.GET)
    source = source_for(place, query)
    shown = shown_columns(request.GET, preference_of(request, place), rules_of(place), strict=True)
    unheld = unheld_of(source, place, [column.key for column in shown])
    shown = known(shown, unheld, named="columns" in request.GET)
    # What AWS refuses is found out while there still is a page to say so on.
    source.page(place, query, "", 1)
    chunks = export.stream(
        place=place,
        query=query,
        source=source,
        columns=shown,
        actor=access.actor(request),
        download=request.GET.get("download", ""),
        for_excel=request.GET.get("excel") == "1",
    )
    response = StreamingHttpResponse(chunks, content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = f'attachment; filename="{export.file_name(place)}"'
    # A proxy that collects the whole file first would defeat the stream.
    response["X-Accel-Buffering"] = "no"
    # Django's two kinds of responses share a base that the decorators do not name.
    return cast(HttpResponse, response)


@never_cache
@require_safe
@pool_page
def export_progress(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The fragment that says how a download goes on."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    context = {**place.context(), **export.progress_context(place, request.GET)}
    if wants_json(request):
        return JsonResponse(context["progress"] or {"state": "unknown"})
    return render_page(request, EXPORT, context, fragment="progress")

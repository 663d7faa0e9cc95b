"""The list of groups, and a new one."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_safe

from aws.errors import AwsError
from aws.resources import Group
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.groups import precedence, reading, reports, services
from user_management.groups.forms import GroupForm
from user_management.person.views.answers import status_of
from user_management.place import Place, error_report, open_place, pool_page
from web.pages import redirect_page, render_page

ROWS = 200
"""How many groups the page shows at first, and how many more each time."""


def may_manage(request: HttpRequest, place: Place) -> bool:
    return access.may(request, Permission.MANAGE_GROUPS, place.project, place.environment)


@require_safe
@pool_page
def index(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Every group of the pool, the one that counts most first, narrowed to what the box holds."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    known = reading.groups_of_pool(place, fresh="refresh" in request.GET)
    text = request.GET.get("q", "").strip()
    matching = [group for group in precedence.ordered(known.rows) if _has(group, text.casefold())]
    ties = precedence.ties(known.rows)
    if wants_json(request):
        rows = [reports.group_report(group) for group in matching]
        report = {"groups": rows, "complete": known.is_complete, "ties": reports.tie_reports(ties)}
        return JsonResponse(report)
    shown = _number(request.GET.get("rows", ""))
    context = {
        "known": known,
        "text": text,
        "groups": matching[:shown],
        "matching": len(matching),
        "more": shown + ROWS if len(matching) > shown else 0,
        "ties": ties,
        "tied": {name for tie in ties for name in tie.names},
        "may_manage": may_manage(request, place),
    }
    return render_page(request, "user_management/groups/index.html", place.context() | context, fragment="list")


def _has(group: Group, text: str) -> bool:
    return text in group.name.casefold() or text in group.description.casefold()


def _number(text: str) -> int:
    return max(ROWS, min(int(text), 10_000)) if text.isdecimal() and len(text) < 6 else ROWS


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def create(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    form = GroupForm(request.POST or None)
    refused: AwsError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create(
                place=place, group=form.wanted, actor=access.actor(request), reason=form.cleaned_data["reason"]
            )
        except AwsError as error:
            refused = error if not _blamed(form, error) else None
            if wants_json(request) and refused:
                return JsonResponse(error_report(error), status=status_of(error))
        else:
            if wants_json(request):
                return JsonResponse(reports.group_report(made), status=201)
            messages.success(request, f"The group {made.name} is there. It has no members yet.")
            return redirect_page(request, "group", **place.names, group=made.name)
    if wants_json(request) and request.method == "POST":
        return reports.refusal(form)
    show_neighbours(place, form)
    context = {"form": form, "refused": refused}
    status = 422 if form.errors or refused else 200
    return render_page(request, "user_management/groups/create.html", place.context() | context, status=status)


def _blamed(form: GroupForm, error: AwsError) -> bool:
    """Whether the error is about a field, and is said there now."""
    if error.code == "GroupExistsException":
        form.add_error("name", "The pool already has a group of this name. Choose another name, or edit that group.")
        return True
    return False


def show_neighbours(place: Place, form: GroupForm) -> None:
    """The form is useful without them, and keeps what was typed."""
    with suppress(AwsError):
        form.show_neighbours(reading.groups_of_pool(place).rows)

"""One group: its page, its members, changing it, taking somebody out, deleting it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from aws.errors import AwsError, NotFound, Rejected
from aws.resources import Group
from aws.side_by_side import Together
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management import people
from user_management.groups import membership, precedence, reading, reports, services
from user_management.groups.forms import DeleteForm, GroupForm, ReasonForm, values_of
from user_management.groups.views import may_manage, show_neighbours
from user_management.person.views.answers import status_of
from user_management.place import Place, error_report, open_place, pool_page
from web.pages import redirect_page, render_page, wants_fragment

NAME = 128


@require_safe
@pool_page
def show(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    """The group and its first members; `?count=1` counts them, up to 600."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    counting = "count" in request.GET
    with Together() as together:
        row = together.start(reading.find_group, place, group)
        others = together.start(reading.groups_of_pool, place)
        count = together.start(membership.count_members, place, group) if counting else None
        listed = None if counting and wants_fragment(request) else together.start(_members, request, place, group)
        # The words about a group that is gone are better than those about its members.
        context: dict[str, Any] = {"group": row.result(), "count": count.result() if count else None}
        found = listed.result() if listed else None
        context |= {"tied": precedence.tied_with(row.result(), others.result().rows)}
    if wants_json(request):
        return JsonResponse(_report(context, found))
    context |= {"may_manage": may_manage(request, place), "found": found, "text": _text(request)}
    context |= {"export_url": _export_url(place, group)}
    return render_page(request, "user_management/groups/group.html", place.context() | context, fragment="count")


def _report(context: dict[str, Any], found: membership.Found | None) -> dict[str, Any]:
    report = {**reports.group_report(context["group"]), "tied_with": list(context["tied"])}
    if context["count"]:
        report["members"] = {"number": context["count"].number, "complete": context["count"].is_complete}
    return report


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:NAME]


def _members(request: HttpRequest, place: Place, group: str) -> membership.Found:
    text, token = _text(request), request.GET.get("token", "")
    try:
        if text:
            return membership.search_members(place, group, text, token)
        page = membership.page_of_members(place, group, token)
    except Rejected as error:
        if not token:
            raise
        # Cognito's tokens are good for a while only.
        raise Rejected(
            "This address does not lead on in the list of members any more.",
            code=error.code,
            next_step="Open the group once more; its list begins anew.",
        ) from error
    return membership.Found(page.items, page.next_token, len(page.items))


def _export_url(place: Place, group: str) -> str:
    try:
        return reverse("users-csv", kwargs=place.names)
    except NoReverseMatch:
        return ""


@require_safe
@pool_page
def members(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    """The members alone, sixty at a time: more of them for htmx, and for scripts."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    found = _members(request, place, group)
    if wants_json(request):
        rows = [reports.member_report(user) for user in found.rows]
        return JsonResponse({"members": rows, "next_token": found.next_token})
    if not wants_fragment(request):
        return show(request, project, env, group)
    context = {"group": Group(group), "found": found, "text": _text(request), "may_manage": may_manage(request, place)}
    more = "rows" if "token" in request.GET else "members"
    return render_page(request, "user_management/groups/group.html", place.context() | context, fragment=more)


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def edit(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    """The form, then what will change, then the change. Scripts save at once."""
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    present = reading.find_group(place, group)
    form = GroupForm(_entered(request, present), group=present)
    step = request.POST.get("do") or ("save" if wants_json(request) else "review")
    refused: AwsError | None = None
    changes = services.changes_between(present, form.wanted) if request.method == "POST" and form.is_valid() else None
    if step == "save" and changes is not None:
        try:
            made = _save(request, place, present, form)
        except AwsError as error:
            refused = error
        else:
            return _saved(request, place, made, bool(changes))
    if wants_json(request):
        return _edit_report(form, present, refused)
    show_neighbours(place, form)
    context = {"form": form, "group": present, "changes": changes, "refused": refused}
    context |= {"reviewing": step == "review" and bool(changes), "seen": services.fingerprint(present)}
    if changes:
        context["tied"] = precedence.tied_with(form.wanted, reading.groups_of_pool(place).rows)
    status = 422 if form.errors or refused else 200
    return render_page(request, "user_management/groups/edit.html", place.context() | context, status=status)


def _entered(request: HttpRequest, present: Group) -> QueryDict | None:
    """What was sent. A page sends every field; scripts name only what they change, and the rest stays."""
    if request.method != "POST":
        return None
    entered = request.POST.copy()
    if wants_json(request):
        for name, value in values_of(present).items():
            if name not in entered and value is not None:
                entered[name] = str(value)
    return entered


def _save(request: HttpRequest, place: Place, present: Group, form: GroupForm) -> Group:
    seen = request.POST.get("seen", "")
    if seen and seen != services.fingerprint(present):
        raise services.changed_meanwhile(present.name)
    actor, reason = access.actor(request), form.cleaned_data["reason"]
    return services.change(place=place, seen=present, wanted=form.wanted, actor=actor, reason=reason)


def _saved(request: HttpRequest, place: Place, made: Group, changed: bool) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(reports.group_report(made))
    messages.success(request, f"{made.name} is changed." if changed else f"{made.name} is as it was.")
    return redirect_page(request, "group", **place.names, group=made.name)


def _edit_report(form: GroupForm, present: Group, refused: AwsError | None) -> JsonResponse:
    if refused:
        return JsonResponse(error_report(refused), status=status_of(refused))
    return reports.refusal(form) if form.is_bound else JsonResponse(values_of(present))


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def remove(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    """Take one user, named by `username`, out of the group; a GET asks first."""
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    username = (request.POST or request.GET).get("username", "")
    form = ReasonForm(request.POST or None)
    refused: AwsError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _remove(request, place, group, username, form.cleaned_data["reason"])
        except AwsError as error:
            refused = error
        else:
            if wants_json(request):
                return JsonResponse({"group": group, "username": username, "member": False})
            messages.success(request, f"{username} is out of {group}, and stays a user of the pool.")
            return redirect_page(request, "group", **place.names, group=group)
    if wants_json(request):
        return JsonResponse(error_report(refused), status=status_of(refused)) if refused else reports.refusal(form)
    user = None if refused else people.find(place, username)
    context = {"group": Group(group), "user_to_remove": user, "username": username, "form": form, "refused": refused}
    status = 422 if form.errors or refused else 200
    return render_page(request, "user_management/groups/remove.html", place.context() | context, status=status)


def _remove(request: HttpRequest, place: Place, group: str, username: str, reason: str) -> None:
    if not username:
        raise NotFound("No user was named.", code="NoUser", next_step="Send the user name in the field username.")
    actor = access.actor(request)
    membership.remove_named(place=place, group=group, username=username, actor=actor, reason=reason)


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def delete(request: HttpRequest, project: str, env: str, group: str) -> HttpResponse:
    """What goes and what stays, then the word Delete, typed."""
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    row = reading.find_group(place, group)
    form = DeleteForm(request.POST or None)
    refused: AwsError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _delete(request, place, row, form.cleaned_data["reason"])
        except AwsError as error:
            refused = error
        else:
            if wants_json(request):
                return JsonResponse({"group": group, "deleted": True})
            messages.success(request, f"The group {group} is deleted. Those who were in it stay users of the pool.")
            return redirect_page(request, "groups", **place.names)
    if wants_json(request):
        return JsonResponse(error_report(refused), status=status_of(refused)) if refused else reports.refusal(form)
    count = membership.count_members(place, group, pages=1)
    context = {"group": row, "count": count, "form": form, "refused": refused}
    status = 422 if form.errors or refused else 200
    return render_page(request, "user_management/groups/delete.html", place.context() | context, status=status)


def _delete(request: HttpRequest, place: Place, row: Group, reason: str) -> None:
    count = membership.count_members(place, row.name, pages=1)
    services.delete(place=place, group=row, members=str(count), actor=access.actor(request), reason=reason)

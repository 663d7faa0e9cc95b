"""The groups of one user: which role wins, joining and leaving. A part of the user's page, and a page of its own."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from aws import user_groups
from aws.errors import AwsError
from aws.side_by_side import Together
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.groups import membership, precedence, reading, reports
from user_management.groups.views import may_manage
from user_management.person.views.answers import reason_of, status_of
from user_management.place import Place, error_report, open_place, pool_page
from web.pages import redirect_page, render_page, wants_fragment

CHOICES = 200
"""How many groups the menu offers; beyond that a box finds them."""


@require_safe
@pool_page
def show(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.VIEW)
    return _shown(request, place, username)


def _shown(request: HttpRequest, place: Place, username: str, refused: AwsError | None = None) -> HttpResponse:
    with Together() as together:
        own = together.start(user_groups.groups_of, place.target, place.pool_id, username)
        known = together.start(reading.groups_of_pool, place)
        groups = precedence.ordered(own.result())
        others = known.result()
    role = precedence.effective_role(groups)
    if wants_json(request):
        rows = [reports.group_report(group) for group in groups]
        return JsonResponse({"username": username, "groups": rows, "effective_role": reports.role_report(role)})
    names, text = {group.name for group in groups}, request.GET.get("find", "").strip()
    free = [
        group
        for group in precedence.ordered(others.rows)
        if group.name not in names and text.casefold() in group.name.casefold()
    ]
    context = {
        "username": username,
        "groups": groups,
        "role": role,
        "free": free[:CHOICES],
        "more": max(0, len(free) - CHOICES),
        "find": text,
        "known": others,
        "refused": refused,
        "may_manage": may_manage(request, place),
    }
    template = "user_management/groups/of_user.html"
    return render_page(request, template, place.context() | context, fragment="groups", status=422 if refused else 200)


@require_POST
@pool_page
def join(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    return _change(request, place, username, joined=True)


@require_POST
@pool_page
def leave(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    return _change(request, place, username, joined=False)


def _change(request: HttpRequest, place: Place, username: str, *, joined: bool) -> HttpResponse:
    group = request.POST.get("group", "")
    reason = reason_of(request)
    if not group:
        if wants_json(request):
            return JsonResponse({"error": "Send the group's name in the field group."}, status=422)
        messages.error(request, "Choose a group first.")
        return redirect_page(request, "user-groups", **place.names, username=username)
    put = membership.add_named if joined else membership.remove_named
    try:
        put(place=place, group=group, username=username, actor=access.actor(request), reason=reason)
    except AwsError as error:
        if wants_json(request):
            return JsonResponse(error_report(error), status=status_of(error))
        return _shown(request, place, username, refused=error)
    if wants_json(request):
        return JsonResponse({"group": group, "username": username, "member": joined})
    if wants_fragment(request):
        return _shown(request, place, username)
    messages.success(request, f"{username} is {'in' if joined else 'out of'} {group}.")
    return redirect_page(request, "user-groups", **place.names, username=username)

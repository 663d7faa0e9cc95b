"""Copying groups to another environment: where to, what would change, what was copied."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from auth_import.models import CognitoLink
from aws import accounts
from aws.errors import AwsError, Rejected
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.groups import copying, reports
from user_management.groups.copying import Copied, Row
from user_management.groups.tasks import start_copy
from user_management.person.views.answers import reason_of, status_of
from user_management.place import Place, error_report, open_place, pool_page
from web.pages import redirect_page, render_page


@dataclass
class Copying:
    """What one request is about."""

    target: Place | None = None
    roles: bool = True
    account: str = ""
    rows: tuple[Row, ...] = ()
    results: list[Copied] = field(default_factory=list)
    refused: AwsError | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def copy(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """`to` names the environment, `roles=off` leaves the roles out, `group` (repeated) is what a POST copies."""
    place = open_place(request, project, env, needs=Permission.MANAGE_GROUPS)
    data = request.POST if request.method == "POST" else request.GET
    targets, same_pool = targets_of(request, place)
    state = Copying(target=next((one for one in targets if one.environment.name == data.get("to")), None))
    state.roles = (data.getlist("roles") or ["on"])[-1] != "off"
    if state.target is not None:
        state.account = _account(state.target)
        state.rows = copying.preview(place, state.target, roles=state.roles, account=state.account)
    if request.method == "POST" and state.target is not None:
        try:
            if job := _apply(request, place, state):
                return job
        except AwsError as error:
            state.refused = error
    if wants_json(request):
        return _report(state, targets)
    context = _context(place, state, targets) | {"same_pool": same_pool, "ticked": set(data.getlist("group"))}
    status = 422 if state.refused else 200
    return render_page(request, "user_management/groups/copy.html", place.context() | context, status=status)


def targets_of(request: HttpRequest, place: Place) -> tuple[list[Place], list[str]]:
    """The linked environments of the project whose groups the person may manage, and those that share this pool."""
    links = CognitoLink.objects.filter(environment__project=place.project).exclude(environment=place.environment)
    found, shared = [], []
    for link in links.select_related("environment", "environment__project").order_by("environment__name"):
        environment = link.environment
        if not access.may(request, Permission.MANAGE_GROUPS, place.project, environment):
            continue
        other = Place(environment, link)
        same = other.pool_id == place.pool_id and other.target.region == place.target.region
        if same:
            shared.append(environment.name)
        else:
            found.append(other)
    return found, shared


def _account(target: Place) -> str:
    try:
        return accounts.caller(target.target).account
    except AwsError:
        # Only a warning about roles of other accounts depends on it.
        return ""


def _apply(request: HttpRequest, place: Place, state: Copying) -> HttpResponse | None:
    """Copy what was ticked, or start the job that does; the answer where the person is sent elsewhere."""
    assert state.target is not None
    copying.check_still(state.rows, request.POST.get("seen", ""))
    wanted = set(request.POST.getlist("group"))
    rows = [row for row in state.rows if row.name in wanted and row.can_copy]
    if not rows:
        raise Rejected("No group was chosen.", code="NothingChosen", next_step="Tick the groups to copy.")
    reason = reason_of(request)
    if len(rows) > copying.AT_ONCE:
        return _start_job(request, place, state, rows, reason)
    actor = access.actor(request)
    state.results = copying.copy(source=place, target=state.target, rows=rows, actor=actor, reason=reason)
    state.rows = copying.preview(place, state.target, roles=state.roles, account=state.account)
    return None


def _start_job(request: HttpRequest, place: Place, state: Copying, rows: Sequence[Row], reason: str) -> HttpResponse:
    assert state.target is not None
    query = urlencode({"to": state.target.environment.name, "roles": "on" if state.roles else "off"})
    job = start_copy(
        source=place,
        target=state.target,
        names=[row.name for row in rows],
        seen=copying.fingerprint(state.rows),
        roles=state.roles,
        account=state.account,
        actor=access.actor(request),
        reason=reason,
        return_url=f"{reverse('copy-groups', kwargs=place.names)}?{query}",
    )
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job)


def _report(state: Copying, targets: Sequence[Place]) -> JsonResponse:
    if state.refused:
        return JsonResponse(error_report(state.refused), status=status_of(state.refused))
    names = [one.environment.name for one in targets]
    if state.target is None:
        return JsonResponse({"targets": names, "groups": []})
    report: dict[str, Any] = {
        "targets": names,
        "to": state.target.environment.name,
        "seen": copying.fingerprint(state.rows),
        "groups": [reports.row_report(row) for row in state.rows],
    }
    if state.results:
        report["copied"] = [reports.copied_report(one) for one in state.results]
    return JsonResponse(report)


def _context(place: Place, state: Copying, targets: Sequence[Place]) -> dict[str, Any]:
    kinds = ("create", "change", "same", "only-there")
    return {
        "state": state,
        "targets": targets,
        "seen": copying.fingerprint(state.rows),
        "sections": [(kind, [row for row in state.rows if row.kind == kind]) for kind in kinds],
        "counts": {kind.replace("-", "_"): sum(row.kind == kind for row in state.rows) for kind in kinds},
        "foreign": [row.name for row in state.rows if row.foreign_role],
        "failed": [one for one in state.results if one.error],
        "done": [one for one in state.results if not one.error],
        "at_once": copying.AT_ONCE,
    }

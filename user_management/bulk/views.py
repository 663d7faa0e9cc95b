"""A change of many users: what would happen, what happens, what has happened."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audit.actions import Action
from audit.record import record
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.bulk import reports, services
from user_management.bulk.forms import ArgumentsForm, StartForm, arguments_in, messages_words, sender_warning
from user_management.bulk.models import BulkOperation, BulkState, RowState
from user_management.bulk.operations import OPERATIONS, Operation
from user_management.bulk.services import BulkRefused
from user_management.listing.query import UserQuery
from user_management.place import Place, open_place, pool_page
from user_management.pool_rules import rules_of
from web.pages import redirect_page, render_page, wants_fragment

ROWS_A_PAGE = 25
LATEST = 5


def _opened(request: HttpRequest, project: str, env: str, bulk: str, *, changes: bool = True) -> BulkOperation:
    """The change of this URL. Raises Http404, and PermissionDenied for whoever may not do what it does."""
    environment = access.environment(request, project, env, needs=Permission.MANAGE_USERS)
    row = (
        BulkOperation.objects.select_related("environment__project", "job", "planning_job", "retry_of")
        .filter(environment=environment, pk=bulk)
        .first()
    )
    if row is None:
        raise Http404("There is no such page, or you have no access to it.")
    if changes:
        access.environment(request, project, env, needs=OPERATIONS[row.operation].permission)
    return row


def _refused(refusal: BulkRefused) -> JsonResponse:
    return JsonResponse({"error": str(refusal), "field": refusal.field}, status=422)


@require_POST
@pool_page
def bulk_users(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Fields: `operation`, its arguments, and `username` (repeated) or `all` with the conditions of the list."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    everybody = bool(request.POST.get("all"))
    try:
        what = services.operation_of(request.POST.get("operation", ""))
        access.environment(request, project, env, needs=what.permission)
        if what.needs and not _has_arguments(request) and not wants_json(request):
            return _choose(request, place, what)
        bulk = services.plan(
            place=place,
            operation=what.key,
            usernames=None if everybody else request.POST.getlist("username"),
            query=UserQuery.from_params(request.POST) if everybody else None,
            arguments=arguments_in(request.POST),
            actor=access.actor(request),
        )
    except BulkRefused as refusal:
        if wants_json(request):
            return _refused(refusal)
        return _choose(request, place, OPERATIONS.get(request.POST.get("operation", "")), refusal)
    if wants_json(request):
        return JsonResponse(reports.report(bulk), status=201 if bulk.state == BulkState.PLANNED else 202)
    return redirect_page(request, bulk)


def _has_arguments(request: HttpRequest) -> bool:
    return any(arguments_in(request.POST).values())


def _choose(
    request: HttpRequest, place: Place, what: Operation | None, refusal: BulkRefused | None = None
) -> HttpResponse:
    """The page that asks for what the operation still needs, and keeps who was chosen."""
    asked = refusal is not None and _has_arguments(request)
    form = ArgumentsForm(request.POST if asked else None, place=place, operation=what) if what else None
    if refusal and form is not None and asked:
        field = {"group": "to_group", "name": "set_name", "value": "set_value"}.get(refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal))
    own = set(form.fields) if form else set()
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in own | {"csrfmiddlewaretoken"}
        for value in values
    ]
    context = {
        "what": what,
        "form": form,
        "kept": kept,
        "refusal": "" if asked else str(refusal or ""),
        "number": len(request.POST.getlist("username")),
        "everybody": bool(request.POST.get("all")),
    }
    template = "user_management/bulk/choose.html"
    return render_page(request, template, place.context() | context, status=422 if refusal else 200)


@never_cache
@require_safe
@pool_page
def detail(request: HttpRequest, project: str, env: str, bulk: str) -> HttpResponse:
    row = _opened(request, project, env, bulk, changes=False)
    if wants_json(request):
        return JsonResponse(reports.report(row))
    if wants_fragment(request) and row.is_over:
        # Whoever watched it to its end sees the whole page with all results.
        return redirect_page(request, row)
    return render_page(request, "user_management/bulk/detail.html", _context(request, row), fragment="live")


def _context(request: HttpRequest, row: BulkOperation, form: StartForm | None = None) -> dict[str, Any]:
    what, counts = OPERATIONS[row.operation], row.counts()
    number = counts[RowState.PENDING]
    permitted = access.may(request, what.permission, row.environment.project, row.environment)
    context: dict[str, Any] = {
        "project": row.environment.project,
        "environment": row.environment,
        "bulk": row,
        "what": what,
        "title": what.title_with(row.arguments),
        "chosen": reports.chosen_words(row),
        "counts": [(state, RowState(state).label, total) for state, total in counts.items() if total],
        "number": number,
        "job": row.at_work,
        "may_change": permitted,
        "failures": row.rows.filter(state=RowState.FAILED).order_by("-finished")[:LATEST],
    }
    if row.is_over:
        context |= {
            "is_over": True,
            "left": row.left.count() + (counts[RowState.STARTED] if what.repeatable else 0),
            "repetition": row.repetition,
        }
    if row.state == BulkState.PLANNED:
        context |= {
            "form": form or StartForm(None, bulk=row, operation=what, number=number),
            "budget": reports.budget_words(what, number),
            "skipped": reports.reasons(row, RowState.SKIPPED),
            "messages_words": messages_words(row),
            "sender_warning": sender_warning(row, rules_of(_place(row))) if row.messages else "",
        }
    return context if wants_fragment(request) else context | _rows(request, row)


def _place(row: BulkOperation) -> Place:
    from user_management.place import place_of

    return place_of(row.environment)


def _rows(request: HttpRequest, row: BulkOperation) -> dict[str, Any]:
    state = request.GET.get("state", "")
    found = row.rows.filter(state=state) if state in RowState.values else row.rows.all()
    return {
        "page": Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "state": state if state in RowState.values else "",
        "states": RowState.choices,
    }


@require_POST
@pool_page
def start(request: HttpRequest, project: str, env: str, bulk: str) -> HttpResponse:
    row = _opened(request, project, env, bulk)
    what, number = OPERATIONS[row.operation], row.counts()[RowState.PENDING]
    form = StartForm(request.POST, bulk=row, operation=what, number=number)
    try:
        if form.is_valid():
            services.start(
                bulk=row,
                actor=access.actor(request),
                reason=form.cleaned_data["reason"],
                confirmed=form.confirmed,
            )
    except BulkRefused as refusal:
        if wants_json(request):
            return _refused(refusal)
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    if wants_json(request):
        row.refresh_from_db()
        for field, errors in form.errors.items():
            return _refused(BulkRefused(str(errors[0]), field))
        return JsonResponse(reports.report(row), status=202)
    if form.errors:
        context = _context(request, row, form)
        return render_page(request, "user_management/bulk/detail.html", context, fragment="live", status=422)
    return redirect_page(request, row)


@require_POST
@pool_page
def retry(request: HttpRequest, project: str, env: str, bulk: str) -> HttpResponse:
    row = _opened(request, project, env, bulk)
    try:
        again = services.retry(bulk=row, actor=access.actor(request), place=_place(row))
    except BulkRefused as refusal:
        if wants_json(request):
            return _refused(refusal)
        messages.error(request, str(refusal))
        return redirect_page(request, row)
    return JsonResponse(reports.report(again), status=202) if wants_json(request) else redirect_page(request, again)


@require_POST
@pool_page
def discard(request: HttpRequest, project: str, env: str, bulk: str) -> HttpResponse:
    row = _opened(request, project, env, bulk)
    discarded = services.discard(bulk=row)
    if wants_json(request):
        return JsonResponse({"discarded": discarded}, status=200 if discarded else 409)
    if not discarded:
        messages.error(request, "It has been started, or is still being worked out, so it stays.")
        return redirect_page(request, row)
    return redirect_page(request, "users", project=project, env=env)


@require_safe
def results(request: HttpRequest, project: str, env: str, bulk: str) -> HttpResponseBase:
    row = _opened(request, project, env, bulk, changes=False)
    record(
        action=Action.BULK_RESULTS_READ,
        actor=access.actor(request),
        project=project,
        environment=env,
        target=f"{OPERATIONS[row.operation].title_with(row.arguments)} ({row.pk})",
    )
    name = f"{row.operation}-{row.pk}.csv"
    return StreamingHttpResponse(
        reports.results_csv(row),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )

"""The import page: three sections to choose from, the pre-flight, the plan. Its state is its query string."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from auth_import import pickers, rules, services
from auth_import.forms import PlanForm, Wizard, choice_query
from auth_import.models import CognitoLink, PlannedImport
from auth_import.observation import Choice
from auth_import.patience import answers_in_time
from auth_import.plan import FileChange, ImportPlan, file_changes
from auth_import.preflight import Preflight, context_of, for_reader, link_of, preflight
from auth_import.presentation import Check, checks_by_family, sees
from auth_import.reports import import_report
from aws.errors import AwsError
from aws.resources import UserPool
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page, wants_fragment

TEMPLATE = "auth_import/import.html"
FRAGMENTS = {"choices": "choices", "pools": "pools", "pools-list": "pools_list", "more-pools": "pool_rows"}


def _environment(request: HttpRequest, project: str, env: str) -> Environment:
    return access.environment(request, project, env, needs=Permission.IMPORT_AUTH)


def _base(environment: Environment, wizard: Wizard) -> dict[str, Any]:
    return {"project": environment.project, "environment": environment, "wizard": wizard}


@never_cache
@require_safe
@answers_in_time
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The whole page after one ListUserPools call; what is chosen fills itself in, at once where there is no script."""
    environment = _environment(request, project, env)
    if wants_json(request):
        words = "Scripts POST pool, web, native and ipool to import/plan/ below this page, then to the plan's apply/."
        return JsonResponse({"error": words}, status=406)
    wizard = Wizard(request.GET)
    context = _base(environment, wizard) | {"link": link_of(environment)}
    fragment = FRAGMENTS.get(request.headers.get("HX-Target", ""), "pools")
    if fragment != "choices" or not wants_fragment(request):
        context |= _pools(request, environment, wizard)
    if wizard.plain and wizard.pool:
        context |= _clients(environment, wizard)
        if wizard.identity:
            context |= _identity_pools(environment, wizard)
        if wizard.choice:
            context |= _preflight(request, environment, wizard.choice)
    if fragment == "choices" and wants_fragment(request):
        # What was checked belongs to the old choices, so the fourth section is replaced along with the others.
        response = render_page(request, TEMPLATE, context | {"oob": True}, fragment=fragment)
        return _follow(response, environment, wizard)
    return render_page(request, TEMPLATE, context, fragment=fragment)


def _follow(response: HttpResponse, environment: Environment, wizard: Wizard) -> HttpResponse:
    """The address bar follows the choice, so that Back, reload and sharing the address work."""
    response["HX-Push-Url"] = f"{_import_url(environment)}?{wizard.query}"
    return response


def _pools(request: HttpRequest, environment: Environment, wizard: Wizard) -> dict[str, Any]:
    try:
        pools = pickers.user_pools_page(environment.target, search=wizard.search, token=wizard.token)
    except AwsError as error:
        return {"pools_unread": pickers.Unread.of(error)}
    links = CognitoLink.objects.select_related("environment").filter(
        environment__in=access.visible_environments(request, environment.project),
        user_pool_id__in=[row.id for row in pools.rows],
    )
    # Where several environments use a pool, this one is named.
    ordered = sorted(links, key=lambda link: link.environment_id == environment.pk)
    linked = {link.user_pool_id: link.environment.name for link in ordered}
    # The selected pool comes first; when it is on another page of the account, a row of its own keeps it in sight.
    listed = sorted(pools.rows, key=lambda row: row.id != wizard.pool)
    ids = [row.id for row in listed]
    # The tenth part of the rows is asked for its users when its first row comes into sight.
    # Without a script nothing asks for the users of rows in sight, so a link asks for those of all rows.
    users = _users(environment, ids) if "counts" in request.GET else {}
    rows = [
        {
            "pool": row,
            "linked": linked.get(row.id, ""),
            "batch": ids[n : n + 10] if n % 10 == 0 and not users else [],
            "users": users.get(row.id, "–"),
        }
        for n, row in enumerate(listed)
    ]
    selected_is_listed = any(row.id == wizard.pool for row in pools.rows)
    return {"pools": pools, "rows": rows, "pinned": wizard.pool if wizard.pool and not selected_is_listed else ""}


def _users(environment: Environment, ids: Sequence[str]) -> dict[str, object]:
    """About how many users each pool has, or words where that was not read."""
    read = pickers.pool_details(environment.target, ids, seconds=settings.SCREEN_DEADLINE_SECONDS)
    return {key: value.estimated_users if isinstance(value, UserPool) else "not read" for key, value in read.items()}


@never_cache
@require_safe
@answers_in_time
def user_counts(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """About how many users the pools of some rows have; asked when the rows come into sight."""
    environment = _environment(request, project, env)
    ids = list(dict.fromkeys(request.GET.getlist("id")))[:20]
    read = pickers.pool_details(environment.target, ids, seconds=settings.SCREEN_DEADLINE_SECONDS)
    counts = [(key, value if isinstance(value, UserPool) else None) for key, value in read.items()]
    return render_page(request, "auth_import/user_counts.html", {"counts": counts})


@never_cache
@require_safe
@answers_in_time
def clients(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Section 2, filled: ten app clients at a time."""
    environment = _environment(request, project, env)
    wizard = Wizard(request.GET)
    if not wants_fragment(request):
        return _whole_page(environment, wizard)
    context = _base(environment, wizard) | (_clients(environment, wizard) if wizard.pool else {})
    fragment = "client_rows" if wizard.client_start else "clients"
    return render_page(request, TEMPLATE, context, fragment=fragment)


def _clients(environment: Environment, wizard: Wizard) -> dict[str, Any]:
    try:
        found = pickers.app_clients_window(
            environment.target,
            wizard.pool,
            search=wizard.client_search,
            start=wizard.client_start,
            chosen=[one for one in dict.fromkeys([wizard.web, wizard.native]) if one],
            seconds=settings.SCREEN_DEADLINE_SECONDS,
        )
    except AwsError as error:
        return {"clients_unread": pickers.Unread.of(error)}
    return {"clients": found}


@never_cache
@require_safe
@answers_in_time
def identity_pools(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Section 3, filled: those that qualify first."""
    environment = _environment(request, project, env)
    wizard = Wizard(request.GET)
    if not wants_fragment(request):
        return _whole_page(environment, wizard)
    context = _base(environment, wizard)
    if wizard.pool and wizard.identity:
        context |= _identity_pools(environment, wizard)
    return render_page(request, TEMPLATE, context, fragment="identity_pools")


def _identity_pools(environment: Environment, wizard: Wizard) -> dict[str, Any]:
    try:
        found = pickers.identity_pool_rows(
            environment.target,
            pool_id=wizard.pool,
            web_client_id=wizard.web,
            native_client_id=wizard.native,
            both_roles_needed=environment.is_amplify,
            search=wizard.identity_search,
            seconds=settings.SCREEN_DEADLINE_SECONDS,
        )
    except AwsError as error:
        return {"identity_pools_unread": pickers.Unread.of(error)}
    return {"identity_pools": found}


@never_cache
@require_safe
@answers_in_time
def preflight_section(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Section 4: every rule's word on the choice, as soon as there is a whole one."""
    environment = _environment(request, project, env)
    wizard = Wizard(request.GET)
    if not wants_fragment(request):
        return _whole_page(environment, wizard)
    context = _base(environment, wizard)
    if wizard.choice:
        context |= _preflight(request, environment, wizard.choice)
    response = render_page(request, TEMPLATE, context, fragment="preflight")
    changed = request.headers.get("HX-Trigger-Name")
    if changed in {"web", "native", "both"}:
        # Which identity pools qualify depends on the clients.
        response = trigger_client_event(response, "clientsChosen")
    return _follow(response, environment, wizard) if changed else response


def _preflight(
    request: HttpRequest,
    environment: Environment,
    choice: Choice,
    form: PlanForm | None = None,
    checked: Preflight | None = None,
) -> dict[str, Any]:
    checked = checked or preflight(environment=environment, choice=choice, sees=sees(request))
    form = form or PlanForm()
    # It is drawn only where something is to be accepted, and is not optional there; without it, the page says so.
    form.fields["reason"].required = True
    form.use_required_attribute = False
    return {
        "choice": choice,
        "checks": checks_by_family(checked.findings),
        "counts": _counts(checked),
        "blocking": [f for f in rules.blocking(checked.findings) if not f.overridable],
        "acceptable": rules.needs_acceptance(checked.findings),
        "form": form,
        "may_fix": access.may(request, Permission.FIX_AWS, environment.project, environment),
    }


def _counts(checked: Preflight) -> dict[str, int]:
    counts = {"fail": 0, "warn": 0, "info": 0, "pass": 0}
    for finding in checked.findings:
        counts[finding.severity] += 1
    return counts


@require_POST
@answers_in_time
def make_plan(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Run every rule again and, if they allow the import, keep the plan and show it for review."""
    environment = _environment(request, project, env)
    wizard = Wizard(request.POST)
    if wizard.choice is None:
        if wants_json(request):
            return JsonResponse({"error": wizard.missing}, status=422)
        messages.error(request, wizard.missing)
        return redirect_page(request, f"{_import_url(environment)}?{wizard.query}")
    form = PlanForm(request.POST)
    accepted = request.POST.getlist("accept")
    form.fields["accept"].choices = [(one, one) for one in accepted]  # type: ignore[attr-defined]
    problem = ""
    checked: Preflight | None = None
    if form.is_valid():
        checked = preflight(environment=environment, choice=wizard.choice, sees=sees(request))
        try:
            plan = services.plan_of(
                checked, environment=environment, accepted=accepted, reason=form.cleaned_data["reason"]
            )
        except services.Refused as refused:
            problem = str(refused)
            if wants_json(request):
                report = import_report(findings=refused.findings, refused=True)
                return JsonResponse(report | {"planned": None, "error": problem}, status=409)
        except ValueError as error:
            form.add_error("reason", str(error))
        else:
            planned = services.keep_plan(plan=plan, environment=environment, actor=access.actor(request))
            if wants_json(request):
                return JsonResponse(_report(environment, planned, request), status=201)
            return redirect_page(
                request, "review-plan", project=environment.project.slug, env=environment.name, plan_id=planned.pk
            )
    if wants_json(request):
        words = " ".join(str(one) for errors in form.errors.values() for one in errors)
        return JsonResponse({"error": words}, status=422)
    wizard.plain = True
    context = _base(environment, wizard) | _pools(request, environment, wizard) | _clients(environment, wizard)
    if wizard.identity:
        context |= _identity_pools(environment, wizard)
    context |= _preflight(request, environment, wizard.choice, form, checked)
    context |= {"problem": problem, "accepted": accepted, "link": link_of(environment)}
    return render_page(request, TEMPLATE, context, status=422)


@never_cache
@require_safe
def review(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """The plan: what will change in AWS (nothing), in the backend files, in the generated files."""
    environment = _environment(request, project, env)
    planned = _planned(environment, plan_id)
    if wants_json(request):
        return JsonResponse(_report(environment, planned, request))
    plan = planned.plan
    link = link_of(environment)
    changes = _changes(environment, plan)
    context = {
        "project": environment.project,
        "environment": environment,
        "planned": planned,
        "plan": plan,
        "link": link,
        "backend_changes": [change for change in changes if change.backend],
        "client_changes": [change for change in changes if not change.backend],
        "not_passed": _not_passed(for_reader(plan.findings, environment, plan.choice.user_pool_id, sees(request))),
        "back": f"{_import_url(environment)}?{choice_query(plan.choice)}",
    }
    return render_page(request, "auth_import/review.html", context)


def _changes(environment: Environment, plan: ImportPlan) -> tuple[FileChange, ...]:
    frozen = replace(
        context_of(environment),
        frontend=plan.context_frontend,  # type: ignore[arg-type]
        known_resource_name=plan.resource_name,
    )
    return file_changes(frozen, None, plan.outputs)


def _report(environment: Environment, planned: PlannedImport, request: HttpRequest) -> dict[str, Any]:
    """A plan as scripts read it."""
    plan = planned.plan
    findings = for_reader(plan.findings, environment, plan.choice.user_pool_id, sees(request))
    changes = _changes(environment, plan)
    job = str(planned.job_id) if planned.job_id else None
    return import_report(findings=findings, accepted=plan.accepted, changes=changes, job=job) | {"planned": planned.pk}


def _not_passed(findings: Sequence[Any]) -> list[Check]:
    return [
        check
        for family in checks_by_family(findings)
        for check in family.checks
        if check.finding.severity in ("fail", "warn")
    ]


@require_POST
def apply(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """Start the job. A double click or a replayed form finds the job that runs already."""
    environment = _environment(request, project, env)
    planned = _planned(environment, plan_id)
    url = environment_url("authentication", environment)
    job = services.start_import(planned=planned, actor=access.actor(request), return_url=url)
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())


def _planned(environment: Environment, plan_id: int) -> PlannedImport:
    return get_object_or_404(
        PlannedImport.objects.select_related("environment__project", "job"), pk=plan_id, environment=environment
    )


def environment_url(name: str, environment: Environment) -> str:
    return reverse(name, kwargs={"project": environment.project.slug, "env": environment.name})


def _whole_page(environment: Environment, wizard: Wizard) -> HttpResponse:
    """A part of the page is of use inside the page only; whoever opens its address is sent there."""
    return redirect(f"{_import_url(environment)}?{wizard.query}")


def _import_url(environment: Environment) -> str:
    return environment_url("import", environment)

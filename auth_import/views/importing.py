"""Reusing existing Cognito resources: the choices, the plan, the job. What is chosen stands in the query string."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import import services
from auth_import.forms import choice_query
from auth_import.models import PlannedImport
from auth_import.patience import answers_in_time
from auth_import.plan import FileChange, ImportPlan, file_changes
from auth_import.preflight import context_of, for_reader, link_of
from auth_import.presentation import Check, checks_by_family, sees
from auth_import.reports import import_report, swap_report
from auth_import.views import choosing
from auth_import.views.choosing import ChoicePage
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page


def _environment(request: HttpRequest, project: str, env: str) -> Environment:
    return access.environment(request, project, env, needs=Permission.IMPORT_AUTH)


def _place(request: HttpRequest, project: str, env: str) -> ChoicePage:
    environment = _environment(request, project, env)
    authentication = environment_url("authentication", environment)
    return ChoicePage(
        environment=environment,
        name="import",
        route={"project": environment.project.slug, "env": environment.name},
        heading="Reuse existing Amazon Cognito resources",
        intro="Choose what this environment uses. Nothing changes in AWS: you review a plan before anything is saved.",
        cancel=authentication,
        crumbs=(("Authentication", authentication), ("Import", "")),
        link=link_of(environment),
    )


@never_cache
@require_safe
@answers_in_time
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    return choosing.page(request, _place(request, project, env))


@never_cache
@require_safe
@answers_in_time
def user_counts(request: HttpRequest, project: str, env: str) -> HttpResponse:
    return choosing.user_counts(request, _place(request, project, env))


@never_cache
@require_safe
@answers_in_time
def clients(request: HttpRequest, project: str, env: str) -> HttpResponse:
    return choosing.clients(request, _place(request, project, env))


@never_cache
@require_safe
@answers_in_time
def identity_pools(request: HttpRequest, project: str, env: str) -> HttpResponse:
    return choosing.identity_pools(request, _place(request, project, env))


@never_cache
@require_safe
@answers_in_time
def preflight_section(request: HttpRequest, project: str, env: str) -> HttpResponse:
    return choosing.preflight_section(request, _place(request, project, env))


@require_POST
@answers_in_time
def make_plan(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Run every rule again and, if they allow the import, keep the plan and show it for review."""
    place = _place(request, project, env)
    environment = place.environment
    plan = choosing.plan_of_choice(request, place)
    if isinstance(plan, HttpResponse):
        return plan
    planned = services.keep_plan(plan=plan, environment=environment, actor=access.actor(request))
    if wants_json(request):
        return JsonResponse(report_of(planned, request), status=201)
    return redirect_page(
        request, "review-plan", project=environment.project.slug, env=environment.name, plan_id=planned.pk
    )


@never_cache
@require_safe
def review(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """The plan: what will change in AWS (nothing), in the backend files, in the generated files."""
    environment = _environment(request, project, env)
    planned = planned_of(environment, plan_id)
    if wants_json(request):
        return JsonResponse(report_of(planned, request))
    plan = planned.plan
    if plan.replaces:
        return redirect_page(
            request, "review-swap", project=environment.project.slug, env=environment.name, plan_id=planned.pk
        )
    changes = changes_of(environment, plan)
    context = {
        "project": environment.project,
        "environment": environment,
        "planned": planned,
        "plan": plan,
        "link": link_of(environment),
        "backend_changes": [change for change in changes if change.backend],
        "client_changes": [change for change in changes if not change.backend],
        "not_passed": not_passed(for_reader(plan.findings, environment, plan.choice.user_pool_id, sees(request))),
        "back": f"{environment_url('import', environment)}?{choice_query(plan.choice)}",
    }
    return render_page(request, "auth_import/review.html", context)


def changes_of(environment: Environment, plan: ImportPlan) -> tuple[FileChange, ...]:
    frozen = replace(
        context_of(environment),
        frontend=plan.context_frontend,  # type: ignore[arg-type]
        known_resource_name=plan.resource_name,
    )
    return file_changes(frozen, plan.replaced_outputs, plan.outputs)


def report_of(planned: PlannedImport, request: HttpRequest) -> dict[str, Any]:
    """A plan as scripts read it."""
    plan, environment = planned.plan, planned.environment
    findings = for_reader(plan.findings, environment, plan.choice.user_pool_id, sees(request))
    changes = changes_of(environment, plan)
    job = str(planned.job_id) if planned.job_id else None
    report = import_report(findings=findings, accepted=plan.accepted, changes=changes, job=job)
    return report | {"planned": planned.pk} | swap_report(plan)


def not_passed(findings: Sequence[Any]) -> list[Check]:
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
    planned = planned_of(environment, plan_id)
    url = environment_url("authentication", environment)
    job = services.start_import(planned=planned, actor=access.actor(request), return_url=url)
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())


def planned_of(environment: Environment, plan_id: int) -> PlannedImport:
    return get_object_or_404(
        PlannedImport.objects.select_related("environment__project", "job"), pk=plan_id, environment=environment
    )


def environment_url(name: str, environment: Environment) -> str:
    return reverse(name, kwargs={"project": environment.project.slug, "env": environment.name})

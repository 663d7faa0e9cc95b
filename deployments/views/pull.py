"""Pulling: what the console knows of the backend, how old that is, and what differs from the last push."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import.preflight import link_of
from auth_import.unlinking import waiting_of
from backend_state import known
from backend_state.models import KnownBackend
from deployments import pull_job, push_job, services
from deployments.presentation import pull_report as pull_report
from deployments.standing import auth_in_cloud, resources_in_cloud, sides_of, standing
from deployments.views.adopting import adopt_query
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from jobs.models import Job, Status
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """A POST starts the job; a GET shows what the last one found, and asks AWS nothing."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    if request.method == "POST":
        return _start(request, environment)
    row = known.known(environment)
    if wants_json(request):
        return JsonResponse(pull_report(row))
    return render_page(request, "deployments/pull.html", _context(request, environment, row))


def _start(request: HttpRequest, environment: Environment) -> HttpResponse:
    try:
        job = services.start_pull(environment=environment, actor=access.actor(request))
    except services.NotPossible as refusal:
        if wants_json(request):
            return JsonResponse({"error": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect_page(request, services.page_of("pull", environment))
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())


def _context(request: HttpRequest, environment: Environment, row: KnownBackend | None) -> dict[str, Any]:
    link = link_of(environment)
    unlink = waiting_of(environment)
    stands = standing(link, unlink, row)
    pulls = Job.objects.filter(environment=environment, kind=pull_job.KIND).select_related("project")
    last = pulls.exclude(status__in=(Status.QUEUED, Status.RUNNING, Status.CANCELLED)).first()
    resources = resources_in_cloud(row)
    return {
        "project": environment.project,
        "environment": environment,
        "known": row,
        "link": link,
        "standing": stands,
        "running": services.at_work(environment, pull_job.KIND, push_job.KIND),
        "failed": last if last and last.status == Status.FAILED else None,
        "problems": last.result.get("problems", []) if last else [],
        "sides": sides_of(link, row),
        "auth": auth_in_cloud(row),
        "resources": resources,
        "resource_count": sum(len(one) for _, one in resources),
        "uses_auth": any(one.use for _, found in resources for one in found),
        "adopt": adopt_query(row) if stands.adopt else "",
        "may_import": access.may(request, Permission.IMPORT_AUTH, environment.project, environment),
        "may_push": access.may(request, Permission.PUSH, environment.project, environment),
    }

"""Pulling: what the console knows of the backend, how old that is, and what differs from the last push."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import.forms import choice_query
from auth_import.observation import Choice
from auth_import.preflight import link_of
from backend_state import known
from backend_state.models import KnownBackend
from deployments import pull_job, services
from deployments.presentation import ids_in_cloud, ids_of, sides
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from jobs.models import Job
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """A POST starts the job; a GET shows what the last one found, and asks AWS nothing."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    if request.method == "POST":
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
    row, link = known.known(environment), link_of(environment)
    if wants_json(request):
        return JsonResponse(pull_report(row))
    last = Job.objects.filter(environment=environment, kind=pull_job.KIND).select_related("project").first()
    in_cloud = ids_in_cloud(row)
    context = {
        "project": environment.project,
        "environment": environment,
        "known": row,
        "link": link,
        "last": last,
        "problems": last.result.get("problems", []) if last else [],
        "sides": sides(in_cloud, ids_of(link.auth_outputs) if link else {}),
        "resources": sorted(row.facts.get("resources", {}).items()) if row else [],
        "dependents": row.facts.get("dependents", []) if row else [],
        "adopt": choice_query(_choice(in_cloud)) if in_cloud.get("user_pool") and link is None else "",
        "may_import": access.may(request, Permission.IMPORT_AUTH, environment.project, environment),
    }
    return render_page(request, "deployments/pull.html", context)


def _choice(ids: dict[str, str]) -> Choice:
    return Choice(ids["user_pool"], ids["web_client"], ids["native_client"], ids["identity_pool"])


def pull_report(row: KnownBackend | None) -> dict[str, object]:
    """What is known, as scripts read it; `read` is null before the first pull."""
    return {
        "read": row.read if row else None,
        "last_pushed": row.last_pushed if row else None,
        "auth": row.facts.get("auth", []) if row else [],
        "resources": row.facts.get("resources", {}) if row else {},
        "stack": row.facts.get("stack", "") if row else "",
        "differences": row.differences if row else [],
    }

"""Pages that combine apps: the list of projects, a project's environments, an environment's overview."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from auth_import.models import CognitoLink
from environments import access
from environments.permissions import Permission
from jobs.models import Job
from web.pages import render_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The person's projects, or the one project a token belongs to."""
    token = access.token_of(request)
    if token:
        return redirect("project", project=token.project.slug)
    assert isinstance(request.user, User)
    context = {"projects": access.visible_projects(request.user), "may_create": access.may_create_projects(request)}
    return render_page(request, "admin_ui/home.html", context)


@require_safe
def project(request: HttpRequest, project: str) -> HttpResponse:
    """A project's environments, side by side."""
    row = access.project(request, project, needs=Permission.VIEW)
    environments = list(access.visible_environments(request, row))
    links = {link.environment_id: link for link in CognitoLink.objects.filter(environment__in=environments)}
    context = {
        "project": row,
        "environments": [(environment, links.get(environment.pk)) for environment in environments],
        "may_create": access.may(request, Permission.MANAGE_ENVIRONMENTS, row),
    }
    return render_page(request, "admin_ui/project.html", context)


@require_safe
def environment(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What this environment is, what it is linked to, and what happened here last."""
    row = access.environment(request, project, env, needs=Permission.VIEW)
    context = {
        "project": row.project,
        "environment": row,
        "link": CognitoLink.objects.filter(environment=row).first(),
        "jobs": Job.objects.filter(environment=row).select_related("project")[:5],
        "may_import": access.may(request, Permission.IMPORT_AUTH, row.project, row),
    }
    return render_page(request, "admin_ui/environment.html", context)

"""Pages that combine apps: the list of projects, settings, an environment's overview. See also `admin_ui.matrix`."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from admin_ui import changes
from auth_import.models import CognitoLink
from auth_import.unlinking import waiting_of
from backend_state.known import known
from deployments.cloning.services import half_made
from deployments.deleting import services as deleting
from deployments.deleting.reading import shown_of
from deployments.services import NotPossible
from deployments.standing import standings_of
from environments import access
from environments.forms import EnvironmentSettingsForm, RemoveEnvironmentForm, RemoveForm, RenameForm
from environments.models import Environment
from environments.permissions import Permission
from jobs.models import Job
from web.pages import redirect_page, render_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The person's projects, or the one project a token belongs to."""
    token = access.token_of(request)
    if token:
        return redirect("project", project=token.project.slug)
    assert isinstance(request.user, User)
    context = {"projects": access.visible_projects(request.user), "may_create": access.may_create_projects(request)}
    return render_page(request, "admin_ui/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def project_settings(request: HttpRequest, project: str) -> HttpResponse:
    """Removing a project, with the words of what goes and what stays; a POST removes it."""
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    form = RemoveForm(request.POST or None, name=row.slug, what="Project")
    if request.method == "POST" and form.is_valid():
        try:
            changes.remove_project(project=row, actor=access.actor(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"The project {row.name} was removed. Nothing was changed in AWS.")
            return redirect_page(request, "home")
    context = {"project": row, "form": form, "environments": row.environments.all(), "half_made": half_made(row)}
    return render_page(request, "admin_ui/project_settings.html", context, status=422 if form.errors else 200)


def _environment_to_manage(request: HttpRequest, project: str, env: str) -> Environment:
    """For whoever has full access to the whole project: an environment decides which AWS account is reached."""
    access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    return access.environment(request, project, env, needs=Permission.MANAGE_ENVIRONMENTS)


@require_http_methods(["GET", "HEAD", "POST"])
def environment_settings(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Where the environment is and how it is reached."""
    row = _environment_to_manage(request, project, env)
    fixed = changes.why_fixed(row)
    form = EnvironmentSettingsForm(request.POST or None, instance=row, fixed=bool(fixed))
    if request.method == "POST" and form.is_valid():
        fresh = Environment.objects.select_related("project").get(pk=row.pk)
        try:
            changes.change_environment(environment=fresh, actor=access.actor(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The settings were saved.")
            return redirect_page(request, "environment-settings", project=project, env=env)
    context = {"project": row.project, "environment": row, "form": form, "fixed": fixed}
    return render_page(request, "admin_ui/environment_settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def rename_environment(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Another name for a standalone environment; an Amplify environment's page says why it has none."""
    row = _environment_to_manage(request, project, env)
    form = RenameForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"].strip()
        fresh = Environment.objects.select_related("project").get(pk=row.pk)
        try:
            changes.rename_environment(environment=fresh, name=name, actor=access.actor(request))
        except ValidationError as error:
            form.add_error(None, ValidationError(error.messages))
        else:
            messages.success(request, f"{env} is called {name} now. Addresses with the old name no longer work.")
            return redirect_page(request, "environment-settings", project=project, env=name)
    context = {"project": row.project, "environment": row, "form": form}
    return render_page(request, "admin_ui/rename_environment.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_environment(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What goes and what stays; a POST forgets the environment, or starts the job that deletes its backend first."""
    row = _environment_to_manage(request, project, env)
    why_kept = deleting.why_kept(row)
    form = RemoveEnvironmentForm(request.POST or None, environment=row, why_kept=why_kept)
    if request.method == "POST" and form.is_valid():
        try:
            job = changes.remove(
                environment=row, actor=access.actor(request), backend=form.cleaned_data.get("backend", False)
            )
        except (ValidationError, NotPossible) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            if job:
                return redirect_page(request, job)
            messages.success(request, f"{env} was removed. Nothing was changed in AWS.")
            return redirect_page(request, "project", project=project)
    backend = known(row) if row.is_amplify else None
    context = {
        "project": row.project,
        "environment": row,
        "form": form,
        "link": CognitoLink.objects.filter(environment=row).first(),
        "known": backend,
        "shown": shown_of(backend),
        "why_kept": why_kept,
    }
    return render_page(request, "admin_ui/remove_environment.html", context, status=422 if form.errors else 200)


@require_safe
def environment(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What this environment is, what it is linked to, and what happened here last."""
    row = access.environment(request, project, env, needs=Permission.VIEW)
    link = CognitoLink.objects.filter(environment=row).first()
    context = {
        "project": row.project,
        "environment": row,
        "link": link,
        "standing": standings_of([row], {row.pk: link}).get(row.pk),
        "known": known(row) if row.is_amplify else None,
        "import_required": row.is_amplify and link is None,
        "unlink": waiting_of(row) if row.is_amplify and link is None else None,
        "may_push": access.may(request, Permission.PUSH, row.project, row),
        "jobs": Job.objects.filter(environment=row).select_related("project")[:5],
        "may_import": access.may(request, Permission.IMPORT_AUTH, row.project, row),
        "may_clone": access.may(request, Permission.CLONE, row.project),
    }
    return render_page(request, "admin_ui/environment.html", context)

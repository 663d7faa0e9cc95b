"""Where no identity pool qualifies: what one would be, then the job that makes it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import import new_identity_pool
from auth_import.forms import Wizard
from auth_import.identity_pool_job import at_work
from auth_import.observation import Choice
from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws.errors import AwsError, Rejected
from environments import access
from environments.permissions import Permission
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def create_identity_pool(request: HttpRequest, project: str, env: str) -> HttpResponse:
    environment = access.environment(request, project, env, needs=Permission.FIX_AWS)
    wizard = Wizard(request.POST if request.method == "POST" else request.GET)
    names = {"project": environment.project.slug, "env": environment.name}
    back = f"{reverse('swap' if link_of(environment) else 'import', kwargs=names)}?{wizard.query}"
    if not (wizard.pool and wizard.web and wizard.native):
        messages.info(request, "Select a user pool and both app clients first.")
        return redirect_page(request, back)
    choice = Choice(wizard.pool, wizard.web, wizard.native)
    running = at_work(environment) if request.method == "POST" else None
    if running:
        return redirect_page(request, running.get_absolute_url())
    preview, problem = None, None
    try:
        preview = new_identity_pool.preview(environment=environment, choice=choice)
    except AwsError as error:
        problem = Unread.of(error)
    if request.method == "POST" and preview:
        if request.POST.get("digest") == preview.digest:
            job = new_identity_pool.start(
                environment=environment, choice=choice, actor=access.actor(request), name=preview.name
            )
            return redirect_page(request, job.get_absolute_url())
        problem = Unread.of(
            Rejected(
                "What would be made is no longer what you were shown.",
                code="ChangedMeanwhile",
                next_step="Look at what would be made now, and create it again.",
            )
        )
    context = {
        "project": environment.project,
        "environment": environment,
        "choice": choice,
        "preview": preview,
        "problem": problem,
        "back": back,
    }
    return render_page(request, "auth_import/identity_pool.html", context, status=422 if problem else 200)

"""The Unlink page: what stays, what goes, who depends on it, and what becomes of the Amplify backend."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import import services
from auth_import.dependents import dependents_of
from auth_import.forms import UnlinkForm
from auth_import.models import CognitoLink
from auth_import.plan import file_changes
from auth_import.preflight import context_of, link_of
from auth_import.presentation import sees
from auth_import.removal import others_on_pool, removal_of
from auth_import.unlinking import waiting_of
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from jobs.models import Job
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """A POST with the environment's name forgets the link. Never asks AWS anything."""
    environment = access.environment(request, project, env, needs=Permission.UNLINK_AUTH)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    may_push = access.may(request, Permission.PUSH, environment.project, environment)
    form = UnlinkForm(request.POST or None, environment_name=environment.name)
    needed = ""
    if request.method == "POST" and form.is_valid():
        try:
            job = services.unlink(
                link=link,
                actor=access.actor(request),
                finish=may_push and form.cleaned_data["backend"] == "now",
                cancel_jobs=form.cleaned_data["cancel_jobs"],
            )
        except services.StillNeeded as refusal:
            needed = str(refusal)
        else:
            return _unlinked(request, environment, link, job)
    if wants_json(request) and request.method == "POST":
        words = f"Nothing was unlinked. {needed}" if needed else f"Send the field confirm={environment.name}."
        return JsonResponse({"error": words}, status=409 if needed else 422)
    context = _what_happens(request, environment, link) | {"form": form, "needed": needed, "may_push": may_push}
    status = 409 if needed else 422 if form.errors else 200
    return render_page(request, "auth_import/unlink.html", context, status=status)


def _what_happens(request: HttpRequest, environment: Environment, link: CognitoLink) -> dict[str, Any]:
    changes = file_changes(context_of(environment, link), link.auth_outputs, None)
    dependents = dependents_of(link)
    return {
        "project": environment.project,
        "environment": environment,
        "link": link,
        "dependents": dependents,
        "jobs": [one.job for one in dependents if one.job],
        "others": others_on_pool(link, sees(request)),
        "changes": [change for change in changes if not change.backend],
        "removal": removal_of(link),
    }


def _unlinked(request: HttpRequest, environment: Environment, link: CognitoLink, job: Job | None) -> HttpResponse:
    """The link is gone; where a job takes it out of the backend, the person may watch that."""
    if wants_json(request):
        waiting = waiting_of(environment)
        backend = {"backend": waiting.as_json(), "url": job.get_absolute_url() if job else None} if waiting else {}
        return JsonResponse({"unlinked": True, **backend})
    messages.success(request, f"{link.user_pool_name} is unlinked. The Cognito resources themselves were not touched.")
    page = reverse("authentication", args=[environment.project.slug, environment.name])
    return redirect_page(request, job.get_absolute_url() if job else page)


def not_linked(request: HttpRequest, environment: Environment) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "Nothing is linked."}, status=404)
    messages.info(request, "Nothing is linked to this environment any more.")
    return redirect_page(request, "authentication", project=environment.project.slug, env=environment.name)

"""*Fix it*: the difference first, then one change in AWS, then back to the checks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import import fixes
from auth_import.findings import Fix
from auth_import.forms import Wizard, choice_query
from auth_import.observation import Choice
from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from auth_import.presentation import sees
from auth_import.services import check_link
from aws.errors import AwsError
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def fix(request: HttpRequest, project: str, env: str, fix: str) -> HttpResponse:
    environment = access.environment(request, project, env, needs=Permission.FIX_AWS)
    try:
        wanted = Fix(fix)
    except ValueError as error:
        raise Http404("There is no such cure.") from error
    wizard = Wizard(request.POST if request.method == "POST" else request.GET)
    # A web or native client may be missing: creating one is what the fix is for.
    choice = Choice(wizard.pool, wizard.web, wizard.native, wizard.identity_pool)
    problem: Unread | None = None
    if request.method == "POST":
        try:
            choice = fixes.apply(
                environment=environment,
                choice=choice,
                fix=wanted,
                digest=request.POST.get("digest", ""),
                actor=access.actor(request),
            )
        except AwsError as error:
            problem = Unread.of(error)
        else:
            link = link_of(environment)
            if link and link.choice == choice:
                # The linked page shows kept findings, so they are made anew.
                check_link(link=link, actor=access.actor(request), sees=sees(request))
            messages.success(request, f"Done: {fixes.TITLES[wanted]}. The checks below are read again from AWS.")
            return redirect_page(request, _back(environment, choice))
    preview = None
    try:
        preview = fixes.preview(target=environment.target, choice=choice, fix=wanted)
    except AwsError as error:
        problem = problem or Unread.of(error)
    context = {
        "project": environment.project,
        "environment": environment,
        "title": fixes.TITLES[wanted],
        "preview": preview,
        "problem": problem,
        "choice": choice,
        "fix": wanted,
        "back": _back(environment, choice),
    }
    return render_page(request, "auth_import/fix.html", context, status=422 if problem else 200)


def _back(environment: Environment, choice: Choice) -> str:
    """To the linked page when this is about the link, else to where these were chosen, with the same choice."""
    names = {"project": environment.project.slug, "env": environment.name}
    link = link_of(environment)
    if link and link.choice == choice:
        return reverse("authentication", kwargs=names)
    return f"{reverse('swap' if link else 'import', kwargs=names)}?{choice_query(choice)}"

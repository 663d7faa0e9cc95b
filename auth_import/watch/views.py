"""What changed in AWS under a linked environment, and what people decide about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import.models import CognitoLink
from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from auth_import.views.unlinking import not_linked
from auth_import.watch import decisions, page
from auth_import.watch.decisions import ChangedMeanwhile, NotAcceptable, Unanswered
from auth_import.watch.due import watch_of
from auth_import.watch.forms import IgnoreForm, WatchForm
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

MEANWHILE = "Something changed after you looked. This is how it is now; decide again."


@never_cache
@require_safe
def drift(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The open drift, what it breaks for whom, and what was decided before."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link = link_of(environment)
    return not_linked(request, environment) if link is None else _page(request, link)


@require_POST
@answers_in_time
def accept(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Take the values AWS has now; they are read once more first."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    ids, digest = request.POST.getlist("drift"), request.POST.get("digest", "")
    try:
        done = decisions.accept(link=link, ids=ids, digest=digest, actor=access.actor(request))
    except (ChangedMeanwhile, NotAcceptable, Unanswered) as refusal:
        return _refused(request, environment, refusal)
    pushes = done.waits_for_push and access.may(request, Permission.PUSH, environment.project, environment)
    leads_to = _url("push" if pushes else "drift", environment)
    if wants_json(request):
        accepted = [row["id"] for row in done.rows]
        return JsonResponse({"accepted": accepted, "push": leads_to if pushes else None})
    messages.success(request, _accepted_words(done))
    return redirect_page(request, leads_to)


def _accepted_words(done: decisions.Accepted) -> str:
    one = len(done.rows) == 1
    if not done.changes_files:
        return f"Accepted: {'this is' if one else 'these are'} no drift any more."
    files = "The generated files carry the new value" + ("" if one else "s")
    if done.waits_for_push:
        return f"Accepted. {files}; push, so that the backend in the cloud has {'it' if one else 'them'} too."
    return f"Accepted. {files}: fetch them for your apps."


@require_POST
def ignore(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Live with one drift, for a reason, until its value changes again."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    form = IgnoreForm(request.POST)
    if not form.is_valid():
        if wants_json(request):
            return JsonResponse({"error": "Send drift, digest and reason.", "fields": form.errors}, status=422)
        return _page(request, link, form=form, status=422)
    drift_id, digest, reason = (form.cleaned_data[name] for name in ("drift", "digest", "reason"))
    try:
        decisions.ignore(link=link, drift_id=drift_id, digest=digest, reason=reason, actor=access.actor(request))
    except ChangedMeanwhile as refusal:
        return _refused(request, environment, refusal)
    return _done(
        request, environment, "Ignored for as long as the value stays what it is. Another change alarms again."
    )


@require_POST
def heed(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Show an ignored drift again."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    try:
        decisions.heed(link=link, drift_id=request.POST.get("drift", ""), actor=access.actor(request))
    except ChangedMeanwhile as refusal:
        return _refused(request, environment, refusal)
    return _done(request, environment, "It counts as drift again.")


@require_POST
def settings(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """How often the environment is compared with AWS."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    form = WatchForm(request.POST)
    if not form.is_valid():
        problem = "Choose one of the intervals."
        if wants_json(request):
            return JsonResponse({"error": problem, "fields": form.errors}, status=422)
        link = link_of(environment)
        return not_linked(request, environment) if link is None else _page(request, link, watch_form=form, status=422)
    decisions.change_watch(environment=environment, minutes=form.cleaned_data["minutes"], actor=access.actor(request))
    return _done(request, environment, "Saved.")


def _page(
    request: HttpRequest,
    link: CognitoLink,
    *,
    form: IgnoreForm | None = None,
    watch_form: WatchForm | None = None,
    problem: Unread | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    environment = link.environment
    watch = watch_of(environment)
    if wants_json(request):
        return JsonResponse(page.report_of(link, watch), status=status)
    context: dict[str, Any] = page.context_of(link, watch, form) | {
        "project": environment.project,
        "environment": environment,
        "watch_form": watch_form or WatchForm(initial={"minutes": watch.minutes}),
        "problem": problem,
        "refusal": refusal,
        "may_decide": access.may(request, Permission.IMPORT_AUTH, environment.project, environment),
        "may_fix": access.may(request, Permission.FIX_AWS, environment.project, environment),
        "may_unlink": access.may(request, Permission.UNLINK_AUTH, environment.project, environment),
    }
    return render_page(request, "auth_import/drift.html", context, status=status)


def _refused(request: HttpRequest, environment: Environment, refusal: Exception) -> HttpResponse:
    """The page as it is now, with the reason why nothing was decided."""
    link = link_of(environment)
    if link is None:
        return not_linked(request, environment)
    unread = page.unread_of(refusal.fault) if isinstance(refusal, Unanswered) else None
    words = "" if unread else MEANWHILE if isinstance(refusal, ChangedMeanwhile) else str(refusal)
    status = 422 if unread or isinstance(refusal, NotAcceptable) else 409
    if wants_json(request):
        error = f"{unread.words} {unread.next_step}" if unread else words
        return JsonResponse({"error": error, **page.report_of(link, watch_of(environment))}, status=status)
    return _page(request, link, problem=unread, refusal=words, status=status)


def _done(request: HttpRequest, environment: Environment, words: str) -> HttpResponse:
    link = link_of(environment)
    if wants_json(request):
        return JsonResponse(page.report_of(link, watch_of(environment)) if link else {"saved": True})
    messages.success(request, words)
    return redirect_page(request, _url("drift" if link else "authentication", environment))


def _url(name: str, environment: Environment) -> str:
    return reverse(name, kwargs={"project": environment.project.slug, "env": environment.name})

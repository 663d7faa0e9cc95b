"""Lambda functions, and what they may do on the linked pool."""

from types import ModuleType
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import.models import CognitoLink
from auth_import.patience import answers_in_time
from auth_import.preflight import link_of
from backend_state.redeploy import commands
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from function_access import in_backend, in_region, words
from function_access.forms import LONGEST_REASON, AccessForm, ApplyForm, RevokeForm
from function_access.presentation import Chosen, NotPossible, listing_report, look_report
from web.pages import redirect_page, render_page


def _side(environment: Environment) -> Any:
    """The functions of an Amplify environment are resources of its backend; elsewhere they are those of the Region."""
    module: ModuleType = in_backend if environment.is_amplify else in_region
    return module


@never_cache
@require_safe
@answers_in_time
def functions(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Every function with its access now, narrowed to what the box holds."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link, text = link_of(environment), request.GET.get("q", "").strip()[:140]
    listing = _side(environment).listing(environment, link, text=text, token=request.GET.get("token", ""))
    if wants_json(request):
        return JsonResponse(listing_report(listing), status=502 if listing.unread else 200)
    context = _base(request, environment, link) | {"listing": listing, "text": text}
    fragment = "rows" if "token" in request.GET else "list"
    return render_page(request, "function_access/functions.html", context, fragment=fragment)


def _base(request: HttpRequest, environment: Environment, link: CognitoLink | None) -> dict[str, Any]:
    return {
        "project": environment.project,
        "environment": environment,
        "link": link,
        "may_grant": access.may(request, Permission.GRANT_FUNCTIONS, environment.project, environment),
        "may_push": access.may(request, Permission.PUSH, environment.project, environment),
        "words": words,
        "redeploy_commands": commands(environment),
    }


@never_cache
@require_safe
@answers_in_time
def function(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    """What one function may do now, and what the ticked operations would result in. Nothing is kept."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    seen = _side(environment).look(environment, function)
    asked = request.GET if {"shown", "operations", "breadth"} & set(request.GET) else None
    form = AccessForm(asked, initial=seen.initial)
    chosen = _chosen(form, seen.initial)
    # No tick at all is a question without an answer yet, and no mistake.
    wrong = bool(asked and asked.getlist("operations") and form.errors)
    if "take" in request.GET:
        return _taking(request, seen)
    return _shown(request, seen, form, chosen, "function_access/function.html", 422 if wrong else 200)


def _chosen(form: AccessForm, initial: dict[str, Any] | None = None) -> Chosen | None:
    """What is ticked: as it was sent, or as the form stands at first."""
    if form.is_bound:
        return Chosen(form.cleaned_data["operations"], form.cleaned_data["breadth"]) if form.is_valid() else None
    return Chosen(tuple(initial["operations"]), initial["breadth"]) if initial and initial["operations"] else None


def _shown(
    request: HttpRequest, seen: Any, form: AccessForm, chosen: Chosen | None, template: str, status: int = 200
) -> HttpResponse:
    result = _side(seen.environment).result(seen, chosen) if chosen else None
    if wants_json(request):
        errors = {name: [str(one) for one in found] for name, found in form.errors.items()} if status != 200 else {}
        return JsonResponse(look_report(seen.row, seen.variables, chosen, result, errors), status=status)
    context = _base(request, seen.environment, seen.link) | {
        "seen": seen,
        "row": seen.row,
        "form": form,
        "chosen": chosen,
        "result": result,
        "reason_form": RevokeForm(),
    }
    return render_page(request, template, context, fragment="preview", status=status)


def _taking(request: HttpRequest, seen: Any) -> HttpResponse:
    """The page with what taking the access away would change."""
    result = _side(seen.environment).taking(seen)
    if wants_json(request):
        report = look_report(seen.row, seen.variables, None, None, {})
        return JsonResponse(report | {"taking": result.as_json() if result else None})
    context = _base(request, seen.environment, seen.link) | {
        "seen": seen,
        "row": seen.row,
        "form": AccessForm(initial=seen.initial),
        "taking": result,
        "asked": True,
        "reason_form": RevokeForm(),
    }
    return render_page(request, "function_access/function.html", context, fragment="taking")


@never_cache
@require_safe
@answers_in_time
def review(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    """The whole of what is chosen, and the button that does it."""
    environment = access.environment(request, project, env, needs=Permission.GRANT_FUNCTIONS)
    seen = _side(environment).look(environment, function)
    form = ApplyForm(request.GET)
    chosen = _chosen(form)
    return _shown(request, seen, form, chosen, "function_access/review.html", 200 if chosen else 422)


@never_cache
@require_POST
@answers_in_time
def apply(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    """Keep the choice for the next push, or start the job that gives the access."""
    environment = access.environment(request, project, env, needs=Permission.GRANT_FUNCTIONS)
    side = _side(environment)
    seen = side.look(environment, function)
    form = ApplyForm(request.POST)
    chosen = _chosen(form)
    if chosen is None:
        return _shown(request, seen, form, chosen, "function_access/review.html", 422)
    try:
        done = side.give(
            seen,
            chosen,
            seen_before=form.cleaned_data["seen"],
            actor=access.actor(request),
            reason=form.cleaned_data["reason"],
        )
    except NotPossible as refusal:
        return _refused(request, environment, function, refusal)
    return _done(request, environment, function, done)


@never_cache
@require_POST
@answers_in_time
def revoke(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    """Take the access away, or with `take_back` only what waits for a push."""
    environment = access.environment(request, project, env, needs=Permission.GRANT_FUNCTIONS)
    side, actor, form = _side(environment), access.actor(request), RevokeForm(request.POST)
    try:
        if not form.is_valid():
            raise NotPossible(f"Nothing was changed: a reason has {LONGEST_REASON} characters at most.")
        reason = form.cleaned_data["reason"]
        if "take_back" in request.POST:
            done = side.take_back(environment, function, actor=actor)
        else:
            done = side.take(side.look(environment, function), actor=actor, reason=reason)
    except NotPossible as refusal:
        return _refused(request, environment, function, refusal)
    return _done(request, environment, function, done)


def _done(request: HttpRequest, environment: Environment, function: str, done: Any) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(done.as_json(), status=202 if done.waits else 200)
    if done.job is not None:
        return redirect_page(request, done.job.get_absolute_url())
    messages.success(request, done.words)
    return redirect_page(request, _page(environment, function))


def _refused(request: HttpRequest, environment: Environment, function: str, refusal: NotPossible) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": str(refusal)}, status=409)
    messages.error(request, str(refusal))
    return redirect_page(request, _page(environment, function))


def _page(environment: Environment, function: str) -> str:
    names = {"project": environment.project.slug, "env": environment.name, "function": function}
    return reverse("function", kwargs=names)

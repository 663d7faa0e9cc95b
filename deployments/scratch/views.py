"""Making an environment's Cognito resources from nothing: the form, the review of the change set, the job."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws.errors import AwsError
from deployments.scratch import services
from deployments.scratch.cleaning import NotCleanable
from deployments.scratch.forms import ScratchForm, initial_of, suggested
from deployments.scratch.models import Phase, PlannedAuth, PlannedAuthQuerySet
from deployments.scratch.obstacles import at_work, obstacle
from deployments.scratch.presentation import FOR_EVER, chosen, errors_report, lines_of, plan_report, warnings_of
from deployments.scratch.template import NewAuth
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page


def _rows(environment: Environment) -> PlannedAuthQuerySet:
    rows = PlannedAuth.objects.filter(environment=environment)
    return rows.select_related("environment__project", "job__project", "preview_job__project")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def scratch(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """The form; `?plan=` fills it in as for that plan. A POST starts the job that previews, which makes nothing."""
    access.environment(request, project, env, needs=Permission.FIX_AWS)
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    form = _form(request, environment)
    refused = obstacle(environment)
    if request.method == "POST" and form.is_valid():
        try:
            planned = services.plan(environment=environment, new=form.new_auth, actor=access.actor(request))
        except services.NotPossible as refusal:
            refused = str(refusal)
        else:
            return _to_job(request, planned.preview_job, plan=planned.pk)
    if wants_json(request) and request.method == "POST":
        problems = {"error": refused} if refused and not form.errors else errors_report(form.errors)
        return JsonResponse(problems, status=409 if refused and not form.errors else 422)
    if wants_json(request):
        return JsonResponse({"choices": form.initial, "refused": refused})
    context = {
        "project": environment.project,
        "environment": environment,
        "form": form,
        "refused": refused,
        "running": at_work(environment),
        "stranded": _rows(environment).stranded(),
        "waiting": _rows(environment).filter(phase=Phase.PLANNED).first(),
        "for_ever": FOR_EVER,
    }
    conflict = refused and request.method == "POST"
    status = 422 if form.errors else 409 if conflict else 200
    return render_page(request, "deployments/scratch.html", context, status=status)


def _form(request: HttpRequest, environment: Environment) -> ScratchForm:
    wanted = suggested(environment)
    if request.method != "POST":
        number = request.GET.get("plan", "")
        found = _rows(environment).filter(pk=number).first() if number.isdecimal() and len(number) < 10 else None
        return ScratchForm(initial=initial_of(NewAuth.from_dict(found.choices) if found else wanted))
    return ScratchForm(_completed(request.POST, wanted) if wants_json(request) else request.POST)


def _completed(sent: QueryDict, wanted: NewAuth) -> QueryDict:
    """Scripts name only what differs from what the form begins with."""
    whole = QueryDict(mutable=True)
    for name, value in initial_of(wanted).items():
        whole.setlist(name, value if isinstance(value, list) else [str(value)])
    for name in sent:
        whole.setlist(name, sent.getlist(name))
    return whole


def _to_job(request: HttpRequest, job: Any, **more: Any) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url(), **more}, status=202)
    return redirect_page(request, job.get_absolute_url())


@never_cache
@require_safe
def review(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """What CloudFormation would make, resource by resource, and what became of it."""
    access.environment(request, project, env, needs=Permission.FIX_AWS)
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    planned = get_object_or_404(_rows(environment), pk=plan_id)
    if wants_json(request):
        return JsonResponse(plan_report(planned))
    new = NewAuth.from_dict(planned.choices)
    context = {
        "project": environment.project,
        "environment": environment,
        "planned": planned,
        "new": new,
        "chosen": chosen(new),
        "lines": lines_of(planned, new),
        "warnings": list(warnings_of(new, production=environment.production)),
        "for_ever": FOR_EVER,
        "refused": obstacle(environment) if planned.phase == Phase.PLANNED else "",
        "link": link_of(environment),
    }
    return render_page(request, "deployments/scratch_review.html", context)


@require_POST
def apply(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """Make what was reviewed. A double click or a replayed form finds the job that runs already."""
    access.environment(request, project, env, needs=Permission.FIX_AWS)
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    planned = get_object_or_404(_rows(environment), pk=plan_id)
    try:
        job = services.apply(planned=planned, actor=access.actor(request))
    except services.NotPossible as refusal:
        return _refused(request, planned, str(refusal), status=409)
    return _to_job(request, job)


@require_POST
@answers_in_time
def discard(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """Throw a plan away, with its change set and its empty stack, also what is left of one that was rolled back."""
    access.environment(request, project, env, needs=Permission.FIX_AWS)
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    planned = get_object_or_404(_rows(environment), pk=plan_id)
    try:
        discarded = services.throw_away(planned)
    except (services.NotPossible, NotCleanable) as refusal:
        return _refused(request, planned, str(refusal), status=409)
    except AwsError as error:
        unread = Unread.of(error)
        return _refused(request, planned, f"{unread.words} {unread.code}: {unread.message}. {unread.next_step}", 502)
    if wants_json(request):
        return JsonResponse({"discarded": discarded}, status=200 if discarded else 409)
    if discarded:
        messages.success(request, "The plan was thrown away, and what it had left in CloudFormation is deleted.")
    else:
        messages.info(request, "This plan was thrown away before.")
    names = {"project": environment.project.slug, "env": environment.name}
    return redirect_page(
        request, planned.form_url if "again" in request.POST else reverse("authentication", kwargs=names)
    )


def _refused(request: HttpRequest, planned: PlannedAuth, words: str, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words}, status=status)
    messages.error(request, words)
    return redirect_page(request, planned.get_absolute_url())

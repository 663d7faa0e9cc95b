"""The review of a planned environment, and the button that makes it."""

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import.forms import choice_query
from auth_import.preflight import for_reader
from auth_import.presentation import sees
from auth_import.views.importing import not_passed
from deployments.cloning import services
from deployments.cloning.checking import environment_of
from deployments.cloning.checks import is_same_place
from deployments.cloning.models import PlannedClone
from deployments.cloning.plan import Resources
from deployments.cloning.presentation import CARRIED_WORDS, as_made, commands_for, left_behind, made_in_aws
from deployments.cloning.reports import files_of, plan_report
from deployments.cloning.sealing import seal
from deployments.services import NotPossible
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page


def _planned(request: HttpRequest, project: str, plan_id: int) -> PlannedClone:
    """Whoever may clone the source may see the plan; without one, whoever may make environments."""
    row = access.project(request, project, needs=Permission.CLONE)
    rows = PlannedClone.objects.select_related("project", "source", "job__project")
    planned = get_object_or_404(rows, pk=plan_id, project=row)
    if planned.source:
        access.environment(request, project, planned.source.name, needs=Permission.CLONE)
    stays = planned.source is not None and is_same_place(planned.plan.target, planned.source.target)
    if not stays and (planned.source or not planned.plan.source):
        # As in the wizard: no other account by the permission to clone alone, least of all by a token.
        access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    return planned


@never_cache
@require_safe
def review(request: HttpRequest, project: str, plan_id: int) -> HttpResponse:
    """All that would be made, in its order and with its names, and what would not."""
    planned = _planned(request, project, plan_id)
    if wants_json(request):
        return JsonResponse(plan_report(planned))
    plan = as_made(planned.plan, planned.source)
    auth = plan.auth
    new = environment_of(planned, plan)
    files = files_of(planned)
    findings = for_reader(auth.findings, new, auth.choice.user_pool_id, sees(request)) if auth else ()
    context = {
        "project": planned.project,
        "planned": planned,
        "plan": plan,
        "auth": auth,
        "new": new,
        "things": made_in_aws(plan),
        "carried": [CARRIED_WORDS[one] for one in plan.carried],
        "left_behind": left_behind(plan),
        "commands": commands_for(plan, planned.project.slug),
        "backend_changes": [change for change in files if change.backend],
        "client_changes": [change for change in files if not change.backend],
        "not_passed": not_passed(findings),
        "is_taken": planned.job is None and planned.project.environments.filter(name=plan.name).exists(),
        "source_gone": bool(plan.source) and planned.source is None,
        "back": _back(planned),
    }
    return render_page(request, "deployments/clone_review.html", context)


def _back(planned: PlannedClone) -> str:
    """The last step of the wizard with everything as it was planned. An external id is sealed, as it was on the way."""
    plan, project = planned.plan, planned.project.slug
    source = planned.source
    place = {"project": project} | ({"env": source.name} if source else {})
    own = source is not None and plan.target == replace(source.target, region=plan.region)
    sealed = "" if own or not plan.external_id else seal(plan.external_id, project=project, role_arn=plan.role_arn)
    fields = {"name": plan.name, "region": plan.region, "role_arn": plan.role_arn, "sealed": sealed}
    fields |= {"production": "on" if plan.production else "", "suffix": plan.suffix}
    fields |= {"kind": "" if source else plan.kind, "resources": str(plan.resources)}
    auth = plan.auth
    accepted = [("accept", one) for one in auth.accepted] + [("reason", auth.reason)] if auth and auth.accepted else []
    many = [("carry", str(one)) for one in plan.carried] + accepted
    kept = [(name, value) for name, value in fields.items() if value or name == "role_arn"]
    chosen = f"&{choice_query(auth.choice)}" if auth and plan.resources is Resources.OTHERS else ""
    page = reverse("clone" if source else "create-environment", kwargs=place)
    return f"{page}?{urlencode(kept + many)}{chosen}"


@require_POST
def apply(request: HttpRequest, project: str, plan_id: int) -> HttpResponse:
    """Start the job. A double click or a replayed form finds the job that runs already."""
    planned = _planned(request, project, plan_id)
    try:
        job = services.start_clone(planned=planned, actor=access.actor(request))
    except NotPossible as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=409)
        messages.error(request, str(error))
        return redirect_page(request, "review-clone", project=planned.project.slug, plan_id=planned.pk)
    if wants_json(request):
        return JsonResponse({"job": str(job.pk), "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())

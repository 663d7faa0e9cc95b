"""Pushing: where the environment stands, the preview of a push, and what became of earlier ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import.preflight import link_of
from auth_import.unlinking import waiting_of
from backend_state import known
from backend_state.redeploy import PUSH_ANYWAY, commands
from deployments import history, pull_job, push_job, services, waiting
from deployments.models import Deployment, DeploymentQuerySet, Phase
from deployments.presentation import plan_report, progress_of, reviewed, stage_of
from deployments.preview_job import KIND as PREVIEW
from deployments.push_plan import PushPlan
from deployments.standing import ids_in_cloud, ids_of, sides_of, standing, with_others
from deployments.views.adopting import adopt_query
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

LAST = 5


@never_cache
@require_safe
def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """What is linked here beside what is in the cloud, as last read; asks AWS nothing."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    link, row = link_of(environment), known.known(environment)
    unlink = waiting_of(environment)
    rules_wait = waiting.has_rules_waiting(environment)
    functions_wait = waiting.functions_waiting(environment)
    others = waiting.subjects(rules=rules_wait, functions=functions_wait)
    stands = with_others(standing(link, unlink, row), others)
    if wants_json(request):
        return JsonResponse(
            {
                "standing": stands.words,
                "waits": stands.waits,
                "also": others,
                "read": row.read if row else None,
                "in_cloud": ids_in_cloud(row),
                "linked": ids_of(link.auth_outputs) if link else {},
            }
        )
    rows = _rows(environment)
    preview = rows.filter(phase=Phase.PLANNED).first()
    context = _base(request, environment) | {
        "link": link,
        "unlink": unlink,
        "known": row,
        "standing": stands,
        "others": others,
        "rules_wait": rules_wait,
        "functions_wait": functions_wait,
        "sides": sides_of(link, row),
        "adopt": adopt_query(row) if stands.adopt else "",
        "may_import": access.may(request, Permission.IMPORT_AUTH, environment.project, environment),
        "running": services.at_work(environment, PREVIEW, push_job.KIND, pull_job.KIND),
        "preview": preview,
        "stage": stage_of(preview, PushPlan.from_dict(preview.document)) if preview else "",
        "interrupted": _interrupted(rows),
        "lines": [
            history.line_of_push(one)
            for one in rows.listed().exclude(phase__in=(Phase.DISCARDED, Phase.PLANNED))[:LAST]
        ],
    }
    return render_page(request, "deployments/push.html", context)


def _base(request: HttpRequest, environment: Environment) -> dict[str, Any]:
    return {
        "project": environment.project,
        "environment": environment,
        "may_push": access.may(request, Permission.PUSH, environment.project, environment),
    }


def _rows(environment: Environment) -> DeploymentQuerySet:
    rows = Deployment.objects.filter(environment=environment)
    return rows.select_related("job__project", "environment__project")


def _interrupted(rows: DeploymentQuerySet) -> dict[str, Any] | None:
    """The push that has begun to write, and that no job is at work on."""
    row = rows.unsettled().first()
    progress = progress_of(row) if row else None
    return {"deployment": row, "progress": progress} if progress and not progress.runs else None


@require_POST
def preview(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Start the job that works a push out. A second click finds the first one's job."""
    environment = access.environment(request, project, env, needs=Permission.PUSH)
    try:
        job = services.start_preview(environment=environment, actor=access.actor(request))
    except services.NotPossible as refusal:
        return _refused(request, environment, str(refusal))
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())


@never_cache
@require_safe
def detail(request: HttpRequest, project: str, env: str, deployment_id: int) -> HttpResponse:
    """The plan of one push: what would change or has changed, file by file and call by call."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    deployment = get_object_or_404(_rows(environment), pk=deployment_id)
    review = reviewed(deployment)
    if wants_json(request):
        return JsonResponse(plan_report(deployment, review.plan))
    context = _base(request, environment) | {"deployment": deployment, "review": review, "plan": review.plan}
    context |= {"redeploy": commands(environment), "push_anyway": PUSH_ANYWAY}
    return render_page(request, "deployments/detail.html", context)


@require_POST
def apply(request: HttpRequest, project: str, env: str, deployment_id: int) -> HttpResponse:
    """Push what was previewed. A double click or a replayed form finds the job that runs already."""
    environment = access.environment(request, project, env, needs=Permission.PUSH)
    deployment = get_object_or_404(_rows(environment), pk=deployment_id)
    try:
        job = services.start_push(deployment=deployment, actor=access.actor(request))
    except services.NotPossible as refusal:
        if wants_json(request):
            report = plan_report(deployment, PushPlan.from_dict(deployment.document))
            return JsonResponse(report | {"error": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect_page(request, deployment.get_absolute_url())
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())


@require_POST
def discard(request: HttpRequest, project: str, env: str, deployment_id: int) -> HttpResponse:
    """Throw a preview away, with the change set that CloudFormation keeps for it."""
    environment = access.environment(request, project, env, needs=Permission.PUSH)
    deployment = get_object_or_404(_rows(environment), pk=deployment_id)
    discarded = services.discard(deployment=deployment)
    if wants_json(request):
        return JsonResponse({"discarded": discarded}, status=200 if discarded else 409)
    if discarded:
        messages.success(request, "The preview was thrown away. Nothing was changed.")
    else:
        messages.info(request, "This preview was used already.")
    return redirect_page(request, services.page_of("push", environment))


@never_cache
@require_safe
def index(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Every push and pull of the environment, newest first."""
    environment = access.environment(request, project, env, needs=Permission.VIEW)
    page = history.page_of(environment, request.GET.get("page"))
    if wants_json(request):
        return JsonResponse(
            {"deployments": [line.as_json() for line in page.object_list], "pages": page.paginator.num_pages}
        )
    return render_page(request, "deployments/index.html", _base(request, environment) | {"page": page})


def _refused(request: HttpRequest, environment: Environment, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words}, status=409)
    messages.error(request, words)
    return redirect_page(request, services.page_of("push", environment))

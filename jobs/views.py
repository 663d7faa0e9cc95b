"""The jobs of a project, and one job as it goes on."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from environments import access
from environments.models import Project
from environments.permissions import Permission
from environments.tokens import wants_json
from jobs import services
from jobs.models import Job, JobQuerySet
from web.pages import redirect_page, render_page, wants_fragment

JOBS_A_PAGE = 25


def visible_jobs(request: HttpRequest, project: Project) -> JobQuerySet:
    """The project's jobs without those of environments that the sender of the request may not see."""
    jobs = Job.objects.filter(project=project).select_related("project", "environment")
    if not access.is_limited(request, project):
        return jobs
    visible = access.visible_environments(request, project)
    return jobs.filter(Q(environment__in=visible) | Q(environment=None, environment_name=""))


def find(request: HttpRequest, project: str, job_id: str) -> Job:
    """The job of this URL. Raises Http404 where the sender of the request may not see it."""
    row = access.project(request, project, needs=Permission.VIEW)
    job = visible_jobs(request, row).filter(pk=job_id).first()
    if job is None:
        raise Http404("There is no such page, or you have no access to it.")
    return job


def find_to_change(request: HttpRequest, project: str, job_id: str) -> Job:
    """The same, for whoever may do what the job does. Raises PermissionDenied for everybody else."""
    job = find(request, project, job_id)
    needs = Permission(job.permission)
    if job.environment:
        access.environment(request, project, job.environment.name, needs=needs)
    else:
        access.project(request, project, needs=needs)
    return job


@require_safe
def index(request: HttpRequest, project: str) -> HttpResponse:
    """All jobs, newest first. `?kind=` (repeatable) filters: the deployments are the jobs of some kinds."""
    row = access.project(request, project, needs=Permission.VIEW)
    visible = visible_jobs(request, row)
    known = list(visible.order_by("kind").values_list("kind", flat=True).distinct())
    wanted = [kind for kind in request.GET.getlist("kind") if kind]
    # The database hears of known kinds alone: PostgreSQL refuses some characters that an address may hold.
    kinds = [kind for kind in wanted if kind in known]
    jobs = visible.filter(kind__in=kinds) if wanted else visible
    context = {
        "project": row,
        "page": Paginator(jobs, JOBS_A_PAGE).get_page(request.GET.get("page")),
        "kinds": known,
        "chosen": kinds,
    }
    return render_page(request, "jobs/index.html", context, fragment="jobs")


@never_cache
@require_safe
def detail(request: HttpRequest, project: str, job: str) -> HttpResponse:
    row = find(request, project, job)
    if wants_json(request):
        return JsonResponse(row.as_json())
    if wants_fragment(request) and row.status == "succeeded" and row.result.get("continue_to"):
        # Whoever watched the job to its end goes on to what it has made; whoever looks at it later stays here.
        return redirect_page(request, row.continue_url)
    context = {
        "project": row.project,
        "job": row,
        "steps": list(row.steps.all()),
        "stalled": row.stalled(),
        "newest_retry": row.retries.order_by("-created").first(),
        "may_change": access.may(request, Permission(row.permission), row.project, row.environment),
    }
    return render_page(request, "jobs/detail.html", context, fragment="job")


@require_POST
def retry(request: HttpRequest, project: str, job: str) -> HttpResponse:
    row = find_to_change(request, project, job)
    if row.environment is None and row.environment_name:
        messages.error(request, f"The environment {row.environment_name} was removed, so this job cannot run again.")
        return redirect_page(request, row)
    try:
        again = services.retry(job=row, actor=access.actor(request))
    except services.NotRetryable as refusal:
        messages.error(request, str(refusal))
        return redirect_page(request, row)
    return redirect_page(request, again)


@require_POST
def pause(request: HttpRequest, project: str, job: str) -> HttpResponse:
    row = find_to_change(request, project, job)
    if not services.pause(job=row, actor=access.actor(request)):
        messages.info(request, "The job is not at work, or cannot be paused.")
    return _back_to(request, row)


@require_POST
def resume(request: HttpRequest, project: str, job: str) -> HttpResponse:
    row = find_to_change(request, project, job)
    if not services.resume(job=row, actor=access.actor(request)):
        messages.info(request, "The job was not paused.")
    return _back_to(request, row)


def _back_to(request: HttpRequest, job: Job) -> HttpResponse:
    """Where the button was: the job's own page, or one that shows the job at work on a feature's page (`next`)."""
    job.refresh_from_db()
    if wants_json(request):
        return JsonResponse(job.as_json())
    wanted = request.POST.get("next", "")
    known = bool(wanted) and wanted in (job.return_url, job.result.get("continue_to"))
    return redirect_page(request, wanted if known else job)


@require_POST
def cancel(request: HttpRequest, project: str, job: str) -> HttpResponse:
    row = find_to_change(request, project, job)
    if not services.cancel(job=row, actor=access.actor(request)):
        messages.info(request, "The job had already ended.")
    return _back_to(request, row)

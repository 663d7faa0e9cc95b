"""What a load balancer and a monitoring system ask for. None of it tells anything about people or projects."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from jobs.models import Job

JOBS = Gauge("admin_ui_jobs", "Jobs by status", ["status"])


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can work: the database and the cache answer. 503 with the name of what does not."""
    failing = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM jobs_job LIMIT 1")
    except Exception:
        failing.append("database")
    try:
        cache.set("readyz", "1", 5)
        if cache.get("readyz") != "1":
            failing.append("cache")
    except Exception:
        failing.append("cache")
    return JsonResponse({"ready": not failing, "failing": failing}, status=503 if failing else 200)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text."""
    counts = Job.objects.counts_by_status()
    for status in Job.Status.values:
        JOBS.labels(status=status).set(counts.get(status, 0))
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

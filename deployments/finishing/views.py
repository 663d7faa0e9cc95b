"""Trying again, or stopping to try, to take an unlinked resource out of its backend."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from deployments import services
from deployments.finishing import services as finishing
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page


@require_POST
def finish_unlink(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """`do=stop` stops trying; anything else tries at once. A second click finds the first one's job."""
    environment = access.environment(request, project, env, needs=Permission.PUSH)
    page = services.page_of("authentication", environment)
    actor = access.actor(request)
    try:
        if request.POST.get("do") == "stop":
            finishing.stop(environment=environment, actor=actor)
            if wants_json(request):
                return JsonResponse({"stopped": True})
            messages.info(request, "The console does not try any more. The cloud still has the resource.")
            return redirect_page(request, page)
        job = finishing.try_now(environment=environment, actor=actor)
    except services.NotPossible as refusal:
        if wants_json(request):
            return JsonResponse({"error": str(refusal)}, status=409)
        messages.info(request, str(refusal))
        return redirect_page(request, page)
    if wants_json(request):
        return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
    return redirect_page(request, job.get_absolute_url())

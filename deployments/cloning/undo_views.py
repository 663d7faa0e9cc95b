"""Undoing a new environment that was not finished: what goes and what stays, and the job that does it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deployments.cloning import making
from deployments.cloning.services import plan_of_job, start_undo, why_not_undone
from deployments.services import NotPossible
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from jobs.views import find
from web.pages import redirect_page, render_page


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def undo_clone(request: HttpRequest, project: str, job: str) -> HttpResponse:
    """What this job's plan has made by now; a POST starts the job that deletes it."""
    row = access.project(request, project, needs=Permission.CLONE)
    found = find(request, project, job)
    planned = plan_of_job(found)
    if planned is None:
        raise Http404("There is no such page, or you have no access to it.")
    refusal = why_not_undone(planned)
    if request.method == "POST":
        try:
            undoing = start_undo(planned=planned, actor=access.actor(request))
        except NotPossible as error:
            refusal = str(error)
        else:
            if wants_json(request):
                return JsonResponse(undoing.as_json())
            return redirect_page(request, undoing)
        if wants_json(request):
            return JsonResponse({"error": refusal}, status=409)
        messages.info(request, refusal)
        return redirect_page(request, found)
    if wants_json(request):
        return JsonResponse({"exists": list(making.things(planned)), "refusal": refusal})
    context = {
        "project": row,
        "job": found,
        "plan": planned.plan,
        "things": making.things(planned),
        "groups": planned.made.get("groups", ()),
        "refusal": refusal,
    }
    return render_page(request, "deployments/undo_clone.html", context)

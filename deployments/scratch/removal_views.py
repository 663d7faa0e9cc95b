"""Removing what the console made: what goes, who stands in the way, the typed name; and the users kept before it."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit.actions import Action
from audit.record import record
from auth_import.dependents import dependents_of
from auth_import.models import CognitoLink
from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from auth_import.presentation import sees
from aws import user_pools
from aws.changes import Change
from aws.errors import AwsError, NotFound
from aws.resources import UserPool
from aws.side_by_side import Together, in_time
from deployments.scratch import exporting, services
from deployments.scratch.forms import RemoveForm
from deployments.scratch.models import KeptExport
from deployments.scratch.obstacles import at_work_words, others_on
from deployments.scratch.presentation import errors_report
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page
from web.sealed import CannotBeRead


@dataclass(frozen=True, slots=True)
class Found:
    """The managed pool as AWS has it now; without a `pool` it is gone, or `unread` says why it is not known."""

    pool: UserPool | None = None
    protection: Change | None = None
    """What turning deletion protection off changes; None where it is off."""
    unread: Unread | None = None

    @property
    def is_protected(self) -> bool:
        return self.protection is not None


def _found(link: CognitoLink) -> Found:
    target = link.environment.target

    def read() -> tuple[UserPool, Change]:
        with Together() as together:
            pool = together.start(user_pools.describe_user_pool, target, link.user_pool_id)
            off = together.start(user_pools.plan_deletion_protection, target, link.user_pool_id, on=False)
            return pool.result(), off.result()

    try:
        pool, off = in_time(read)
    except NotFound:
        return Found()
    except AwsError as error:
        return Found(unread=Unread.of(error))
    return Found(pool=pool, protection=off if off.needed else None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def remove(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Says that the users go, and with whom; a POST with the environment's name starts the job that deletes them."""
    access.environment(request, project, env, needs=Permission.FIX_AWS)
    environment = access.environment(request, project, env, needs=Permission.UNLINK_AUTH)
    link = link_of(environment)
    if link is None or not link.is_managed:
        return _nothing_managed(request, project, env)
    found = _found(link)
    form = RemoveForm(
        request.POST or None,
        environment_name=environment.name,
        user_pool_id=link.user_pool_id,
        protected=found.is_protected,
        initial={"user_pool": link.user_pool_id},
    )
    refused = ""
    if request.method == "POST" and not found.unread and form.is_valid():
        try:
            job = services.start_removal(
                link=link,
                actor=access.actor(request),
                export=form.cleaned_data["export"],
                unprotect=form.cleaned_data.get("unprotect", False),
            )
        except services.NotPossible as refusal:
            refused = str(refusal)
        else:
            if wants_json(request):
                return JsonResponse({"job": job.pk, "url": job.get_absolute_url()}, status=202)
            return redirect_page(request, job.get_absolute_url())
    others = others_on(environment, link.user_pool_id, link.identity_pool_id, sees=sees(request))
    status = 409 if refused else 502 if found.unread and request.method == "POST" else 422 if form.errors else 200
    if wants_json(request):
        return JsonResponse(_report(link, found, form, refused, [one.label for one in others]), status=status)
    context = {
        "project": environment.project,
        "environment": environment,
        "link": link,
        "outputs": link.auth_outputs,
        "found": found,
        "form": form,
        "refused": refused,
        "others": others,
        "running": at_work_words(environment),
        "dependents": dependents_of(link),
        "blocked": bool(others) or any(one.blocks for one in dependents_of(link)),
    }
    return render_page(request, "deployments/scratch_remove.html", context, status=status)


def _report(link: CognitoLink, found: Found, form: RemoveForm, refused: str, others: list[str]) -> dict[str, Any]:
    """What a removal would do, as scripts read it, and why it was refused."""
    problem = {"error": refused} if refused else errors_report(form.errors) if form.errors else {}
    if found.unread and not problem:
        problem = {"error": found.unread.words, "code": found.unread.code, "next_step": found.unread.next_step}
    return problem | {
        "stack": link.managed_stack,
        "user_pool": link.user_pool_id,
        "users": found.pool.estimated_users if found.pool else None,
        "deletion_protection": found.is_protected,
        "linked_elsewhere": others,
        "dependents": [{"title": one.title, "words": one.words, "blocks": one.blocks} for one in dependents_of(link)],
    }


def _nothing_managed(request: HttpRequest, project: str, env: str) -> HttpResponse:
    words = "This console made no Cognito resources for this environment, so it removes none."
    if wants_json(request):
        return JsonResponse({"error": words}, status=404)
    messages.info(request, words)
    return redirect_page(request, reverse("authentication", kwargs={"project": project, "env": env}))


@never_cache
@require_safe
def kept_export(request: HttpRequest, project: str, env: str, export_id: int) -> HttpResponse:
    """The users of a pool that was removed, as CSV, for a week."""
    environment = access.environment(request, project, env, needs=Permission.MANAGE_USERS)
    rows = KeptExport.objects.downloadable().filter(environment=environment)
    row = get_object_or_404(rows.select_related("environment__project"), pk=export_id)
    pieces = exporting.pieces_of(row)
    try:
        first = next(pieces)
    except CannotBeRead:
        words = "This file was encrypted with a key that this console no longer has (ENCRYPTION_KEY)."
        if wants_json(request):
            return JsonResponse({"error": words}, status=409)
        messages.error(request, words)
        return redirect_page(request, reverse("authentication", kwargs={"project": project, "env": env}))
    record(
        action=Action.USERS_EXPORTED,
        actor=access.actor(request),
        project=environment.project.slug,
        environment=environment.name,
        target=row.user_pool_id,
        after={"users": row.users, "columns": row.columns, "whole": True, "kept copy": row.pk},
    )
    response = StreamingHttpResponse(_again(first, pieces), content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = f'attachment; filename="{row.file_name}"'
    # Django's two kinds of responses share a base that the decorators do not name.
    return cast(HttpResponse, response)


def _again(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest

"""Putting other Cognito resources in the place of the linked ones, in one step and without an unlink."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import import pickers, services
from auth_import.dependents import dependents_of, swapped
from auth_import.forms import choice_query
from auth_import.patience import answers_in_time
from auth_import.preflight import for_reader, known_backend, link_of
from auth_import.presentation import sees
from auth_import.swap import comparison
from auth_import.views import choosing
from auth_import.views.choosing import ChoicePage
from auth_import.views.importing import changes_of, environment_url, not_passed, planned_of, report_of
from aws.errors import Fault
from aws.resources import UserPool
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

CONSOLE_PERMISSIONS = "permissions.console"
"""The check that names the calls AWS has denied."""


class _NothingLinked(Exception):
    """There is nothing to swap; the answer for it."""

    def __init__(self, answer: HttpResponse) -> None:
        self.answer = answer


def _place(request: HttpRequest, project: str, env: str) -> ChoicePage:
    """Raises _NothingLinked where an import is what is wanted."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    link = link_of(environment)
    authentication = environment_url("authentication", environment)
    if link is None:
        raise _NothingLinked(_import_instead(request, environment))
    return ChoicePage(
        environment=environment,
        name="swap",
        route={"project": environment.project.slug, "env": environment.name},
        heading="Swap the linked resources",
        intro="Choose what takes their place. You see first what that changes for your app's users.",
        cancel=authentication,
        crumbs=(("Authentication", authentication), ("Swap", "")),
        submit="Review the swap",
        replaces=link,
    )


def _import_instead(request: HttpRequest, environment: Environment) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": "Nothing is linked. Import instead."}, status=409)
    messages.info(request, "Nothing is linked to this environment, so there is nothing to swap. Import instead.")
    return redirect_page(request, environment_url("import", environment))


def _part(answer: Any) -> Any:
    """A view of one part of the page, which `answer` gives for the place."""

    def view(request: HttpRequest, project: str, env: str) -> HttpResponse:
        try:
            place = _place(request, project, env)
        except _NothingLinked as nothing:
            return nothing.answer
        response: HttpResponse = answer(request, place)
        return response

    return never_cache(require_safe(answers_in_time(view)))


page = _part(choosing.page)
user_counts = _part(choosing.user_counts)
clients = _part(choosing.clients)
identity_pools = _part(choosing.identity_pools)
preflight_section = _part(choosing.preflight_section)


@require_POST
@answers_in_time
def make_plan(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """Run every rule on the new resources and, if they allow it, keep the plan and show what it changes."""
    try:
        place = _place(request, project, env)
    except _NothingLinked as nothing:
        return nothing.answer
    plan = choosing.plan_of_choice(request, place)
    if isinstance(plan, HttpResponse):
        return plan
    environment = place.environment
    planned = services.keep_plan(plan=plan, environment=environment, actor=access.actor(request))
    if wants_json(request):
        return JsonResponse(report_of(planned, request), status=201)
    return redirect_page(
        request, "review-swap", project=environment.project.slug, env=environment.name, plan_id=planned.pk
    )


@never_cache
@require_safe
@answers_in_time
def review(request: HttpRequest, project: str, env: str, plan_id: int) -> HttpResponse:
    """What the swap changes for people, apps, groups, functions and APIs; then the files."""
    environment = access.environment(request, project, env, needs=Permission.IMPORT_AUTH)
    planned = planned_of(environment, plan_id)
    plan = planned.plan
    if plan.replaces is None or plan.replaced_outputs is None:
        return redirect_page(request, "review-plan", project=project, env=env, plan_id=planned.pk)
    if wants_json(request):
        return JsonResponse(report_of(planned, request))
    before, after = plan.replaced_outputs, plan.outputs
    link = link_of(environment)
    changes = changes_of(environment, plan)
    other_pool = before.user_pool_id != after.user_pool_id
    context = {
        "project": environment.project,
        "environment": environment,
        "planned": planned,
        "plan": plan,
        "link": link,
        "is_current": link is not None and link.choice == plan.replaces and link.auth_outputs == before,
        "before": before,
        "after": after,
        "consequences": comparison.consequences(before, after),
        "differences": comparison.differences(before, after),
        "groups": comparison.groups(before, after) if other_pool else (),
        "other_pool": other_pool,
        "groups_unread": any("ListGroups" in one.observed for one in plan.findings if one.id == CONSOLE_PERMISSIONS),
        "keeps_stack": comparison.same_pools(before, after),
        "users": _users(environment, before.user_pool_id, after.user_pool_id),
        "dependents": swapped(dependents_of(link), other_pool=other_pool) if link else [],
        "backend": known_backend(environment),
        "backend_changes": [change for change in changes if change.backend],
        "client_changes": [change for change in changes if not change.backend],
        "not_passed": not_passed(for_reader(plan.findings, environment, plan.choice.user_pool_id, sees(request))),
        "back": f"{environment_url('swap', environment)}?{choice_query(plan.choice)}",
    }
    return render_page(request, "auth_import/swap.html", context)


def _users(environment: Environment, before: str, after: str) -> list[str]:
    """About how many users the old and the new pool have, each in words."""
    read = pickers.pool_details(environment.target, [before, after], seconds=settings.SCREEN_DEADLINE_SECONDS)
    return [_count(read[one]) for one in (before, after)]


def _count(read: UserPool | Fault) -> str:
    if isinstance(read, Fault):
        return "the pool is gone" if read.kind == "not-found" else f"not read ({read.code})"
    return "not known" if read.estimated_users is None else f"about {read.estimated_users}"

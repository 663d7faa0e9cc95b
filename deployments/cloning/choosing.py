"""The page of the import, for an environment that does not exist yet. What is chosen leads on to the last step."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from auth_import.patience import answers_in_time
from auth_import.views import choosing
from auth_import.views.choosing import ChoicePage
from deployments.cloning.start import Start
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page

View = Callable[..., HttpResponse]


def _start(request: HttpRequest, project: str, env: str) -> Start:
    if not env:
        row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
        return Start.of(request, row, None)
    source = access.environment(request, project, env, needs=Permission.CLONE)
    access.project(request, project, needs=Permission.CLONE)
    return Start.of(request, source.project, source)


def _part(answer: Callable[[HttpRequest, ChoicePage], HttpResponse]) -> View:
    """The view of one part of the page; without a valid first step it leads back there."""

    @never_cache
    @require_safe
    @answers_in_time
    def view(request: HttpRequest, project: str, env: str = "") -> HttpResponse:
        start = _start(request, project, env)
        place = _choice_page(start)
        return answer(request, place) if place else redirect_page(request, f"{start.page}?{request.GET.urlencode()}")

    return view


page = _part(choosing.page)
user_counts = _part(choosing.user_counts)
clients = _part(choosing.clients)
identity_pools = _part(choosing.identity_pools)
preflight_section = _part(choosing.preflight_section)


@require_POST
@answers_in_time
def make_plan(request: HttpRequest, project: str, env: str = "") -> HttpResponse:
    """Run every rule; if they allow the choice, go on to the last step with it."""
    start = _start(request, project, env)
    place = _choice_page(start)
    if place is None:
        return redirect_page(request, start.page)
    plan = choosing.plan_of_choice(request, place)
    if isinstance(plan, HttpResponse):
        return plan
    more = [("accept", one) for one in plan.accepted] + ([("reason", plan.reason)] if plan.reason else [])
    url = f"{start.page}?{urlencode(start.draft.resource_fields + more)}"
    return JsonResponse({"next": url}) if wants_json(request) else redirect_page(request, url)


def _choice_page(start: Start) -> ChoicePage | None:
    new = start.draft.environment
    if new is None or start.connects:
        return None
    step_two = f"{start.page}?{start.draft.place_query}"
    return ChoicePage(
        environment=new,
        name=start.choosing_name,
        route=start.route,
        heading=f"Choose the Cognito resources of {new.name}",
        intro=f"Step 2 of 3. {new.name} is not made yet; nothing is made and nothing changes while you choose.",
        cancel=step_two,
        crumbs=((start.title, step_two), ("Cognito resources", "")),
        submit="Go on",
        carried=start.draft.carried_fields,
    )

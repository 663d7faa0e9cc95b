"""Connecting an Amplify app: where it is, which one, which of its backend environments. The state is the address."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import.patience import answers_in_time
from auth_import.pickers import Unread
from aws.errors import AwsError
from aws.side_by_side import Together
from deployments import connecting
from deployments.connect_forms import ConnectChoice
from environments import access
from environments.models import Environment, Project
from environments.permissions import Permission
from web.pages import redirect_page, render_page, wants_fragment

TEMPLATE = "deployments/connect.html"
FRAGMENTS = {"apps-list": "apps_list", "backends": "backends"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@answers_in_time
def connect(request: HttpRequest, project: str) -> HttpResponse:
    """What there is to connect; a POST connects the backend environments that are ticked."""
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    sent = request.method == "POST"
    choice = ConnectChoice(request.POST if sent else request.GET, row)
    problem = ""
    outcomes: tuple[connecting.Outcome, ...] = ()
    if sent:
        problem = _missing(choice)
        outcomes = () if problem else _connect(request, row, choice)
        if outcomes and all(one.environment for one in outcomes):
            return _connected(request, row, outcomes)
    fragment = FRAGMENTS.get(request.headers.get("HX-Target", ""), "")
    context = {"project": row, "choice": choice, "problem": problem, "outcomes": outcomes, "ticked": choice.names}
    context |= _read(row, choice, fragment if wants_fragment(request) else "")
    status = 422 if sent or choice.place.errors or choice.typed_error else 200
    response = render_page(request, TEMPLATE, context, fragment=fragment or None, status=status)
    if fragment and choice.query:
        # The address bar follows the choice.
        response["HX-Push-Url"] = f"{reverse('connect', args=[row.slug])}?{choice.query}"
    return response


def _read(project: Project, choice: ConnectChoice, fragment: str) -> dict[str, Any]:
    """What AWS says about the choice, the two lists side by side; for a fragment only its own list."""
    target, found = choice.target, {}
    if target is None:
        return {}
    known: dict[str, list[str]] = {}
    for environment in project.environments.all():
        if environment.is_amplify and environment.region == target.region:
            known.setdefault(environment.app_id, []).append(environment.name)
    with Together() as together:
        pending: dict[str, Any] = {}
        if fragment != "backends":
            pending["apps"] = together.start(connecting.apps_of, target, search=choice.search, chosen=choice.app)
        if choice.app and fragment != "apps_list":
            pending["chosen"] = together.start(connecting.read_app, target, choice.app)
        for name, one in pending.items():
            try:
                found[name] = one.result()
            except AwsError as error:
                found[f"{name}_unread"] = Unread.of(error)
    if "apps" in found:
        found["rows"] = [(app, known.get(app.id, [])) for app in found["apps"].rows]
        found["pinned"] = choice.app if choice.app and all(app.id != choice.app for app in found["apps"].rows) else ""
    if "chosen" in found:
        found["chosen"] = connecting.judged(project, target, *found["chosen"])
    return found


def _missing(choice: ConnectChoice) -> str:
    if choice.target is None:
        return "The Region, the role or the external id is not valid."
    if not choice.app:
        return choice.typed_error or "Select an Amplify app."
    return "" if choice.names else "Tick at least one backend environment."


def _connect(request: HttpRequest, project: Project, choice: ConnectChoice) -> tuple[connecting.Outcome, ...]:
    assert choice.target
    return connecting.connect(
        project=project,
        target=choice.target,
        app_id=choice.app,
        names=choice.names,
        actor=access.actor(request),
    )


def _connected(request: HttpRequest, project: Project, outcomes: tuple[connecting.Outcome, ...]) -> HttpResponse:
    """Everything that was ticked is connected: on to the one environment, or to all of them."""
    new = [one.name for one in outcomes if one.is_new]
    names = ", ".join(one.name for one in outcomes)
    verb = "are" if len(outcomes) > 1 else "is"
    words = (
        f"{', '.join(new)} {'are' if len(new) > 1 else 'is'} connected" if new else f"{names} {verb} connected already"
    )
    messages.success(request, f"{words}. Nothing was changed in AWS.")
    environments = [one.environment for one in outcomes if one.environment]
    if len(environments) == 1 and isinstance(environments[0], Environment):
        return redirect_page(request, environments[0])
    return redirect_page(request, project)

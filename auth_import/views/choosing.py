"""Choosing existing Cognito resources: three sections and the pre-flight, whatever they are chosen for.

Import, swap and a new environment each have views of their own that say where they stand, by a `ChoicePage`. The state
is the query string: nothing is kept anywhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import trigger_client_event

from auth_import import pickers, rules, services
from auth_import.forms import PlanForm, Wizard
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from auth_import.plan import ImportPlan
from auth_import.preflight import Preflight, preflight
from auth_import.presentation import checks_by_family, sees
from auth_import.reports import import_report
from aws.errors import AwsError
from aws.resources import UserPool
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page, wants_fragment

TEMPLATE = "auth_import/import.html"
FRAGMENTS = {"choices": "choices", "pools": "pools", "pools-list": "pools_list", "more-pools": "pool_rows"}
PARTS = ("user-counts", "clients", "identity-pools", "preflight", "plan")


@dataclass(frozen=True, slots=True)
class ChoicePage:
    """What is chosen for, and where each part of the page answers.

    `environment` may be one that does not exist yet. `replaces` is the link that is to be swapped, `link` one that is
    in the way. `carried` are hidden values that every address and form takes along; `crumbs` are (label, address).
    `name` is the route of the page; its parts are called `name`-part (`PARTS`).
    """

    environment: Environment
    name: str
    route: Mapping[str, Any]
    heading: str
    intro: str
    cancel: str
    crumbs: tuple[tuple[str, str], ...]
    submit: str = "Review the plan"
    link: CognitoLink | None = None
    replaces: CognitoLink | None = None
    carried: Mapping[str, str] = field(default_factory=dict)

    def _part(self, part: str) -> str:
        return reverse(f"{self.name}-{part}", kwargs=dict(self.route))

    @property
    def page(self) -> str:
        return reverse(self.name, kwargs=dict(self.route))

    @property
    def user_counts(self) -> str:
        return self._part("user-counts")

    @property
    def clients(self) -> str:
        return self._part("clients")

    @property
    def identity_pools(self) -> str:
        return self._part("identity-pools")

    @property
    def preflight(self) -> str:
        return self._part("preflight")

    @property
    def plan(self) -> str:
        return self._part("plan")

    @property
    def carried_query(self) -> str:
        """`carried` in front of other values of an address, "" without any."""
        return f"{urlencode(self.carried)}&" if self.carried else ""

    @property
    def exists(self) -> bool:
        """Whether the environment is there: only then can the console change something for it in AWS."""
        return self.environment.pk is not None

    def wizard(self, request: HttpRequest) -> Wizard:
        return Wizard(request.POST if request.method == "POST" else request.GET, self.carried)

    def address(self, wizard: Wizard) -> str:
        """The address that shows these choices."""
        return f"{self.page}?{wizard.query}"


def _base(place: ChoicePage, wizard: Wizard) -> dict[str, Any]:
    return {
        "project": place.environment.project,
        "place": place,
        "wizard": wizard,
        # One that is not made yet is not where the reader is; the navigation then shows where they came from.
        **({"environment": place.environment} if place.exists else {}),
    }


def page(request: HttpRequest, place: ChoicePage) -> HttpResponse:
    """The whole page after one ListUserPools call; what is chosen fills itself in, at once where there is no script."""
    if wants_json(request):
        words = f"Scripts POST pool, web, native and ipool to {place.plan}, and go on with its answer."
        return JsonResponse({"error": words}, status=406)
    wizard = place.wizard(request)
    context = _base(place, wizard)
    fragment = FRAGMENTS.get(request.headers.get("HX-Target", ""), "pools")
    if fragment != "choices" or not wants_fragment(request):
        context |= _pools(request, place, wizard)
    if wizard.plain and wizard.pool:
        context |= _clients(place, wizard)
        if wizard.identity:
            context |= _identity_pools(place, wizard)
        if wizard.choice:
            context |= _preflight(request, place, wizard.choice)
    if fragment == "choices" and wants_fragment(request):
        # What was checked belongs to the old choices, so the fourth section is replaced along with the others.
        response = render_page(request, TEMPLATE, context | {"oob": True}, fragment=fragment)
        return _follow(response, place, wizard)
    return render_page(request, TEMPLATE, context, fragment=fragment)


def _follow(response: HttpResponse, place: ChoicePage, wizard: Wizard) -> HttpResponse:
    """The address bar follows the choice, so that Back, reload and sharing the address work."""
    response["HX-Push-Url"] = place.address(wizard)
    return response


def _pools(request: HttpRequest, place: ChoicePage, wizard: Wizard) -> dict[str, Any]:
    environment = place.environment
    try:
        pools = pickers.user_pools_page(environment.target, search=wizard.search, token=wizard.token)
    except AwsError as error:
        return {"pools_unread": pickers.Unread.of(error)}
    links = CognitoLink.objects.select_related("environment").filter(
        environment__in=access.visible_environments(request, environment.project),
        user_pool_id__in=[row.id for row in pools.rows],
    )
    # Where several environments use a pool, this one is named.
    ordered = sorted(links, key=lambda link: link.environment_id == environment.pk)
    linked = {link.user_pool_id: link.environment.name for link in ordered}
    # The selected pool comes first; when it is on another page of the account, a row of its own keeps it in sight.
    listed = sorted(pools.rows, key=lambda row: row.id != wizard.pool)
    ids = [row.id for row in listed]
    # The tenth part of the rows is asked for its users when its first row comes into sight.
    # Without a script nothing asks for the users of rows in sight, so a link asks for those of all rows.
    users = _users(environment, ids) if "counts" in request.GET else {}
    rows = [
        {
            "pool": row,
            "linked": linked.get(row.id, ""),
            "batch": ids[n : n + 10] if n % 10 == 0 and not users else [],
            "users": users.get(row.id, "–"),
        }
        for n, row in enumerate(listed)
    ]
    selected_is_listed = any(row.id == wizard.pool for row in pools.rows)
    return {"pools": pools, "rows": rows, "pinned": wizard.pool if wizard.pool and not selected_is_listed else ""}


def _users(environment: Environment, ids: Sequence[str]) -> dict[str, object]:
    """About how many users each pool has, or words where that was not read."""
    read = pickers.pool_details(environment.target, ids, seconds=settings.SCREEN_DEADLINE_SECONDS)
    return {key: value.estimated_users if isinstance(value, UserPool) else "not read" for key, value in read.items()}


def user_counts(request: HttpRequest, place: ChoicePage) -> HttpResponse:
    """About how many users the pools of some rows have; asked when the rows come into sight."""
    ids = list(dict.fromkeys(request.GET.getlist("id")))[:20]
    read = pickers.pool_details(place.environment.target, ids, seconds=settings.SCREEN_DEADLINE_SECONDS)
    counts = [(key, value if isinstance(value, UserPool) else None) for key, value in read.items()]
    return render_page(request, "auth_import/user_counts.html", {"counts": counts})


def clients(request: HttpRequest, place: ChoicePage) -> HttpResponse:
    """Section 2, filled: ten app clients at a time."""
    wizard = place.wizard(request)
    if not wants_fragment(request):
        return _whole_page(place, wizard)
    context = _base(place, wizard) | (_clients(place, wizard) if wizard.pool else {})
    fragment = "client_rows" if wizard.client_start else "clients"
    return render_page(request, TEMPLATE, context, fragment=fragment)


def _clients(place: ChoicePage, wizard: Wizard) -> dict[str, Any]:
    try:
        found = pickers.app_clients_window(
            place.environment.target,
            wizard.pool,
            search=wizard.client_search,
            start=wizard.client_start,
            chosen=[one for one in dict.fromkeys([wizard.web, wizard.native]) if one],
            seconds=settings.SCREEN_DEADLINE_SECONDS,
        )
    except AwsError as error:
        return {"clients_unread": pickers.Unread.of(error)}
    return {"clients": found}


def identity_pools(request: HttpRequest, place: ChoicePage) -> HttpResponse:
    """Section 3, filled: those that qualify first."""
    wizard = place.wizard(request)
    if not wants_fragment(request):
        return _whole_page(place, wizard)
    context = _base(place, wizard)
    if wizard.pool and wizard.identity:
        context |= _identity_pools(place, wizard)
    return render_page(request, TEMPLATE, context, fragment="identity_pools")


def _identity_pools(place: ChoicePage, wizard: Wizard) -> dict[str, Any]:
    try:
        found = pickers.identity_pool_rows(
            place.environment.target,
            pool_id=wizard.pool,
            web_client_id=wizard.web,
            native_client_id=wizard.native,
            both_roles_needed=place.environment.is_amplify,
            search=wizard.identity_search,
            seconds=settings.SCREEN_DEADLINE_SECONDS,
        )
    except AwsError as error:
        return {"identity_pools_unread": pickers.Unread.of(error)}
    return {"identity_pools": found}


def preflight_section(request: HttpRequest, place: ChoicePage) -> HttpResponse:
    """Section 4: every rule's word on the choice, as soon as there is a whole one."""
    wizard = place.wizard(request)
    if not wants_fragment(request):
        return _whole_page(place, wizard)
    context = _base(place, wizard)
    if wizard.choice:
        context |= _preflight(request, place, wizard.choice)
    response = render_page(request, TEMPLATE, context, fragment="preflight")
    changed = request.headers.get("HX-Trigger-Name")
    if changed in {"web", "native", "both"}:
        # Which identity pools qualify depends on the clients.
        response = trigger_client_event(response, "clientsChosen")
    return _follow(response, place, wizard) if changed else response


def _checked(request: HttpRequest, place: ChoicePage, choice: Choice) -> Preflight:
    return preflight(
        environment=place.environment, choice=choice, sees=sees(request), relink=place.replaces is not None
    )


def _preflight(
    request: HttpRequest,
    place: ChoicePage,
    choice: Choice,
    form: PlanForm | None = None,
    checked: Preflight | None = None,
) -> dict[str, Any]:
    checked = checked or _checked(request, place, choice)
    form = form or PlanForm()
    # It is drawn only where something is to be accepted, and is not optional there; without it, the page says so.
    form.fields["reason"].required = True
    form.use_required_attribute = False
    environment = place.environment
    return {
        "choice": choice,
        "checks": checks_by_family(checked.findings),
        "counts": _counts(checked),
        "blocking": [f for f in rules.blocking(checked.findings) if not f.overridable],
        "acceptable": rules.needs_acceptance(checked.findings),
        "form": form,
        "may_fix": place.exists and access.may(request, Permission.FIX_AWS, environment.project, environment),
        "is_same": place.replaces is not None and place.replaces.choice == choice,
    }


def _counts(checked: Preflight) -> dict[str, int]:
    counts = {"fail": 0, "warn": 0, "info": 0, "pass": 0}
    for finding in checked.findings:
        counts[finding.severity] += 1
    return counts


def plan_of_choice(request: HttpRequest, place: ChoicePage) -> ImportPlan | HttpResponse:
    """Every rule run again: the plan of what was sent, or the answer that says why there is none."""
    wizard = place.wizard(request)
    if wizard.choice is None:
        if wants_json(request):
            return JsonResponse({"error": wizard.missing}, status=422)
        messages.error(request, wizard.missing)
        return redirect_page(request, place.address(wizard))
    form = PlanForm(request.POST)
    accepted = request.POST.getlist("accept")
    form.fields["accept"].choices = [(one, one) for one in accepted]  # type: ignore[attr-defined]
    problem = ""
    checked: Preflight | None = None
    if form.is_valid():
        checked = _checked(request, place, wizard.choice)
        try:
            return services.plan_of(
                checked,
                environment=place.environment,
                accepted=accepted,
                reason=form.cleaned_data["reason"],
                replaces=place.replaces,
            )
        except services.Refused as refused:
            problem = str(refused)
            if wants_json(request):
                report = import_report(findings=refused.findings, refused=True)
                return JsonResponse(report | {"planned": None, "error": problem}, status=409)
        except ValueError as error:
            form.add_error("reason", str(error))
    if wants_json(request):
        words = " ".join(str(one) for errors in form.errors.values() for one in errors)
        return JsonResponse({"error": words}, status=422)
    return _again(request, place, wizard, _preflight(request, place, wizard.choice, form, checked), problem)


def _again(
    request: HttpRequest, place: ChoicePage, wizard: Wizard, checks: Mapping[str, Any], problem: str
) -> HttpResponse:
    """The page with everything that was chosen, and why there is no plan."""
    wizard.plain = True
    context = _base(place, wizard) | _pools(request, place, wizard) | _clients(place, wizard)
    if wizard.identity:
        context |= _identity_pools(place, wizard)
    context |= {**checks, "problem": problem, "accepted": request.POST.getlist("accept")}
    return render_page(request, TEMPLATE, context, status=422)


def _whole_page(place: ChoicePage, wizard: Wizard) -> HttpResponse:
    """A part of the page is of use inside the page only; whoever opens its address is sent there."""
    return redirect(place.address(wizard))

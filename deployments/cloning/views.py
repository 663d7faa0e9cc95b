"""The wizard for a new environment, from a source or without one: the place, the resources, the checks. One address.

The state is the query string until the last step is sent, so Back, reload and a shared address work. Nothing is made
before the review is confirmed, but an environment that is no more than a row of this console.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auth_import.findings import Severity
from auth_import.patience import answers_in_time
from auth_import.presentation import checks_by_family, sees
from deployments.cloning import preparing
from deployments.cloning.checks import Check, accounts_of, check_place
from deployments.cloning.forms import CloneForm, words_of
from deployments.cloning.options import Option, options_of
from deployments.cloning.plan import Resources
from deployments.cloning.preparing import NotReady, Prepared
from deployments.cloning.reports import plan_report, refusal_report
from deployments.cloning.start import Start
from environments import access
from environments import services as environments
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page, render_page

TEMPLATE = "deployments/clone.html"
METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(METHODS)
@answers_in_time
def clone(request: HttpRequest, project: str, env: str) -> HttpResponse:
    """A new environment like one that is there."""
    source = access.environment(request, project, env, needs=Permission.CLONE)
    # Whoever is limited to some environments would not see the one they made.
    access.project(request, project, needs=Permission.CLONE)
    return _step(request, Start.of(request, source.project, source))


@never_cache
@require_http_methods(METHODS)
@answers_in_time
def create_environment(request: HttpRequest, project: str) -> HttpResponse:
    """A new environment like no other, or an Amplify backend environment that exists."""
    row = access.project(request, project, needs=Permission.MANAGE_ENVIRONMENTS)
    return _step(request, Start.of(request, row, None))


def _step(request: HttpRequest, start: Start) -> HttpResponse:
    """The step that the address, or what was sent, has come to."""
    draft, sent = start.draft, request.method == "POST"
    if wants_json(request) and not sent:
        words = "Scripts POST name, resources and, for others, pool, web, native and ipool to this address."
        return JsonResponse({"error": words}, status=406)
    if draft.environment is None or (start.connects and not sent):
        return _place(request, start, status=422 if sent or draft.form.errors else 200)
    if start.connects:
        return _connect(request, start)
    if sent and "resources" not in request.POST and not wants_json(request):
        return _begin(request, start)
    return _resources(request, start) if draft.resources is None else _chosen(request, start, draft.resources)


def _place(request: HttpRequest, start: Start, *, status: int = 200, failing: tuple[Check, ...] = ()) -> HttpResponse:
    """Step 1: the name, the Region and the account."""
    if wants_json(request):
        found = [f"{name}: {' '.join(map(str, words))}" for name, words in start.draft.form.errors.items()]
        found += [f"{check.title}: {check.observed}. {check.next_step}" for check in failing]
        return JsonResponse({"error": " ".join(found) or "Send a name."}, status=422)
    context = start.context | {"step": "place", "form": start.draft.form, "failing": failing}
    return render_page(request, TEMPLATE, context, status=status)


def _begin(request: HttpRequest, start: Start) -> HttpResponse:
    """Step 1, sent: on to the next one when the account answers and the names are free."""
    new = start.draft.environment
    assert new
    _, checks = check_place(new, suffix=start.draft.suffix, is_taken=False)
    failing = tuple(check for check in checks if check.is_failing)
    for check in failing:
        if check.id == "name.free":
            start.draft.form.add_error("name", f"{check.observed[:1].upper()}{check.observed[1:]}. {check.next_step}")
    if failing:
        return _place(request, start, status=422, failing=tuple(one for one in failing if one.id != "name.free"))
    return redirect_page(request, f"{start.page}?{start.draft.place_query}")


def _connect(request: HttpRequest, start: Start) -> HttpResponse:
    """An Amplify backend environment that exists, by the id of its app; nothing is made in AWS."""
    try:
        fields = start.fields | environments.backend_of(start.fields)
        row = environments.create_environment(project=start.project, actor=access.actor(request), **fields)
    except ValidationError as error:
        start.draft.form.add_error(None, error)
        return _place(request, start, status=422)
    return redirect_page(request, "authentication", project=start.project.slug, env=row.name)


def _options(request: HttpRequest, start: Start) -> tuple[Option, ...]:
    new = start.draft.environment
    assert new
    accounts = accounts_of(new.target, start.source.target if start.source else None)
    return options_of(new, source=start.source, link=start.link, accounts=accounts, sees=sees(request))


def _resources(
    request: HttpRequest, start: Start, options: tuple[Option, ...] | None = None, problem: str = ""
) -> HttpResponse:
    """Step 2: the choice that must be made; nothing is chosen for anybody."""
    if start.draft.asked and not problem:
        problem = "Choose which Cognito resources the new environment gets."
    if wants_json(request):
        return JsonResponse({"error": problem or "Send resources: same, others, none or scratch."}, status=422)
    options = options or _options(request, start)
    context = start.context | {"step": "resources", "options": options, "problem": problem}
    return render_page(request, TEMPLATE, context, status=422 if problem else 200)


def _chosen(request: HttpRequest, start: Start, resources: Resources) -> HttpResponse:
    """Step 3, shown or sent: the choice is complete, or leads to the page that completes it."""
    sent = request.method == "POST"
    if resources is Resources.OTHERS and start.draft.choice is None:
        if wants_json(request):
            return JsonResponse({"error": start.draft.wizard.missing}, status=422)
        if sent:
            messages.error(request, start.draft.wizard.missing)
        return redirect_page(request, f"{start.choosing}?{start.draft.choosing_query}")
    if resources is Resources.SAME:
        options = _options(request, start)
        option = next((one for one in options if one.value is resources), None)
        if option is None or option.refusal:
            return _resources(request, start, options, option.refusal if option else "There is no source to share.")
    prepared = preparing.prepare(start.wanted, sees=sees(request))
    return _finish(request, start, prepared) if sent else _check(request, start, prepared)


def _check(
    request: HttpRequest, start: Start, prepared: Prepared, *, problem: str = "", form: CloneForm | None = None
) -> HttpResponse:
    """Step 3: what the checks say, where people would be sent, and what can come along."""
    draft = start.draft
    form = form or CloneForm(initial={"reason": draft.reason})
    form.fields["reason"].required = True
    form.use_required_attribute = False
    found = prepared.preflight.findings if prepared.preflight else ()
    context = start.context | {
        "step": "check",
        "prepared": prepared,
        "families": checks_by_family(found),
        "counts": {str(level): sum(1 for one in found if one.severity is level) for level in Severity},
        "warnings": start.warnings(sees(request)),
        "problem": problem,
        "form": form,
        "hidden": draft.resource_fields,
        "ticked": [str(one) for one in draft.carried],
        "accepted": draft.accepted,
        "creates_at_once": start.creates_at_once,
    }
    return render_page(request, TEMPLATE, context, status=422 if problem or form.errors else 200)


def _finish(request: HttpRequest, start: Start, prepared: Prepared) -> HttpResponse:
    """Step 3, sent: the plan that will be reviewed, or why there is none."""
    draft = start.draft
    form = CloneForm(request.POST)
    try:
        plan = preparing.plan_of(prepared, accepted=draft.accepted, reason=draft.reason)
    except NotReady as error:
        if wants_json(request):
            return JsonResponse(refusal_report(error), status=409)
        return _check(request, start, prepared, problem=str(error), form=form)
    except ValueError as error:
        if wants_json(request):
            return JsonResponse({"error": str(error)}, status=422)
        form.add_error("reason", str(error))
        return _check(request, start, prepared, form=form)
    if start.creates_at_once:
        return _create(request, start, prepared)
    actor = access.actor(request)
    planned = preparing.keep_plan(plan=plan, project=start.project, source=start.source, actor=actor)
    if wants_json(request):
        return JsonResponse(plan_report(planned, prepared), status=201)
    return redirect_page(request, "review-clone", project=start.project.slug, plan_id=planned.pk)


def _create(request: HttpRequest, start: Start, prepared: Prepared) -> HttpResponse:
    """A standalone environment without resources is a row of this console, and needs neither job nor review."""
    try:
        row = environments.create_environment(project=start.project, actor=access.actor(request), **start.fields)
    except ValidationError as error:
        return _check(request, start, prepared, problem=words_of(error))
    page = "scratch" if start.draft.resources is Resources.SCRATCH else "authentication"
    return redirect_page(request, page, project=start.project.slug, env=row.name)

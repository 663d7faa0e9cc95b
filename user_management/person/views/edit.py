"""Changing attributes in two steps: enter, look at the difference, save."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aws.errors import AwsError, NotFound
from aws.user_resources import CognitoUser
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.person import actions
from user_management.person.attributes import is_editable, ordered
from user_management.person.changes import digest_of, plan_of
from user_management.person.forms import COMPLETE, AttributesForm, edit_form, whole_form
from user_management.person.presentation import attributes_of, user_report
from user_management.person.views.answers import done, form_errors, refused
from user_management.person.views.page import read
from user_management.place import Place, open_place, pool_page
from user_management.pool_rules import Rules
from web.pages import render_page

TEMPLATE = "user_management/person/edit.html"
REVIEW = "user_management/person/review.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def edit(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    user, rules = read(place, username)
    form = edit_form(user, rules.people, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _form(request, place, user, rules, form)
    if not form.is_valid():
        return form_errors(form) if wants_json(request) else _form(request, place, user, rules, form, status=422)
    step = request.POST.get("step", "apply" if wants_json(request) else "review")
    if step == "apply":
        return _apply(request, place, user, rules, form)
    if step == "review":
        return _review(request, place, user, rules, form)
    return _form(request, place, user, rules, form)


def _form(
    request: HttpRequest,
    place: Place,
    user: CognitoUser,
    rules: Rules,
    form: AttributesForm,
    *,
    status: int = 200,
    error: AwsError | None = None,
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(user_report(user) | {"digest": digest_of(user), "fields": list(form.fields)})
    fixed = {rule.name for rule in ordered(rules.people) if not is_editable(rule)}
    context = {
        **place.context(),
        "person": user,
        "form": whole_form(form, user, rules.people),
        "error": error,
        "complete": COMPLETE,
        "fixed": [one for one in attributes_of(user, rules) if one.name in fixed],
    }
    return render_page(request, TEMPLATE, context, status=status)


def _review(
    request: HttpRequest,
    place: Place,
    user: CognitoUser,
    rules: Rules,
    form: AttributesForm,
    error: AwsError | None = None,
) -> HttpResponse:
    """The difference, and what else saving will do. The form comes along unseen."""
    plan = plan_of(user, form.entered, rules.people)
    context = {
        **place.context(),
        "person": user,
        "form": form,
        "plan": plan,
        "digest": digest_of(user),
        "complete": COMPLETE,
        "kept": _kept(request),
        "error": error,
    }
    return render_page(request, REVIEW, context, status=409 if error else 200)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What was entered, to be sent again."""
    own = ("csrfmiddlewaretoken", "step", "seen")
    return [(name, value) for name, values in request.POST.lists() if name not in own for value in values]


def _apply(request: HttpRequest, place: Place, user: CognitoUser, rules: Rules, form: AttributesForm) -> HttpResponse:
    try:
        now = actions.change_attributes(
            place=place,
            user=user,
            changes=form.entered,
            actor=access.actor(request),
            reason=form.cleaned_data["reason"],
            seen=request.POST.get("seen", ""),
        )
    except AwsError as error:
        if wants_json(request) or isinstance(error, NotFound):
            return refused(request, place, user, error)
        if isinstance(error, actions.ChangedMeanwhile):
            return _review(request, place, user, rules, form, error)
        return _form(request, place, user, rules, form, status=422, error=error)
    same = f"Nothing was changed: {user.label} has these values already."
    return done(request, place, now, same if now is user else f"{now.label} is saved.")

"""Making a user by the pool's rules."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from aws.errors import AwsError, Rejected
from aws.user_resources import CognitoUser
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management import people
from user_management.person import actions
from user_management.person.forms import CreateForm, ask_again
from user_management.person.messages import MEDIUM_WORDS, sender_of, template_problem
from user_management.person.new_user import NewUser, name_attributes
from user_management.person.presentation import user_report
from user_management.person.views.answers import form_errors, status_of, to_user
from user_management.place import Place, error_report, open_place, pool_page
from user_management.pool_rules import Rules, rules_of
from web.pages import render_page

TEMPLATE = "user_management/person/create.html"
TAKEN = ("UsernameExistsException", "AliasExistsException")
SHOWN_ONCE = "user_management/person/shown_once.html"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@pool_page
def create(request: HttpRequest, project: str, env: str) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    rules = rules_of(place)
    form = CreateForm(request.POST if request.method == "POST" else None, people=rules.people)
    if not form.is_bound:
        return _form(request, place, rules, form)
    if not form.is_valid():
        return form_errors(form) if wants_json(request) else _form(request, place, rules, form)
    new = form.new
    try:
        user = actions.create(place=place, new=new, actor=access.actor(request), reason=form.cleaned_data["reason"])
    except AwsError as error:
        return _refused(request, place, rules, form, new, error)
    return _made(request, place, form, new, user)


def _form(
    request: HttpRequest,
    place: Place,
    rules: Rules,
    form: CreateForm,
    error: AwsError | None = None,
    holders: tuple[CognitoUser, ...] = (),
) -> HttpResponse:
    if form.is_bound:
        ask_again(form)
    ways = [medium for medium in ("EMAIL", "SMS") if medium == "EMAIL" or rules.people.sends_sms]
    context = {
        **place.context(),
        "form": form,
        "rules": rules,
        "error": error,
        "holders": holders,
        "asks_alias": bool(holders) or bool(form.is_bound and form.data.get("take_alias")),
        "one_name": len(name_attributes(rules.people)) == 1,
        "senders": [(MEDIUM_WORDS[medium], sender_of(rules.people, medium)) for medium in ways],
        "template_problems": [words for medium in ways if (words := template_problem(rules.people, medium))],
    }
    return render_page(request, TEMPLATE, context, status=422 if form.errors or error else 200)


def _refused(
    request: HttpRequest, place: Place, rules: Rules, form: CreateForm, new: NewUser, error: AwsError
) -> HttpResponse:
    """Who has the name or the address, where that is the reason; the form keeps what was typed."""
    holders: tuple[CognitoUser, ...] = ()
    if isinstance(error, Rejected) and error.code in TAKEN and not new.take_alias and not _is_there(place, new):
        holders = tuple(user for user, _ in actions.holders_of(place, new) if user.username != new.username)
    if wants_json(request):
        taken = {"held_by": [user.username for user in holders]} if holders else {}
        return JsonResponse(error_report(error) | taken, status=status_of(error))
    return _form(request, place, rules, form, error, holders)


def _is_there(place: Place, new: NewUser) -> bool:
    """Whether the name itself is taken: Cognito says the same of an address that is another user's."""
    try:
        people.find(place, new.username)
    except AwsError:
        return False
    return True


def _made(request: HttpRequest, place: Place, form: CreateForm, new: NewUser, user: CognitoUser) -> HttpResponse:
    made_up = new.temporary_password if form.cleaned_data.get("source") != "typed" else ""
    if wants_json(request):
        return JsonResponse(user_report(user) | ({"password": made_up} if made_up else {}), status=201)
    if made_up:
        # Nobody else knows it: it is shown in this answer, and nowhere again.
        context = {**place.context(), "person": user, "password": made_up, "permanent": False, "is_new": True}
        return render_page(request, SHOWN_ONCE, context)
    told = f"The invitation goes out by {MEDIUM_WORDS[new.deliver_by[0]]}." if new.deliver_by else "Nobody was told."
    messages.success(request, f"{user.label} is created. {told}")
    return to_user(request, place, user.username)

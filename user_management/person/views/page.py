"""The page of one user, and the one billed call, on request."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from aws.errors import AwsError
from aws.side_by_side import Together
from aws.user_resources import AuthFactors, CognitoUser
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management import people
from user_management.person import actions, presentation
from user_management.person.sign_in_help import help_for, situation_for
from user_management.person.situation import sign_in_names
from user_management.person.views.answers import reason_of, refused
from user_management.place import Place, open_place, pool_page
from user_management.pool_rules import Rules, rules_of
from web.pages import render_page

TEMPLATE = "user_management/person/user.html"


@never_cache
@require_safe
@pool_page
def show(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    """Everything about one user that costs nothing to know."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    user, rules = read(place, username)
    if wants_json(request):
        found = help_for(situation_for(user, rules))
        signs_in_with = list(sign_in_names(user, rules.people))
        report = presentation.user_report(user) | {"signs_in_with": signs_in_with}
        return JsonResponse(report | {"help": presentation.help_report(found)})
    return render_page(request, TEMPLATE, page_context(request, place, user, rules))


def read(place: Place, username: str) -> tuple[CognitoUser, Rules]:
    """The user and the pool's rules, side by side. Raises AwsError."""
    with Together() as together:
        user, rules = together.start(people.find, place, username), together.start(rules_of, place)
        return user.result(), rules.result()


def page_context(
    request: HttpRequest, place: Place, user: CognitoUser, rules: Rules, factors: AuthFactors | None = None
) -> dict[str, object]:
    return {
        **place.context(),
        **presentation.help_context(place, user, rules, factors),
        "person": user,
        "rules": rules,
        "status_words": presentation.status_words(user),
        "status_state": presentation.status_state(user),
        "attributes": presentation.attributes_of(user, rules),
        "unset": presentation.unset_of(user, rules),
        "groups_url": presentation.groups_url(place, user.username),
        "activity": presentation.activity_of(place, user.username),
        "may_manage": access.may(request, Permission.MANAGE_USERS, place.project, place.environment),
    }


@never_cache
@require_POST
@pool_page
def billed(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    """Ask AdminGetUser, because somebody wanted what only it knows."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    listed, rules = read(place, username)
    actor, reason = access.actor(request), reason_of(request)
    try:
        user, factors = actions.read_billed(place=place, user=listed, actor=actor, reason=reason)
    except AwsError as error:
        return refused(request, place, listed, error)
    if wants_json(request):
        return JsonResponse(presentation.user_report(user) | {"factors": presentation.factors_report(factors)})
    context = page_context(request, place, user, rules, factors) | {"factors": factors, "differs": user != listed}
    return render_page(request, TEMPLATE, context)

"""The actions that need no page of their own: a POST does one thing and leads back to the user."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from aws.errors import AwsError
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.person import actions
from user_management.person.forms import ReasonForm
from user_management.person.messages import MEDIUM_WORDS
from user_management.person.sign_in_help import why_not
from user_management.person.sign_in_table import UserAction
from user_management.person.situation import invitation_mediums
from user_management.person.views.answers import done, form_errors, reason_of, refused
from user_management.person.views.page import read
from user_management.place import open_place, pool_page


@dataclass(frozen=True, slots=True)
class Act:
    """One action with the words that follow it."""

    do: Callable[..., Any]
    words: str


ACTS: Mapping[UserAction, Act] = {
    UserAction.SUSPEND: Act(actions.suspend, "{label} is suspended: signed out, and unable to sign in."),
    UserAction.REACTIVATE: Act(actions.reactivate, "{label} is active again."),
    UserAction.SIGN_OUT: Act(
        actions.sign_out,
        "{label} is signed out everywhere. Access tokens that apps hold already stay valid until they expire.",
    ),
    UserAction.CONFIRM: Act(actions.confirm, "The sign-up of {label} is confirmed. The address is as it was."),
    UserAction.RESET_PASSWORD: Act(
        actions.reset_password, "The password of {label} no longer works. Cognito sends a code, valid for an hour."
    ),
    UserAction.RESEND_INVITATION: Act(actions.resend_invitation, "The invitation of {label} goes out again{by}."),
}


@require_POST
@pool_page
def act(request: HttpRequest, project: str, env: str, username: str, action: UserAction) -> HttpResponse:
    """Do what the address says. AWS has the last word on whether it goes with the user's state."""
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    user, rules = read(place, username)
    form = ReasonForm(request.POST)
    if wants_json(request) and not form.is_valid():
        return form_errors(form)
    more: dict[str, Any] = {}
    if action == UserAction.RESEND_INVITATION:
        ways = invitation_mediums(user, rules.people) or ("EMAIL",)
        asked = request.POST.get("deliver_by", "")
        more["deliver_by"] = asked if asked in MEDIUM_WORDS else ways[0]
    try:
        now = ACTS[action].do(place=place, user=user, actor=access.actor(request), reason=reason_of(request), **more)
    except AwsError as error:
        return refused(request, place, user, error, why_not(action, user, rules))
    by = f" by {MEDIUM_WORDS[more['deliver_by']]}" if more else ""
    return done(request, place, now, ACTS[action].words.format(label=user.label, by=by))

"""Second factors, devices, sessions and sign-in history: a part of the user's page, read when it is looked at."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from aws.errors import AwsError
from aws.user_resources import AuthFactors
from environments import access
from environments.permissions import Permission
from environments.tokens import wants_json
from user_management.person import actions, presentation
from user_management.person import security as reading
from user_management.person.sign_in_help import why_not
from user_management.person.sign_in_table import UserAction
from user_management.person.views.answers import done, reason_of, refused
from user_management.person.views.page import read
from user_management.place import open_place, pool_page
from web.pages import render_page, wants_fragment

TEMPLATE = "user_management/person/security.html"
CHOSEN = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")


@never_cache
@require_safe
@pool_page
def show(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    """`?events=` is the token of an older page of the sign-in history."""
    place = open_place(request, project, env, needs=Permission.VIEW)
    user, rules = read(place, username)
    events = request.GET.get("events", "")
    if events and request.headers.get("HX-Target") == "older-history":
        older = reading.history_context(reading.older_history(place, user, events))
        return render_page(request, TEMPLATE, {**place.context(), "person": user, **older}, fragment="history")
    found = reading.security_of(place, user, events)
    if wants_json(request):
        return JsonResponse(reading.security_report(found))
    factors = found.known_factors
    context = {
        **place.context(),
        **presentation.help_context(place, user, rules, factors),
        "person": user,
        "security": found,
        "factors": factors,
        "factor_words": reading.factor_words(factors) if factors else [],
        "preferred_words": reading.FACTOR_WORDS.get(factors.preferred, factors.preferred) if factors else "",
        "first_factor_words": reading.first_factor_words(factors) if factors else [],
        **reading.history_context(found.history),
        "is_older": bool(events),
        "choices": [(name, reading.FACTOR_WORDS[name], factors is not None and name in factors.mfa) for name in CHOSEN],
        "rules": rules,
        "no_app": why_not(UserAction.RESET_MFA, user, rules, factors),
        "renews_help": factors is not None and wants_fragment(request),
        "may_manage": access.may(request, Permission.MANAGE_USERS, place.project, place.environment),
    }
    return render_page(request, TEMPLATE, context, fragment="security")


@require_POST
@pool_page
def reset_mfa(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    """Forget the authenticator app, and say what is left."""

    def words(left: AuthFactors) -> tuple[int, str, dict[str, Any]]:
        report = {"factors": presentation.factors_report(left)}
        if "SOFTWARE_TOKEN_MFA" in left.mfa:
            return messages.WARNING, "AWS reported success, and still tells of the authenticator app.", report
        return messages.SUCCESS, "The authenticator app is forgotten. The user can set up a new one.", report

    return _act(request, project, env, username, actions.reset_mfa, words)


@require_POST
@pool_page
def mfa_preference(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    """Turn factors on or off, read them again, and say honestly what came of it."""
    wanted = {name: name in request.POST.getlist("factor") for name in CHOSEN}
    preferred = request.POST.get("preferred", "")

    def words(both: tuple[AuthFactors, AuthFactors]) -> tuple[int, str, dict[str, Any]]:
        before, after = both
        report = {"before": presentation.factors_report(before), "factors": presentation.factors_report(after)}
        kept = [reading.FACTOR_WORDS[name] for name in CHOSEN if (name in after.mfa) != wanted[name]]
        if not kept and after.preferred != preferred:
            return messages.WARNING, "AWS reported success, but the preferred second factor is another one.", report
        if before != after and not kept:
            return messages.SUCCESS, "The second factors are changed.", report
        if kept:
            text = (
                f"AWS reported success, but {' and '.join(kept).lower()} stayed as before. Where a pool requires a "
                "second factor, none of them can be turned off, and one that was never set up cannot be turned on."
            )
            return messages.WARNING, text, report
        return messages.INFO, "The second factors are as they were.", report

    return _act(request, project, env, username, actions.change_mfa, words, factors=wanted, preferred=preferred)


@require_POST
@pool_page
def forget_device(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    def words(_: Any) -> tuple[int, str, dict[str, Any]]:
        return messages.SUCCESS, "The device is forgotten.", {}

    key = request.POST.get("key", "")
    return _act(request, project, env, username, actions.forget_device, words, key=key)


@require_POST
@pool_page
def revoke_session(request: HttpRequest, project: str, env: str, username: str) -> HttpResponse:
    def words(_: Any) -> tuple[int, str, dict[str, Any]]:
        text = "The session is ended. Access tokens it handed out stay valid elsewhere until they expire."
        return messages.SUCCESS, text, {}

    session_id, linked = request.POST.get("session", ""), request.POST.get("linked", "") not in ("", "false")
    return _act(request, project, env, username, actions.revoke_session, words, session_id=session_id, linked=linked)


def _act(
    request: HttpRequest,
    project: str,
    env: str,
    username: str,
    do: Callable[..., Any],
    words: Callable[[Any], tuple[int, str, dict[str, Any]]],
    **given: Any,
) -> HttpResponse:
    place = open_place(request, project, env, needs=Permission.MANAGE_USERS)
    user, rules = read(place, username)
    try:
        answer = do(place=place, user=user, actor=access.actor(request), reason=reason_of(request), **given)
    except AwsError as error:
        why = why_not(UserAction.RESET_MFA, user, rules) if do is actions.reset_mfa else ""
        return refused(request, place, user, error, why)
    level, text, more = words(answer)
    return done(request, place, user, text, level=level, **more)

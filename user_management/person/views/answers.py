"""How the views of one user answer: by a message and the user's page, or as JSON."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse

from aws.errors import AwsError, NotFound, Rejected
from aws.user_resources import CognitoUser
from environments.tokens import wants_json
from user_management.person.forms import LONGEST_REASON
from user_management.person.presentation import user_report
from user_management.place import Place, error_report
from web.pages import redirect_page


def status_of(error: AwsError) -> int:
    """404 for who is gone, 409 for what does not go with the user's state, 502 for the rest."""
    return 404 if isinstance(error, NotFound) else 409 if isinstance(error, Rejected) else 502


def to_user(request: HttpRequest, place: Place, username: str) -> HttpResponse:
    return redirect_page(request, "user", **place.names, username=username)


def done(
    request: HttpRequest, place: Place, user: CognitoUser, words: str, *, level: int = messages.SUCCESS, **more: Any
) -> HttpResponse:
    """The user's page with these words, or the user as JSON."""
    if wants_json(request):
        return JsonResponse(user_report(user) | more)
    messages.add_message(request, level, words)
    return to_user(request, place, user.username)


def refused(request: HttpRequest, place: Place, user: CognitoUser, error: AwsError, why: str = "") -> HttpResponse:
    """What AWS answered, in words, on the user's page; on the list when the user is gone."""
    if wants_json(request):
        return JsonResponse(error_report(error) | ({"reason": why} if why else {}), status=status_of(error))
    messages.error(request, f"{user.label}: {why or error.words} {error.message} {error.next_step}")
    if isinstance(error, NotFound):
        return redirect_page(request, "users", **place.names)
    return to_user(request, place, user.username)


def reason_of(request: HttpRequest) -> str:
    """The reason as it is kept. One too long or odd for that must not cost the activity its line after the deed."""
    return request.POST.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]


def form_errors(form: forms.Form, names: Mapping[str, str] = {}) -> HttpResponse:  # noqa: B006
    """What is wrong with each field, for scripts."""
    errors = {name: [str(one) for one in found] for name, found in form.errors.items()}
    words = " ".join(one for found in errors.values() for one in found)
    return JsonResponse({"error": words, "fields": errors}, status=422)

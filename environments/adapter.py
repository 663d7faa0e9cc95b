"""Who may make an account: only somebody who follows an invitation, which their account then uses up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from environments import services
from environments.models import Invitation

INVITED_SESSION_KEY = "invitation"


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The invitation that this browser has opened, while it can still be used."""
    secret = request.session.get(INVITED_SESSION_KEY)
    return Invitation.find(secret) if secret else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is open only while the browser carries an open invitation it has opened."""
        return invitation_of(request) is not None

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The invitation's own page leads on to the project that the new account has joined."""
        secret = request.session.get(INVITED_SESSION_KEY)
        return reverse("accept-invitation", args=[secret]) if secret else str(super().get_signup_redirect_url(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if invitation_of(request):
            return reverse("accept-invitation", args=[request.session[INVITED_SESSION_KEY]])
        return str(super().get_login_redirect_url(request))


def join_on_sign_up(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new account joins at once, so that one link makes one account and not as many as somebody likes."""
    invitation = invitation_of(request)
    if invitation:
        services.accept_invitation(invitation=invitation, user=user)

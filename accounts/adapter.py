"""Who may make an account: only somebody who follows an invitation."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

INVITED_SESSION_KEY = "invitation"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is open only while the browser carries an invitation it has opened."""
        return INVITED_SESSION_KEY in request.session

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        token = request.session.get(INVITED_SESSION_KEY)
        return f"/invitations/{token}/" if token else str(super().get_signup_redirect_url(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        token = request.session.get(INVITED_SESSION_KEY)
        return f"/invitations/{token}/" if token else str(super().get_login_redirect_url(request))

"""Signing in and one's own account: allauth's pages, without those that this console does not use.

The names in the activity are e-mail addresses that nobody has verified, so nobody may choose another one later.
"""

from django.urls import include, path, re_path

from accounts import views

NOT_USED = (
    "email/",
    "confirm-email/",
    "confirm-email/<str:key>/",
    "login/code/confirm/",
    "social/login/cancelled/",
    "social/login/error/",
    "social/signup/",
    "social/connections/",
)

urlpatterns = [
    # Their names stay, because allauth asks for the addresses of some of them.
    *(path(address, views.no_page) for address in NOT_USED),
    # The one provider that the settings know is called "sso".
    re_path(r"^oidc/(?!sso/)", views.no_page),
    path("password/reset/", views.reset_password),
    path("", include("allauth.urls")),
]

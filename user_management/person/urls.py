"""Pages of one user, below `users/`."""

from django.urls import path

from user_management.person.sign_in_table import UserAction
from user_management.person.views import acts, create, delete, edit, page, password, security

VERBS = {
    "resend-invitation": ("resend-invitation", UserAction.RESEND_INVITATION),
    "confirm": ("confirm-user", UserAction.CONFIRM),
    "reset-password": ("reset-password", UserAction.RESET_PASSWORD),
    "suspend": ("suspend-user", UserAction.SUSPEND),
    "reactivate": ("reactivate-user", UserAction.REACTIVATE),
    "sign-out": ("sign-out-user", UserAction.SIGN_OUT),
}

urlpatterns = [
    path("create/", create.create, name="create-user"),
    path("u/<name:username>/", page.show, name="user"),
    path("u/<name:username>/edit/", edit.edit, name="edit-user"),
    path("u/<name:username>/set-password/", password.set_password, name="set-password"),
    path("u/<name:username>/delete/", delete.delete, name="delete-user"),
    path("u/<name:username>/billed/", page.billed, name="user-billed"),
    path("u/<name:username>/security/", security.show, name="user-security"),
    path("u/<name:username>/reset-mfa/", security.reset_mfa, name="reset-mfa"),
    path("u/<name:username>/mfa-preference/", security.mfa_preference, name="mfa-preference"),
    path("u/<name:username>/forget-device/", security.forget_device, name="forget-device"),
    path("u/<name:username>/revoke-session/", security.revoke_session, name="revoke-session"),
    *(
        path(f"u/<name:username>/{verb}/", acts.act, {"action": action}, name=name)
        for verb, (name, action) in VERBS.items()
    ),
]

"""Pages below `/projects/<project>/` that belong to no single environment."""

from django.urls import include, path

from environments import views

urlpatterns = [
    path("members/", views.members, name="members"),
    path("members/<int:membership_id>/", views.member, name="member"),
    path("members/<int:membership_id>/person/", views.change_person, name="change-person"),
    path("members/<int:membership_id>/remove/", views.remove_member, name="remove-member"),
    path("members/invitations/<int:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw-invitation"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke-token"),
    path("notifications/", include("environments.notifications.urls")),
    path("activity/", views.activity, name="activity"),
]

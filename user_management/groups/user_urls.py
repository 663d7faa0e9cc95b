"""The groups of one user, below `users/`."""

from django.urls import path

from user_management.groups import user_views

urlpatterns = [
    path("u/<name:username>/groups/", user_views.show, name="user-groups"),
    path("u/<name:username>/groups/join/", user_views.join, name="join-group"),
    path("u/<name:username>/groups/leave/", user_views.leave, name="leave-group"),
]

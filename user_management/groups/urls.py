from django.urls import path

from user_management.groups import adding_views, copy_views, group_views, views

urlpatterns = [
    path("", views.index, name="groups"),
    path("create/", views.create, name="create-group"),
    path("copy/", copy_views.copy, name="copy-groups"),
    path("g/<name:group>/", group_views.show, name="group"),
    path("g/<name:group>/members/", group_views.members, name="group-members"),
    path("g/<name:group>/edit/", group_views.edit, name="edit-group"),
    path("g/<name:group>/add/", adding_views.add, name="add-members"),
    path("g/<name:group>/remove/", group_views.remove, name="remove-group-member"),
    path("g/<name:group>/delete/", group_views.delete, name="delete-group"),
]

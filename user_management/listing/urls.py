from django.urls import path

from user_management.listing import views

urlpatterns = [
    path("", views.index, name="users"),
    path("columns/", views.columns, name="user-columns"),
    path("export/", views.export_users, name="export-users"),
    path("export/progress/", views.export_progress, name="export-progress"),
    path("export.csv", views.users_csv, name="users-csv"),
]

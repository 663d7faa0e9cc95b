"""Below `/projects/<project>/<env>/users/import/`."""

from django.urls import path

from user_management.csv_import import downloads, views

urlpatterns = [
    path("", views.upload, name="import-users"),
    path("template.csv", views.template, name="import-template"),
    path("<int:import_id>/", views.detail, name="user-import"),
    path("<int:import_id>/apply/", views.apply, name="apply-user-import"),
    path("<int:import_id>/retry/", views.retry, name="retry-user-import"),
    path("<int:import_id>/discard/", views.discard, name="discard-user-import"),
    path("<int:import_id>/problems.csv", downloads.problems, name="import-problems"),
    path("<int:import_id>/results.csv", downloads.results, name="import-results"),
]

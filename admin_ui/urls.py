"""The URL map of the console. Nouns nest as the domain nests; changes are POSTs to a verb leaf."""

from django.urls import include, path

from admin_ui import health, views
from admin_ui.matrix.views import project
from auth_import.views.guide import check_page
from environments import views as environment_views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("accounts.urls")),
    path("invitations/<str:secret>/", environment_views.accept_invitation, name="accept-invitation"),
    path("", include("web.urls")),
    path("checks/<str:check_id>/", check_page, name="check-page"),
    path("projects/create/", environment_views.create_project, name="create-project"),
    path("projects/<slug:project>/", project, name="project"),
    path("projects/<slug:project>/settings/", views.project_settings, name="project-settings"),
    path("projects/<slug:project>/", include("environments.urls")),
    path("projects/<slug:project>/jobs/", include("jobs.urls")),
    path("projects/<slug:project>/", include("deployments.project_urls")),
    path("projects/<slug:project>/<slug:env>/", views.environment, name="environment"),
    path("projects/<slug:project>/<slug:env>/settings/", views.environment_settings, name="environment-settings"),
    path("projects/<slug:project>/<slug:env>/rename/", views.rename_environment, name="rename-environment"),
    path("projects/<slug:project>/<slug:env>/remove/", views.remove_environment, name="remove-environment"),
    path("projects/<slug:project>/<slug:env>/authentication/", include("auth_import.urls")),
    path("projects/<slug:project>/<slug:env>/", include("user_management.urls")),
    path("projects/<slug:project>/<slug:env>/data/", include("data_authorization.urls")),
    path("projects/<slug:project>/<slug:env>/functions/", include("function_access.urls")),
    path("projects/<slug:project>/<slug:env>/", include("deployments.urls")),
]

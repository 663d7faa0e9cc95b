"""Pages about new environments: those below a source, and those of the project."""

from django.urls import URLPattern, path

from deployments.cloning import choosing, reviewing, views


def _choosing(folder: str, name: str) -> list[URLPattern]:
    return [
        path(folder, choosing.page, name=name),
        path(f"{folder}users/", choosing.user_counts, name=f"{name}-user-counts"),
        path(f"{folder}clients/", choosing.clients, name=f"{name}-clients"),
        path(f"{folder}identity-pools/", choosing.identity_pools, name=f"{name}-identity-pools"),
        path(f"{folder}preflight/", choosing.preflight_section, name=f"{name}-preflight"),
        path(f"{folder}plan/", choosing.make_plan, name=f"{name}-plan"),
    ]


of_environment = [path("clone/", views.clone, name="clone"), *_choosing("clone/resources/", "clone-resources")]
of_project = [
    path("environments/create/", views.create_environment, name="create-environment"),
    *_choosing("environments/create/resources/", "create-environment-resources"),
    path("clones/<int:plan_id>/", reviewing.review, name="review-clone"),
    path("clones/<int:plan_id>/apply/", reviewing.apply, name="apply-clone"),
]

"""Pages below `/projects/<project>/<env>/authentication/`."""

from django.urls import path

from auth_import.views import files, fix, identity_pool, importing, linked

urlpatterns = [
    path("", linked.authentication, name="authentication"),
    path("check/", linked.check, name="check-link"),
    path("functions/", linked.function_access, name="function-access"),
    path("unlink/", linked.unlink, name="unlink"),
    path("files/<path:name>", files.file, name="client-file"),
    path("import/", importing.page, name="import"),
    path("import/users/", importing.user_counts, name="import-user-counts"),
    path("import/clients/", importing.clients, name="import-clients"),
    path("import/identity-pools/", importing.identity_pools, name="import-identity-pools"),
    path("import/preflight/", importing.preflight_section, name="import-preflight"),
    path("import/plan/", importing.make_plan, name="import-plan"),
    path("import/plans/<int:plan_id>/", importing.review, name="review-plan"),
    path("import/plans/<int:plan_id>/apply/", importing.apply, name="apply-plan"),
    path("import/identity-pools/create/", identity_pool.create_identity_pool, name="create-identity-pool"),
    path("import/fix/<slug:fix>/", fix.fix, name="fix"),
]

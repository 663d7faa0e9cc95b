"""Pages below `/projects/<project>/<env>/authentication/`."""

from django.urls import path

from auth_import.swap import views as swap
from auth_import.views import files, fix, identity_pool, importing, linked, unlinking
from auth_import.watch import views as watch

urlpatterns = [
    path("", linked.authentication, name="authentication"),
    path("check/", linked.check, name="check-link"),
    path("functions/", linked.function_access, name="function-access"),
    path("unlink/", unlinking.unlink, name="unlink"),
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
    path("swap/", swap.page, name="swap"),
    path("swap/users/", swap.user_counts, name="swap-user-counts"),
    path("swap/clients/", swap.clients, name="swap-clients"),
    path("swap/identity-pools/", swap.identity_pools, name="swap-identity-pools"),
    path("swap/preflight/", swap.preflight_section, name="swap-preflight"),
    path("swap/plan/", swap.make_plan, name="swap-plan"),
    path("swap/plans/<int:plan_id>/", swap.review, name="review-swap"),
    path("drift/", watch.drift, name="drift"),
    path("drift/accept/", watch.accept, name="accept-drift"),
    path("drift/ignore/", watch.ignore, name="ignore-drift"),
    path("drift/heed/", watch.heed, name="heed-drift"),
    path("drift/watch/", watch.settings, name="watch-settings"),
]

"""Pages below `/projects/<project>/<env>/` about pushing and pulling."""

from django.urls import path

from deployments.views import bundle, pull, push

urlpatterns = [
    path("push/", push.page, name="push"),
    path("push/preview/", push.preview, name="preview-push"),
    path("pull/", pull.page, name="pull"),
    path("deployments/", push.index, name="deployments"),
    path("deployments/<int:deployment_id>/", push.detail, name="deployment"),
    path("deployments/<int:deployment_id>/apply/", push.apply, name="apply-push"),
    path("deployments/<int:deployment_id>/discard/", push.discard, name="discard-push"),
    path("source/", bundle.page, name="source"),
    path("source-bundle.zip", bundle.source_bundle_zip, name="source-bundle"),
]

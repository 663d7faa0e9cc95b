"""Pages below `/projects/<project>/<env>/` about pushing and pulling."""

from django.urls import path

from deployments.cloning import urls as cloning
from deployments.finishing.views import finish_unlink
from deployments.scratch import removal_views
from deployments.scratch import views as scratch
from deployments.views import bundle, pull, push

urlpatterns = [
    *cloning.of_environment,
    path("authentication/scratch/", scratch.scratch, name="scratch"),
    path("authentication/scratch/plans/<int:plan_id>/", scratch.review, name="review-scratch"),
    path("authentication/scratch/plans/<int:plan_id>/apply/", scratch.apply, name="apply-scratch"),
    path("authentication/scratch/plans/<int:plan_id>/discard/", scratch.discard, name="discard-scratch"),
    path("authentication/managed/remove/", removal_views.remove, name="remove-managed"),
    path("authentication/managed/exports/<int:export_id>/users.csv", removal_views.kept_export, name="kept-export"),
    path("push/", push.page, name="push"),
    path("push/preview/", push.preview, name="preview-push"),
    path("pull/", pull.page, name="pull"),
    path("unlink/finish/", finish_unlink, name="finish-unlink"),
    path("deployments/", push.index, name="deployments"),
    path("deployments/<int:deployment_id>/", push.detail, name="deployment"),
    path("deployments/<int:deployment_id>/apply/", push.apply, name="apply-push"),
    path("deployments/<int:deployment_id>/discard/", push.discard, name="discard-push"),
    path("source/", bundle.page, name="source"),
    path("source-bundle.zip", bundle.source_bundle_zip, name="source-bundle"),
]

"""Pages below `/projects/<project>/` about connecting, creating and cloning environments."""

from django.urls import path

from deployments.cloning import urls as cloning
from deployments.cloning.undo_views import undo_clone
from deployments.views.connect import connect
from deployments.views.create_backend import create_backend

urlpatterns = [
    path("jobs/<slug:job>/undo-clone/", undo_clone, name="undo-clone"),
    path("connect/", connect, name="connect"),
    path("connect/create/", create_backend, name="create-backend"),
    *cloning.of_project,
]

"""Pages below `/projects/<project>/` about connecting and creating Amplify backends."""

from django.urls import path

from deployments.views.connect import connect
from deployments.views.create_backend import create_backend

urlpatterns = [
    path("connect/", connect, name="connect"),
    path("connect/create/", create_backend, name="create-backend"),
]

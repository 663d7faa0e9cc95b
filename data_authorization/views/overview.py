"""The Data page: every model, and how the API lets callers in."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def data(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def modes(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

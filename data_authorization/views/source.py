"""Where the data model comes from: the backend, an AppSync API, or a text."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def choose(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def read_again(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

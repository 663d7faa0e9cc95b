"""Adding, editing and removing one rule."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def create(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def check(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def edit(request: HttpRequest, project: str, env: str, type: str, number: int) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def remove(request: HttpRequest, project: str, env: str, type: str, number: int) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

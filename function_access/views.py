"""Lambda functions, and what they may do on the linked pool."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def functions(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def function(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def review(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def apply(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def revoke(request: HttpRequest, project: str, env: str, function: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

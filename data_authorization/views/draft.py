"""The draft: its history, its difference, and its text in both generations."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def discard(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def restore(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def file(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def gen2(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

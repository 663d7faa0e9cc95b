"""May this person do that? And what a draft changes for whom."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def page(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)


def differences(request: HttpRequest, project: str, env: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

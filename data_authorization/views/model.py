"""One type: its rules, its fields, and who may do what."""

from django.http import HttpRequest, HttpResponse

from environments import access
from environments.permissions import Permission


def page(request: HttpRequest, project: str, env: str, type: str) -> HttpResponse:
    access.environment(request, project, env, needs=Permission.VIEW)
    return HttpResponse(status=501)

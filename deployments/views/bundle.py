"""placeholder"""

from django.http import HttpRequest, HttpResponse


def source_bundle(request: HttpRequest, project: str, env: str) -> HttpResponse:
    raise NotImplementedError

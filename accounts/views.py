"""The pages of signing in that are not allauth's alone."""

from allauth.account.views import password_reset
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods


@login_not_required
def no_page(request: HttpRequest, **_: str) -> HttpResponse:
    raise Http404


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    """Without e-mail a link would reach nobody, or be written where it does not belong."""
    if not settings.SENDS_EMAIL:
        return render(request, "account/password_reset_by_operator.html")
    answer: HttpResponse = password_reset(request)
    return answer

"""One view, one template: the whole page, or the named fragment of it that htmx asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

FRAGMENT_HEADERS = ("HX-Request", "HX-Boosted", "HX-History-Restore-Request")


class HttpResponseSeeOther(HttpResponseRedirect):
    """A redirect that every browser follows with GET, whatever the method was."""

    status_code = 303


def wants_fragment(request: HttpRequest) -> bool:
    """Say whether htmx asked for a part of the page.

    A boosted link and a restored history entry replace the whole page, so they get the whole page.
    """
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render ``template``, or only its partial called ``fragment`` if htmx asked for a part.

    The answer varies by htmx's headers, so that no cache (the browser's Back button included) takes one for the other.
    """
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    return response


def redirect_page(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """Send the person to another page: a model, a URL name with its arguments, or a URL, as in ``redirect()``.

    htmx would swap the target page into the element that made the request, so it is told to load it instead.
    """
    url = resolve_url(to, *args, **kwargs)
    response: HttpResponse = HttpResponseSeeOther(url)
    if getattr(request, "htmx", None):
        response = HttpResponseClientRedirect(url)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    return response


def safe_next(request: HttpRequest, fallback: str = "/") -> str:
    """Return the ``next`` parameter, else the page the request came from, if it is on this host, else ``fallback``."""
    for candidate in (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer")):
        if candidate and url_has_allowed_host_and_scheme(
            candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return candidate
    return fallback


def toast(response: HttpResponse, text: str, *, level: str = "success") -> HttpResponse:
    """Make the page that receives this htmx answer announce ``text``; ``level`` is an alert's kind."""
    return trigger_client_event(response, "toast", {"text": text, "level": level})

"""Requests of scripts: a project token in the Authorization header instead of a signed-in browser."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from environments.models import ProjectToken

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def wants_json(request: HttpRequest) -> bool:
    """True when the sender prefers JSON to a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def unauthorized(words: str) -> JsonResponse:
    return JsonResponse({"error": words}, status=401, headers={"WWW-Authenticate": "Bearer"})


class ProjectTokenMiddleware:
    """Puts the token of the request on it. Such a request is not sent by a browser, so it needs no CSRF token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = ProjectToken.find(secret.strip())
            if token is None:
                return unauthorized("This project token is unknown or revoked. Make a new one under Settings, Tokens.")
            request.__dict__["token"] = token
            request.__dict__["_dont_enforce_csrf_checks"] = True
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Scripts read refusals as JSON, in the same words and with the same status as the page."""
        if getattr(request, "token", None) is None and not wants_json(request):
            return None
        if isinstance(exception, Http404):
            return JsonResponse({"error": str(exception) or "There is nothing here."}, status=404)
        if isinstance(exception, PermissionDenied):
            return JsonResponse({"error": str(exception) or "This is not permitted."}, status=403)
        return None


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sign-in is required everywhere, so that forgetting it is safe; a project token counts as signed in."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: object, view_kwargs: object
    ) -> HttpResponseBase | None:
        if getattr(request, "token", None) is not None:
            # The token alone says who acts, whatever cookies came with it.
            request.user = AnonymousUser()
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)  # type: ignore[arg-type]

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """A fragment cannot show a sign-in page, so htmx is told to load it; a script gets words instead."""
        if wants_json(request):
            return unauthorized("Send a project token: Authorization: Bearer aui_…")
        response = redirect_to_login(page_of(request), resolve_url(settings.LOGIN_URL))
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response


def page_of(request: HttpRequest) -> str:
    """The page to return to after signing in.

    What htmx fetches is a part of a page, and what a form is sent to may not be a page at all: there it is the page in
    front of the person, as far as the browser tells it.
    """
    is_fragment = request.headers.get("HX-Request") == "true"
    if request.method in SAFE_METHODS and not is_fragment:
        return request.get_full_path()
    address = request.headers.get("HX-Current-URL" if is_fragment else "Referer", "")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"

"""Requests of scripts: a project token in the Authorization header instead of a signed-in browser."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from environments.models import ProjectToken


def wants_json(request: HttpRequest) -> bool:
    """True when the sender prefers JSON to a page."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


class ProjectTokenMiddleware:
    """Puts the token of the request on it. Such a request carries no cookie, so it needs no CSRF token either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = ProjectToken.find(secret.strip())
            if token is None:
                return JsonResponse(
                    {"error": "This project token is unknown or revoked. Make a new one under Settings, Tokens."},
                    status=401,
                )
            request.__dict__["token"] = token
            request.__dict__["_dont_enforce_csrf_checks"] = True
        return self.get_response(request)


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Sign-in is required everywhere, so that forgetting it is safe; a project token counts as signed in."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: object, view_kwargs: object
    ) -> HttpResponseBase | None:
        if getattr(request, "token", None) is not None:
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)  # type: ignore[arg-type]

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """A fragment cannot show a sign-in page, so htmx is told to load it; a script gets words instead."""
        if wants_json(request):
            return JsonResponse({"error": "Send a project token: Authorization: Bearer aui_…"}, status=401)
        response = super().handle_no_permission(request, view_func)
        if request.headers.get("HX-Request") == "true":
            redirect = HttpResponse(status=204)
            redirect["HX-Redirect"] = response["Location"] if response.has_header("Location") else "/"
            return redirect
        return response

"""Request types for view signatures."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    # The type checker's Django plugin turns this into the model that AUTH_USER_MODEL names.
    from django.contrib.auth.models import _User


class HtmxHttpRequest(HttpRequest):
    """A request that has passed ``django_htmx.middleware.HtmxMiddleware``."""

    htmx: HtmxDetails


class AuthenticatedHttpRequest(HtmxHttpRequest):
    """A request of a person who has signed in; ``LoginRequiredMiddleware`` lets no other reach an ordinary view."""

    user: "_User"

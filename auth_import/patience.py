"""One patience for a whole page: everything it asks AWS shares it, whatever else it draws."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from aws import deadlines

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def answers_in_time(view: View[P]) -> View[P]:
    """Give the view at most `SCREEN_DEADLINE_SECONDS` for all its calls to AWS; what is unread then says so."""

    @wraps(view)
    def patient(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with deadlines.within(settings.SCREEN_DEADLINE_SECONDS):
            return view(request, *args, **kwargs)

    return patient

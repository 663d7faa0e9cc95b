"""Where users and groups live: an environment whose link names a user pool."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from auth_import.models import CognitoLink
from auth_import.preflight import link_of
from aws import deadlines
from aws.errors import AwsError, NotFound
from aws.target import AwsTarget
from environments import access
from environments.models import Environment, Project
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import render_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class NotLinked(Exception):
    """The environment has no user pool yet; the message says what to do."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(
            f"{environment.project.name} / {environment.name} is not linked to a user pool. "
            "Import one on the Authentication page first."
        )
        self.environment = environment


@dataclass(frozen=True, slots=True)
class Place:
    """One linked environment, as everything in this app takes it."""

    environment: Environment
    link: CognitoLink

    @property
    def project(self) -> Project:
        return self.environment.project

    @property
    def target(self) -> AwsTarget:
        return self.environment.target

    @property
    def pool_id(self) -> str:
        return self.link.user_pool_id

    @property
    def names(self) -> dict[str, str]:
        """What `reverse` takes: `reverse("users", kwargs=place.names)`."""
        return {"project": self.project.slug, "env": self.environment.name}

    @property
    def key(self) -> str:
        """The pool as a key of caches. Who reaches it by another role is another reader, and has another key."""
        return f"{self.target.role_arn}|{self.target.region}|{self.pool_id}"

    def context(self) -> dict[str, object]:
        """What every template of this app needs."""
        return {"project": self.project, "environment": self.environment, "link": self.link, "place": self}


def place_of(environment: Environment) -> Place:
    """The environment's place. Raises NotLinked."""
    link = link_of(environment)
    if link is None:
        raise NotLinked(environment)
    # The link's own environment was read a second time; what the caller holds is the one that was checked.
    link.environment = environment
    return Place(environment, link)


def open_place(request: HttpRequest, project: str, env: str, *, needs: Permission) -> Place:
    """The place of this URL, if the sender of the request may do `needs` there.

    Raises Http404 for strangers, PermissionDenied for members without the permission, and NotLinked.
    """
    return place_of(access.environment(request, project, env, needs=needs))


def pool_page(view: View[P]) -> View[P]:
    """For views that ask AWS: one patience for the page, and plain words where there is no pool or AWS does not answer.

    A view that keeps what somebody typed catches AwsError itself; this is for all the others.
    """

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            with deadlines.within(settings.SCREEN_DEADLINE_SECONDS):
                return view(request, *args, **kwargs)
        except NotLinked as refusal:
            if wants_json(request):
                return JsonResponse({"error": str(refusal)}, status=409)
            context = {"environment": refusal.environment, "project": refusal.environment.project}
            return render_page(request, "user_management/not_linked.html", context, fragment="content", status=200)
        except AwsError as error:
            return failed(request, error)

    return answered


def failed(request: HttpRequest, error: AwsError) -> HttpResponse:
    """The page, fragment or JSON that says what AWS answered and what to do."""
    # What names no action of AWS was refused here, before anything was sent.
    status = 404 if isinstance(error, NotFound) else 502 if error.action or error.retryable else 422
    if wants_json(request):
        return JsonResponse(error_report(error), status=status)
    context = {"error": error, "environment": request.__dict__["environment"], "project": request.__dict__["project"]}
    response = render_page(request, "user_management/aws_failed.html", context, fragment="failure", status=status)
    if getattr(request, "htmx", None):
        # htmx swaps in only what succeeded; these words belong where the answer was expected.
        response.status_code = 422
    return response


def error_report(error: AwsError) -> dict[str, object]:
    """The error as scripts read it, in every answer of this app."""
    return {
        "error": error.words,
        "code": error.code,
        "message": error.message,
        "action": error.action,
        "next_step": error.next_step,
        "request_id": error.request_id,
    }

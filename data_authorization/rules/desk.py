"""What a page about one rule stands on: the draft, the place, and the rule."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from data_authorization import presentation, reports, services
from data_authorization.graphql_schema.reading import SchemaUnreadable
from data_authorization.graphql_schema.schema import Rule, Schema
from data_authorization.rules.places import Standing, standing_at
from environments import access
from environments.models import Environment
from environments.permissions import Permission
from environments.tokens import wants_json
from web.pages import redirect_page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


@dataclass(frozen=True)
class Desk:
    """One place of an environment's draft, as everything about its rules takes it."""

    environment: Environment
    working: services.Working
    schema: Schema
    standing: Standing

    @cached_property
    def names(self) -> tuple[str, str, str]:
        """What `reverse` takes."""
        return self.environment.project.slug, self.environment.name, self.standing.definition.name

    @property
    def query(self) -> str:
        field = self.standing.place.field
        return f"?{urlencode({'field': field})}" if field else ""

    def rule(self, number: int) -> Rule:
        """Raises Http404."""
        found = next((one for one in self.standing.rules if one.number == number), None)
        if found is None:
            raise Http404(f"{self.standing.place} has no rule {number + 1}. Somebody may have removed it meanwhile.")
        return found

    def url(self, number: int | None) -> str:
        """The page on which the rule of the number is edited, or one more is added."""
        if number is None:
            return reverse("create-data-rule", args=self.names) + self.query
        return reverse("data-rule", args=(*self.names, number)) + self.query

    def removal_url(self, number: int) -> str:
        return reverse("remove-data-rule", args=(*self.names, number)) + self.query

    def check_url(self, number: int | None) -> str:
        rule = {} if number is None else {"rule": str(number)}
        field = {"field": self.standing.place.field} if self.standing.place.field else {}
        return reverse("check-data-rule", args=self.names) + (f"?{urlencode(field | rule)}" if field or rule else "")

    def type_url(self, number: int | None = None) -> str:
        """The page of the type, with the field opened, and at the rule if it is named."""
        field = self.standing.place.field
        anchor = f"field-{field}" if field else "rules"
        if number is not None:
            anchor = presentation.anchor_of(self.standing.place, number)
        return f"{reverse('data-type', args=self.names)}{self.query}#{anchor}"


def open_desk(request: HttpRequest, project: str, env: str, type_name: str, *, needs: Permission) -> Desk:
    """The place of this URL and its `?field=`, if the sender of the request may do `needs` there.

    Raises Http404, PermissionDenied, NothingRead and SchemaUnreadable; `rule_page` answers the last two.
    """
    environment = access.environment(request, project, env, needs=needs)
    working = services.working_of(environment)
    if working is None:
        raise services.NothingRead
    schema = working.schema
    field = request.GET.get("field", "")
    standing = standing_at(schema, type_name, field)
    if standing is None:
        place = f"field {type_name}.{field}" if field else f"type {type_name}"
        raise Http404(f"The data model has no {place}. It may have been renamed or removed since.")
    return Desk(environment, working, schema, standing)


def rule_page(view: View[P]) -> View[P]:
    """Where there is no data model, or one that cannot be read, the Data page says what to do."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (services.NothingRead, SchemaUnreadable) as trouble:
            if not wants_json(request):
                environment = request.__dict__["environment"]
                return redirect_page(request, "data", environment.project.slug, environment.name)
            return reports.unreadable(trouble) if isinstance(trouble, SchemaUnreadable) else reports.nothing_read()

    return answered

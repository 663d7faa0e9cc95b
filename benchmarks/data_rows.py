"""A data model for the pages about data rules: so many models, as many versions of its draft."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import timezone

from auth_import.observation import Choice
from data_authorization.models import DataModel, Revision
from environments.models import Environment

if TYPE_CHECKING:
    from benchmarks.rows import Console

MODES = ["AMAZON_COGNITO_USER_POOLS", "API_KEY"]


def _text(models: int) -> str:
    return "\n".join(
        f"type Model{number} @model @auth(rules: [\n"
        "  { allow: owner }\n"
        '  { allow: groups, groups: ["Editors", "Admins"], operations: [create, read] }\n'
        f"]) {{\n  id: ID!\n  name: String\n  secret: String @auth(rules: [{{ allow: owner }}])\n}}\n"
        for number in range(models)
    )


def plant_data(environment: Environment, *, rows: int) -> None:
    """The environment's data model, with a draft that opens the first model to everybody who is signed in."""
    text = _text(rows)
    row = DataModel.objects.create(
        environment=environment, source="text", text=text, modes=MODES, read=timezone.now(), read_by_name="benchmark"
    )
    draft = text.replace("{ allow: owner }\n", "{ allow: owner }\n  { allow: private, operations: [read] }\n", 1)
    Revision.objects.bulk_create(
        Revision(
            data_model=row, number=number, text=draft, modes=MODES, words="Opened it.", created_by_name="benchmark"
        )
        for number in range(1, rows + 1)
    )


def data_page(
    route: str, /, *, query: dict[str, str] | None = None, **more: object
) -> Callable[["Console", Choice], str]:
    """The address of a page about the data model of the linked environment."""
    asked = f"?{urlencode(query)}" if query else ""
    return lambda console, choice: console.url(route, console.linked, **more) + asked

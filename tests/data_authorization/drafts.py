"""A data model and its drafts, with as few words as possible."""

from collections.abc import Sequence
from typing import Any

from audit.record import Actor
from data_authorization import services
from data_authorization.models import DataModel, Revision
from data_authorization.services import Working
from environments.models import Environment

ACTOR = Actor(name="Sample Person")
BOOK = """# The library
type Book @model @auth(rules: [{ allow: owner }]) {
  id: ID!
  title: String!
}
"""
READERS = BOOK.replace("{ allow: owner }", "{ allow: owner }, { allow: private, operations: [read] }")
"""The draft: one more rule."""
SHELVES = BOOK + "\ntype Shelf @model {\n  id: ID!\n}\n"
"""The same file after somebody has added a type to it."""
MODES = ("AMAZON_COGNITO_USER_POOLS", "API_KEY")


def read(environment: Environment, text: str = BOOK, **fields: Any) -> services.BaseChange:
    """What reading the backend's API `shop` does."""
    values = {"source": DataModel.Source.BACKEND, "api": "shop", "api_name": "shop", "modes": MODES, **fields}
    return services.change_base(environment=environment, text=text, actor=ACTOR, **values)


def save(environment: Environment, text: str = READERS, modes: Sequence[str] = MODES, **fields: Any) -> Revision:
    values = {"words": "Added a rule.", "actor": ACTOR, "expected": working(environment).number, **fields}
    return services.save(environment=environment, text=text, modes=modes, **values)


def working(environment: Environment) -> Working:
    found = services.working_of(environment)
    assert found is not None
    return found

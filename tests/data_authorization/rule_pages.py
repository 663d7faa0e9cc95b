"""The addresses of the pages about one rule, and the model they work on."""

from typing import Any

from django.urls import reverse

from data_authorization.models import Revision

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}
MODES = ["AMAZON_COGNITO_USER_POOLS"]
SCHEMA = """\
type Book @model @auth(rules: [
  { allow: owner }, # whoever made it
  { allow: groups, groups: "Admins", operations: [read], later: { a: 1 } }
]) {
  id: ID!
  title: String
  authors: [String]
  cost: Float @auth(rules: [{ allow: groups, groups: ["Editors"] }])
}
interface Node { id: ID! }
type Address { street: String }
type Query { search(text: String): [Book] }
extend type Elsewhere { name: String }
"""


def create(type_name: str = "Book", field: str = "") -> str:
    return reverse("create-data-rule", args=["shop", "dev", type_name]) + (f"?field={field}" if field else "")


def rule(number: int, field: str = "", *, leaf: str = "data-rule") -> str:
    return reverse(leaf, args=["shop", "dev", "Book", number]) + (f"?field={field}" if field else "")


def check(query: str = "", type_name: str = "Book") -> str:
    return reverse("check-data-rule", args=["shop", "dev", type_name]) + query


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def draft() -> str:
    newest = Revision.objects.first()
    assert newest is not None
    return newest.text


EDITORS = {"allow": "groups", "groups": "Editors", "operations": ["create", "read"], "ticked": "1"}

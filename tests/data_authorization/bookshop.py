"""A data model as teams have it, for tests of pages: rows without reading anything from AWS.

The pictures of all pages take the texts without Django, hence the imports inside.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from data_authorization.models import DataModel
    from environments.models import Environment

MODES = ["AMAZON_COGNITO_USER_POOLS", "API_KEY"]

SCHEMA = '''\
# The shop.
"""A book on the shelf."""
type Book @model @auth(rules: [
  { allow: owner },
  { allow: groups, groups: ["Editors"], operations: [read, create] },
  { allow: public, operations: [read] }  # The web shop.
]) {
  id: ID!
  title: String!
  """What we paid for it."""
  cost: Float @auth(rules: [{ allow: groups, groups: ["Managers"] }])
  comments: [Comment!] @hasMany
}

type Comment @model @auth(rules: [{ allow: private, operations: [read] }]) {
  id: ID!
  text: String
}

type Diary @model {
  id: ID!
  text: String
}

type Address {
  street: String
  note: String @auth(rules: [{ allow: groups, groups: ["Managers"] }])
}

enum Shelf { UPPER LOWER }

type Query {
  bestsellers: [Book] @auth(rules: [{ allow: private }])
  stock: Int
}
'''
DRAFT = SCHEMA.replace("operations: [read, create]", "operations: [read, create, delete]")
GLOBAL = "input AMPLIFY { globalAuthRule: AuthRule = { allow: public } }\n"


def plant(
    environment: "Environment", text: str = SCHEMA, *, draft: str = "", modes: list[str] | None = None, **fields: Any
) -> "DataModel":
    """The environment's data model, read a moment ago, with a draft if one is given."""
    from django.utils import timezone

    from data_authorization.models import DataModel, Revision

    values: dict[str, Any] = {"source": "text", "read": timezone.now(), "read_by_name": "owner@example.com"}
    row = DataModel.objects.create(
        environment=environment, text=text, modes=MODES if modes is None else modes, **{**values, **fields}
    )
    if draft:
        Revision.objects.create(
            data_model=row, number=1, text=draft, modes=row.modes, words="Editors may delete.", created_by_name="Ada"
        )
    return row


def many_models(number: int, groups: int = 3) -> str:
    """A schema of that many models, with rules on each and on one field of each."""
    named = [f'"Team{one}"' for one in range(groups)]
    return "\n".join(
        f"type Model{one} @model @auth(rules: [\n"
        f"  {{ allow: owner }}\n"
        f"  {{ allow: groups, groups: [{', '.join(named)}], operations: [read, update] }}\n"
        f"  {{ allow: private, operations: [read] }}\n"
        f"]) {{\n  id: ID!\n  name: String!\n"
        + "".join(f"  field{field}: String\n" for field in range(12))
        + f"  secret: String @auth(rules: [{{ allow: groups, groups: [{named[0]}] }}])\n}}\n"
        for one in range(number)
    )


def long_names() -> str:
    """Names as long as GraphQL and Cognito let them be, and markup where words should be."""
    model = "Customer" + "Relationship" * 8
    group = "A" * 60 + "<b>" + "z" * 65
    return (
        f'"""<script>alert(1)</script> {"long words " * 30}"""\n'
        f'type {model} @model @auth(rules: [{{ allow: groups, groups: ["{group}"] }}]) {{\n'
        f"  id: ID!\n  {'theFieldOf' * 9}: [{model}!]! "
        f'@auth(rules: [{{ allow: owner, ownerField: "{"o" * 90}" }}])\n}}\n'
    )

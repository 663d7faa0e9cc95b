"""The models behind a compiled schema: nothing of what the compiler added stays, and nothing of the person's goes."""

import pytest

from aws.sandbox.backends import shop_models
from aws.sandbox.sample_api import schema
from data_authorization.graphql_schema.compiled import rebuilt
from data_authorization.graphql_schema.reading import SchemaUnreadable, read_schema


def test_the_sample_api_is_what_somebody_wrote_but_for_its_rules() -> None:
    found = rebuilt(schema())
    written, again = read_schema(shop_models.written(signed_in=True)), read_schema(found.text)

    assert found.models == shop_models.MODEL_NAMES
    assert {one.name for one in again.definitions} == {one.name for one in written.definitions}
    for model in written.models:
        here = again.type(model.name)
        assert here
        assert {one.name: one.type for one in here.fields if one.name != "owner"} == {
            one.name: one.type for one in model.fields
        }
        assert not here.rules
    assert "@aws_" not in found.text
    assert "products: [Product] @hasMany" in found.text
    assert "category: Category @belongsTo" in found.text


OWN = '''type Note @aws_iam {
  id: ID!
  """Kept."""
  text: String @deprecated(reason: "old") @aws_iam
  author: Author
  _version: Int!
  createdAt: AWSDateTime!
  updatedAt: AWSDateTime
}
type Author { id: ID! createdAt: AWSDateTime! }
type ModelAuthorConnection { items: [Author]! }
type ModelNoteConnection { items: [Note]! }
type SearchableNoteConnection { items: [Note]! }
type Statistics { count: Int }
type ModelStatistics { mine: Int }
enum Colour { RED }
input ModelColourInput { eq: Colour }
input CreateNoteInput { id: ID }
input CreateReportInput { title: String }
interface Named { name: String }
union Thing = Note | Author
scalar Money
scalar AWSJSON
directive @aws_iam on OBJECT
type Query {
  getNote(id: ID!): Note
  listNotes: ModelNoteConnection
  syncNotes: ModelNoteConnection
  searchNotes: SearchableNoteConnection
  notesByAuthor: ModelNoteConnection
  latestNote: Note @aws_iam
  statistics: Statistics
}
type Mutation { createNote(input: CreateNoteInput!): Note deleteNote: Note publish(input: CreateReportInput): Note }
type Subscription { onCreateNote: Note onUpdateNote: Note }
schema { query: Query mutation: Mutation subscription: Subscription }
'''


def test_what_people_wrote_stays_and_what_the_compiler_wrote_goes() -> None:
    found = rebuilt(OWN)
    names = [one.name for one in read_schema(found.text).definitions]
    kinds = {one.name: one for one in read_schema(found.text).definitions}

    assert found.models == ("Note", "Author")
    assert names == [
        "Note", "Author", "Statistics", "ModelStatistics", "Colour", "CreateReportInput", "Named", "Thing", "Money",
        "Query", "Mutation",
    ]  # fmt: skip
    assert [one.name for one in kinds["Note"].fields] == ["id", "text", "author", "updatedAt"]
    assert [one.name for one in kinds["Query"].fields] == ["latestNote", "statistics"]
    assert [one.name for one in kinds["Mutation"].fields] == ["publish"]
    assert "author: Author @hasOne" in found.text
    assert '"""Kept."""' in found.text
    assert '@deprecated(reason: "old")' in found.text


def test_a_schema_nobody_compiled_comes_back_as_it_is() -> None:
    text = "# mine\ntype Query { me: String @aws_iam }"

    assert rebuilt(text).text == text
    assert rebuilt(text).models == ()


def test_what_is_no_schema_says_where() -> None:
    with pytest.raises(SchemaUnreadable) as caught:
        rebuilt("type Query {\n  me: }")
    assert (caught.value.line, caught.value.column) == (2, 7)

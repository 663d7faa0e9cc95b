"""Rules that name groups of the pool are told before it is unlinked or swapped."""

import pytest
from django.utils import timezone

from auth_import.dependents import dependents_of
from auth_import.models import CognitoLink
from data_authorization.models import DataModel
from tests.factories import make_environment, make_link, make_project

pytestmark = pytest.mark.django_db


def told(text: str) -> list[str]:
    environment = make_environment(make_project("Shop"), "dev")
    link: CognitoLink = make_link(environment)
    DataModel.objects.create(
        environment=environment, source="text", text=text, read=timezone.now(), read_by_name="Sample"
    )
    found = [one for one in dependents_of(link) if one.title == "Data access rules"]
    return [words for one in found for words in (one.words, one.on_swap)]


def test_the_groups_are_named() -> None:
    rules = '[{ allow: groups, groups: ["Editors", "Admins"] }]'
    words, on_swap = told(f"type Book @model @auth(rules: {rules}) {{ id: ID! }}")
    assert words.startswith("Rules of the data model name the groups Editors and Admins. They stay")
    assert "In the other pool they mean the groups of these names there" in on_swap


def test_of_many_groups_some_are_named() -> None:
    groups = ", ".join(f'"G{number}"' for number in range(300))
    words, _ = told(f"type Book @model @auth(rules: [{{ allow: groups, groups: [{groups}] }}]) {{ id: ID! }}")
    assert "G0, G1, G2, G3, G4 and 295 more." in words


@pytest.mark.parametrize("text", ["", "type Book {", "type Book @model @auth(rules: [{ allow: owner }]) { id: ID! }"])
def test_nothing_is_told_without_groups(text: str) -> None:
    assert told(text) == []

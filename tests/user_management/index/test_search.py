"""What is found, in which order, page by page, on whichever database the tests run."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from aws.user_resources import CognitoUser
from tests.factories import make_environment
from user_management.index import rows, search
from user_management.index.models import IndexedMember, SearchIndex
from user_management.index.search import BEGINS, IS, Condition, Days, Search

pytestmark = [pytest.mark.django_db, pytest.mark.services]
ATTRIBUTES = ("email", "name", "phone_number", "custom:tier", "custom:note")


def person(
    username: str, *, status: str = "CONFIRMED", enabled: bool = True, day: int = 1, **attributes: str
) -> CognitoUser:
    created = datetime(2026, 3, day, 12, tzinfo=UTC)
    named = {key.replace("__", ":"): value for key, value in attributes.items()}
    return CognitoUser(
        username, status, enabled, created, created + timedelta(days=1), {"sub": f"sub-{username}", **named}
    )


PEOPLE = (
    person("ada", email="Ada.Lovelace@example.com", name="Ada Lovelace", custom__tier="gold", day=1),
    person("bob", email="bob@example.org", name="Bob", custom__tier="Golden", day=2, status="UNCONFIRMED"),
    person("josé", email="jose@example.com", name="José Müller", custom__note="likes gold", day=3, enabled=False),
    person("王伟", name="王伟", phone_number="+4917012345", day=4),
    person('q"uo\\te%_', name='100%_sure\' OR "1"="1" *', custom__note="a\nb\x00c", day=5),
)


def make_index(people: Sequence[CognitoUser] = PEOPLE, name: str = "dev") -> SearchIndex:
    index = SearchIndex(environment=make_environment(name=name), pool_id="eu-west-1_Test", enabled=True)
    index.take_attributes(list(ATTRIBUTES))
    index.filled, index.filled_attributes, index.users = timezone.now(), index.attributes, len(people)
    index.save()
    rows.write_users(index, people, timezone.now())
    return index


def found(index: SearchIndex, wanted: Search) -> list[str]:
    """All user names, page by page; and the count says the same."""
    names: list[str] = []
    after: Any = None
    while page := search.page(index, wanted, after, 2):
        names += [row.username for row, _ in page]
        after = (page[-1][1], page[-1][0].pk)
    assert len(names) == len(set(names))
    assert search.count(index, wanted) == search.Total(len(names))
    return names


def text(words: str, attribute: str = "", where: str = search.ANYWHERE, **more: Any) -> Search:
    return Search(conditions=(Condition(words, attribute, where),), **more)


@pytest.fixture(params=["walk", "index"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to find a page must find the same: looking through the rows, and the index of texts."""
    if request.param == "index":
        monkeypatch.setattr(search, "_walk", lambda *given: None)
        monkeypatch.setattr(search, "COMMON", 2)


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("lovelace", ["ada"]),
        ("LOVE", ["ada"]),
        ("example", ["ada", "bob", "josé"]),
        ("jose", ["josé"]),
        ("muller", ["josé"]),
        ("MÜLLER", ["josé"]),
        ("王伟", ["王伟"]),
        ("ad", ["ada"]),
        ("da", []),
        ("a", ["ada", 'q"uo\\te%_']),
        ("b", ["bob"]),
        ("sub-bob", ["bob"]),
        ('q"uo', ['q"uo\\te%_']),
        ("o\\te%_", ['q"uo\\te%_']),
        ("%%%", []),
        ("___", []),
        ("0%_s", ['q"uo\\te%_']),
        ('\' OR "1"="1"', ['q"uo\\te%_']),
        ('" OR "', []),
        ("* AND", []),
        ("nobody at all", []),
        ("b\x00c", ['q"uo\\te%_']),
        ("example.com bob", []),
        ("😀", []),
    ],
)
def test_a_part_of_any_value(way: None, words: str, who: list[str]) -> None:
    assert sorted(found(make_index(), text(words))) == sorted(who)


@pytest.mark.parametrize(
    ("condition", "who"),
    [
        (Condition("gold", "custom:tier"), ["ada", "bob"]),
        (Condition("gold", "custom:note"), ["josé"]),
        (Condition("GOLD", "custom:tier", IS), ["ada"]),
        (Condition("gold", "custom:tier", BEGINS), ["ada", "bob"]),
        (Condition("old", "custom:tier", BEGINS), []),
        (Condition("ld", "custom:tier"), ["ada", "bob"]),
        (Condition("example.com", "email"), ["ada", "josé"]),
        (Condition("ada", "username", IS), ["ada"]),
        (Condition("lovelace", "username"), []),
        (Condition("bob", "", BEGINS), ["bob"]),
        (Condition("bob", "", IS), ["bob"]),
        (Condition("lovelace", "", BEGINS), []),
        (Condition("x", "custom:unknown"), []),
    ],
)
def test_one_attribute(way: None, condition: Condition, who: list[str]) -> None:
    assert sorted(found(make_index(), Search(conditions=(condition,)))) == sorted(who)


def test_every_condition_must_hold(way: None) -> None:
    index = make_index()
    assert found(index, text("example", status="UNCONFIRMED")) == ["bob"]
    assert found(index, text("example", enabled=False)) == ["josé"]
    assert found(index, text("example", created=Days(date(2026, 3, 2), date(2026, 3, 3)))) == ["bob", "josé"]
    assert found(index, text("example", modified=Days(None, date(2026, 3, 2)))) == ["ada"]
    assert found(index, Search(created=Days(date(2026, 3, 5)))) == ['q"uo\\te%_']
    both = (Condition("example"), Condition("gold", "custom:tier"))
    assert found(index, Search(conditions=both, created=Days(date(2026, 3, 2)))) == ["bob"]
    assert found(index, Search(created=Days(date(2026, 1, 1), date.max))) == found(index, Search())


def test_groups(way: None) -> None:
    index = make_index()
    for name in ("ada", "josé"):
        IndexedMember.objects.create(index=index, group="editors", username=name, written=timezone.now())
    assert found(index, Search(group="editors")) == ["ada", "josé"]
    assert found(index, text("muller", group="editors")) == ["josé"]
    assert found(index, Search(group="Editors")) == []


@pytest.mark.parametrize(
    ("sort", "ascending"),
    [
        ("username", ["ada", "bob", "josé", 'q"uo\\te%_', "王伟"]),
        ("email", ["ada", "bob", "josé", "王伟", 'q"uo\\te%_']),
        ("created", ["ada", "bob", "josé", "王伟", 'q"uo\\te%_']),
        ("modified", ["ada", "bob", "josé", "王伟", 'q"uo\\te%_']),
        ("name", ['q"uo\\te%_', "ada", "bob", "josé", "王伟"]),
        ("enabled", ["josé", "ada", "bob", "王伟", 'q"uo\\te%_']),
        ("status", ["ada", "josé", "王伟", 'q"uo\\te%_', "bob"]),
        ("phone_number", ["王伟", "ada", "bob", "josé", 'q"uo\\te%_']),
        ("custom:tier", ["ada", "bob", "josé", "王伟", 'q"uo\\te%_']),
    ],
)
def test_sorting_by_any_column(way: None, sort: str, ascending: list[str]) -> None:
    index = make_index()
    assert found(index, Search(sort=sort)) == ascending
    # What lacks the value stands last in either direction; rows of one value keep an order of their own.
    lacking = {"email": 2, "phone_number": 4, "custom:tier": 3}.get(sort, 0)
    present = ascending[: len(ascending) - lacking]
    turned = found(index, Search(sort=sort, descending=True))
    assert turned[: len(present)] == present[::-1]
    assert set(turned) == set(ascending)
    filtered = found(index, text("example", sort=sort))
    assert filtered == [name for name in ascending if name in ("ada", "bob", "josé")]


def test_another_environments_index_stays_out(way: None) -> None:
    index = make_index()
    other = make_index((person("eve", email="eve@example.com"),), name="test")
    assert found(index, text("example")) == ["ada", "bob", "josé"]
    assert found(other, text("example")) == ["eve"]


def test_a_changed_and_a_deleted_row_are_found_no_more(way: None) -> None:
    index = make_index()
    rows.write_users(index, [person("ada", email="countess@example.net")], timezone.now(), surely=True)
    index.rows.filter(username="bob").delete()
    assert found(index, text("lovelace")) == []
    assert found(index, text("countess")) == ["ada"]
    assert found(index, text("example.org")) == []


def test_many_hits_are_not_counted_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search.backend(), "COUNTED", 2)
    total = search.count(make_index(), text("example"))
    assert str(total) == "2+"
    assert str(search.Total(12_345)) == "12,345"


def test_the_longest_values(way: None) -> None:
    long = person("x" * 128, email="ж" * 2048, name="n" * 2048)
    index = make_index((*PEOPLE, long))
    assert found(index, text("ж" * 2000)) == ["x" * 128]
    assert found(index, Search(sort="email"))[3] == "x" * 128


def test_emptying_one_index_leaves_the_other_searchable() -> None:
    index = make_index()
    other = make_index((person("eve", email="eve@example.com"),), name="test")
    search.backend().empty(index)
    assert (found(other, text("example")), index.rows.count()) == (["eve"], 0)
    search.backend().empty(other)
    rows.write_users(index, PEOPLE, timezone.now())
    assert found(index, text("example")) == ["ada", "bob", "josé"]
    index.rows.filter(username="ada").delete()
    assert found(index, text("example")) == ["bob", "josé"]


def test_this_database_has_its_index_of_texts() -> None:
    assert search.backend().hint() == ""


@pytest.mark.parametrize("words", ["\u0301", " \u0301\u0308 "])
def test_a_condition_of_which_nothing_is_left_means_nobody(words: str) -> None:
    """Accents alone fold to nothing. Whoever then chose "all matching" would mean everybody."""
    index = make_index()
    assert found(index, text(words)) == []
    assert found(index, text(words, "custom:tier")) == []


def test_a_name_that_folds_to_nothing_is_in_the_list() -> None:
    index = make_index((person("\u0301"), person("ada")))
    assert sorted(found(index, Search())) == ["ada", "\u0301"]

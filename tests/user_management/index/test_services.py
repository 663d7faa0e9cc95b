"""On, off, wiped, unlinked; what one changes oneself; and who may read which index."""

import base64
import json
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from audit.models import AuditEvent
from aws.resources import Group
from jobs.models import Job
from tests.factories import actor_of
from tests.user_management.conftest import Pool, linked
from user_management.groups import membership
from user_management.groups import services as group_services
from user_management.index import search, services
from user_management.index.models import IndexedUser, SearchIndex
from user_management.index.source import INDEX
from user_management.listing.query import BadQuery, UserQuery
from user_management.listing.sources import NeedsIndex, source_for
from user_management.person import actions

pytestmark = pytest.mark.services


def change(place: Any, cast: Any, **wanted: Any) -> SearchIndex:
    values: dict[str, Any] = {
        "enabled": True,
        "attributes": ["email", "name"],
        "with_groups": False,
        "interval": 0,
    } | wanted
    index, _ = services.change(place=place, actor=actor_of(cast.owner), send=False, **values)
    return index


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=f"user_management:index:{action}").order_by("pk"))


def test_it_is_off_until_somebody_turns_it_on(place: Any) -> None:
    assert services.index_of(place) is None
    assert not services.settings_of(place).enabled
    with pytest.raises(NeedsIndex):
        source_for(place, UserQuery(text="a", contains=True))


def test_turning_it_off_wipes_it(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    pool.user("ada")
    turn_on()
    index = change(place, cast, enabled=False)
    assert not IndexedUser.objects.exists()
    assert (index.enabled, index.filled, index.users) == (False, None, 0)
    assert index.attributes == ["email", "name"], "what was chosen is remembered"
    [wiped] = events("wipe")
    assert (wiped.before, wiped.after) == ({"users": 1}, {"users": 0})
    assert (events("change")[-1].after or {})["enabled"] is False


def test_an_attribute_taken_out_is_gone_at_once(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    pool.user("ada", name="Ada")
    turn_on("email", "name")
    index = change(place, cast, attributes=["email"])
    assert not index.rows.exists()
    assert index.is_at_work
    assert not index.is_usable


def test_one_more_attribute_leaves_the_rows_until_they_are_read_again(
    turn_on: Any, place: Any, cast: Any, pool: Any
) -> None:
    pool.user("ada")
    turn_on("email", "name")
    index = change(place, cast, attributes=["email", "name", "custom:tier"])
    assert (index.rows.count(), index.is_usable, index.holds("custom:tier")) == (1, True, False)


def test_the_schedule_alone_disturbs_no_walk(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    index = turn_on(fill=False)
    before = index.generation
    assert change(place, cast, interval=60).generation == before
    assert Job.objects.get(pk=index.job_id).status == "queued"
    assert (events("change")[-1].after or {})["interval"] == 60
    change(place, cast, interval=60)
    assert len(events("change")) == 2, "saving the same again is no change"


def test_wiping_stops_the_job_and_deletes_all(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    pool.user("ada")
    turn_on()
    index = services.index_of(place)
    assert index is not None
    job = services.refresh(index=index, place=place, actor=actor_of(cast.owner), send=False)
    assert services.wipe(place=place, actor=actor_of(cast.owner), reason="Privacy request") == 1
    job.refresh_from_db()
    assert job.status == "cancelled"
    assert not IndexedUser.objects.exists()
    assert events("wipe")[0].reason == "Privacy request"
    assert services.wipe(place=place, actor=actor_of(cast.owner)) == 0


def test_unlinking_deletes_the_copy(turn_on: Any, place: Any, pool: Any) -> None:
    pool.user("ada")
    turn_on()
    place.link.delete()
    assert not SearchIndex.objects.exists()
    assert not IndexedUser.objects.exists()
    assert events("wipe")[0].actor_name == "console"


def test_removing_the_environment_deletes_the_copy(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    pool.user("ada")
    turn_on()
    cast.limited_owner.delete()
    place.environment.delete()
    assert not IndexedUser.objects.exists()


def test_another_pools_index_is_never_shown(turn_on: Any, place: Any, pool: Any, sandbox: Any) -> None:
    pool.user("ada")
    turn_on()
    other = Pool(sandbox.url)
    # As a swap writes it, behind every signal: the answer must be right all the same.
    type(place.link).objects.filter(pk=place.link.pk).update(user_pool_id=other.id)
    place.link.refresh_from_db()
    assert services.index_of(place) is None
    assert not INDEX.serves(place, UserQuery(text="ada", contains=True))
    place.link.save()
    assert not IndexedUser.objects.exists()


def test_own_changes_are_found_at_once(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    from user_management import people

    pool.user("ada", name="Ada Lovelace", password="Correct-Horse-1")
    index = turn_on()
    actor, wanted = actor_of(cast.owner), UserQuery(text="byron", contains=True)
    assert source_for(place, wanted).page(place, wanted, "", 60).items == ()
    user = people.find(place, "ada")
    actions.change_attributes(place=place, user=user, changes={"name": "Ada Byron"}, actor=actor)
    assert [one.username for one in INDEX.page(place, wanted, "", 60).items] == ["ada"]
    actions.suspend(place=place, user=people.find(place, "ada"), actor=actor)
    suspended = UserQuery(text="ada", contains=True, enabled=False)
    assert [one.username for one in INDEX.iterate(place, suspended)] == ["ada"]
    actions.delete(place=place, user=people.find(place, "ada"), actor=actor)
    assert list(INDEX.iterate(place, wanted)) == []
    index.refresh_from_db()
    assert index.users == 0


def test_own_changes_of_groups_are_found_at_once(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    from user_management import people

    pool.group("editors")
    pool.user("ada")
    turn_on(groups=True)
    user, actor = people.find(place, "ada"), actor_of(cast.owner)
    wanted = UserQuery(group="editors", sort="created")
    membership.add(place=place, group="editors", user=user, actor=actor)
    assert [one.username for one in INDEX.iterate(place, wanted)] == ["ada"]
    membership.remove(place=place, group="editors", user=user, actor=actor)
    assert list(INDEX.iterate(place, wanted)) == []


def test_a_second_environment_of_the_pool_learns_of_the_change(
    turn_on: Any, place: Any, cast: Any, pool: Any, project: Any
) -> None:
    from user_management import people

    pool.user("ada", name="Ada")
    turn_on()
    twin = linked(project, pool, "twin")
    user = people.find(twin, "ada")
    actions.change_attributes(place=twin, user=user, changes={"name": "Countess"}, actor=actor_of(cast.owner))
    assert [one.username for one in INDEX.iterate(place, UserQuery(text="countess", contains=True))] == ["ada"]
    assert not INDEX.serves(twin, UserQuery(text="countess", contains=True)), "the twin's own index is off"


@pytest.mark.parametrize(
    ("query", "lacks"),
    [
        (UserQuery(text="a", contains=True), ""),
        (UserQuery(sort="-created"), ""),
        (UserQuery(sort="custom:tier"), "custom:tier"),
        (UserQuery(attributes={"custom:tier": "gold"}), "custom:tier"),
        (UserQuery(text="a", attribute="phone_number", contains=True), "phone_number"),
        (UserQuery(group="editors", sort="created"), "Groups"),
    ],
)
def test_what_is_not_copied_is_not_answered(turn_on: Any, place: Any, pool: Any, query: UserQuery, lacks: str) -> None:
    turn_on("email", "name")
    assert INDEX.serves(place, query) is not bool(lacks)
    assert lacks in INDEX.lacks(place, query)


def test_pages_lead_on_and_false_tokens_are_refused(turn_on: Any, place: Any, pool: Any) -> None:
    for name in ("ada", "bob", "eve"):
        pool.user(name)
    turn_on()
    query = UserQuery(sort="-created")
    page = INDEX.page(place, query, "", 2)
    rest = INDEX.page(place, query, page.next_token, 2)
    assert [user.username for user in (*page.items, *rest.items)] == ["eve", "bob", "ada"]
    assert (bool(page.next_token), rest.next_token) == (True, "")
    assert str(INDEX.total(place, UserQuery(text="example", contains=True))) == "3"
    for token in ("x", "e30=", "bnVsbA==", "WzEsICJ4Il0="):
        with pytest.raises(BadQuery):
            INDEX.page(place, query, token, 2)
    assert "less than a minute old" in INDEX.freshness(place)


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("created", "a text"),
        ("created", {"at": "2026-01-01T00:00:00"}),
        ("enabled", "a text"),
        ("email", {"at": "2026-01-01T00:00:00+00:00"}),
        ("email", "a\x00b"),
        ("email", "\ud800"),
        ("email", True),
    ],
)
def test_a_token_of_another_order_is_refused(turn_on: Any, place: Any, pool: Any, sort: str, key: Any) -> None:
    """PostgreSQL compares no date with a text; whoever changes the order in the address by hand is told."""
    pool.user("ada")
    turn_on("email")
    for number in (1, 0, 2**63, 10**40, True, "1"):
        token = base64.urlsafe_b64encode(json.dumps([key, number]).encode()).decode()
        with pytest.raises(BadQuery, match="does not lead on"):
            INDEX.page(place, UserQuery(sort=sort), token, 2)


@pytest.mark.parametrize("token", ["W1tbW1tb" * 900, "////", "é", "bnVsbA=="])
def test_what_is_no_token_is_refused(turn_on: Any, place: Any, pool: Any, token: str) -> None:
    turn_on("email")
    with pytest.raises(BadQuery, match="does not lead on"):
        INDEX.page(place, UserQuery(sort="email"), token, 2)


def test_a_group_deleted_here_leaves_the_index_at_once(turn_on: Any, place: Any, cast: Any, pool: Any) -> None:
    pool.group("editors")
    pool.group("readers")
    pool.user("ada", groups=["editors", "readers"])
    turn_on(groups=True)
    actor = actor_of(cast.owner)
    group_services.delete(place=place, group=Group("editors"), members="1", actor=actor)

    assert INDEX.page(place, UserQuery(group="editors"), "", 5).items == ()
    assert [user.username for user in INDEX.page(place, UserQuery(group="readers"), "", 5).items] == ["ada"]


def test_what_is_missing_is_told_by_djangos_checks(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> list[str | None]:
        return [one.hint for one in run_checks(tags=["database"], databases=["default"])]

    assert found() == []
    monkeypatch.setattr(search.backend(), "hint", lambda: "Create it.")
    assert found() == ["Create it."]
    monkeypatch.setattr(connection.introspection, "table_names", lambda: [])
    assert found() == [], "before the first migration nothing is missing"

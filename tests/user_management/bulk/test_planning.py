"""Working out who is meant: by name, or everybody a search finds."""

from datetime import date, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from jobs import lifecycle
from jobs.models import Job
from tests.factories import actor_of
from tests.user_management.conftest import Pool
from user_management import patience
from user_management.bulk import planning, reports, services
from user_management.bulk.models import BulkOperation, BulkState
from user_management.bulk.services import BulkRefused, Confirmed
from user_management.listing.query import UserQuery
from user_management.listing.sources import NeedsIndex
from user_management.place import Place

pytestmark = pytest.mark.django_db


def test_all_that_match_are_found_page_after_page(plan: Any, pool: Pool) -> None:
    for number in range(65):
        pool.user(f"shop{number:02}")
    pool.user("other")

    bulk = plan("sign-out", query=UserQuery(text="shop", attribute="username"))

    assert bulk.state == BulkState.PLANNED
    assert bulk.counts()["pending"] == 65
    assert bulk.planning_job is not None
    assert bulk.planning_job.done == 65
    assert "“shop”" in reports.chosen_words(bulk)


def test_a_list_goes_on_at_the_page_it_had_reached(plan: Any, pool: Pool, settings: Any, sandbox: Any) -> None:
    for number in range(65):
        pool.user(f"shop{number:02}")
    settings.JOB_SLICE = timedelta(0)
    sandbox.forget()

    bulk = plan("sign-out", query=UserQuery())

    assert bulk.planning_job.slices == 1
    assert bulk.counts()["pending"] == 65
    assert len(sandbox.calls("ListUsers")) == 2


def test_many_names_are_read_by_a_job_and_one_name_is_read_once(plan: Any, pool: Pool, monkeypatch: Any) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    for name in ("ada", "bob", "cyd"):
        pool.user(name)

    bulk = plan("sign-out", ["ada", "bob", "nobody", "ada", "cyd"])

    assert bulk.planning_job is not None
    assert [(row.position, row.username, row.state) for row in bulk.rows.all()] == [
        (1, "ada", "pending"),
        (2, "bob", "pending"),
        (3, "nobody", "skipped"),
        (4, "cyd", "pending"),
    ]


def test_what_only_an_index_knows_is_refused_before_anything_is_kept(plan: Any, pool: Pool) -> None:
    with pytest.raises(NeedsIndex):
        plan("suspend", query=UserQuery(created_from=date(2026, 1, 1)))
    assert not BulkOperation.objects.exists()


@pytest.mark.parametrize(
    ("operation", "usernames", "arguments", "words"),
    [
        ("explode", ["ada"], {}, "no bulk operation"),
        ("suspend", [], {}, "at least one"),
        ("suspend", ["a" * 129], {}, "128"),
        ("suspend", ["a\x00"], {}, "Correct"),
        ("add-to-group", ["ada"], {}, "Choose a group"),
        ("add-to-group", ["ada"], {"group": "Nobody has made it"}, "no group"),
        ("set-attribute", ["ada"], {}, "Choose an attribute"),
        ("set-attribute", ["ada"], {"name": "sub", "value": "x"}, "cannot be set"),
        ("set-attribute", ["ada"], {"name": "email", "value": "a@example.com"}, "cannot be set"),
        ("set-attribute", ["ada"], {"name": "custom:tier", "value": "x" * 21}, "At most 20"),
        ("set-attribute", ["ada"], {"name": "custom:points", "value": "many"}, "whole number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    plan: Any, pool: Pool, operation: str, usernames: list[str], arguments: dict[str, str], words: str
) -> None:
    with pytest.raises(BulkRefused, match=words):
        plan(operation, usernames, arguments=arguments)
    assert not BulkOperation.objects.exists()


def test_odd_names_are_ordinary_names(plan: Any, pool: Pool, cast: Any) -> None:
    names = ["..", "a/b", "create", "x" * 128, "q\"uo'te", "back\\slash", "😀"]
    for number, name in enumerate(names):
        pool.user(name, email=f"odd{number}@example.com")

    bulk = plan("sign-out", names)

    assert {row.username: row.words for row in bulk.rows.filter(state="pending")} == dict.fromkeys(names, "")


def test_nothing_starts_that_was_not_confirmed(plan: Any, pool: Pool, cast: Any) -> None:
    actor = actor_of(cast.manager)
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    writing, deleting = plan("reset-password", ["ada"]), plan("delete", ["ada", "bob"])
    with pytest.raises(BulkRefused, match="Tick"):
        services.start(bulk=writing, actor=actor, confirmed=Confirmed(typed="1"), send=False)
    for typed in ("", "1", "two", "-2"):
        with pytest.raises(BulkRefused, match="Type 2"):
            services.start(bulk=deleting, actor=actor, confirmed=Confirmed(True, typed), send=False)
    nobody = plan("suspend", ["nobody"])
    with pytest.raises(BulkRefused, match="nobody to change"):
        services.start(bulk=nobody, actor=actor, send=False)
    assert not Job.objects.exists()
    assert set(BulkOperation.objects.values_list("state", flat=True)) == {"planned"}


def test_a_second_start_finds_the_first_ones_job(plan: Any, pool: Pool, cast: Any) -> None:
    pool.user("ada")
    bulk = plan("sign-out", ["ada"])
    first = services.start(bulk=bulk, actor=actor_of(cast.manager), send=False)
    assert services.start(bulk=bulk, actor=actor_of(cast.manager), send=False) == first
    assert Job.objects.count() == 1


def test_a_plan_under_work_does_not_start(place: Place, pool: Pool, cast: Any) -> None:
    bulk = services.plan(place=place, operation="sign-out", query=UserQuery(), actor=actor_of(cast.manager), send=False)
    with pytest.raises(BulkRefused, match="not worked out"):
        services.start(bulk=bulk, actor=actor_of(cast.manager), send=False)


def test_plans_nobody_starts_are_forgotten_and_started_ones_are_not(plan: Any, pool: Pool, cast: Any) -> None:
    pool.user("ada")
    old, kept = plan("sign-out", ["ada"]), plan("sign-out", ["ada"])
    services.start(bulk=kept, actor=actor_of(cast.manager), send=False)
    BulkOperation.objects.update(created=timezone.now() - timedelta(days=2))

    services.forget()

    assert not BulkOperation.objects.filter(pk=old.pk).exists()
    assert BulkOperation.objects.filter(pk=kept.pk).exists()
    assert not services.discard(bulk=kept)


def test_throttling_only_slows_the_working_out(plan: Any, pool: Pool, sandbox: Any, monkeypatch: Any) -> None:
    from aws import quotas
    from tests.user_management.bulk.test_carrying_out import Busy

    pool.user("ada")
    moments = count(step=60)
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=lambda seconds: None, monotonic=lambda: next(moments)))
    monkeypatch.setattr(quotas, "BACKGROUND_WAIT_SECONDS", 0.01)
    quotas.use_limiter(Busy(refused=3))
    assert plan("sign-out", query=UserQuery()).counts()["pending"] == 1


def test_a_plan_whose_pool_is_gone_fails_in_words(place: Place, pool: Pool, cast: Any) -> None:
    bulk = services.plan(place=place, operation="sign-out", query=UserQuery(), actor=actor_of(cast.manager), send=False)
    place.link.delete()
    assert bulk.planning_job is not None
    ended = lifecycle.run_now(bulk.planning_job, planning.work_out)
    assert ended.status == "failed"
    assert "not linked" in ended.error_words

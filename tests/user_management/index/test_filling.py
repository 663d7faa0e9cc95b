"""The walk: what it copies, and that nothing that interrupts it makes the index smaller."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from aws import user_groups, users
from aws.errors import AccessDenied, Rejected, Throttled
from jobs.models import Job
from user_management import patience, recent
from user_management.index import filling, rows, services
from user_management.index.models import IndexedUser, SearchIndex, WalkedPart

pytestmark = pytest.mark.services


def names(index: SearchIndex) -> set[str]:
    return set(index.rows.values_list("username", flat=True))


def test_only_chosen_attributes_are_copied(turn_on: Any, pool: Any) -> None:
    pool.user("ada", name="Ada Lovelace", custom__tier="gold", phone_number="+4917012345")
    index = turn_on("email", "custom:tier")
    row = index.rows.get()
    assert set(row.attributes) == {"sub", "email", "custom:tier"}
    assert row.by_name is None
    for hidden in ("lovelace", "17012345"):
        assert hidden not in row.text
    assert "gold" in row.text
    assert (index.users, index.walked, index.started) == (1, 0, None)
    assert index.is_usable
    assert index.calls >= 1


def test_a_refresh_writes_what_differs_and_removes_who_is_gone(turn_on: Any, refresh: Any, pool: Any) -> None:
    kept, changed, gone = pool.user("kept"), pool.user("changed"), pool.user("gone")
    index = turn_on()
    before = dict(index.rows.values_list("username", "written"))
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id, Username=changed, UserAttributes=[{"Name": "name", "Value": "New"}]
    )
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username=gone)
    pool.user("new")
    assert refresh().status == "succeeded"
    after = dict(index.rows.values_list("username", "written"))
    assert set(after) == {kept, changed, "new"}
    assert after[kept] == before[kept], "a row that does not differ is not written"
    assert after[changed] > before[changed]
    assert not WalkedPart.objects.exists()


def test_a_walk_that_is_killed_goes_on_where_it_was(
    turn_on: Any, refresh: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        pool.user(f"user-{number}")
    index = turn_on(fill=False)
    monkeypatch.setattr(filling, "PAGES_AT_ONCE", 1)
    asked: list[str] = []
    real = users.page_of_users

    def three_a_page(*args: Any, **more: Any) -> Any:
        asked.append(more["token"])
        if len(asked) == 3:
            raise AccessDenied("The role was changed meanwhile.", code="AccessDeniedException")
        return real(*args, **more, size=3)

    monkeypatch.setattr(users, "page_of_users", three_a_page)
    job = Job.objects.get(pk=index.job_id)
    from jobs import lifecycle

    assert lifecycle.run_now(job, filling.fill).status == "failed"
    index.refresh_from_db()
    assert (index.walked, index.filled) == (6, None)
    assert not index.is_usable
    assert refresh().status == "succeeded"
    index.refresh_from_db()
    assert index.users == 9
    assert asked.count("") == 1, "the first page is not read again"


def test_a_walk_that_fails_leaves_the_last_whole_one(
    turn_on: Any, refresh: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = {pool.user("ada"), pool.user("grace")}
    index = turn_on()
    before = index.filled
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="ada")

    def denied(*args: Any, **more: Any) -> Any:
        raise AccessDenied("No.", code="AccessDeniedException")

    with monkeypatch.context() as patch:
        patch.setattr(users, "page_of_users", denied)
        assert refresh().status == "failed"
    index.refresh_from_db()
    assert names(index) == everybody
    assert (index.filled, index.is_usable) == (before, True)


def test_an_expired_token_means_one_more_beginning(
    turn_on: Any, refresh: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.user("ada")
    index = turn_on()
    SearchIndex.objects.filter(pk=index.pk).update(started=timezone.now(), token="old", walk_state="users", walked=60)
    real = users.page_of_users

    def expired(*args: Any, **more: Any) -> Any:
        if more["token"] == "old":
            raise Rejected("Invalid pagination token.", code="InvalidParameterException")
        return real(*args, **more)

    monkeypatch.setattr(users, "page_of_users", expired)
    assert refresh().status == "succeeded"
    index.refresh_from_db()
    assert (index.users, names(index)) == (1, {"ada"})


def test_throttling_slows_and_never_fails(
    turn_on: Any, refresh: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.user("ada")
    pauses: list[float] = []
    moment = [0.0]

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        moment[0] += seconds

    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=sleep, monotonic=lambda: moment[0]))
    real, times = users.page_of_users, []

    def slow(*args: Any, **more: Any) -> Any:
        times.append(1)
        if len(times) < 8:
            raise Throttled("Rate exceeded.", code="TooManyRequestsException")
        return real(*args, **more)

    monkeypatch.setattr(users, "page_of_users", slow)
    index = turn_on()
    assert names(index) == {"ada"}
    assert sum(pauses) == pytest.approx(1 + 2 + 4 + 8 + 16 + 30 + 30)


def test_who_was_made_while_the_walk_went_on_stays(turn_on: Any, refresh: Any, pool: Any, place: Any) -> None:
    pool.user("ada")
    index = turn_on()
    # Somebody made here after the walk had passed, whom Cognito's list did not tell of yet.
    made = users.create_user(place.target, place.pool_id, "late", attributes={"email": "l@example.com"}, silent=True)
    later = timezone.now() + timedelta(minutes=1)
    rows.write_users(index, [made], later, surely=True)
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="late")
    refresh()
    assert "late" in names(index)


def test_groups_are_read_by_their_members(turn_on: Any, refresh: Any, pool: Any) -> None:
    for group in ("editors", "readers"):
        pool.group(group)
    pool.user("ada", groups=["editors", "readers"])
    pool.user("grace", groups=["readers"])
    index = turn_on(groups=True)
    assert index.filled_groups
    members = set(index.members.values_list("group", "username"))
    assert members == {("editors", "ada"), ("readers", "ada"), ("readers", "grace")}
    pool.cognito.admin_remove_user_from_group(UserPoolId=pool.id, GroupName="readers", Username="ada")
    pool.cognito.delete_group(UserPoolId=pool.id, GroupName="editors")
    refresh()
    assert set(index.members.values_list("group", "username")) == {("readers", "grace")}


def test_the_walk_keeps_within_its_share(turn_on: Any, pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from aws import quotas

    pool.user("ada")
    shares: list[float | None] = []
    real = users.page_of_users

    def noting(*args: Any, **more: Any) -> Any:
        shares.append(quotas._background_share.get())
        return real(*args, **more)

    monkeypatch.setattr(users, "page_of_users", noting)
    turn_on()
    assert shares == [0.2]


def test_a_wipe_stops_the_walk(turn_on: Any, pool: Any, place: Any, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs import lifecycle

    pool.user("ada")
    index = turn_on(fill=False)
    job = Job.objects.get(pk=index.job_id)
    real = users.page_of_users

    def wiped_meanwhile(*args: Any, **more: Any) -> Any:
        page = real(*args, **more)
        SearchIndex.objects.filter(pk=index.pk).update(enabled=False, generation=index.generation + 1)
        return page

    monkeypatch.setattr(users, "page_of_users", wiped_meanwhile)
    ended = lifecycle.run_now(job, filling.fill)
    assert ended.status == "failed"
    assert "turned off" in ended.error_words
    assert not IndexedUser.objects.exists()


def test_slices_continue_the_same_walk(turn_on: Any, pool: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JOB_SLICE = timedelta(0)
    monkeypatch.setattr(filling, "PAGES_AT_ONCE", 1)
    real = users.page_of_users
    monkeypatch.setattr(users, "page_of_users", lambda *args, **more: real(*args, **more, size=2))
    for number in range(5):
        pool.user(f"user-{number}")
    index = turn_on()
    assert index.users == 5
    assert Job.objects.get(pk=index.job_id).slices >= 2


@pytest.mark.parametrize(
    ("interval", "minutes", "due"), [(0, 9999, False), (15, 14, False), (15, 16, True), (60, 59, False), (60, 61, True)]
)
def test_the_schedule(turn_on: Any, interval: int, minutes: int, due: bool, pool: Any) -> None:
    pool.user("ada")
    index = turn_on(interval=interval)
    now = timezone.now() + timedelta(minutes=minutes)
    assert (index in services.due(now)) is due


def test_the_schedule_starts_a_job_and_not_two(turn_on: Any, place: Any, pool: Any) -> None:
    from user_management.index.tasks import refresh_due

    pool.user("ada")
    index = turn_on(interval=15)
    Job.objects.update(created=timezone.now() - timedelta(hours=1))
    for _ in range(2):
        refresh_due()
    assert Job.objects.filter(kind="search-index", status="queued").count() == 1
    assert Job.objects.get(status="queued").actor_name == "console"
    index.refresh_from_db()
    assert index.is_at_work


def test_a_group_deleted_while_the_walk_goes_on_ends_only_that_group(
    turn_on: Any, refresh: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for group in ("editors", "readers"):
        pool.group(group)
    pool.user("ada", groups=["editors", "readers"])
    index = turn_on(groups=True)
    real = user_groups.page_of_members

    def deleted_meanwhile(*args: Any, **more: Any) -> Any:
        if args[2] == "editors":
            pool.cognito.delete_group(UserPoolId=pool.id, GroupName="editors")
        return real(*args, **more)

    monkeypatch.setattr(user_groups, "page_of_members", deleted_meanwhile)
    assert refresh().status == "succeeded"
    assert set(index.members.values_list("group", "username")) == {("readers", "ada")}


def test_who_is_deleted_here_while_a_page_is_on_its_way_is_not_written_again(
    turn_on: Any, refresh: Any, pool: Any, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "eve"):
        pool.user(name)
    index = turn_on()
    real = users.page_of_users

    def then_deleted(*args: Any, **more: Any) -> Any:
        page = real(*args, **more)
        recent.note_deleted(place, "ada")
        return page

    monkeypatch.setattr(users, "page_of_users", then_deleted)
    assert refresh().status == "succeeded"
    assert names(index) == {"eve"}

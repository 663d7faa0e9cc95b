"""Doing again what was left: once, whoever asks for it, and however often."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job, Status
from tests.factories import actor_of
from tests.user_management.bulk.test_carrying_out import YES, carry_out, states
from tests.user_management.conftest import Pool
from user_management.bulk import carrying_out, planning, rows, services
from user_management.bulk.models import BulkOperation, BulkState
from user_management.bulk.services import BulkRefused, Confirmed
from user_management.listing.query import UserQuery
from user_management.place import Place

pytestmark = pytest.mark.django_db

NAMES = ("ada", "bob", "cyd")


@pytest.fixture
def people(pool: Pool) -> Pool:
    for name in NAMES:
        pool.user(name, password="Passw0rd-x")
    return pool


@pytest.fixture
def stopped(plan: Any, people: Pool, cast: Any, sandbox: Any) -> BulkOperation:
    """A change that the first refusal has stopped: nobody was reached."""
    bulk: BulkOperation = plan("reset-password", NAMES)
    sandbox.fail("AdminResetUserPassword", kind="fail", code="AccessDeniedException", times=9)
    assert carry_out(bulk, cast).status == "failed"
    sandbox.forget()
    bulk.refresh_from_db()
    return bulk


def repeated(bulk: BulkOperation, place: Place, cast: Any) -> BulkOperation:
    return services.retry(bulk=bulk, actor=actor_of(cast.manager), place=place, send=False)


def start(bulk: BulkOperation, cast: Any) -> Job:
    return services.start(bulk=bulk, actor=actor_of(cast.manager), confirmed=YES, send=False)


def test_a_second_click_on_repeat_finds_the_first_ones_plan(stopped: BulkOperation, place: Place, cast: Any) -> None:
    again = repeated(stopped, place, cast)
    assert states(again) == dict.fromkeys(NAMES, "pending")
    assert repeated(stopped, place, cast) == again
    carry_out(again, cast)
    assert repeated(stopped, place, cast) == again
    assert BulkOperation.objects.count() == 2


def test_of_two_repetitions_one_starts(stopped: BulkOperation, place: Place, cast: Any) -> None:
    one = repeated(stopped, place, cast)
    other = services.plan(
        place=place, operation="reset-password", usernames=NAMES, actor=actor_of(cast.manager), retry_of=stopped
    )
    start(one, cast)
    with pytest.raises(BulkRefused, match="repeated meanwhile"):
        start(other, cast)
    assert services.discard(bulk=other)


def test_the_job_of_what_was_repeated_does_nothing_more(
    stopped: BulkOperation, place: Place, cast: Any, sandbox: Any
) -> None:
    carry_out(repeated(stopped, place, cast), cast)
    assert stopped.job
    ended = lifecycle.run_now(jobs.retry(job=stopped.job, actor=actor_of(cast.manager)), carrying_out.carry_out)
    assert ended.status == "failed"
    assert "in a later change" in ended.error_words
    assert not ended.can_be_retried
    assert len(sandbox.calls("AdminResetUserPassword")) == len(NAMES)


def test_what_went_on_after_the_repetition_was_planned_is_not_done_twice(
    stopped: BulkOperation, place: Place, cast: Any, sandbox: Any
) -> None:
    again = repeated(stopped, place, cast)
    assert stopped.job
    going_on = jobs.retry(job=stopped.job, actor=actor_of(cast.manager))
    with pytest.raises(BulkRefused, match="at work again"):
        start(again, cast)
    lifecycle.run_now(going_on, carrying_out.carry_out)
    with pytest.raises(BulkRefused, match="went on"):
        start(again, cast)
    assert len(sandbox.calls("AdminResetUserPassword")) == len(NAMES)


def test_the_page_of_what_is_retried_as_a_job_shows_that_it_is_at_work(
    manager: Client, stopped: BulkOperation, cast: Any
) -> None:
    assert "Repeat for 3" in manager.get(stopped.get_absolute_url()).content.decode()
    assert stopped.job
    again = jobs.retry(job=stopped.job, actor=actor_of(cast.manager))
    html = manager.get(stopped.get_absolute_url()).content.decode()
    assert again.get_absolute_url() in html
    assert "Repeat for" not in html
    assert 'hx-trigger="load delay:1s"' in html


def test_who_was_under_way_when_the_last_worker_was_lost_is_done_by_the_retry(
    plan: Any, people: Pool, cast: Any
) -> None:
    bulk = plan("suspend", NAMES)
    job = start(bulk, cast)
    run = lifecycle.claim(job.pk)
    assert run
    assert len(rows.claim(bulk, rows.new_claim(), 2)) == 2
    Job.objects.update(attempts=7, losses=2, heartbeat=timezone.now() - timedelta(minutes=1))
    jobs.tick()
    job.refresh_from_db()
    assert job.status == Status.FAILED

    ended = lifecycle.run_now(jobs.retry(job=job, actor=actor_of(cast.manager)), carrying_out.carry_out)

    assert ended.status == "succeeded"
    assert states(bulk) == dict.fromkeys(NAMES, "done")


def test_what_an_interrupted_attempt_may_have_done_is_remembered_through_a_pause(
    plan: Any, people: Pool, cast: Any
) -> None:
    bulk = plan("delete", NAMES)
    first, second, third = 5, 6, 7
    assert rows.claim(bulk, first, 1)
    rows.settle_interrupted(bulk, services.operation_of("delete"))
    taken = rows.claim(bulk, second, 2)
    assert [row.claim for row in taken] == [first, 0]
    rows.give_back(bulk, taken, second)
    again = rows.claim(bulk, third, 2)
    assert [row.claim for row in again] == [first, 0]


def test_one_user_that_crashes_takes_no_other_along(
    plan: Any, people: Pool, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = plan("suspend", NAMES)
    bulk.rows.filter(username="bob").update(snapshot={"created": "no time at all"})
    assert carry_out(bulk, cast).status == "succeeded"
    assert states(bulk) == {"ada": "done", "bob": "failed", "cyd": "done"}
    assert bulk.rows.get(username="bob").code == "Crash"


def test_many_who_were_left_are_copied_by_the_job(
    stopped: BulkOperation, place: Place, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 1)
    monkeypatch.setattr(planning, "BATCH", 2)
    again = repeated(stopped, place, cast)
    assert again.planning_job
    assert not again.rows.exists()
    assert lifecycle.run_now(again.planning_job, planning.work_out).status == "succeeded"
    assert states(again) == dict.fromkeys(NAMES, "pending")
    assert sorted(again.rows.values_list("position", flat=True)) == [1, 2, 3]
    again.refresh_from_db()
    assert again.messages == {"EMAIL": 3}


def test_a_plan_that_is_finished_in_this_moment_asks_for_its_confirmation(plan: Any, people: Pool, cast: Any) -> None:
    bulk = plan("delete", NAMES)
    read_before = BulkOperation.objects.get(pk=bulk.pk)
    read_before.state = BulkState.PLANNING
    with pytest.raises(BulkRefused, match="Type 3"):
        start(read_before, cast)
    assert not Job.objects.exists()


def test_working_out_again_counts_nobody_and_no_message_twice(
    place: Place, people: Pool, cast: Any, settings: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PAGE", 2)
    actor = actor_of(cast.manager)
    bulk = services.plan(place=place, operation="reset-password", query=UserQuery(), actor=actor, send=False)
    assert bulk.planning_job
    sandbox.fail("ListUsers", kind="fail", code="AccessDeniedException", after=1, times=1)
    failed = lifecycle.run_now(bulk.planning_job, planning.work_out)
    assert failed.status == "failed"
    assert bulk.rows.count() == 2

    again = lifecycle.run_now(jobs.retry(job=failed, actor=actor), planning.work_out)

    assert again.status == "succeeded"
    bulk.refresh_from_db()
    assert bulk.planning_job == again
    assert (bulk.rows.count(), bulk.messages) == (3, {"EMAIL": 3})
    assert sorted(bulk.rows.values_list("position", flat=True)) == [1, 2, 3]


def test_a_list_whose_place_cognito_has_forgotten_begins_anew(
    place: Place, people: Pool, cast: Any, settings: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "PAGE", 2)
    settings.JOB_SLICE = timedelta(0)
    bulk = services.plan(place=place, operation="sign-out", query=UserQuery(), actor=actor_of(cast.manager), send=False)
    assert bulk.planning_job
    sandbox.fail(
        "ListUsers",
        kind="fail",
        code="InvalidParameterException",
        message="Invalid pagination token.",
        after=1,
        times=1,
    )
    assert lifecycle.run_now(bulk.planning_job, planning.work_out).status == "succeeded"
    assert states(bulk) == dict.fromkeys(NAMES, "pending")


def test_thousands_of_names_are_met_on_one_walk(
    plan: Any, people: Pool, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    monkeypatch.setattr(planning, "MOST_ONE_BY_ONE", 3)
    sandbox.forget()
    names = [*NAMES, *(f"nobody{number}" for number in range(7))]
    bulk = plan("suspend", names)
    assert states(bulk) == {**dict.fromkeys(NAMES, "pending"), **dict.fromkeys(names[3:], "skipped")}
    # One page, and the last few once more by name.
    assert len(sandbox.calls("ListUsers")) <= 1 + 4
    assert [row.username for row in bulk.rows.all()] == names


def test_a_plan_that_came_to_nothing_is_worked_out_again_or_discarded(
    manager: Client, place: Place, people: Pool, cast: Any
) -> None:
    actor = actor_of(cast.manager)
    bulk = services.plan(place=place, operation="sign-out", query=UserQuery(), actor=actor, send=False)
    address = reverse("discard-bulk", kwargs={**place.names, "bulk": bulk.pk})
    assert manager.post(address, follow=True).status_code == 200
    assert BulkOperation.objects.exists(), "nobody takes it away from the job"
    assert bulk.planning_job
    jobs.cancel(job=bulk.planning_job, actor=actor)
    html = manager.get(bulk.get_absolute_url()).content.decode()
    assert f"{bulk.planning_job.get_absolute_url()}retry/" in html
    assert "Nothing was changed." in html
    assert address in html
    assert manager.post(address).status_code == 303
    assert not BulkOperation.objects.exists()
    again = jobs.retry(job=Job.objects.get(), actor=actor)
    assert "was discarded" in lifecycle.run_now(again, planning.work_out).error_words


def test_what_nobody_goes_on_with_is_forgotten(stopped: BulkOperation, plan: Any, cast: Any, people: Pool) -> None:
    plan("sign-out", ["ada"])
    kept = plan("sign-out", ["bob"])
    BulkOperation.objects.exclude(pk=kept.pk).update(created=timezone.now() - timedelta(days=2))
    services.forget()
    assert set(BulkOperation.objects.all()) == {stopped, kept}
    assert all(row.snapshot for row in stopped.rows.all())
    Job.objects.update(finished=timezone.now() - timedelta(days=31))
    services.forget()
    assert not any(row.snapshot for row in stopped.rows.all())
    assert set(stopped.rows.values_list("state", "words")) == {("skipped", services.NEVER_REACHED)}


def test_the_activity_says_what_a_sign_out_did(plan: Any, people: Pool, cast: Any) -> None:
    bulk = plan("sign-out", ["ada"])
    carry_out(bulk, cast, Confirmed())
    event = AuditEvent.objects.get(action="user_management:user:sign-out")
    assert event.after == {"user": "ada@example.com", "signed_out": "everywhere"}


def test_telling_of_many_members_asks_for_the_index_once(
    plan: Any, people: Pool, place: Place, cast: Any, django_assert_num_queries: Any
) -> None:
    people.group("Editors")
    bulk = plan("add-to-group", NAMES, arguments={"group": "Editors"})
    taken = rows.claim(bulk, 9, 3)
    what = services.operation_of("add-to-group")
    outcomes = [(row, rows.Outcome("done", what.apply(place, row.user, bulk.arguments))) for row in taken]
    # Two ends of the transaction, two of the one that asks for the index; lock, write, record, ask.
    with django_assert_num_queries(8):
        rows.write(bulk=bulk, operation=what, place=place, attempt=9, outcomes=outcomes, actor=actor_of(cast.manager))

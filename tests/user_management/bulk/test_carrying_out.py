"""What a bulk change does to each user, and what it says of those it leaves out or cannot change."""

from typing import Any

import pytest

from audit.models import AuditEvent
from aws import quotas
from jobs import lifecycle
from jobs.models import Job
from tests.factories import actor_of
from tests.user_management.conftest import Pool
from user_management import recent
from user_management.bulk import carrying_out, services
from user_management.bulk.models import BulkOperation, BulkState
from user_management.bulk.services import Confirmed
from user_management.place import Place

pytestmark = pytest.mark.django_db

YES = Confirmed(messages=True)


def carry_out(bulk: BulkOperation, cast: Any, confirmed: Confirmed = YES, reason: str = "") -> Job:
    job = services.start(bulk=bulk, actor=actor_of(cast.manager), reason=reason, confirmed=confirmed, send=False)
    ended = lifecycle.run_now(job, carrying_out.carry_out)
    bulk.refresh_from_db()
    return ended


def states(bulk: BulkOperation) -> dict[str, str]:
    return {row.username: row.state for row in bulk.rows.all()}


def test_everybody_chosen_is_changed_recorded_and_seen_at_once(plan: Any, pool: Pool, place: Place, cast: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("suspend", ["ada", "bob"])
    assert bulk.state == BulkState.PLANNED
    assert bulk.counts()["pending"] == 2

    job = carry_out(bulk, cast, reason="Left the company")

    assert job.status == "succeeded"
    assert (job.done, job.total) == (2, 2)
    assert states(bulk) == {"ada": "done", "bob": "done"}
    assert bulk.state == BulkState.FINISHED
    assert not pool.described("ada")["Enabled"]
    assert not any(row.snapshot for row in bulk.rows.all()), "what users looked like is kept no longer than needed"
    noted = recent.noted(place, "ada")
    assert noted is not None
    assert not noted.enabled
    events = AuditEvent.objects.filter(action="user_management:user:suspend")
    assert {event.target for event in events} == {"ada", "bob"}
    event = events.get(target="ada")
    assert event.before
    assert event.after
    assert (event.reason, event.before["enabled"], event.after["enabled"]) == ("Left the company", True, False)
    assert event.actor_name == cast.manager.label
    around = AuditEvent.objects.filter(action__startswith="user_management:bulk").order_by("pk")
    assert [one.action for one in around] == ["user_management:bulk:start", "user_management:bulk:finish"]
    assert around[1].after == {"done": 2}


GOLD = {"name": "custom:tier", "value": "gold"}


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("reactivate", {}),
        ("sign-out", {}),
        ("reset-password", {}),
        ("set-attribute", GOLD),
        ("add-to-group", {"group": "Editors"}),
        ("delete", {}),
    ],
)
def test_each_operation_does_what_it_says(
    plan: Any, pool: Pool, cast: Any, sandbox: Any, operation: str, arguments: dict[str, str]
) -> None:
    pool.user("ada", password="Passw0rd-x")
    pool.group("Editors")
    if operation == "reactivate":
        pool.cognito.admin_disable_user(UserPoolId=pool.id, Username="ada")
    bulk = plan(operation, ["ada"], arguments=arguments)

    carry_out(bulk, cast, Confirmed(messages=True, typed="1"))

    assert states(bulk) == {"ada": "done"}, bulk.rows.get().words
    listed = pool.cognito.list_users(UserPoolId=pool.id)["Users"]
    members = pool.cognito.list_users_in_group(UserPoolId=pool.id, GroupName="Editors")["Users"]
    if operation == "delete":
        assert not listed
        return
    user = pool.described("ada")
    assert user["Enabled"]
    assert (user["UserStatus"] == "RESET_REQUIRED") is (operation == "reset-password")
    assert (user["Attributes"].get("custom:tier") == "gold") is (operation == "set-attribute")
    assert bool(members) is (operation == "add-to-group")
    assert bool(sandbox.calls("AdminUserGlobalSignOut")) is (operation == "sign-out")


def test_invitations_are_sent_again_and_sign_ups_confirmed(plan: Any, pool: Pool, cast: Any, sandbox: Any) -> None:
    pool.user("invited")
    invite = plan("resend-invitation", ["invited"])
    assert invite.messages == {"EMAIL": 1}
    carry_out(invite, cast)
    assert states(invite) == {"invited": "done"}
    assert len(sandbox.calls("AdminCreateUser")) == 2


def test_who_cannot_be_changed_is_left_out_with_the_reason(plan: Any, pool: Pool, cast: Any) -> None:
    pool.user("ada", password="Passw0rd-x")
    pool.user("invited")
    bulk = plan("reset-password", ["ada", "invited", "nobody"])

    rows = {row.username: row for row in bulk.rows.all()}

    assert rows["ada"].state == "pending"
    assert rows["invited"].state == "skipped"
    assert rows["invited"].words
    assert "no user of this name" in rows["nobody"].words
    assert bulk.messages == {"EMAIL": 1}
    job = carry_out(bulk, cast)
    assert (job.done, job.total) == (1, 1)


def test_a_user_who_vanishes_after_the_plan_is_skipped(plan: Any, pool: Pool, cast: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    for operation in ("suspend", "delete"):
        bulk = plan(operation, ["ada", "bob"])
        if pool.cognito.list_users(UserPoolId=pool.id, Filter='username = "bob"')["Users"]:
            pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="bob")
        carry_out(bulk, cast, Confirmed(typed="2" if operation == "suspend" else "1"))
        row = bulk.rows.get(username="bob")
        assert row.state == "skipped"
    assert bulk.rows.get(username="ada").state == "done"


def test_members_are_left_out_of_what_they_are_in(plan: Any, pool: Pool, cast: Any) -> None:
    pool.group("Editors")
    pool.user("ada", groups=["Editors"])
    pool.user("bob")
    adding = plan("add-to-group", ["ada", "bob"], arguments={"group": "Editors"})
    assert {row.username: row.words for row in adding.rows.all()} == {"ada": "Is in the group already.", "bob": ""}
    removing = plan("remove-from-group", ["ada", "bob"], arguments={"group": "Editors"})
    assert {row.username: row.words for row in removing.rows.all()} == {"ada": "", "bob": "Is not in the group."}


class Busy:
    """A quota that others have used up for the first few requests."""

    def __init__(self, refused: int) -> None:
        self.left = refused

    def take(self, scope: str, budgets: Any) -> float:
        self.left -= 1
        return 5.0 if self.left >= 0 else 0.0


def test_throttling_slows_down_and_fails_nobody(
    plan: Any, pool: Pool, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("suspend", ["ada", "bob"])
    busy = Busy(refused=9)
    monkeypatch.setattr(quotas, "BACKGROUND_WAIT_SECONDS", 0.01)
    quotas.use_limiter(busy)

    assert carry_out(bulk, cast).status == "succeeded"

    assert states(bulk) == {"ada": "done", "bob": "done"}
    assert busy.left < 0


def test_what_aws_refuses_of_one_user_stops_no_other(plan: Any, pool: Pool, cast: Any, sandbox: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("suspend", ["ada", "bob"])
    sandbox.fail("AdminDisableUser", kind="fail", code="InvalidParameterException", message="No.", times=1)

    job = carry_out(bulk, cast)

    assert job.status == "succeeded"
    assert sorted(states(bulk).values()) == ["done", "failed"]
    failed = bulk.rows.get(state="failed")
    assert failed.code == "InvalidParameterException"
    assert "No." in failed.words
    assert failed.next_step
    assert AuditEvent.objects.filter(action="user_management:user:suspend").count() == 1


@pytest.mark.parametrize(
    ("code", "message", "operation", "fault_at"),
    [
        ("AccessDeniedException", "not authorized", "suspend", "AdminDisableUser"),
        ("ResourceNotFoundException", "User pool does not exist.", "suspend", "AdminDisableUser"),
        pytest.param(
            "LimitExceededException",
            "Exceeded daily email limit for the operation or the account.",
            "reset-password",
            "AdminResetUserPassword",
            # The SDK takes it for throttling, and repeats it with pauses.
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_what_everybody_would_meet_stops_the_job_and_loses_no_row(
    plan: Any, pool: Pool, cast: Any, sandbox: Any, code: str, message: str, operation: str, fault_at: str
) -> None:
    names = ["ada", "bob", "cyd", "dan"]
    for name in names:
        pool.user(name, password="Passw0rd-x")
    bulk = plan(operation, names)
    sandbox.fail(fault_at, kind="fail", code=code, message=message, times=20)

    job = carry_out(bulk, cast)

    assert job.status == "failed"
    assert job.error_code == code
    assert set(states(bulk).values()) == {"pending"}
    assert bulk.state == BulkState.STARTED
    sandbox.forget()
    from jobs import services as jobs

    again = jobs.retry(job=job, actor=actor_of(cast.manager))
    assert lifecycle.run_now(again, carrying_out.carry_out).status == "succeeded"
    assert set(states(bulk).values()) == {"done"}


def test_an_answer_that_never_came_is_not_asked_for_twice_where_it_writes_to_people(
    plan: Any, pool: Pool, cast: Any, sandbox: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    bulk = plan("reset-password", ["ada"])
    sandbox.forget()
    sandbox.fail("AdminResetUserPassword", kind="fail", status=503, code="ServiceUnavailable", times=1)

    carry_out(bulk, cast)

    row = bulk.rows.get()
    assert (row.state, row.code) == ("failed", "Interrupted")
    assert "Look at the user" in row.next_step
    assert len(sandbox.calls("AdminResetUserPassword")) == 1


def test_an_answer_that_never_came_is_asked_for_again_where_that_is_the_same(
    plan: Any, pool: Pool, cast: Any, sandbox: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    bulk = plan("suspend", ["ada"])
    sandbox.fail("AdminDisableUser", kind="half_body", times=2)

    carry_out(bulk, cast)

    assert states(bulk) == {"ada": "done"}


def test_failures_are_repeated_alone_and_linked(plan: Any, pool: Pool, place: Place, cast: Any, sandbox: Any) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("suspend", ["ada", "bob"])
    sandbox.fail("AdminDisableUser", kind="fail", code="InvalidParameterException", times=1)
    carry_out(bulk, cast)
    left = bulk.rows.get(state="failed").username

    again = services.retry(bulk=bulk, actor=actor_of(cast.manager), place=place)

    assert again.retry_of == bulk
    assert states(again) == {left: "pending"}
    carry_out(again, cast)
    with pytest.raises(services.BulkRefused, match="nothing to repeat"):
        services.retry(bulk=again, actor=actor_of(cast.manager), place=place)


def test_another_pool_than_planned_for_is_never_touched(
    plan: Any, pool: Pool, place: Place, cast: Any, sandbox: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    bulk = plan("delete", ["ada"])
    place.link.user_pool_id = "eu-west-1_Other0001"
    place.link.save()

    job = carry_out(bulk, cast, Confirmed(typed="1"))

    assert job.status == "failed"
    assert "linked to eu-west-1_Other0001 now" in job.error_words
    assert not sandbox.calls("AdminDeleteUser")

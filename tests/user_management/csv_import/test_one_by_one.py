"""Importing by AdminCreateUser and AdminUpdateUserAttributes: every row once, whatever happens in between."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from audit.models import AuditEvent
from aws import quotas
from aws.budgets import Budget
from jobs import services as jobs
from jobs.lifecycle import run_now
from jobs.models import Job
from tests.factories import actor_of
from tests.user_management.csv_import.files import BODIES, address, csv, imported, run, start, uploaded
from user_management import recent
from user_management.csv_import.models import Outcome, Phase, UserImport

HEADER = "cognito:username,email,email_verified,custom:tier"
ADA = "ada,ada@example.com,TRUE,gold"


def outcomes(row: UserImport) -> dict[int, str]:
    return dict(row.rows.values_list("line", "outcome"))


def result_of(client: Client, place: Any, row: UserImport) -> str:
    return b"".join(client.get(address(place, "import-results", row)).streaming_content).decode()  # type: ignore[attr-defined]


def test_new_users_are_created_and_existing_ones_left_alone(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    pool.user("grace", custom__tier="gold")
    row = imported(manager, place, csv(HEADER, ADA, "grace,grace@example.com,TRUE,silver", "a b,x@example.com,TRUE,"))

    assert (row.phase, outcomes(row)) == (Phase.DONE, {2: "created", 3: "skipped", 4: ""})
    assert row.outcome == {"created": 1, "skipped": 1, "wrong": 1}
    ada = pool.described("ada")
    assert (ada["UserStatus"], ada["Attributes"]["custom:tier"]) == ("FORCE_CHANGE_PASSWORD", "gold")
    assert pool.described("grace")["Attributes"]["custom:tier"] == "gold"
    sent = sandbox.calls("AdminCreateUser")[-1]
    assert len(sandbox.calls("AdminCreateUser")) == 2, sent
    assert "created" in manager.get(row.get_absolute_url()).content.decode().lower()


def test_update_changes_what_differs_and_nothing_else(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    pool.user("grace", custom__tier="gold", custom__points="5")
    pool.user("linus", custom__tier="gold")
    content = csv(HEADER, "grace,,,silver", "linus,linus@example.com,TRUE,gold")
    row = imported(manager, place, content, existing="update")

    assert outcomes(row) == {2: "updated", 3: "skipped"}
    grace = pool.described("grace")["Attributes"]
    assert (grace["custom:tier"], grace["custom:points"], grace["email"]) == ("silver", "5", "grace@example.com")
    assert len(sandbox.calls("AdminUpdateUserAttributes")) == 1
    event = AuditEvent.objects.get(action="user_management:user:change")
    assert event.after is not None
    assert (event.target, event.before, event.after["custom:tier"]) == ("grace", {"custom:tier": "gold"}, "silver")


def test_an_attribute_that_can_never_change_keeps_the_row_from_being_updated(
    project: Any, cast: Any, sandbox: Any, no_quotas: None, manager: Any
) -> None:
    from tests.user_management.conftest import POOL, Pool, linked

    fixed = {"Name": "badge", "AttributeDataType": "String", "Mutable": False}
    pool = Pool(sandbox.url, Schema=[*POOL["Schema"], fixed])
    pool.user("grace", custom__badge="1", custom__tier="gold")
    place = linked(project, pool)
    row = uploaded(manager, place, csv("cognito:username,custom:badge,custom:tier", "grace,2,silver"))

    assert "custom:badge can never be changed" in manager.get(row.get_absolute_url()).content.decode()
    run(start(manager, place, row, existing="update"))
    assert outcomes(row) == {2: "skipped"}
    assert pool.described("grace")["Attributes"]["custom:tier"] == "gold"


def test_everything_is_in_the_activity_with_the_reason_and_in_sight_at_once(
    place: Any, manager: Any, pool: Any
) -> None:
    row = imported(manager, place, csv(HEADER, ADA), reason="TICKET-7")
    made = AuditEvent.objects.get(action="user_management:user:create")
    ended = AuditEvent.objects.get(action="user_management:users:import")

    assert made.after is not None
    assert ended.after is not None
    assert (made.target, made.reason, made.after["email"]) == ("ada", "TICKET-7", "ada@example.com")
    assert (ended.after["created"], ended.after["import"], ended.reason) == (1, row.pk, "TICKET-7")
    noted = recent.noted(place, "ada")
    assert noted is not None
    assert noted.email == "ada@example.com"


def test_a_double_click_starts_one_job(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA))

    assert start(manager, place, row).pk == start(manager, place, row).pk


def test_a_finished_import_cannot_be_started_again(place: Any, manager: Any) -> None:
    row = imported(manager, place, csv(HEADER, ADA))
    answer = manager.post(
        address(place, "apply-user-import", row),
        {"existing": "skip", "way": "one-by-one"},
        headers={"accept": "application/json"},
    )

    assert answer.status_code == 409
    assert row.rows.get().attributes == {}, "what the file held of somebody who was imported is forgotten"


def test_messages_need_a_tick(place: Any, manager: Any, sandbox: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA))
    form = {"existing": "skip", "way": "one-by-one", "invitation": "EMAIL"}
    refused = manager.post(address(place, "apply-user-import", row), form)

    assert refused.status_code == 422
    assert "1 message is sent" in refused.content.decode()
    assert not Job.objects.filter(kind="import-users").exists()
    run(start(manager, place, row, invitation="EMAIL", accept_messages="on"))
    assert outcomes(row) == {2: "created"}


def test_a_worker_killed_after_the_call_makes_nobody_twice(place: Any, manager: Any, pool: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA, "eve,eve@example.com,TRUE,"))
    job = start(manager, place, row)
    # As a worker leaves it that died after AWS had answered: marked, the user made, nothing written down.
    row.rows.update(outcome=Outcome.STARTED)
    pool.user("ada", custom__tier="gold")

    run(job)

    assert outcomes(row) == {2: "created", 3: "created"}
    assert {event.target for event in AuditEvent.objects.filter(action="user_management:user:create")} == {"ada", "eve"}


def test_somebody_else_who_made_the_same_name_meanwhile_is_not_taken_over(place: Any, manager: Any, pool: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA))
    job = start(manager, place, row)
    pool.user("ada", email="another@example.com")

    run(job)

    assert outcomes(row) == {2: "failed"}
    assert "made by somebody else" in result_of(manager, place, row)


class Busy:
    """Quotas that somebody else uses up for the first requests."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        if budgets and budgets[0].key == "UserCreation" and self.refusals:
            self.refusals -= 1
            return 1000.0
        return 0.0


def test_throttling_slows_and_never_fails(place: Any, manager: Any, pool: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, *(f"u{n},u{n}@example.com,TRUE," for n in range(3))))
    job = start(manager, place, row)
    busy = Busy(4)
    quotas.use_limiter(busy)

    run(job)

    assert (set(outcomes(row).values()), busy.refusals) == ({"created"}, 0)


def test_a_row_aws_refuses_fails_alone_and_can_be_done_again(place: Any, manager: Any, pool: Any, sandbox: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA, "eve,eve@example.com,TRUE,"))
    job = start(manager, place, row)
    sandbox.fail("AdminCreateUser", kind="fail", code="UserLambdaValidationException", times=1)
    run(job)
    row.refresh_from_db()

    assert sorted(outcomes(row).values()) == ["created", "failed"]
    page = manager.get(row.get_absolute_url()).content.decode()
    assert "Retry the failures" in page
    again = manager.post(address(place, "retry-user-import", row))
    assert again.status_code == 303
    row.refresh_from_db()
    run(row.run_job)  # type: ignore[arg-type]
    assert set(outcomes(row).values()) == {"created"}
    nothing_left = manager.post(address(place, "retry-user-import", row), headers={"accept": "application/json"})
    assert nothing_left.status_code == 409


def test_without_the_permission_the_job_stops_and_goes_on_later(
    place: Any, manager: Any, sandbox: Any, cast: Any
) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA))
    job = start(manager, place, row)
    sandbox.fail("AdminCreateUser", kind="fail", code="AccessDeniedException", times=1)
    ended = run_now(job, BODIES[job.kind])

    assert (ended.status, ended.error_action) == ("failed", "cognito-idp:AdminCreateUser")
    assert outcomes(row) == {2: ""}
    assert "stopped before its end" in manager.get(row.get_absolute_url()).content.decode()
    run(jobs.retry(job=ended, actor=actor_of(cast.manager)))
    assert outcomes(row) == {2: "created"}


def test_paused_and_resumed_it_does_the_rest(place: Any, manager: Any, cast: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, *(f"u{n},u{n}@example.com,TRUE," for n in range(20))))
    job = start(manager, place, row)
    assert jobs.pause(job=job, actor=actor_of(cast.manager))
    job.refresh_from_db()
    assert job.status == "paused"
    assert set(outcomes(row).values()) == {""}

    assert jobs.resume(job=job, actor=actor_of(cast.manager))
    job.refresh_from_db()
    run(job)

    assert set(outcomes(row).values()) == {"created"}


def test_cancelled_the_rest_can_be_left(place: Any, manager: Any, cast: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA))
    job = start(manager, place, row)
    jobs.cancel(job=job, actor=actor_of(cast.manager))

    assert "Leave the rest" in manager.get(row.get_absolute_url()).content.decode()
    manager.post(address(place, "discard-user-import", row))
    row.refresh_from_db()
    assert (row.phase, row.rows.exists()) == (Phase.DISCARDED, False)
    assert row.outcome == {"left": 1, "wrong": 0}


def test_what_was_done_before_the_rest_was_left_stays_told(place: Any, manager: Any, cast: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, ADA, "eve,eve@example.com,TRUE,", "a b,x@example.com,TRUE,"))
    job = start(manager, place, row, reason="TICKET-8")
    row.rows.filter(line=2).update(outcome=Outcome.CREATED)
    jobs.cancel(job=job, actor=actor_of(cast.manager))
    manager.post(address(place, "discard-user-import", row))

    row.refresh_from_db()
    assert row.outcome == {"created": 1, "left": 1, "wrong": 1}
    assert "Not imported" in manager.get(row.get_absolute_url()).content.decode()
    event = AuditEvent.objects.get(action="user_management:users:import")
    assert event.after is not None
    assert (event.actor_name, event.reason, event.after["created"], event.after["left"]) == (
        cast.manager.label,
        "TICKET-8",
        1,
        1,
    )


def test_results_can_be_deleted_at_once_and_the_figures_stay(place: Any, manager: Any) -> None:
    row = imported(manager, place, csv(HEADER, ADA))
    kept = row.rows.get()
    assert (kept.username, kept.key, kept.email_key, kept.attributes) == ("ada", "", "", {})
    assert "Delete the results" in manager.get(row.get_absolute_url()).content.decode()

    assert manager.post(address(place, "discard-user-import", row)).status_code == 303

    row.refresh_from_db()
    assert (row.phase, row.outcome["created"], row.rows.exists()) == (Phase.DONE, 1, False)
    assert "are forgotten" in manager.get(row.get_absolute_url()).content.decode()
    again = manager.post(address(place, "discard-user-import", row), headers={"accept": "application/json"})
    assert again.status_code == 409


def test_an_update_by_a_killed_worker_is_in_the_activity(place: Any, pool: Any, manager: Any) -> None:
    pool.user("grace", custom__tier="gold")
    row = uploaded(manager, place, csv(HEADER, "grace,,,silver"))
    job = start(manager, place, row, existing="update")
    # As a worker leaves it that died after AWS had answered.
    row.rows.update(outcome=Outcome.STARTED)
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id, Username="grace", UserAttributes=[{"Name": "custom:tier", "Value": "silver"}]
    )

    run(job)

    event = AuditEvent.objects.get(action="user_management:user:change")
    assert event.after is not None
    assert (outcomes(row), event.before, event.after["custom:tier"]) == (
        {2: "updated"},
        {"custom:tier": "gold"},
        "silver",
    )


def test_an_update_that_aws_refused_is_done_again(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    pool.user("grace", custom__tier="gold")
    row = uploaded(manager, place, csv(HEADER, "grace,,,silver"))
    sandbox.fail("AdminUpdateUserAttributes", kind="fail", code="UserLambdaValidationException", times=1)
    run(start(manager, place, row, existing="update"))
    assert outcomes(row) == {2: "failed"}

    manager.post(address(place, "retry-user-import", row))
    row.refresh_from_db()
    run(row.run_job)  # type: ignore[arg-type]

    assert outcomes(row) == {2: "updated"}
    assert pool.described("grace")["Attributes"]["custom:tier"] == "silver"


def test_a_user_deleted_meanwhile_is_told(place: Any, manager: Any, pool: Any) -> None:
    pool.user("grace", custom__tier="gold")
    row = uploaded(manager, place, csv(HEADER, "grace,,,silver"))
    job = start(manager, place, row, existing="update")
    pool.cognito.admin_delete_user(UserPoolId=pool.id, Username="grace")

    run(job)

    assert outcomes(row) == {2: "failed"}
    assert "deleted meanwhile" in result_of(manager, place, row)


@pytest.mark.parametrize("columns", ["username,email,email_verified,custom:tier,status,enabled,created"])
def test_an_export_comes_back_unchanged(place: Any, pool: Any, manager: Any, columns: str) -> None:
    """What the list of users writes is read again, formulas and commas included, and nothing would change."""
    pool.user("grace", custom__tier="=1+1")
    pool.user("linus", custom__tier='a, "b"')
    query = [("columns", name) for name in columns.split(",")]
    export = manager.get(f"{address(place, 'users-csv')}?{urlencode(query)}")
    content = b"".join(export.streaming_content)
    row = uploaded(manager, place, content)

    assert row.refusals == []
    assert dict(row.rows.values_list("key", "plan")) == {"grace": "same", "linus": "same"}

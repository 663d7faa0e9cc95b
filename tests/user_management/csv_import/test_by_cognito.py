"""Importing by a job of Cognito's own: what it is given, how it is watched, and what is left of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from aws import user_imports
from aws.errors import Throttled
from jobs import services as jobs
from jobs.lifecycle import run_now
from tests.factories import actor_of
from tests.user_management.csv_import.files import BODIES, ROLE, address, csv, imported, run, start, uploaded
from user_management.csv_import import by_cognito, services
from user_management.csv_import.models import Phase, UserImport

HEADER = "cognito:username,email,email_verified,custom:tier,name"
JOB = {"way": "cognito-job", "role_arn": ROLE}


def quick(sandbox: Any, milliseconds: int = 0) -> None:
    """How long Cognito's jobs take in this test."""
    sandbox._control("POST", "imports", {"takes_ms": milliseconds})


@pytest.fixture(autouse=True)
def _usual_pace(sandbox: Any) -> Iterator[None]:
    yield
    sandbox._control("DELETE", "imports")


def test_new_users_arrive_and_must_reset_their_password(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    pool.user("grace", custom__tier="gold")
    content = csv(HEADER, 'ada,ada@example.com,TRUE,gold,"Lovelace, Ada"', "grace,grace@example.com,TRUE,silver,")
    row = imported(manager, place, content, **JOB)

    ada = pool.described("ada")
    assert (ada["UserStatus"], ada["Attributes"]["name"]) == ("RESET_REQUIRED", "Lovelace, Ada")
    assert pool.described("grace")["Attributes"]["custom:tier"] == "gold"
    assert (row.phase, row.outcome["status"], row.outcome["imported"]) == (Phase.DONE, "Succeeded", 1)
    page = manager.get(row.get_absolute_url()).content.decode()
    assert f"/aws/cognito/userpools/{pool.id}/people" in page
    assert len(sandbox.calls("AdminCreateUser")) == 1, "only the one that the test planted"


def test_password_hashes_are_carried_and_forgotten(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    secret = "$2b$12$" + "a" * 53
    content = csv(
        f"{HEADER},cognito:password_hash", f"ada,ada@example.com,TRUE,,,{secret}", "eve,e@example.com,TRUE,,,"
    )
    row = uploaded(manager, place, content, hashing="BCRYPT")
    assert secret.encode() not in bytes(row.rows.get(line=2).hash_sealed)
    assert secret not in str(manager.get(row.get_absolute_url()).content)

    run(start(manager, place, row, **JOB))

    assert pool.described("ada")["UserStatus"] == "CONFIRMED"
    assert not row.rows.exclude(hash_sealed=b"").exists()
    assert row.rows.get(line=3).outcome == "skipped"


def test_rows_a_job_cannot_carry_are_left_out_and_said(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    content = csv(
        HEADER, "ada,ada@example.com,TRUE,,", "eve,eve@example.com,FALSE,,", 'joe,joe@example.com,TRUE,,"two\nlines"'
    )
    row = imported(manager, place, content, **JOB)

    assert row.outcome["imported"] == 1
    results = b"".join(manager.get(address(place, "import-results", row)).streaming_content).decode()
    assert "A job needs a verified email" in results
    assert "line break" in results


def test_a_job_needs_a_role(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    for role, words in (("", "needs a role"), ("admin", "not the ARN of a role")):
        form = {"existing": "skip", "way": "cognito-job", "role_arn": role}
        answer = manager.post(address(place, "apply-user-import", row), form)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_the_role_is_remembered(place: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    imported(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"), **JOB)
    row = uploaded(manager, place, csv(HEADER, "eve,eve@example.com,TRUE,,"))

    assert ROLE in manager.get(row.get_absolute_url()).content.decode()


def test_killed_after_the_job_was_made_the_same_one_is_found(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    row.refresh_from_db()
    # As a worker leaves it that died before it wrote down the id of the job it had made.
    row.rows.update(outcome="sent")
    made = user_imports.create_import_job(place.target, place.pool_id, name=row.job_name, role_arn=ROLE)

    run(job)

    row.refresh_from_db()
    assert row.cognito_job_id == made.id
    assert len(list(user_imports.iter_import_jobs(place.target, place.pool_id))) == 1
    assert pool.described("ada")["UserStatus"] == "RESET_REQUIRED"


def test_killed_while_it_waits_it_waits_for_the_same_job(place: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox, 600)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    sandbox.fail("DescribeUserImportJob", kind="fail", code="ResourceNotFoundException", times=1)
    assert run_now(job, BODIES[job.kind]).status == "failed"

    again = jobs.retry(job=job, actor=actor_of(job.actor))  # type: ignore[arg-type]
    run(again)

    assert len(list(user_imports.iter_import_jobs(place.target, place.pool_id))) == 1
    assert UserImport.objects.get().outcome["imported"] == 1


def test_another_active_job_of_the_account_is_said_plainly() -> None:
    """The SDK repeats this refusal for many seconds, so that no test waits for it."""
    busy = Throttled("Only one import job can be active.", code="LimitExceededException")

    assert "one at a time" in str(by_cognito._plainly(busy))


def test_a_job_that_does_not_start_can_be_tried_again(place: Any, pool: Any, manager: Any, sandbox: Any) -> None:
    quick(sandbox)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    sandbox.fail("StartUserImportJob", kind="fail", code="PreconditionNotMetException", times=1)
    ended = run_now(job, BODIES[job.kind])

    assert "does not start" in ended.error_words
    run(jobs.retry(job=ended, actor=actor_of(ended.actor)))  # type: ignore[arg-type]
    assert pool.described("ada")["UserStatus"] == "RESET_REQUIRED"
    assert len(list(user_imports.iter_import_jobs(place.target, place.pool_id))) == 1


def test_cancelling_stops_cognitos_job(place: Any, manager: Any, cast: Any, sandbox: Any, monkeypatch: Any) -> None:
    quick(sandbox, 60_000)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    started = user_imports.start_import_job

    def start_then_cancel(*args: Any) -> Any:
        made = started(*args)
        jobs.cancel(job=job, actor=actor_of(cast.manager))
        return made

    monkeypatch.setattr(user_imports, "start_import_job", start_then_cancel)
    ended = run_now(job, BODIES[job.kind])

    row.refresh_from_db()
    assert (ended.status, row.outcome["status"], row.phase) == ("cancelled", "Stopped", Phase.DONE)


def test_a_job_that_failed_names_its_log(place: Any, manager: Any, sandbox: Any, pool: Any) -> None:
    quick(sandbox)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    # Somebody else makes the user meanwhile, so that Cognito skips the only row, which is too many.
    pool.user("ada")
    ended = run_now(job, BODIES[job.kind])

    assert (ended.status, "ended as failed" in ended.error_words) == ("failed", True)
    row.refresh_from_db()
    assert (row.phase, row.outcome["job_skipped"]) == (Phase.DONE, 1)
    assert not ended.can_be_retried


def test_an_address_that_grew_too_old_makes_a_new_job(place: Any, manager: Any, sandbox: Any, monkeypatch: Any) -> None:
    quick(sandbox)
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,,"))
    job = start(manager, place, row, **JOB)
    old = user_imports.create_import_job(place.target, place.pool_id, name="old", role_arn=ROLE)
    UserImport.objects.filter(pk=row.pk).update(cognito_job_id=old.id)
    monkeypatch.setattr(by_cognito, "ADDRESS_GOOD_FOR", timedelta(0))

    run(job)

    row.refresh_from_db()
    assert row.cognito_job_id != old.id


def test_more_rows_than_a_job_takes_are_refused_for_a_job_alone(place: Any, manager: Any, monkeypatch: Any) -> None:
    """500,001 rows, in small."""
    monkeypatch.setattr(services, "MOST_ROWS", 2)
    row = uploaded(manager, place, csv(HEADER, *(f"u{n},u{n}@example.com,TRUE,," for n in range(3))))
    fields = {"existing": "skip", **JOB}
    answer = manager.post(address(place, "apply-user-import", row), fields, headers={"accept": "application/json"})

    assert (answer.status_code, "takes 2 users, and 3 rows are new" in answer.json()["error"]) == (409, True)
    assert services.why_not(row, "one-by-one", "skip") == ""
    assert start(manager, place, row).kind == services.RUN


def test_hashes_kept_with_a_lost_key_are_told_in_words(place: Any, manager: Any, settings: Any) -> None:
    secret = "$2b$12$" + "a" * 53
    row = uploaded(
        manager, place, csv(f"{HEADER},password_hash", f"ada,a@example.com,TRUE,,,{secret}"), hashing="BCRYPT"
    )
    job = start(manager, place, row, **JOB)
    settings.ENCRYPTION_KEY = "another"
    ended = run_now(job, BODIES[job.kind])

    assert (ended.status, "no longer has" in ended.error_words, ended.can_be_retried) == ("failed", True, False)


def test_a_hash_does_not_outlive_an_import_one_by_one(place: Any, manager: Any, sandbox: Any) -> None:
    secret = "$2b$12$" + "a" * 53
    row = uploaded(
        manager, place, csv(f"{HEADER},password_hash", f"ada,a@example.com,TRUE,,,{secret}"), hashing="BCRYPT"
    )
    sandbox.fail("AdminCreateUser", kind="fail", code="UserLambdaValidationException", times=1)
    run(start(manager, place, row))

    kept = row.rows.get()
    assert (kept.outcome, bytes(kept.hash_sealed), kept.attributes["email"]) == ("failed", b"", "a@example.com")

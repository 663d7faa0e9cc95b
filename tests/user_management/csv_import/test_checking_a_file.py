"""From the upload to the preview: who is new, who differs, what is wrong, and what rests for how long."""

from datetime import timedelta
from itertools import count
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from auth_import.models import CognitoLink
from aws import users
from aws.errors import Throttled
from jobs.lifecycle import run_now
from tests.user_management.conftest import Pool, linked
from tests.user_management.csv_import.files import address, csv, plans, problems, run, send, uploaded
from user_management import patience
from user_management.csv_import import doubles, keeping, services, writing
from user_management.csv_import.models import MOST_PROBLEMS, ImportPart, ImportProblem, ImportRow, Phase, UserImport

HEADER = "cognito:username,email,email_verified,custom:tier"


def test_the_preview_tells_new_changed_same_and_wrong_rows(place: Any, pool: Any, manager: Any) -> None:
    pool.user("grace", custom__tier="gold")
    pool.user("linus", custom__tier="gold")
    content = csv(
        HEADER,
        "ada,ada@example.com,TRUE,gold",
        "Grace,grace@example.com,TRUE,silver",
        "linus,linus@example.com,TRUE,",
        "alan turing,alan@example.com,TRUE,",
        "new,,,",
    )
    row = uploaded(manager, place, content)

    assert (row.phase, row.rows_read) == (Phase.READY, 5)
    assert plans(row) == {2: "create", 3: "differs", 4: "same", 5: "wrong", 6: "wrong"}
    changed = row.rows.get(line=3)
    assert (changed.found, changed.changes) == ("grace", {"custom:tier": ["gold", "silver"]})
    assert [(line, column) for line, column, _ in problems(row)] == [(5, "cognito:username"), (6, "email")]
    page = manager.get(row.get_absolute_url(), {"show": "differs"}).content.decode()
    assert "<del>gold</del>" in page
    assert "<ins>silver</ins>" in page
    report = manager.get(row.get_absolute_url(), headers={"accept": "application/json"}).json()
    assert report["figures"] == {"create": 1, "differs": 1, "same": 1, "wrong": 2}
    assert report["problems"][0]["line"] == 5


def test_values_of_a_file_are_text_on_the_page(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(f"{HEADER},name", "<i>x,x@example.com,TRUE,,<script>alert(1)</script>"))
    page = manager.get(row.get_absolute_url()).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_the_file_is_gone_once_its_rows_are_read_and_lies_encrypted_before(place: Any, manager: Any) -> None:
    assert send(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,")).status_code == 303
    part = ImportPart.objects.get()
    assert b"ada@example.com" not in bytes(part.content)

    run(UserImport.objects.get().read_job)  # type: ignore[arg-type]

    assert not ImportPart.objects.exists()


def test_users_with_the_same_name_in_one_file_are_all_refused(place: Any, manager: Any) -> None:
    content = csv(
        HEADER,
        "ada,a@example.com,TRUE,",
        "ADA,b@example.com,TRUE,",
        "bob,same@example.com,TRUE,",
        "eve,Same@example.com,TRUE,",
        "joe,same@example.com,,",
    )
    row = uploaded(manager, place, content)

    assert plans(row) == {2: "wrong", 3: "wrong", 4: "wrong", 5: "wrong", 6: "create"}
    assert "line 3" in problems(row)[0][2]
    assert [column for _, column, _ in problems(row)] == ["cognito:username"] * 2 + ["email"] * 2
    assert row.problems_found == 4


def test_an_address_that_is_somebody_elses_sign_in_name_is_refused(place: Any, pool: Any, manager: Any) -> None:
    pool.user("grace")
    row = uploaded(manager, place, csv(HEADER, "other,Grace@example.com,TRUE,"))

    assert plans(row) == {2: "wrong"}
    assert "grace signs in with this" in problems(row)[0][2]


def test_where_people_sign_in_with_their_address_they_are_found_by_it(
    project: Any, cast: Any, sandbox: Any, no_quotas: None, manager: Any
) -> None:
    pool = Pool(sandbox.url, AliasAttributes=None, UsernameAttributes=["email"])
    made = pool.user("grace@example.com", email="grace@example.com", custom__tier="gold")
    by_address = linked(project, pool)
    row = uploaded(
        manager,
        by_address,
        csv(HEADER, ",GRACE@example.com,TRUE,silver", ",new@example.com,TRUE,"),
    )
    twice = uploaded(manager, by_address, csv(HEADER, ",GRACE@example.com,TRUE,silver", f"{made},,,gold"))

    assert plans(row) == {2: "differs", 3: "create"}
    assert row.rows.get(line=2).found == made
    assert plans(twice) == {2: "wrong", 3: "wrong"}
    assert "meant in line 3" in problems(twice)[0][2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (csv(HEADER), "no rows below it"),
        (csv("a,b", "1,2"), "must name the columns"),
        (csv("my list", HEADER, "ada,x,TRUE,"), "stand in line 2"),
        (csv(f"{HEADER},shoe", "ada,x,TRUE,,41"), "no such attribute"),
        (csv(HEADER, "ada,é,TRUE,").decode().encode("latin-1"), "not UTF-8"),
        ("".join([HEADER, "\n"]).encode("utf-16"), "UTF-16"),
        (csv("email,custom:tier", "ada@example.com,"), "cognito:username"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole(place: Any, manager: Any, content: bytes, words: str) -> None:
    row = uploaded(manager, place, content)
    page = manager.get(row.get_absolute_url())

    assert words in page.content.decode()
    assert "Nothing was imported" in page.content.decode()
    assert not row.rows.exists()
    refused = manager.post(
        address(place, "apply-user-import", row),
        {"existing": "skip", "way": "one-by-one"},
        headers={"accept": "application/json"},
    )
    assert (refused.status_code, "cannot be imported" in refused.json()["error"]) == (409, True)


def test_what_does_no_harm_is_said(place: Any, manager: Any) -> None:
    content = b"\xef\xbb\xbf" + csv(
        f"{HEADER},status,cognito:mfa_enabled", "ada,a@example.com,TRUE,'=1+1,CONFIRMED,TRUE"
    )
    row = uploaded(manager, place, content)
    notes = " ".join(row.notes)

    for words in ("byte order mark", "passed over: status", "against formulas", "mfa_enabled"):
        assert words in notes
    assert row.rows.get().attributes["custom:tier"] == "=1+1"


def test_every_problem_can_be_downloaded(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "a b,x,maybe,", "c d,y@example.com,TRUE,"))
    answer = manager.get(address(place, "import-problems", row))
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert lines[0] == '"line","column","problem"'
    assert len(lines) == 1 + 4
    assert '"2","email_verified"' in lines[3] or '"2","email"' in lines[1] + lines[2] + lines[3]


def test_a_worker_killed_while_reading_begins_again(place: Any, manager: Any, pool: Any) -> None:
    send(manager, place, csv(HEADER, "ada,a@example.com,TRUE,", "a b,x@example.com,TRUE,"))
    row = UserImport.objects.get()
    ImportRow.objects.create(user_import=row, line=2, username="half", key="half", attributes={})
    ImportProblem.objects.create(user_import=row, line=9, words="left over")

    run(row.read_job)  # type: ignore[arg-type]

    assert plans(row) == {2: "create", 3: "wrong"}
    assert [line for line, _, _ in problems(row)] == [3]


def test_another_pool_meanwhile_stops_the_check(place: Any, manager: Any) -> None:
    send(manager, place, csv(HEADER, "ada,a@example.com,TRUE,"))
    UserImport.objects.update(user_pool_id="eu-west-1_Other")
    job = run_now(UserImport.objects.get().read_job, services.read_file)  # type: ignore[arg-type]

    assert (job.status, "another user pool" in job.error_words) == ("failed", True)


def test_discarding_forgets_everything(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "ada,a@example.com,TRUE,", "a b,x@example.com,TRUE,"))

    assert manager.post(address(place, "discard-user-import", row)).status_code == 303

    row.refresh_from_db()
    assert row.phase == Phase.DISCARDED
    assert [kind.exists() for kind in (row.rows, row.problems, row.parts)] == [False] * 3
    assert "thrown away" in manager.get(row.get_absolute_url()).content.decode()
    again = manager.post(address(place, "discard-user-import", row), headers={"accept": "application/json"})
    assert again.status_code == 409


def test_what_nobody_came_back_to_is_forgotten_after_a_day(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "ada,a@example.com,TRUE,"))

    assert keeping.forget_expired(timezone.now() + timedelta(hours=23)) == 0
    assert keeping.forget_expired(timezone.now() + timedelta(hours=25)) == 1

    row.refresh_from_db()
    assert (row.phase, row.rows.exists()) == (Phase.DISCARDED, False)


def test_an_upload_is_in_the_activity_without_what_it_holds(place: Any, manager: Any) -> None:
    uploaded(manager, place, csv(HEADER, "ada,a@example.com,TRUE,"))
    event = AuditEvent.objects.get(action="user_management:users:plan-import")

    assert event.target == "users.csv"
    assert "a@example.com" not in str(event.after)


def test_the_template_is_this_pools(place: Any, manager: Any) -> None:
    answer = manager.get(address(place, "import-template"))

    first = b"".join(answer.streaming_content).decode()
    assert first.startswith('"cognito:username",')
    assert '"custom:tier"' in first


def test_a_template_filled_in_is_accepted(place: Any, manager: Any) -> None:
    first = b"".join(manager.get(address(place, "import-template")).streaming_content).decode().strip()
    names = first.replace('"', "").split(",")
    values = {"cognito:username": "ada", "email": "ada@example.com", "email_verified": "TRUE"}
    row = uploaded(manager, place, csv(first, ",".join(values.get(name, "") for name in names)))

    assert (row.refusals, plans(row)) == ([], {2: "create"})


def test_rows_are_written_with_every_column_of_the_model() -> None:
    fields = {field.column for field in ImportRow._meta.concrete_fields if not field.primary_key}

    assert set(writing.COLUMNS) == fields


def test_half_the_file_naming_one_user_takes_no_longer_than_any_other(place: Any, manager: Any, cast: Any) -> None:
    """A template filled down: every row names every other, which must not be compared one by one."""
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,"))
    ImportRow.objects.all().delete()
    ImportRow.objects.bulk_create(ImportRow(user_import=row, line=n, username="x", key="x") for n in range(2, 10_002))
    began = monotonic()

    assert doubles.refuse(row, kept=MOST_PROBLEMS - 9_990) == 10_000

    assert monotonic() - began < 4
    assert row.problems.count() == 9_990, "no more are kept than there is room for"
    assert "in lines 3, 4, 5 and 9,996 more" in problems(row)[0][2]
    assert not row.rows.exclude(plan="wrong").exists()


def test_what_was_thrown_away_is_forgotten_though_its_process_was_killed(place: Any, manager: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,"))
    UserImport.objects.update(phase=Phase.DISCARDED)

    assert keeping.forget_expired() == 1
    assert not row.rows.exists()
    assert keeping.forget_expired() == 0


def test_names_that_are_too_long_to_be_looked_up_do_not_end_the_check(place: Any, manager: Any) -> None:
    name = "\\" * 128
    row = uploaded(manager, place, csv(HEADER, f"{name},long@example.com,TRUE,"))

    assert plans(row) in ({2: "create"}, {2: "wrong"})


def test_throttling_slows_the_check_and_never_fails_it(place: Any, pool: Any, manager: Any, monkeypatch: Any) -> None:
    pool.user("grace", custom__tier="gold")
    real, times = users.page_of_users, []

    def slow(*args: Any, **more: Any) -> Any:
        times.append(1)
        if len(times) < 3:
            raise Throttled("Rate exceeded.", code="TooManyRequestsException")
        return real(*args, **more)

    monkeypatch.setattr(users, "page_of_users", slow)
    moments = count()
    monkeypatch.setattr(patience, "time", SimpleNamespace(sleep=lambda seconds: None, monotonic=lambda: next(moments)))
    row = uploaded(manager, place, csv(HEADER, "grace,,,silver"))

    assert (plans(row), len(times) > 2) == ({2: "differs"}, True)


def test_a_file_that_was_compared_with_another_pool_is_not_imported(place: Any, manager: Any, sandbox: Any) -> None:
    row = uploaded(manager, place, csv(HEADER, "ada,ada@example.com,TRUE,"))
    CognitoLink.objects.update(user_pool_id=Pool(sandbox.url).id)
    fields = {"existing": "skip", "way": "one-by-one"}
    answer = manager.post(address(place, "apply-user-import", row), fields, headers={"accept": "application/json"})

    assert (answer.status_code, "another user pool" in answer.json()["error"]) == (409, True)
    row.refresh_from_db()
    assert row.phase == Phase.READY

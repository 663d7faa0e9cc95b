"""The pages of bulk changes: what they show, who may do what there, and the same for scripts."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from environments.permissions import Role
from jobs import lifecycle
from jobs import services as jobs
from jobs.models import Job
from tests.factories import actor_of, make_token
from tests.user_management.bulk.test_carrying_out import carry_out
from tests.user_management.conftest import POOL, Pool, linked
from user_management.bulk import carrying_out, planning
from user_management.bulk.models import BulkOperation
from user_management.place import Place

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
Address = Callable[..., str]


@pytest.fixture
def address(place: Place) -> Address:
    def of(name: str, bulk: BulkOperation | None = None) -> str:
        return reverse(name, kwargs={**place.names, **({"bulk": bulk.pk} if bulk else {})})

    return of


def test_chosen_users_lead_to_a_dry_run_that_changes_nothing(
    manager: Client, address: Address, pool: Pool, sandbox: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    answer = manager.post(address("bulk-users"), {"operation": "suspend", "username": ["ada", "nobody"]})

    bulk = BulkOperation.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == bulk.get_absolute_url()
    html = manager.get(answer["Location"]).content.decode()
    assert "Would be suspended" in html
    assert "no user of this name" in html
    assert "1 user at 5 a second" in html
    assert "the live app keeps 80 %" in html
    assert address("start-bulk", bulk) in html
    assert not sandbox.calls("AdminDisableUser")


def test_the_operation_asks_for_what_it_needs_and_keeps_who_was_chosen(
    manager: Client, address: Address, pool: Pool
) -> None:
    pool.group("Editors")
    pool.user("ada")
    given = {"operation": "add-to-group", "username": ["ada", "b\"o'b"], "group": "Viewers", "q": "x"}
    page = manager.post(address("bulk-users"), given)
    html = page.content.decode()
    assert page.status_code == 200
    assert '<option value="Editors">' in html
    assert 'name="username" value="ada"' in html
    assert "b&quot;o&#x27;b" in html
    assert 'name="group" value="Viewers"' in html, "the list's own condition is not the group that is meant"
    wrong = manager.post(address("bulk-users"), {**given, "to_group": "Nobody"})
    assert wrong.status_code == 422
    assert "no group Nobody" in wrong.content.decode()
    right = manager.post(address("bulk-users"), {"operation": "add-to-group", "username": "ada", "to_group": "Editors"})
    assert right.status_code == 303
    assert BulkOperation.objects.get().arguments == {"group": "Editors"}
    attribute = manager.post(address("bulk-users"), {"operation": "set-attribute", "username": "ada"}).content.decode()
    assert "custom:tier" in attribute
    assert 'value="email"' not in attribute


@pytest.mark.parametrize(
    ("given", "words"),
    [({"operation": "suspend"}, "at least one"), ({"operation": "explode", "username": "ada"}, "no bulk operation")],
)
def test_what_cannot_be_planned_is_said(
    manager: Client, address: Address, pool: Pool, given: dict[str, str], words: str
) -> None:
    page = manager.post(address("bulk-users"), given)
    assert page.status_code == 422
    assert words in page.content.decode()
    answer = manager.post(address("bulk-users"), given, headers=JSON)
    assert answer.status_code == 422
    assert words in answer.json()["error"]


def test_all_that_match_are_worked_out_by_a_job(manager: Client, address: Address, pool: Pool) -> None:
    pool.user("ada")
    answer = manager.post(
        address("bulk-users"), {"operation": "sign-out", "all": "1", "q": "ada", "attribute": "username"}
    )

    bulk = BulkOperation.objects.get()
    assert bulk.query == {"q": "ada", "attribute": "username"}
    html = manager.get(answer["Location"]).content.decode()
    assert "Working out who is meant" in html
    assert 'hx-trigger="load delay:1s"' in html
    assert f'hx-get="{bulk.get_absolute_url()}"' in html
    assert bulk.planning_job is not None
    lifecycle.run_now(bulk.planning_job, planning.work_out)
    followed = manager.get(bulk.get_absolute_url(), headers={"HX-Request": "true"})
    assert followed["HX-Redirect"] == bulk.get_absolute_url()


def test_starting_asks_for_what_must_be_confirmed(
    manager: Client, address: Address, plan: Any, pool: Pool, sandbox: Any
) -> None:
    pool.user("ada", password="Passw0rd-x")
    writing, deleting = plan("reset-password", ["ada"]), plan("delete", ["ada"])
    for bulk, words in ((writing, "Tick that"), (deleting, "Type 1")):
        page = manager.post(address("start-bulk", bulk), {"reason": "Left"})
        assert page.status_code == 422
        assert words in page.content.decode()
        assert 'value="Left"' in page.content.decode()
    assert not Job.objects.exists()
    assert manager.post(address("start-bulk", writing), {"messages": "on"}).status_code == 303
    assert manager.post(address("start-bulk", deleting), {"typed": "1", "reason": "Left"}).status_code == 303
    assert Job.objects.count() == 2
    deleting.refresh_from_db()
    assert (deleting.state, deleting.reason) == ("started", "Left")


def test_more_mails_than_cognitos_own_sender_takes_are_warned_of(
    manager: Client, project: Any, cast: Any, sandbox: Any, no_quotas: None, plan: Any
) -> None:
    pool = Pool(sandbox.url, EmailConfiguration=None)
    place = linked(project, pool, "own-sender")
    pool.user("ada", password="Passw0rd-x")
    from user_management.bulk import services

    bulk = services.plan(place=place, operation="reset-password", usernames=["ada"], actor=actor_of(cast.manager))
    assert "allows 50 e-mails a day" in manager.get(bulk.get_absolute_url()).content.decode()
    BulkOperation.objects.update(messages={"EMAIL": 812})
    html = manager.get(bulk.get_absolute_url()).content.decode()
    assert "812 e-mails" in html
    assert "until 09:00 UTC" in html
    assert POOL["EmailConfiguration"]


def test_the_page_shows_progress_with_its_buttons_and_then_the_results(
    manager: Client, address: Address, plan: Any, pool: Pool, cast: Any, sandbox: Any
) -> None:
    for name in ("ada", "bob"):
        pool.user(name, password="Passw0rd-x")
    bulk = plan("suspend", ["ada", "bob"])
    sandbox.fail("AdminDisableUser", kind="fail", code="InvalidParameterException", message="<b>No</b>", times=1)
    manager.post(address("start-bulk", bulk))
    bulk.refresh_from_db()
    job = bulk.job
    assert job is not None
    html = manager.get(bulk.get_absolute_url()).content.decode()
    assert f"{job.get_absolute_url()}pause/" in html
    paused = manager.post(f"{job.get_absolute_url()}pause/", {"next": bulk.get_absolute_url()}, follow=True)
    assert "Nothing happens until somebody resumes it" in paused.content.decode()
    assert paused.redirect_chain[-1][0] == bulk.get_absolute_url()
    jobs.resume(job=job, actor=actor_of(cast.manager))
    job.refresh_from_db()
    lifecycle.run_now(job, carrying_out.carry_out)

    html = manager.get(bulk.get_absolute_url()).content.decode()

    assert "Finished, but not for everybody" in html
    assert "&lt;b&gt;No&lt;/b&gt;" in html
    assert "Repeat for 1" in html
    assert "hx-trigger" not in html.split('id="rows"')[0].split('id="bulk"')[1]
    only = manager.get(f"{bulk.get_absolute_url()}?state=done").content.decode().split('id="rows"')[1]
    assert ("ada@example.com" in only) is not ("bob@example.com" in only)
    again = manager.post(address("retry-bulk", bulk))
    assert again.status_code == 303
    assert again["Location"] != bulk.get_absolute_url()
    assert "an earlier change" in manager.get(again["Location"]).content.decode()


def test_results_are_a_file_that_no_spreadsheet_runs(
    manager: Client, address: Address, plan: Any, pool: Pool, cast: Any
) -> None:
    for name in ("=1+1", "ada"):
        pool.user(name, email=f"{name.strip('=')}@example.com")
    bulk = plan("sign-out", ["=1+1", "ada"])
    carry_out(bulk, cast)

    answer = manager.get(address("bulk-results", bulk))

    assert answer["Content-Disposition"] == f'attachment; filename="sign-out-{bulk.pk}.csv"'
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    read = list(csv.DictReader(io.StringIO(text)))
    assert [(row["username"], row["state"]) for row in read] == [("'=1+1", "done"), ("ada", "done")]
    assert AuditEvent.objects.filter(action="user_management:bulk:read-results").count() == 1


def test_a_plan_is_discarded_with_what_it_holds(manager: Client, address: Address, plan: Any, pool: Pool) -> None:
    pool.user("ada")
    bulk = plan("sign-out", ["ada"])
    assert manager.post(address("discard-bulk", bulk)).status_code == 303
    assert not BulkOperation.objects.exists()


def test_scripts_plan_start_and_read(client: Client, place: Place, address: Address, pool: Pool) -> None:
    pool.user("ada", password="Passw0rd-x")
    _, secret = make_token(place.project, role=Role.MANAGE_ONLY)
    headers = {"Authorization": f"Bearer {secret}", **JSON}
    planned = client.post(address("bulk-users"), {"operation": "delete", "username": ["ada", "no"]}, headers=headers)
    assert planned.status_code == 201
    bulk = BulkOperation.objects.get()
    answer = planned.json()
    assert (answer["counts"]["pending"], answer["counts"]["skipped"], answer["per_second"]) == (1, 1, 5)
    assert answer["skipped"][0]["example"] == "no"
    refused = client.post(address("start-bulk", bulk), headers=headers)
    assert refused.status_code == 422
    assert refused.json()["field"] == "typed"
    assert client.post(address("start-bulk", bulk), {"typed": "1"}, headers=headers).status_code == 202
    assert client.get(bulk.get_absolute_url(), headers=headers).json()["job"]["status"] == "queued"


VERBS = ("bulk-users", "start-bulk", "retry-bulk", "discard-bulk")


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_who_may_not_change_users_changes_none(
    client: Client, address: Address, plan: Any, pool: Pool, cast: Any, sandbox: Any, verb: str, who: str, status: int
) -> None:
    pool.user("ada")
    bulk = plan("sign-out", ["ada"])
    client.force_login(getattr(cast, who))
    given = {"operation": "sign-out", "username": "ada", "typed": "1"}

    assert client.post(address(verb, None if verb == "bulk-users" else bulk), given).status_code == status
    assert client.get(bulk.get_absolute_url()).status_code == status
    assert client.get(address("bulk-results", bulk)).status_code == status

    assert BulkOperation.objects.get().state == "planned"
    assert not Job.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_get_changes_nothing(manager: Client, address: Address, plan: Any, pool: Pool, verb: str) -> None:
    pool.user("ada")
    bulk = plan("sign-out", ["ada"])
    assert manager.get(address(verb, None if verb == "bulk-users" else bulk)).status_code == 405
    assert BulkOperation.objects.get().state == "planned"


def test_a_change_belongs_to_its_environment(
    manager: Client, project: Any, address: Address, plan: Any, pool: Pool
) -> None:
    pool.user("ada")
    bulk = plan("sign-out", ["ada"])
    other = linked(project, pool, "test")
    assert manager.get(reverse("bulk", kwargs={**other.names, "bulk": bulk.pk})).status_code == 404


def test_the_page_costs_the_same_for_few_users_and_for_many(
    manager: Client, plan: Any, pool: Pool, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        pool.user(f"user{number}")
    few, many = plan("sign-out", ["user1"]), plan("sign-out", [f"user{number}" for number in range(25)])
    manager.get(few.get_absolute_url())
    for bulk in (few, many):
        with django_assert_max_num_queries(18):
            assert manager.get(bulk.get_absolute_url()).status_code == 200

"""The page of one user."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from aws import users
from tests.factories import Cast, make_environment, make_token
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, text_of, url
from user_management import people, recent
from user_management.place import Place

CFO = "cfo@example.com"
ODD_NAMES = ("a/b%2Fc+d#e?f&g=h", "..", "📎🦄-ünïcødé", '"quoted"\\back\'slash', "<b>bold</b>", "l" * 128, "create")


def test_it_shows_everything_that_costs_nothing(owner: Client, place: Place, pool: Pool, sandbox: Any) -> None:
    name = pool.user("ada", password="Correct-Horse-1", custom__tier="gold", phone_number="+4930123456")
    sandbox.forget()
    text = text_of(owner.get(url(place, "user", name)))
    assert "Help this user sign in" in text
    assert "Nothing in this account keeps the user from signing in" in text
    for words in ("ada@example.com", "Confirmed", "Enabled", "gold", "custom:tier", "Not verified", "Without a value"):
        assert words in text, words
    assert url(place, "user-groups", name) in text
    assert url(place, "user-security", name) in text
    assert not sandbox.calls("AdminGetUser")
    assert {call["operation"] for call in sandbox.calls()} <= {
        "ListUsers",
        "DescribeUserPool",
        "GetUserPoolMfaConfig",
    }
    sandbox.forget()
    owner.get(url(place, "user", name))
    assert [call["operation"] for call in sandbox.calls()] == ["ListUsers"]


def test_few_queries(
    owner: Client, place: Place, pool: Pool, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    name = pool.user("ada", password="Correct-Horse-1")
    address = url(place, "user", name)
    owner.get(address)
    with django_assert_max_num_queries(9):
        owner.get(address)


@pytest.mark.parametrize("odd", ODD_NAMES)
def test_names_that_look_like_something_else(owner: Client, place: Place, pool: Pool, odd: str) -> None:
    name = pool.user(odd, password="Correct-Horse-1", email="odd@example.com")
    assert name == odd
    answer = owner.get(url(place, "user", name))
    assert odd in text_of(answer)
    assert b"<b>bold</b>" not in answer.content
    assert owner.post(url(place, "suspend-user", name)).status_code == 303
    assert pool.described(name)["Enabled"] is False
    assert owner.get(url(place, "user", name), headers=JSON).json()["username"] == odd


def test_values_are_shown_as_text(owner: Client, place: Place, pool: Pool) -> None:
    name = pool.user("ada", name="<script>alert(1)</script>" + "x" * 2000)
    answer = owner.get(url(place, "user", name))
    assert b"<script>alert(1)" not in answer.content
    assert b"&lt;script&gt;alert(1)" in answer.content


def test_nobody_of_that_name(owner: Client, place: Place) -> None:
    answer = owner.get(url(place, "user", "nobody"))
    assert answer.status_code == 404
    assert "The pool has no user of this name." in text_of(answer)
    report = owner.get(url(place, "user", "nobody"), headers=JSON)
    assert report.status_code == 404
    assert report.json()["code"] == "UserNotFoundException"


def test_in_a_pool_that_does_not_mind_case(owner: Client, place: Place, pool: Pool, sandbox: Any) -> None:
    pool.user("ada")
    assert owner.get(url(place, "user", "ADA")).status_code == 200
    sandbox.forget()
    assert owner.get(url(place, "user", "ada")).status_code == 200
    assert len(sandbox.calls("ListUsers")) == 1
    assert owner.get(url(place, "user", "Grace")).status_code == 404


def test_in_a_pool_that_minds_case(owner: Client, place: Place, sandbox: Any) -> None:
    strict = Pool(sandbox.url, UsernameConfiguration={"CaseSensitive": True})
    place.link.user_pool_id = strict.id
    place.link.save()
    strict.user("ada")
    assert owner.get(url(place, "user", "ADA")).status_code == 404
    assert owner.get(url(place, "user", "ada")).status_code == 200


@pytest.mark.parametrize("nobody", ["a\0b", "a\nb", "x" * 129])
def test_names_nobody_can_have_ask_nobody(owner: Client, place: Place, sandbox: Any, nobody: str) -> None:
    sandbox.forget()
    assert owner.get(url(place, "user", nobody)).status_code == 404
    assert not sandbox.calls()


def test_a_token_that_is_none_is_no_page(owner: Client, place: Place) -> None:
    page = url(place, "user", "ada")
    assert owner.get(page.replace("/YWRh/", "/YWR/")).status_code == 404


def test_who_may_look(client: Client, cast: Cast, place: Place, pool: Pool) -> None:
    address = url(place, "user", pool.user("ada", password="Correct-Horse-1"))
    client.force_login(cast.stranger)
    assert client.get(address).status_code == 404
    client.force_login(cast.viewer)
    text = text_of(client.get(address))
    assert "Your role allows reading only." in text
    assert url(place, "delete-user", "ada") not in text
    assert url(place, "suspend-user", "ada") not in text
    client.force_login(cast.manager)
    assert url(place, "suspend-user", "ada") in text_of(client.get(address))


def test_scripts_read_the_user_and_what_helps(client: Client, place: Place, pool: Pool) -> None:
    name = pool.user("ada")
    _, secret = make_token(place.project)
    answer = client.get(url(place, "user", name), headers={"authorization": f"Bearer {secret}", **JSON})
    report = answer.json()
    assert (report["status"], report["enabled"]) == ("FORCE_CHANGE_PASSWORD", True)
    assert report["attributes"]["email"] == "ada@example.com"
    assert report["signs_in_with"] == ["ada", "ada@example.com"]
    assert report["help"]["key"] == "invited"
    first = report["help"]["actions"][0]
    assert first == {"action": "resend-invitation", "helps": True, "can": True, "reason": "", "caution": ""}
    reset = next(one for one in report["help"]["actions"] if one["action"] == "reset-password")
    assert (reset["can"], "Cognito resets no temporary password" in reset["reason"]) == (False, True)


def test_what_was_done_a_moment_ago_is_seen(owner: Client, place: Place, pool: Pool) -> None:
    """Cognito's list follows later; a note of our own change stands in until then."""
    name = pool.user("ada", password="Correct-Horse-1")
    known = people.find(place, name)
    later = datetime.now(UTC).replace(year=2100)
    recent.note(place, replace(known, enabled=False, modified=later))
    assert "no suspended user can sign in" in text_of(owner.get(url(place, "user", name)))


def test_without_a_pool_it_says_what_to_do(owner: Client, place: Place) -> None:
    other = make_environment(place.project, "bare")
    address = url(place, "user", "ada").replace("/dev/", f"/{other.name}/")
    assert "not linked to a user pool" in text_of(owner.get(address))
    assert owner.get(address, headers=JSON).status_code == 409


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"code": "AccessDeniedException", "message": "no"}, "The console's AWS credentials may not do this"),
        ({"code": "TooManyRequestsException"}, "slow down"),
    ],
)
def test_what_aws_refuses_is_said(
    owner: Client, place: Place, pool: Pool, sandbox: Any, fault: dict[str, str], words: str
) -> None:
    name = pool.user("ada")
    sandbox.fail("ListUsers", kind="fail", **fault)
    answer = owner.get(url(place, "user", name))
    assert answer.status_code == 502
    assert words in text_of(answer)
    assert owner.get(url(place, "user", name), headers=JSON).json()["code"] == fault["code"]


def test_an_aws_that_hangs_is_waited_for_only_so_long(
    owner: Client, place: Place, pool: Pool, sandbox: Any, settings: Any
) -> None:
    settings.SCREEN_DEADLINE_SECONDS = 0.3
    name = pool.user("ada")
    sandbox.fail("ListUsers", delay_ms=2000)
    assert owner.get(url(place, "user", name)).status_code == 502


class TestTheBilledRecord:
    def test_it_is_read_on_request_and_recorded(
        self, manager: Client, cast: Cast, place: Place, pool: Pool, sandbox: Any
    ) -> None:
        name = pool.user("ada", password="Correct-Horse-1")
        text = text_of(manager.get(url(place, "user", name)))
        assert "AWS counts this user as active this month" in text
        answer = manager.post(url(place, "user-billed", name), {"reason": "TICKET-7"})
        assert "Read from Cognito at this moment" in text_of(answer)
        assert len(sandbox.calls("AdminGetUser")) == 1
        event = events("read-billed")[0]
        assert (event.target, event.reason, event.actor_name) == ("ada", "TICKET-7", cast.manager.label)
        report = manager.post(url(place, "user-billed", name), headers=JSON).json()
        assert report["factors"] == {"mfa": [], "preferred": "", "first_factors": []}

    def test_only_who_manages_users_may_spend(
        self, client: Client, cast: Cast, place: Place, pool: Pool, sandbox: Any
    ) -> None:
        address = url(place, "user-billed", pool.user("ada"))
        client.force_login(cast.viewer)
        assert client.post(address).status_code == 403
        assert client.get(address).status_code == 405
        client.force_login(cast.stranger)
        assert client.post(address).status_code == 404
        assert not sandbox.calls("AdminGetUser")
        assert not events("read-billed")

    def test_the_factors_it_tells_decide_what_helps(self, owner: Client, link_to: Callable[[str], Place]) -> None:
        place = link_to("mfa-on")
        [username] = [user.username for user in users.iter_users(place.target, place.pool_id) if user.email == CFO]
        text = text_of(owner.post(url(place, "user-billed", username)))
        assert "Preferred second factor" in text or "No second factor is preferred" in text
        assert "with password and authenticator app" in text


def test_the_activity_of_the_user_is_at_the_bottom(owner: Client, place: Place, pool: Pool) -> None:
    ada, bob = pool.user("ada", password="Correct-Horse-1"), pool.user("bob", password="Correct-Horse-1")
    owner.post(url(place, "suspend-user", ada), {"reason": "TICKET-1"})
    owner.post(url(place, "suspend-user", bob), {"reason": "TICKET-2"})
    text = text_of(owner.get(url(place, "user", ada)))
    assert "TICKET-1" in text
    assert "TICKET-2" not in text

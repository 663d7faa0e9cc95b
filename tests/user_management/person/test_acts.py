"""The actions of one POST each."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import Cast, make_token
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, messages, text_of, url
from user_management import people, recent
from user_management.place import Place

PASSWORD = "Correct-Horse-1"
Planted = Callable[[Pool], str]


def confirmed(pool: Pool) -> str:
    return pool.user("ada", password=PASSWORD)


def invited(pool: Pool) -> str:
    return pool.user("ada")


def suspended(pool: Pool) -> str:
    name = confirmed(pool)
    pool.cognito.admin_disable_user(UserPoolId=pool.id, Username=name)
    return name


def signing_up(pool: Pool) -> str:
    client = pool.cognito.create_user_pool_client(UserPoolId=pool.id, ClientName="web")["UserPoolClient"]["ClientId"]
    attributes = [{"Name": "email", "Value": "ada@example.com"}]
    pool.cognito.sign_up(ClientId=client, Username="ada", Password=PASSWORD, UserAttributes=attributes)
    return "ada"


ACTS: list[tuple[str, Planted, dict[str, Any], str]] = [
    ("suspend-user", confirmed, {"Enabled": False}, "suspend"),
    ("reactivate-user", suspended, {"Enabled": True}, "reactivate"),
    ("sign-out-user", confirmed, {"Enabled": True}, "sign-out"),
    ("confirm-user", signing_up, {"UserStatus": "CONFIRMED"}, "confirm"),
    ("reset-password", confirmed, {"UserStatus": "RESET_REQUIRED"}, "reset-password"),
    ("resend-invitation", invited, {"UserStatus": "FORCE_CHANGE_PASSWORD"}, "invite"),
]
LEAVES = [act[0] for act in ACTS]


@pytest.mark.parametrize(("leaf", "plant", "becomes", "action"), ACTS, ids=LEAVES)
def test_it_works_and_is_recorded(
    manager: Client,
    cast: Cast,
    place: Place,
    pool: Pool,
    leaf: str,
    plant: Planted,
    becomes: dict[str, Any],
    action: str,
) -> None:
    name = plant(pool)
    answer = manager.post(url(place, leaf, name), {"reason": " TICKET-1 "}, follow=True)
    assert answer.redirect_chain[0] == (url(place, "user", name), 303)
    assert "ada@example.com" in text_of(answer)
    user = pool.described(name)
    assert {key: user[key] for key in becomes} == becomes
    [event] = events(f"user:{action}")
    assert (event.target, event.reason, event.actor_name) == (name, "TICKET-1", cast.manager.label)
    assert (event.project, event.environment) == (place.project.slug, "dev")
    # The lists know at once what the user is now.
    noted = people.find(place, name)
    assert (noted.status, noted.enabled) == (user["UserStatus"], user["Enabled"])


@pytest.mark.parametrize("leaf", LEAVES)
def test_who_may_not(client: Client, cast: Cast, place: Place, pool: Pool, leaf: str) -> None:
    name = confirmed(pool)
    before = pool.described(name)
    client.force_login(cast.viewer)
    assert client.post(url(place, leaf, name)).status_code == 403
    assert client.get(url(place, leaf, name)).status_code == 405
    client.force_login(cast.stranger)
    assert client.post(url(place, leaf, name)).status_code == 404
    client.logout()
    assert client.post(url(place, leaf, name)).status_code == 302
    _, secret = make_token(place.project)
    refused = client.post(url(place, leaf, name), headers={"authorization": f"Bearer {secret}", **JSON})
    assert refused.status_code == 403
    after = pool.described(name)
    assert {key: after[key] for key in ("UserStatus", "Enabled", "Attributes")} == {
        key: before[key] for key in ("UserStatus", "Enabled", "Attributes")
    }
    assert not events("user:" + leaf)


@pytest.mark.parametrize(
    ("leaf", "plant", "why"),
    [
        ("reset-password", invited, "Cognito resets no temporary password"),
        ("reset-password", suspended, "Reactivate the user first"),
        ("reset-password", signing_up, "The sign-up is not confirmed"),
        ("confirm-user", confirmed, "Only a sign-up that waits for its code"),
        ("resend-invitation", confirmed, "has replaced the temporary password already"),
    ],
)
def test_what_cannot_work_changes_nothing_and_says_why(
    owner: Client, place: Place, pool: Pool, sandbox: Any, leaf: str, plant: Planted, why: str
) -> None:
    name = plant(pool)
    before = pool.described(name)["UserStatus"]
    assert why in text_of(owner.post(url(place, leaf, name), follow=True))
    report = owner.post(url(place, leaf, name), headers=JSON)
    assert report.status_code == 409
    assert why in report.json()["reason"]
    assert pool.described(name)["UserStatus"] == before
    assert not events()


def test_an_odd_reason_costs_the_activity_nothing(owner: Client, place: Place, pool: Pool) -> None:
    name = confirmed(pool)
    for reason, kept in (("a\0b", "ab"), ("x" * 1001, "x" * 1000)):
        assert owner.post(url(place, "suspend-user", name), {"reason": reason}).status_code == 303
        assert events("suspend")[-1].reason == kept
    assert owner.post(url(place, "user-billed", name), {"reason": "a\0b"}).status_code == 200
    assert events("read-billed")[-1].reason == "ab"


def test_scripts_with_a_token_need_nothing_else(client: Client, place: Place, pool: Pool) -> None:
    name = confirmed(pool)
    _, secret = make_token(place.project, role="manage-only")
    client.handler.enforce_csrf_checks = True
    headers = {"authorization": f"Bearer {secret}", **JSON}
    report = client.post(url(place, "suspend-user", name), {"reason": "by script"}, headers=headers)
    assert report.status_code == 200
    assert (report.json()["enabled"], report.json()["username"]) == (False, "ada")
    assert events("suspend")[0].actor_name == "token:CI"


def test_somebody_else_deleted_the_user_a_moment_ago(owner: Client, place: Place, pool: Pool, sandbox: Any) -> None:
    name = confirmed(pool)
    # Cognito's list still has the user, the action does not.
    sandbox.fail("AdminDisableUser", kind="fail", code="UserNotFoundException", message="User does not exist.")
    answer = owner.post(url(place, "suspend-user", name), follow=True)
    assert answer.redirect_chain[0] == (url(place, "users"), 303)
    assert "Somebody else deleted this user meanwhile." in text_of(answer)
    assert recent.is_deleted(place, name)
    assert not events()
    assert owner.post(url(place, "suspend-user", name), headers=JSON).status_code == 404


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException", "InternalErrorException"])
def test_what_aws_refuses_is_said_and_not_recorded(
    owner: Client, place: Place, pool: Pool, sandbox: Any, code: str
) -> None:
    name = confirmed(pool)
    sandbox.fail("AdminDisableUser", kind="fail", code=code, status=500 if code.startswith("Internal") else 400)
    report = owner.post(url(place, "suspend-user", name), headers=JSON)
    assert report.status_code == 502
    assert report.json()["code"] == code
    answer = owner.post(url(place, "suspend-user", name), follow=True)
    assert answer.redirect_chain[0][0] == url(place, "user", name)
    assert 'class="alert error"' in answer.content.decode()
    assert not events()
    assert pool.described(name)["Enabled"]


def test_sending_it_twice_does_it_once_more_and_harms_nobody(owner: Client, place: Place, pool: Pool) -> None:
    name = confirmed(pool)
    for _ in range(2):
        assert owner.post(url(place, "suspend-user", name)).status_code == 303
    assert not pool.described(name)["Enabled"]
    assert [event.before["enabled"] for event in events("suspend")] == [True, False]


def test_a_reset_sends_a_code_where_the_page_said(owner: Client, place: Place, pool: Pool, sandbox: Any) -> None:
    name = confirmed(pool)
    text = text_of(owner.get(url(place, "user", name)))
    assert "A message goes out by e-mail to ada@example.com, from accounts@example.com through Amazon SES." in text
    owner.post(url(place, "reset-password", name))
    assert messages(sandbox, pool.id) == [("password-reset", "EMAIL")]


def test_the_sender_that_everybody_shares_is_named(owner: Client, place: Place, sandbox: Any) -> None:
    pool = Pool(sandbox.url, EmailConfiguration=None)
    place.link.user_pool_id = pool.id
    place.link.save()
    name = invited(pool)
    assert "Cognito's own sender: 50 e-mails a day for the whole account" in text_of(
        owner.get(url(place, "user", name))
    )


class TestInvitations:
    def test_they_go_by_e_mail_unless_asked_otherwise(
        self, owner: Client, place: Place, pool: Pool, sandbox: Any
    ) -> None:
        name = pool.user("ada", phone_number="+4930123456")
        owner.post(url(place, "resend-invitation", name))
        owner.post(url(place, "resend-invitation", name), {"deliver_by": "SMS"})
        owner.post(url(place, "resend-invitation", name), {"deliver_by": "PIGEON"})
        assert [medium for _, medium in messages(sandbox, pool.id)] == ["EMAIL", "SMS", "EMAIL"]
        assert [event.after["sent_by"] for event in events("invite")] == ["EMAIL", "SMS", "EMAIL"]

    def test_a_template_without_its_placeholder_is_warned_of(self, owner: Client, place: Place, sandbox: Any) -> None:
        template = {"InviteMessageTemplate": {"EmailMessage": "Welcome, {username}", "EmailSubject": "Hello"}}
        pool = Pool(sandbox.url, AdminCreateUserConfig=template)
        place.link.user_pool_id = pool.id
        place.link.save()
        assert "This message would not arrive" in text_of(owner.get(url(place, "user", invited(pool))))

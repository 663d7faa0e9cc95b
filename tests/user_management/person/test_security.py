"""Second factors, devices, sessions and sign-in history.

Nobody can sign in to a planted pool by hand, so these change people of the sample account whom no other test looks at.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from aws import user_security, users
from aws.user_resources import CognitoUser
from tests.factories import Cast
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, text_of, url
from user_management.place import Place

LinkTo = Callable[[str], Place]
LEAVES = ("reset-mfa", "mfa-preference", "forget-device", "revoke-session")


def person(place: Place, email: str) -> CognitoUser:
    return next(user for user in users.iter_users(place.target, place.pool_id) if user.email == email)


def with_sessions(place: Place, which: int) -> CognitoUser:
    """The customers of the shop with sessions and a device, one for each test that ends something."""
    found = []
    for user in users.page_of_users(place.target, place.pool_id).items[1:]:
        if len(user_security.list_sessions(place.target, place.pool_id, user.username)) > 3:
            found.append(user)
            if len(found) > which:
                return user
    raise AssertionError("the sample account has too few people with sessions")


def test_all_four_are_read_side_by_side(owner: Client, link_to: LinkTo, sandbox: Any) -> None:
    place = link_to("good")
    user = person(place, "ada.sample@example.org")
    owner.get(url(place, "user", user.username))
    sandbox.forget()
    text = text_of(owner.get(url(place, "user-security", user.username)))
    for words in ("Authenticator app", "Safari on iOS 19", "Berlin, Germany", "Perhaps a takeover (medium)", "Sign-in"):
        assert words in text, words
    assert sorted({call["operation"] for call in sandbox.calls()}) == [
        "AdminGetUserAuthFactors",
        "AdminListDevices",
        "AdminListUserAuthEvents",
        "AdminListUserSessions",
        "ListUsers",
    ]
    report = owner.get(url(place, "user-security", user.username), headers=JSON).json()
    assert "SOFTWARE_TOKEN_MFA" in report["factors"]["value"]["mfa"]
    assert report["sessions"]["value"][0]["id"]
    assert len(report["history"]["value"]) == 20


def test_the_history_goes_back_to_the_beginning(owner: Client, link_to: LinkTo, sandbox: Any) -> None:
    place = link_to("good")
    security = url(place, "user-security", person(place, "ada.sample@example.org").username)
    first = owner.get(security, headers=JSON).json()["history"]
    assert first["next_token"]
    text = text_of(owner.get(security))
    [(href, htmx)] = re.findall(r'href="([^"]*[?]events=[^"]*)#history-title" hx-get="([^"]*)"', text)
    assert href == htmx
    sandbox.forget()
    fragment = text_of(owner.get(href, headers={"HX-Request": "true", "HX-Target": "older-history"}))
    assert [call["operation"] for call in sandbox.calls() if call["operation"] != "ListUsers"] == [
        "AdminListUserAuthEvents"
    ]
    assert "<html" not in fragment
    assert "Remembered devices" not in fragment
    assert "From the newest" in text_of(owner.get(href))
    older = owner.get(href, headers=JSON).json()["history"]["value"]
    assert older
    assert fragment.count('data-label="When"') == len(older)
    assert not {one["id"] for one in older} & {one["id"] for one in first["value"]}
    refused = text_of(owner.get(f"{security}?events=nonsense"))
    assert "Remembered devices" in refused


def test_the_fragment_renews_the_help_with_what_it_knows(owner: Client, link_to: LinkTo) -> None:
    place = link_to("good")
    user = person(place, "ada.sample@example.org")
    answer = owner.get(url(place, "user-security", user.username), headers={"HX-Request": "true"})
    text = text_of(answer)
    assert "<html" not in text
    assert 'id="sign-in-help" hx-swap-oob="true"' in text
    assert "with password and authenticator app" in text


def test_what_the_pool_does_not_offer_is_said(owner: Client, place: Place, pool: Pool) -> None:
    name = pool.user("ada", password="Correct-Horse-1")
    text = text_of(owner.get(url(place, "user-security", name)))
    assert "Threat protection is not turned on for the pool." in text
    assert "This is not turned on for the pool." in text
    assert "None set up" in text
    report = owner.get(url(place, "user-security", name), headers=JSON).json()
    assert report["sessions"] == {"not_offered": "This is not turned on for the pool."}
    assert report["factors"]["value"]["mfa"] == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException", "InternalErrorException"])
def test_one_that_fails_hides_none_of_the_others(
    owner: Client, place: Place, pool: Pool, sandbox: Any, code: str
) -> None:
    name = pool.user("ada", password="Correct-Horse-1")
    sandbox.fail("AdminGetUserAuthFactors", kind="fail", code=code, message="no")
    answer = owner.get(url(place, "user-security", name))
    assert answer.status_code == 200
    text = text_of(answer)
    if code.startswith("Unknown"):
        assert "This AWS endpoint does not offer it yet." in text
    else:
        assert code in text
    assert "Threat protection is not turned on for the pool." in text


class TestResettingTheApp:
    def test_a_lost_device_where_a_second_factor_is_required(
        self, manager: Client, cast: Cast, link_to: LinkTo
    ) -> None:
        place = link_to("mfa-on")
        user = person(place, "controller@example.com")
        answer = manager.post(url(place, "reset-mfa", user.username), {"reason": "lost phone"}, follow=True)
        assert "The authenticator app is forgotten." in text_of(answer)
        assert user_security.auth_factors(place.target, place.pool_id, user.username).mfa == ()
        [event] = events("reset-mfa")
        assert (event.target, event.reason, event.actor_name) == (user.username, "lost phone", cast.manager.label)
        again = manager.post(url(place, "reset-mfa", user.username), headers=JSON)
        assert again.status_code == 409

    def test_aws_that_reports_success_and_keeps_it_is_told_of(self, manager: Client, link_to: LinkTo) -> None:
        place = link_to("mfa-on")
        user = person(place, "cfo@example.com")
        chosen = {"factor": [], "preferred": ""}
        answer = manager.post(url(place, "mfa-preference", user.username), chosen, follow=True)
        assert "AWS reported success, but authenticator app stayed as before" in text_of(answer)
        report = manager.post(url(place, "mfa-preference", user.username), chosen, headers=JSON).json()
        assert report["factors"]["mfa"] == ["SOFTWARE_TOKEN_MFA"]

    def test_changing_what_is_asked_for(self, manager: Client, link_to: LinkTo) -> None:
        place = link_to("alias-attributes")
        user = person(place, "gold.member@example.com")
        address = url(place, "mfa-preference", user.username)
        both = {"factor": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"], "preferred": "SMS_MFA"}
        report = manager.post(address, both, headers=JSON).json()
        assert report["factors"]["preferred"] == "SMS_MFA"
        assert "The second factors are as they were." in text_of(manager.post(address, both, follow=True))
        neither = {"factor": ["SOFTWARE_TOKEN_MFA"], "preferred": "SMS_MFA"}
        assert "Tick it as well" in manager.post(address, neither, headers=JSON).json()["next_step"]
        app = {"factor": ["SOFTWARE_TOKEN_MFA"], "preferred": "SOFTWARE_TOKEN_MFA"}
        assert "The second factors are changed." in text_of(manager.post(address, app, follow=True))
        factors = user_security.auth_factors(place.target, place.pool_id, user.username)
        assert (factors.mfa, factors.preferred) == (("SOFTWARE_TOKEN_MFA",), "SOFTWARE_TOKEN_MFA")
        # What changed nothing is no line of the activity.
        assert [event.after["preferred"] for event in events("change-mfa")] == ["SMS_MFA", "SOFTWARE_TOKEN_MFA"]


class TestSessionsAndDevices:
    def test_one_session_alone_and_with_those_linked(self, manager: Client, link_to: LinkTo) -> None:
        place = link_to("good")
        user = with_sessions(place, 0)
        before = user_security.list_sessions(place.target, place.pool_id, user.username)
        linked = next(one for one in before if one.origin_id)
        single = next(one for one in before if one.id not in (linked.id, linked.origin_id))
        address = url(place, "revoke-session", user.username)
        assert manager.post(address, {"session": single.id, "reason": "T-1"}).status_code == 303
        left = {one.id for one in user_security.list_sessions(place.target, place.pool_id, user.username)}
        assert left == {one.id for one in before} - {single.id}
        manager.post(address, {"session": linked.id, "linked": "true"}, headers=JSON)
        left = {one.id for one in user_security.list_sessions(place.target, place.pool_id, user.username)}
        assert not {linked.id, linked.origin_id} & left
        assert [event.before["session"] for event in events("session:revoke")] == [single.id, linked.id]
        gone = manager.post(address, {"session": single.id}, headers=JSON)
        assert gone.status_code == 404
        assert "nothing is left to do" in gone.json()["next_step"]

    def test_a_device_is_forgotten(self, manager: Client, link_to: LinkTo) -> None:
        place = link_to("good")
        rows = users.page_of_users(place.target, place.pool_id).items
        user, device = next(
            (user, devices[0])
            for user in rows[9:]
            if (devices := user_security.list_devices(place.target, place.pool_id, user.username))
        )
        assert manager.post(url(place, "forget-device", user.username), {"key": device.key}).status_code == 303
        assert device not in user_security.list_devices(place.target, place.pool_id, user.username)
        assert events("device:forget")[0].before["device"] == device.key

    @pytest.mark.parametrize("session", ["", "nonsense", "x" * 5000])
    def test_an_id_that_is_none(self, manager: Client, link_to: LinkTo, session: str) -> None:
        place = link_to("good")
        user = person(place, "ada.sample@example.org")
        answer = manager.post(url(place, "revoke-session", user.username), {"session": session}, headers=JSON)
        assert answer.status_code in (404, 409)
        assert not events()


@pytest.mark.parametrize("leaf", LEAVES)
def test_who_may_not(client: Client, cast: Cast, place: Place, pool: Pool, sandbox: Any, leaf: str) -> None:
    address = url(place, leaf, pool.user("ada", password="Correct-Horse-1"))
    client.force_login(cast.viewer)
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    client.force_login(cast.stranger)
    assert client.post(address).status_code == 404
    assert not [call for call in sandbox.calls() if call["operation"].startswith(("AdminDelete", "AdminRevoke"))]
    assert not events()


def test_viewers_read_it_without_buttons(client: Client, cast: Cast, link_to: LinkTo) -> None:
    place = link_to("good")
    user = person(place, "ada.sample@example.org")
    client.force_login(cast.viewer)
    text = text_of(client.get(url(place, "user-security", user.username)))
    assert "Safari on iOS 19" in text
    assert url(place, "revoke-session", user.username) not in text
    client.force_login(cast.stranger)
    assert client.get(url(place, "user-security", user.username)).status_code == 404

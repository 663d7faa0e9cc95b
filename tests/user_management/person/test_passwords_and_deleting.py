"""Setting a password, and deleting for ever."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import AuditEvent
from tests.factories import Cast
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, text_of, url
from tests.user_management.person.test_create import signs_in
from user_management import recent
from user_management.place import Place

PASSWORD, NEXT = "Correct-Horse-1", "Battery-Staple-2"


@pytest.fixture
def ada(place: Place, pool: Pool) -> str:
    return pool.user("ada", password=PASSWORD)


class TestSettingAPassword:
    def test_a_permanent_one(self, manager: Client, cast: Cast, place: Place, pool: Pool) -> None:
        name = pool.user("ada")
        given = {"kind": "permanent", "source": "typed", "password": NEXT, "reason": "T-1"}
        answer = manager.post(url(place, "set-password", name), given)
        assert answer.status_code == 303
        assert NEXT not in answer["Location"]
        assert pool.described(name)["UserStatus"] == "CONFIRMED"
        assert signs_in(pool, name, NEXT) == ""
        [event] = events("set-password")
        assert event.before["status"] == "FORCE_CHANGE_PASSWORD"
        assert (event.after["status"], event.after["permanent"]) == ("CONFIRMED", True)
        assert (event.reason, event.actor_name) == ("T-1", cast.manager.label)

    def test_a_made_up_one_is_shown_once_and_kept_nowhere(
        self, manager: Client, place: Place, pool: Pool, ada: str
    ) -> None:
        answer = manager.post(url(place, "set-password", ada), {"kind": "temporary", "source": "generated"})
        assert "no-store" in answer["Cache-Control"]
        found = re.search(r'data-copy="([^"]{16,})"', text_of(answer))
        assert found
        assert signs_in(pool, ada, found[1]) == "NEW_PASSWORD_REQUIRED"
        kept = [str(list(AuditEvent.objects.values())), *(str(one.get_decoded()) for one in Session.objects.all())]
        assert found[1] not in " ".join(kept)
        report = manager.post(url(place, "set-password", ada), {"kind": "permanent"}, headers=JSON).json()
        assert signs_in(pool, ada, report["password"]) == ""

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"kind": "permanent", "source": "typed", "password": "short"}, "at least 10 characters"),
            ({"kind": "permanent", "source": "typed", "password": ""}, "at least 10 characters"),
            ({"kind": "forever", "source": "typed", "password": NEXT}, "Select a valid choice"),
        ],
    )
    def test_what_is_not_valid(
        self, manager: Client, place: Place, pool: Pool, ada: str, given: dict[str, str], words: str
    ) -> None:
        answer = manager.post(url(place, "set-password", ada), given)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert manager.post(url(place, "set-password", ada), given, headers=JSON).status_code == 422
        assert signs_in(pool, ada, PASSWORD) == ""
        assert not events()

    def test_cognito_has_the_last_word(self, manager: Client, place: Place, ada: str, sandbox: Any) -> None:
        words = "Password has previously been used and cannot be reused."
        sandbox.fail("AdminSetUserPassword", kind="fail", code="PasswordHistoryPolicyViolationException", message=words)
        given = {"kind": "permanent", "source": "typed", "password": PASSWORD, "reason": "T-1"}
        answer = manager.post(url(place, "set-password", ada), given)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert 'value="T-1"' in text_of(answer)
        assert PASSWORD not in text_of(answer)
        assert "Type the password again" in text_of(answer)
        assert manager.post(url(place, "set-password", ada), given, headers=JSON).status_code == 409

    def test_a_federated_user_needs_a_second_thought(self, manager: Client, link_to: Any, sandbox: Any) -> None:
        place = link_to("alias-attributes")
        name = "Google_108234567890123456789"
        text = text_of(manager.get(url(place, "set-password", name)))
        assert "This changes the status from EXTERNAL_PROVIDER to CONFIRMED" in text
        given = {"kind": "permanent", "source": "generated"}
        assert manager.post(url(place, "set-password", name), given).status_code == 422
        assert manager.post(url(place, "set-password", name), given, headers=JSON).status_code == 422
        assert not sandbox.calls("AdminSetUserPassword")

    def test_who_may_not(self, client: Client, cast: Cast, place: Place, pool: Pool, ada: str) -> None:
        given = {"kind": "permanent", "source": "typed", "password": NEXT}
        for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
            client.force_login(person)
            assert client.get(url(place, "set-password", ada)).status_code == status
            assert client.post(url(place, "set-password", ada), given).status_code == status
        client.force_login(cast.manager)
        assert client.put(url(place, "set-password", ada)).status_code == 405
        assert signs_in(pool, ada, PASSWORD) == ""


class TestDeleting:
    def test_the_page_says_what_goes_and_what_stays(self, manager: Client, place: Place, ada: str) -> None:
        text = text_of(manager.get(url(place, "delete-user", ada)))
        for words in ("What goes", "What stays", "Cognito brings no deleted user back", "Type ada@example.com"):
            assert words in text

    def test_nobody_has_to_type_what_cannot_be_typed(self, manager: Client, place: Place, pool: Pool) -> None:
        for number, name in enumerate(("x" * 500, "a\tb")):
            pool.user(f"odd-{number}", email="", name=name, verified=False)
            assert f"Type odd-{number} to confirm" in text_of(manager.get(url(place, "delete-user", f"odd-{number}")))

    @pytest.mark.parametrize("typed", ["ada@example.com", "ada", " ada "])
    def test_the_name_typed(self, manager: Client, cast: Cast, place: Place, pool: Pool, ada: str, typed: str) -> None:
        answer = manager.post(url(place, "delete-user", ada), {"confirm": typed, "reason": "asked to"}, follow=True)
        assert answer.redirect_chain[0] == (url(place, "users"), 303)
        assert "ada@example.com is deleted." in text_of(answer)
        assert pool.cognito.list_users(UserPoolId=pool.id)["Users"] == []
        [event] = events("user:delete")
        assert (event.target, event.reason, event.actor_name) == ("ada", "asked to", cast.manager.label)
        assert event.before["attributes"]["email"] == "ada@example.com"
        assert recent.is_deleted(place, ada)
        assert manager.get(url(place, "user", ada)).status_code == 404

    @pytest.mark.parametrize("typed", ["", "ADA", "bob", "Delete"])
    def test_another_name_deletes_nobody(self, manager: Client, place: Place, pool: Pool, ada: str, typed: str) -> None:
        answer = manager.post(url(place, "delete-user", ada), {"confirm": typed, "reason": "T-1"})
        assert answer.status_code == 422
        assert 'value="T-1"' in text_of(answer)
        assert manager.post(url(place, "delete-user", ada), {"confirm": typed}, headers=JSON).status_code == 422
        assert pool.described(ada)["Enabled"]
        assert not events()

    def test_somebody_else_was_quicker(self, manager: Client, place: Place, pool: Pool, ada: str, sandbox: Any) -> None:
        sandbox.fail("AdminDeleteUser", kind="fail", code="UserNotFoundException", message="User does not exist.")
        answer = manager.post(url(place, "delete-user", ada), {"confirm": "ada"}, follow=True)
        assert answer.redirect_chain[0][0] == url(place, "users")
        assert "Somebody else deleted this user meanwhile." in text_of(answer)
        assert not events()

    def test_twice(self, manager: Client, place: Place, ada: str) -> None:
        report = manager.post(url(place, "delete-user", ada), {"confirm": "ada"}, headers=JSON)
        assert report.json() == {"deleted": "ada"}
        again = manager.post(url(place, "delete-user", ada), {"confirm": "ada"}, headers=JSON)
        assert again.status_code == 404
        assert len(events("user:delete")) == 1

    def test_who_may_not(self, client: Client, cast: Cast, place: Place, pool: Pool, ada: str) -> None:
        for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
            client.force_login(person)
            assert client.get(url(place, "delete-user", ada)).status_code == status
            assert client.post(url(place, "delete-user", ada), {"confirm": "ada"}).status_code == status
        client.force_login(cast.manager)
        assert client.delete(url(place, "delete-user", ada)).status_code == 405
        assert pool.described(ada)["Enabled"]

"""Making users by the pool's rules."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import AuditEvent
from tests.factories import Cast
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, messages, text_of, url
from user_management import people, pool_rules
from user_management.place import Place

ADA = {"username": "ada", "attribute.email": "ada@example.com", "invite": "EMAIL", "source": "generated"}


@pytest.fixture
def create(place: Place) -> str:
    return url(place, "create-user")


def relinked(place: Place, sandbox: Any, **settings: Any) -> Pool:
    pool = Pool(sandbox.url, **settings)
    place.link.user_pool_id = pool.id
    place.link.save()
    return pool


def names(pool: Pool) -> set[str]:
    return {user["Username"] for user in pool.cognito.list_users(UserPoolId=pool.id)["Users"]}


def test_an_invitation_by_e_mail(
    manager: Client, cast: Cast, place: Place, pool: Pool, create: str, sandbox: Any
) -> None:
    answer = manager.post(create, {**ADA, "attribute.custom:tier": "gold", "reason": "T-1"}, follow=True)
    assert answer.redirect_chain[0] == (url(place, "user", "ada"), 303)
    assert "is created. The invitation goes out by e-mail." in text_of(answer)
    user = pool.described("ada")
    assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert user["Attributes"]["custom:tier"] == "gold"
    assert messages(sandbox, pool.id) == [("invitation", "EMAIL")]
    [event] = events("user:create")
    assert (event.target, event.reason, event.actor_name) == ("ada", "T-1", cast.manager.label)
    assert event.after["attributes"]["email"] == "ada@example.com"
    assert people.find(place, "ada").email == "ada@example.com"


def test_without_an_invitation_the_password_is_shown_once(
    manager: Client, place: Place, pool: Pool, create: str, sandbox: Any
) -> None:
    answer = manager.post(create, {**ADA, "invite": "none"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    text = text_of(answer)
    assert "Shown once" in text
    found = re.search(r'data-copy="([^"]{16,})"', text)
    assert found
    password = found[1]
    assert not messages(sandbox, pool.id)
    assert signs_in(pool, "ada", password) == "NEW_PASSWORD_REQUIRED"
    assert password not in text_of(manager.get(url(place, "user", "ada")))
    kept = [str(list(AuditEvent.objects.values())), *(str(one.get_decoded()) for one in Session.objects.all())]
    assert password not in " ".join(kept)


def signs_in(pool: Pool, username: str, password: str) -> str:
    client = pool.cognito.create_user_pool_client(
        UserPoolId=pool.id, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    answer = pool.cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return str(answer.get("ChallengeName", ""))


def test_a_typed_password(manager: Client, pool: Pool, create: str) -> None:
    typed = {**ADA, "source": "typed", "password": "Correct-Horse-1"}
    assert manager.post(create, typed).status_code == 303
    assert signs_in(pool, "ada", "Correct-Horse-1") == "NEW_PASSWORD_REQUIRED"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": ""}, "This field is required"),
        ({"username": "a b"}, "no spaces"),
        ({"username": "x" * 129}, "at most 128 characters"),
        ({"username": "ada@example.com"}, "their user name cannot look like one"),
        ({"attribute.email": ""}, "This field is required"),
        ({"attribute.email": "nonsense"}, "This is not an e-mail address"),
        ({"attribute.custom:points": "1001"}, "At most 1000"),
        ({"invite": "SMS"}, "Select a valid choice"),
        ({"source": "typed", "password": "short"}, "at least 10 characters"),
        ({"source": "typed", "password": ""}, "at least 10 characters"),
        ({"attribute.phone_number_verified": "on"}, "There is no address to verify"),
    ],
)
def test_what_is_not_valid_keeps_everything_typed(
    manager: Client, pool: Pool, create: str, changes: dict[str, str], words: str
) -> None:
    entered = {**ADA, "attribute.name": "Ada L.", "reason": "T-1", **changes}
    answer = manager.post(create, entered)
    assert answer.status_code == 422
    text = text_of(answer)
    assert words in text
    assert "no-store" in answer["Cache-Control"]
    for value in ("Ada L.", "T-1"):
        assert value in text
    # A password alone is not sent back.
    assert 'name="password" autocomplete' in text
    if "password" not in changes:
        assert "Type the password again" not in text
    report = manager.post(create, entered, headers=JSON)
    assert report.status_code == 422
    assert words in report.json()["error"]
    assert names(pool) == set()
    assert not events()


def test_a_typed_password_is_not_sent_back(manager: Client, pool: Pool, create: str, sandbox: Any) -> None:
    typed = {**ADA, "source": "typed", "password": "Correct-Horse-1"}
    pool.user("ada")
    for entered in ({**typed, "attribute.email": "nonsense"}, typed):
        text = text_of(manager.post(create, entered))
        assert "Correct-Horse-1" not in text
        assert "Type the password again" in text
    assert "again" not in manager.post(create, typed, headers=JSON).json()["error"]


def test_a_taken_name_is_not_blamed_on_an_address(manager: Client, pool: Pool, create: str) -> None:
    pool.user("ada", email="old@example.com")
    pool.user("grace", email="ada@example.com")
    answer = manager.post(create, ADA)
    assert answer.status_code == 422
    assert "UsernameExistsException" in text_of(answer)
    assert "Another user has this address" not in text_of(answer)


def test_ticks_stand_with_their_addresses(manager: Client, place: Place, create: str, sandbox: Any) -> None:
    def before(tick: str) -> str:
        text = text_of(manager.get(create))
        cells = text.split('<div class="stack-s')
        return next(cell for cell in cells if f'name="{tick}"' in cell)

    assert 'name="attribute.email"' in before("attribute.email_verified")
    assert 'name="attribute.phone_number"' in before("attribute.phone_number_verified")
    relinked(place, sandbox, AliasAttributes=None, UsernameAttributes=["email"])
    pool_rules.rules_of(place, fresh=True)
    assert 'name="username"' in before("attribute.email_verified")


def test_what_can_never_be_changed_says_so(manager: Client, place: Place, create: str, sandbox: Any) -> None:
    relinked(place, sandbox, Schema=[{"Name": "since", "AttributeDataType": "String", "Mutable": False}])
    assert text_of(manager.get(create)).count("It can only be set now.") == 1


@pytest.mark.parametrize("odd", ["a/b%2Fc+d", "..", "create", "🦄", "\"quo'ted\\", "é" * 128])
def test_names_that_look_like_something_else(manager: Client, place: Place, pool: Pool, create: str, odd: str) -> None:
    answer = manager.post(create, {**ADA, "username": odd}, follow=True)
    assert answer.redirect_chain[0][0] == url(place, "user", odd)
    assert answer.status_code == 200
    assert names(pool) == {odd}


class TestWhereAddressesAreNames:
    def test_the_name_is_the_address(self, manager: Client, place: Place, create: str, sandbox: Any) -> None:
        pool = relinked(place, sandbox, AliasAttributes=None, UsernameAttributes=["email"])
        text = text_of(manager.get(create))
        assert 'name="attribute.email"' not in text
        entered = {"username": "ada@example.com", "attribute.email_verified": "on", "invite": "EMAIL"}
        report = manager.post(create, entered, headers=JSON).json()
        assert report["attributes"]["email"] == "ada@example.com"
        assert report["attributes"]["email_verified"] == "true"
        assert names(pool) == {report["username"]}
        assert report["username"] == report["sub"]
        refused = manager.post(create, {**entered, "username": "ada"})
        assert "named by their e-mail address" in text_of(refused)

    def test_either_of_two(self, manager: Client, place: Place, create: str, sandbox: Any) -> None:
        pool = relinked(place, sandbox, AliasAttributes=None, UsernameAttributes=["email", "phone_number"], Schema=None)
        entered = {"username": "+4930123456", "attribute.email": "ada@example.com", "invite": "EMAIL"}
        report = manager.post(create, entered, headers=JSON).json()
        assert report["attributes"]["phone_number"] == "+4930123456"
        assert len(names(pool)) == 1
        differs = manager.post(create, {**entered, "attribute.phone_number": "+4930999999"}, headers=JSON)
        assert "differs from the user name" in differs.json()["error"]

    def test_a_taken_name(self, manager: Client, place: Place, create: str, sandbox: Any) -> None:
        relinked(place, sandbox, AliasAttributes=None, UsernameAttributes=["email"])
        entered = {"username": "ada@example.com", "invite": "EMAIL"}
        manager.post(create, entered)
        again = manager.post(create, entered)
        assert again.status_code == 422
        assert "UsernameExistsException" in text_of(again)
        assert 'value="ada@example.com"' in text_of(again)


class TestAnAddressOfSomebodyElse:
    TAKEN = {**ADA, "username": "bob", "attribute.email": "ada@example.com", "attribute.email_verified": "on"}

    def test_it_is_said_whose_it_is(self, manager: Client, place: Place, pool: Pool, create: str) -> None:
        pool.user("ada")
        answer = manager.post(create, self.TAKEN)
        assert answer.status_code == 422
        text = text_of(answer)
        assert "Another user has this address" in text
        assert url(place, "user", "ada") in text
        assert 'name="take_alias"' in text
        report = manager.post(create, self.TAKEN, headers=JSON)
        assert (report.status_code, report.json()["held_by"]) == (409, ["ada"])
        assert names(pool) == {"ada"}

    def test_it_is_taken_away_only_on_purpose(self, manager: Client, place: Place, pool: Pool, create: str) -> None:
        pool.user("ada")
        manager.post(create, {**self.TAKEN, "take_alias": "on"})
        assert names(pool) == {"ada", "bob"}
        assert pool.described("ada")["Attributes"]["email_verified"] == "false"
        [lost] = events("user:change")
        assert (lost.target, lost.after["taken_by"]) == ("ada", "bob")
        assert not people.find(place, "ada").is_verified("email")

    def test_the_tick_is_not_there_before(self, manager: Client, create: str) -> None:
        assert 'name="take_alias"' not in text_of(manager.get(create))


def test_a_template_without_its_placeholder(manager: Client, place: Place, create: str, sandbox: Any) -> None:
    template = {"InviteMessageTemplate": {"EmailMessage": "Welcome, {username}", "EmailSubject": "Hello"}}
    pool = relinked(place, sandbox, AdminCreateUserConfig=template)
    assert "Invitations would not arrive" in text_of(manager.get(create))
    refused = manager.post(create, ADA)
    assert "lacks the placeholder {####}" in text_of(refused)
    assert names(pool) == set()
    assert manager.post(create, {**ADA, "invite": "none"}).status_code == 200


def test_sending_it_twice_makes_one_user(manager: Client, pool: Pool, create: str) -> None:
    assert manager.post(create, ADA).status_code == 303
    again = manager.post(create, ADA)
    assert again.status_code == 422
    assert "UsernameExistsException" in text_of(again)
    assert len(events("user:create")) == 1


@pytest.mark.usefixtures("impatient")
def test_what_aws_refuses_keeps_the_form(manager: Client, pool: Pool, create: str, sandbox: Any) -> None:
    sandbox.fail("AdminCreateUser", kind="fail", code="AccessDeniedException", message="not authorized")
    answer = manager.post(create, {**ADA, "attribute.name": "Ada L."})
    assert answer.status_code == 422
    assert "Ada L." in text_of(answer)
    assert "AccessDeniedException" in text_of(answer)
    assert manager.post(create, ADA, headers=JSON).status_code == 502
    assert not events()


def test_who_may_not(client: Client, cast: Cast, pool: Pool, create: str) -> None:
    for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.get(create).status_code == status
        assert client.post(create, ADA).status_code == status
    client.force_login(cast.manager)
    assert client.put(create).status_code == 405
    assert names(pool) == set()


def test_scripts_learn_the_password_only_when_nobody_else_does(manager: Client, pool: Pool, create: str) -> None:
    made = manager.post(create, {"username": "ada", "attribute.email": "ada@example.com"}, headers=JSON)
    assert made.status_code == 201
    assert "password" not in made.json()
    silent = {"username": "bob", "attribute.email": "bob@example.com", "invite": "none"}
    report = manager.post(create, silent, headers=JSON).json()
    assert signs_in(pool, "bob", report["password"]) == "NEW_PASSWORD_REQUIRED"

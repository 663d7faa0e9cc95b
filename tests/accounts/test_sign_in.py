"""Signing in, staying out, and the second factor, through the real pages."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.test.utils import override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.mfa import MfaAdapter
from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def sign_in(client: Client, login: str, password: str = PASSWORD, address: str = LOGIN) -> tuple[int, str]:
    answer = client.post(address, {"login": login, "password": password})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


@pytest.mark.parametrize("login", ["maria", "maria@example.com", "Maria@Example.COM"])
def test_people_sign_in_with_username_or_address(client: Client, login: str) -> None:
    make_user("maria")
    assert client.get(LOGIN).status_code == 200
    assert sign_in(client, login) == (302, "/")
    assert client.get("/").status_code == 200


def test_people_come_back_to_the_page_they_wanted(client: Client) -> None:
    make_user("maria", may_create_projects=True)
    wanted = client.get("/projects/create/")["Location"]
    assert wanted == "/accounts/login/?next=/projects/create/"
    assert sign_in(client, "maria", address=wanted) == (302, "/projects/create/")


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    make_user("maria")
    assert sign_in(client, "maria", address=f"{LOGIN}?next={elsewhere}") == (302, "/")


def test_a_wrong_password_and_an_unknown_person_get_the_same_words(client: Client) -> None:
    make_user("maria")
    answers = [sign_in(client, "maria", "wrong"), sign_in(client, "nobody", "wrong")]
    assert [status for status, _ in answers] == [200, 200]
    words = [re.findall(r"<p>([^<]*not correct[^<]*)</p>", html) for _, html in answers]
    assert words[0] == words[1] != []
    assert 'value="wrong"' not in answers[0][1]
    assert client.get("/").status_code == 302


def test_many_wrong_passwords_shut_the_door_for_a_while(client: Client) -> None:
    make_user("maria")
    for _ in range(5):
        sign_in(client, "maria", "wrong")
    status, html = sign_in(client, "maria")
    assert status == 200
    assert "Too many failed login attempts" in html
    assert client.get("/").status_code == 302


def test_somebody_switched_off_cannot_sign_in(client: Client) -> None:
    make_user("maria", is_active=False)
    _, location = sign_in(client, "maria")
    assert location == "/accounts/inactive/"
    assert client.get(location).status_code == 200
    assert client.get("/").status_code == 302


def test_signing_out_needs_a_button(client: Client) -> None:
    client.force_login(make_user())
    assert "Stay signed in" in client.get("/accounts/logout/").content.decode()
    assert client.get("/").status_code == 200
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_signing_in_gives_a_new_session(client: Client) -> None:
    """A session somebody else planted in the browser is worth nothing after signing in."""
    make_user("maria")
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client, "maria")
    assert client.session.session_key != before


def test_the_reset_page_does_not_tell_whether_an_address_is_known(client: Client, settings: Any) -> None:
    settings.SENDS_EMAIL = True
    assert "Forgot your password?" in client.get(LOGIN).content.decode()
    make_user("maria")
    known = client.post("/accounts/password/reset/", {"email": "maria@example.com"}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)

    assert "If there is an account for that address" in unknown.content.decode()
    assert known.redirect_chain == unknown.redirect_chain == [("/accounts/password/reset/done/", 302)]
    # The pages differ in the tokens of their forms alone.
    bare = [re.sub(r'"[A-Za-z0-9]{64}"', "", page.content.decode()) for page in (known, unknown)]
    assert bare[0] == bare[1]
    assert [letter.to for letter in mail.outbox] == [["maria@example.com"]]
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link

    form = client.get(link[1])["Location"]
    new = "a much better phrase"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sign_in(Client(), "maria", new)[0] == 302
    assert sign_in(Client(), "maria")[0] == 200
    # The link has done its work.
    assert "password1" not in client.get(link[1], follow=True).content.decode()


def test_a_console_without_e_mail_says_whom_to_ask_for_a_new_password(client: Client) -> None:
    person = make_user("maria")
    assert "Forgot" not in client.get(LOGIN).content.decode()
    for answer in (
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": "maria@example.com"}),
    ):
        assert answer.status_code == 200
        assert "Ask an operator of this console" in answer.content.decode()
    assert mail.outbox == []
    client.force_login(person)
    assert "Forgot" not in client.get("/accounts/password/change/").content.decode()


@pytest.mark.parametrize("leaf", ["2fa/", "password/change/", "3rdparty/"])
def test_the_pages_of_ones_own_account_open(client: Client, leaf: str) -> None:
    make_user("maria")
    sign_in(client, "maria")
    answer = client.get(f"/accounts/{leaf}")
    assert answer.status_code == 200
    assert "<h1" in answer.content.decode()
    assert Client().get(f"/accounts/{leaf}").status_code == 302


@pytest.mark.parametrize("leaf", ["2fa/totp/activate/", "2fa/webauthn/add/"])
def test_changing_how_one_signs_in_asks_for_the_password_once_more(client: Client, leaf: str) -> None:
    """An open browser that somebody walks up to is not enough to lock its owner out."""
    make_user("maria")
    sign_in(client, "maria")
    address = f"/accounts/{leaf}"
    question = client.get(address)["Location"]
    assert question.startswith("/accounts/reauthenticate/?next=")
    assert client.post(question, {"password": "wrong"}).status_code == 200
    assert client.get(address).status_code == 302

    assert client.post(question, {"password": PASSWORD})["Location"] == address

    answer = client.get(address)
    assert answer.status_code == 200
    assert "<form" in answer.content.decode()


def test_a_second_factor_is_asked_for_from_then_on(client: Client) -> None:
    person = make_user("maria")
    EmailAddress.objects.create(user=person, email=person.label, verified=False, primary=True)
    sign_in(client, "maria")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    form = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r"\b([A-Z2-7]{32})\b", form)
    assert found
    secret = found[1]
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()

    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302

    factor = Authenticator.objects.get(user=person, type=Authenticator.Type.TOTP)
    assert secret not in str(factor.data)
    browser = Client()
    _, location = sign_in(browser, "maria")
    assert location.startswith("/accounts/2fa/authenticate/")
    assert browser.get("/").status_code == 302
    assert browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert browser.get("/").status_code == 302
    recovery = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES)
    code = RecoveryCodes(recovery).get_unused_codes()[0]
    assert code not in str(recovery.data)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert browser.get("/").status_code == 200


def test_factors_stay_readable_while_the_old_key_is_a_fallback() -> None:
    with override_settings(SECRET_KEY="old" * 20):
        stored = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY" not in stored
    with override_settings(SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["old" * 20]):
        assert MfaAdapter().decrypt(stored) == "JBSWY3DPEHPK3PXP"


def test_an_unreadable_factor_becomes_one_that_nobody_knows(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(SECRET_KEY="old" * 20):
        stored = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    with override_settings(SECRET_KEY="new" * 20):
        first, second = MfaAdapter().decrypt(stored), MfaAdapter().decrypt(stored)
    assert len(first) == 32
    assert first != second
    assert "SECRET_KEY_FALLBACKS" in caplog.text
    assert stored not in caplog.text


def test_several_people_may_have_no_address_and_nobody_shares_one() -> None:
    for name in ("one", "two"):
        person = User.objects.create_user(username=name, email="")
        assert (person.email, person.label) == (None, name)
    make_user("maria")
    with pytest.raises(Exception, match="(?i)unique"):
        User.objects.create_user(username="other", email="maria@example.com")


USED = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate",
    "account_change_password", "account_set_password", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn",
    "mfa_login_webauthn", "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup",
    "socialaccount_connections", "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
NOT_USED = {
    "account_email": "email/",
    "account_email_verification_sent": "confirm-email/",
    "account_confirm_email": "confirm-email/a:b:c/",
    "account_confirm_login_code": "login/code/confirm/",
}


def names_of(resolver: URLResolver) -> set[str]:
    names: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            names |= {one.name} if one.name else set()
        else:
            names |= names_of(one)
    return names


def test_every_page_of_accounts_is_either_used_or_not_there() -> None:
    accounts = next(
        one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and str(one.pattern) == "accounts/"
    )
    assert names_of(accounts) == USED | set(NOT_USED)


@pytest.mark.parametrize("leaf", [*NOT_USED.values(), "social/signup/", "social/connections/", "oidc/other/login/"])
def test_what_is_not_used_is_not_there(client: Client, leaf: str) -> None:
    for person in (None, make_user("maria")):
        if person:
            client.force_login(person)
        assert client.get(f"/accounts/{leaf}").status_code == 404
        assert client.post(f"/accounts/{leaf}", {"email": "new@example.com"}).status_code == 404


def test_nobody_takes_another_name_in_the_activity(client: Client) -> None:
    person = make_user("maria")
    sign_in(client, "maria")
    client.post("/accounts/email/", {"action_add": "", "email": "boss@example.com"})
    client.post("/accounts/email/", {"action_primary": "", "email": "boss@example.com"})
    person.refresh_from_db()
    assert person.label == "maria@example.com"
    assert not EmailAddress.objects.filter(email="boss@example.com").exists()


@pytest.mark.parametrize("name", ["maria@example.com", "@", "os:root", "token:CI", "a b", "", "x" * 151])
def test_a_username_looks_like_no_address_and_no_other_actor(name: str) -> None:
    with pytest.raises(ValidationError):
        User._meta.get_field("username").clean(name, None)


@pytest.mark.parametrize("name", ["maria", "Márta.K-2", "o_neill+test", "用户"])
def test_names_of_every_script_are_usernames(name: str) -> None:
    assert User._meta.get_field("username").clean(name, None) == name


def test_an_operator_is_not_called_like_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match="no @"):
        call_command("createsuperuser", "--noinput", username="boss@example.com", email="boss@example.com")
    assert not User.objects.exists()

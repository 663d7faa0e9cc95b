"""Changing attributes: enter, look at the difference, save."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import Cast
from tests.user_management.conftest import Pool
from tests.user_management.person.looking import JSON, events, messages, text_of, url
from user_management import people
from user_management.person.changes import digest_of
from user_management.place import Place

PASSWORD = "Correct-Horse-1"
WHOLE = {
    "complete": "1",
    "attribute.email": "ada@example.com",
    "attribute.email_verified": "on",
    "attribute.custom:tier": "gold",
    "attribute.custom:points": "10",
}


@pytest.fixture
def ada(place: Place, pool: Pool) -> str:
    return pool.user("ada", password=PASSWORD, custom__tier="gold", custom__points="10")


def test_what_was_not_sent_is_shown_as_it_is(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    for given in ({"attribute.custom:points": "many"}, {"attribute.custom:points": "11", "step": "edit"}):
        text = text_of(manager.post(url(place, "edit-user", ada), given))
        assert 'name="attribute.email" value="ada@example.com"' in text
        assert 'name="attribute.custom:tier" value="gold"' in text
        assert "checked" in text[text.index('name="attribute.email_verified"') :][:80]
    assert "This is a whole number." in text_of(
        manager.post(url(place, "edit-user", ada), {"attribute.custom:points": "many"})
    )


def seen(place: Place, name: str) -> str:
    return digest_of(people.find(place, name))


def test_the_form_is_the_pools_schema(manager: Client, place: Place, ada: str) -> None:
    text = text_of(manager.get(url(place, "edit-user", ada)))
    for words in ('name="attribute.custom:tier" value="gold"', "Whole number, 0 to 1,000.", "Text, at most 20"):
        assert words in text, words
    assert 'name="attribute.sub"' not in text
    assert 'name="attribute.email_verified"' in text


def test_the_difference_comes_first_and_only_it_is_sent(
    manager: Client, cast: Cast, place: Place, pool: Pool, ada: str, sandbox: Any
) -> None:
    entered = {**WHOLE, "attribute.custom:tier": "<b>silver</b>", "attribute.custom:points": "", "reason": "T-1"}
    review = manager.post(url(place, "edit-user", ada), {**entered, "step": "review"})
    text = text_of(review)
    assert "&lt;b&gt;silver" in review.content.decode()
    assert "deleted" in text
    assert "No message will be sent." in text
    assert pool.described(ada)["Attributes"]["custom:tier"] == "gold"
    assert not sandbox.calls("AdminUpdateUserAttributes")
    saved = manager.post(url(place, "edit-user", ada), {**entered, "step": "apply", "seen": seen(place, ada)})
    assert saved.status_code == 303
    attributes = pool.described(ada)["Attributes"]
    assert attributes["custom:tier"] == "<b>silver</b>"
    assert "custom:points" not in attributes
    [event] = events("user:change")
    assert event.before == {"user": "ada@example.com", "custom:tier": "gold", "custom:points": "10"}
    assert event.after == {"user": "ada@example.com", "custom:tier": "<b>silver</b>", "custom:points": ""}
    assert (event.reason, event.actor_name) == ("T-1", cast.manager.label)
    assert b"<b>silver" not in manager.get(url(place, "user", ada)).content


def test_going_back_keeps_what_was_entered(manager: Client, place: Place, ada: str) -> None:
    text = text_of(
        manager.post(url(place, "edit-user", ada), {**WHOLE, "attribute.custom:tier": "tin", "step": "edit"})
    )
    assert 'value="tin"' in text


def test_nothing_differs(manager: Client, place: Place, ada: str, sandbox: Any) -> None:
    assert "Nothing differs" in text_of(manager.post(url(place, "edit-user", ada), {**WHOLE, "step": "review"}))
    answer = manager.post(url(place, "edit-user", ada), {**WHOLE, "step": "apply"}, follow=True)
    assert "Nothing was changed" in text_of(answer)
    assert not sandbox.calls("AdminUpdateUserAttributes")
    assert not events()


def test_somebody_else_changed_the_user_meanwhile(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    reviewed = seen(place, ada)
    pool.cognito.admin_update_user_attributes(
        UserPoolId=pool.id, Username=ada, UserAttributes=[{"Name": "custom:points", "Value": "99"}]
    )
    entered = {**WHOLE, "attribute.custom:tier": "tin", "step": "apply", "seen": reviewed}
    answer = manager.post(url(place, "edit-user", ada), entered)
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Nothing was saved: somebody else changed this user meanwhile." in text
    # The difference to what is there now: saving would take the other one's change back.
    assert "99" in text
    assert pool.described(ada)["Attributes"]["custom:tier"] == "gold"
    assert not events()
    report = manager.post(url(place, "edit-user", ada), entered, headers=JSON)
    assert (report.status_code, report.json()["code"]) == (409, "ChangedMeanwhile")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "nonsense", "This is not an e-mail address"),
        ("email", "", "This field is required"),
        ("phone_number", "0123", "country code"),
        ("custom:tier", "x" * 21, "At most 20 characters"),
        ("custom:points", "1001", "At most 1000"),
        ("name", "x" * 2049, "At most 2,048 bytes"),
        ("phone_number_verified", "on", "There is no address to verify"),
    ],
)
def test_what_is_not_valid_keeps_the_form(
    manager: Client, place: Place, pool: Pool, ada: str, field: str, value: str, words: str
) -> None:
    entered = {**WHOLE, f"attribute.{field}": value, "reason": "T-9", "step": "apply"}
    answer = manager.post(url(place, "edit-user", ada), entered)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert 'value="T-9"' in text_of(answer)
    report = manager.post(url(place, "edit-user", ada), {f"attribute.{field}": value}, headers=JSON)
    assert report.status_code == 422
    assert f"attribute.{field}" in report.json()["fields"]
    assert pool.described(ada)["Attributes"]["custom:tier"] == "gold"


def test_long_values_and_lines(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    name = "Zeile 1\nZeile 2 " + "x" * 2000
    manager.post(url(place, "edit-user", ada), {"attribute.name": name}, headers=JSON)
    assert pool.described(ada)["Attributes"]["name"] == name
    assert "<textarea" in text_of(manager.get(url(place, "edit-user", ada)))
    # A browser sends line ends of its own, which are no change.
    same = {**WHOLE, "attribute.name": name.replace("\n", "\r\n"), "step": "review"}
    assert "Nothing differs" in text_of(manager.post(url(place, "edit-user", ada), same))


def test_a_new_address_says_which_message_goes_out(
    manager: Client, place: Place, pool: Pool, ada: str, sandbox: Any
) -> None:
    entered = {key: value for key, value in WHOLE.items() if key != "attribute.email_verified"}
    entered |= {"attribute.email": "new@example.com"}
    text = text_of(manager.post(url(place, "edit-user", ada), {**entered, "step": "review"}))
    assert "A code to verify it goes out by e-mail to new@example.com, from accounts@example.com" in text
    manager.post(url(place, "edit-user", ada), {**entered, "step": "apply", "seen": seen(place, ada)})
    assert messages(sandbox, pool.id) == [("verification", "EMAIL")]
    now = people.find(place, ada)
    assert (now.email, now.is_verified("email")) == ("new@example.com", False)
    assert pool.described(ada)["Attributes"]["email_verified"] == "false"


def test_an_address_of_somebody_else_is_refused_in_words(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    pool.user("bob")
    answer = manager.post(
        url(place, "edit-user", ada), {**WHOLE, "attribute.email": "bob@example.com", "step": "apply"}
    )
    assert answer.status_code == 422
    assert "AliasExistsException" in text_of(answer)
    assert 'value="bob@example.com"' in text_of(answer)


def test_scripts_name_only_what_they_change(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    report = manager.post(url(place, "edit-user", ada), {"attribute.custom:tier": "tin"}, headers=JSON)
    assert report.json()["attributes"]["custom:tier"] == "tin"
    attributes = pool.described(ada)["Attributes"]
    assert attributes["custom:points"] == "10"
    assert attributes["email_verified"] == "true"
    assert manager.get(url(place, "edit-user", ada), headers=JSON).json()["digest"] == seen(place, ada)


def test_attributes_that_never_change_are_text(manager: Client, place: Place, sandbox: Any) -> None:
    fixed = {"Name": "since", "AttributeDataType": "String", "Mutable": False}
    pool = Pool(sandbox.url, Schema=[fixed])
    place.link.user_pool_id = pool.id
    place.link.save()
    name = pool.user("ada", custom__since="2019")
    text = text_of(manager.get(url(place, "edit-user", name)))
    assert "Cannot be changed" in text
    assert 'name="attribute.custom:since"' not in text
    manager.post(url(place, "edit-user", name), {"attribute.custom:since": "2020"}, headers=JSON)
    assert pool.described(name)["Attributes"]["custom:since"] == "2019"


def test_who_may_not(client: Client, cast: Cast, place: Place, pool: Pool, ada: str) -> None:
    for person, status in ((cast.viewer, 403), (cast.stranger, 404)):
        client.force_login(person)
        assert client.get(url(place, "edit-user", ada)).status_code == status
        assert client.post(url(place, "edit-user", ada), {**WHOLE, "step": "apply"}).status_code == status
    client.force_login(cast.manager)
    assert client.delete(url(place, "edit-user", ada)).status_code == 405
    assert not events()


def test_line_ends_that_are_there_stay(manager: Client, place: Place, pool: Pool, ada: str) -> None:
    attributes = [{"Name": "name", "Value": "one\r\ntwo"}]
    pool.cognito.admin_update_user_attributes(UserPoolId=pool.id, Username=ada, UserAttributes=attributes)
    entered = {**WHOLE, "attribute.name": "one\r\ntwo", "step": "review"}
    assert "Nothing differs" in text_of(manager.post(url(place, "edit-user", ada), entered))

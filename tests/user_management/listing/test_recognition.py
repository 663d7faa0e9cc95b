"""One box for whatever somebody pasted."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.errors import Rejected
from aws.resources import UserPool
from aws.user_resources import PeopleRules
from user_management.listing.query import BadQuery, UserQuery
from user_management.listing.recognition import condition, phone_number, readings, recognise

SUB = "2f1c1f4e-7c1b-4c62-9d0e-3a52b7f1c0de"


def rules(*username_attributes: str) -> PeopleRules:
    return PeopleRules(UserPool("eu-west-1_A", "people", username_attributes=username_attributes or None))


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("ada@example.com", 'email = "ada@example.com"'),
        ("  ada@example.com\n", 'email = "ada@example.com"'),
        ("Ada Lovelace <ada@example.com>", 'email = "ada@example.com"'),
        ("mailto:ada@example.com", 'email = "ada@example.com"'),
        ("ada@", 'email ^= "ada@"'),
        ("ada@example", 'email ^= "ada@example"'),
        ("+491701234567", 'phone_number = "+491701234567"'),
        ("+49 170 123-45 67", 'phone_number = "+491701234567"'),
        ("0049 (170) 1234567", 'phone_number = "+491701234567"'),
        ("+49 (0)170 1234567", 'phone_number = "+491701234567"'),
        ("tel:+491701234567", 'phone_number = "+491701234567"'),
        ("+49170", 'phone_number ^= "+49170"'),
        (SUB, f'sub = "{SUB}"'),
        (SUB.upper(), f'sub = "{SUB}"'),
        (SUB[:13], f'sub ^= "{SUB[:13]}"'),
        ("ada", 'username ^= "ada"'),
        ("12345", 'username ^= "12345"'),
        ("@ada", 'username ^= "@ada"'),
        ("Ada Lovelace", 'name ^= "Ada Lovelace"'),
        ("google_1234", 'username ^= "google_1234"'),
        ("😀", 'username ^= "😀"'),
        ('a" or email ^= "', r'name ^= "a\" or email ^= \""'),
        ('x"\\', r'username ^= "x\"\\"'),
    ],
)
def test_shapes(text: str, expression: str) -> None:
    assert recognise(text, rules()).expression == expression


def test_generated_user_names_are_not_what_people_type() -> None:
    assert recognise("ada", rules("email")).expression == 'email ^= "ada"'
    assert recognise(SUB, rules("email")).expression == f'username = "{SUB}"'
    assert recognise("491701234567", rules("phone_number")).expression == 'phone_number ^= "+491701234567"'


def test_other_readings_are_offered() -> None:
    words = [one.words for one in readings(UserQuery(text="Ada@Example.com"), rules())]
    assert words[0] == "E-mail is “Ada@Example.com”"
    assert "E-mail is “ada@example.com”" in words
    assert "User name begins with “Ada@Example.com”" in words
    assert "Name begins with “ada”" in [one.words for one in readings(UserQuery(text="ada"), rules())]
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        (UserQuery("ada@example.com", "username"), 'username ^= "ada@example.com"'),
        (UserQuery("ada", "email"), 'email ^= "ada"'),
        (UserQuery("0049 170 1", "phone_number"), 'phone_number ^= "+491701"'),
        (UserQuery("ada", "email", match="is"), 'email = "ada"'),
        (UserQuery("ada@example.com", match="begins"), 'email ^= "ada@example.com"'),
        (UserQuery("Love", "family_name"), 'family_name ^= "Love"'),
        (UserQuery("must change", "status"), 'cognito:user_status = "FORCE_CHANGE_PASSWORD"'),
        (UserQuery("reset_required", "status"), 'cognito:user_status = "RESET_REQUIRED"'),
        (UserQuery("ARCH", "status"), 'cognito:user_status ^= "ARCH"'),
        (UserQuery("no", "enabled"), 'status = "Disabled"'),
        (UserQuery("yes", "enabled"), 'status = "Enabled"'),
        (UserQuery(status="CONFIRMED", enabled=False), 'cognito:user_status = "CONFIRMED"'),
        (UserQuery(enabled=False), 'status = "Disabled"'),
        (UserQuery("ada", status="CONFIRMED"), 'username ^= "ada"'),
    ],
)
def test_attribute_that_is_named_overrides(query: UserQuery, expression: str) -> None:
    found = condition(query, rules())
    assert found is not None
    assert found.filter.expression == expression


def test_nothing_asked_is_no_condition() -> None:
    assert condition(UserQuery(), rules()) is None


def test_what_cognito_cannot_search_by() -> None:
    with pytest.raises(BadQuery):
        condition(UserQuery("gold", "custom:tier"), rules())
    with pytest.raises(BadQuery):
        condition(UserQuery("perhaps", "enabled"), rules())
    with pytest.raises(Rejected, match="too long"):
        _ = recognise("x" * 300, rules()).expression


@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_text_is_one_quoted_value(text: str) -> None:
    for attributes in ((), ("email",), ("phone_number",)):
        for reading in readings(UserQuery(text=text.strip()), rules(*attributes)):
            assert re.fullmatch(r'[a-z_:]+ \^?= "(?:[^"\\]|\\["\\])*"', reading.filter.expression, re.DOTALL)


@pytest.mark.parametrize(
    "text", ["", "123", "+1", "+0123456789", "0170 1234567", "+4917012345678901", "+49x", "٠٠٤٩١٧٠"]
)
def test_no_phone_numbers(text: str) -> None:
    assert phone_number(text) == ""

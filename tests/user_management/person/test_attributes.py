"""What a value must look like, and what a change of attributes would send and set off."""

from typing import Any

import pytest

from aws.resources import PasswordPolicy, UserPool
from aws.user_resources import AttributeRule, CognitoUser, PeopleRules
from user_management.person import passwords
from user_management.person.attributes import is_editable, label_of, limits_of, ordered, problem_of
from user_management.person.changes import AttributePlan, digest_of, plan_of
from user_management.person.messages import template_problem
from user_management.person.new_user import fields_to_ask, name_label, name_problem

TEXT = AttributeRule("custom:tier", "String", minimum_length=2, maximum_length=5)
NUMBER = AttributeRule("custom:points", "Number", minimum=0, maximum=10)


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        (AttributeRule("email", "String"), "ada@example.com", ""),
        (AttributeRule("email", "String"), "ada+shop@sub.example.co.uk", ""),
        (AttributeRule("email", "String"), "ada", "not an e-mail address"),
        (AttributeRule("email", "String"), "ada@example", "not an e-mail address"),
        (AttributeRule("email", "String"), "a da@example.com", "not an e-mail address"),
        (AttributeRule("email", "String"), "ada@exa..mple.com", "not an e-mail address"),
        (AttributeRule("phone_number", "String"), "+4930123456", ""),
        (AttributeRule("phone_number", "String"), "030 123456", "country code"),
        (AttributeRule("phone_number", "String"), "+49 30 123456", "country code"),
        (AttributeRule("phone_number", "String"), "+1234567890123456", "country code"),
        (AttributeRule("birthdate", "String"), "1990-12-31", ""),
        (AttributeRule("birthdate", "String"), "1990-02-31", "1990-12-31"),
        (AttributeRule("birthdate", "String"), "31.12.1990", "1990-12-31"),
        (TEXT, "gold", ""),
        (TEXT, "g", "At least 2"),
        (TEXT, "golden", "At most 5"),
        (TEXT, "", ""),
        (NUMBER, "7", ""),
        (NUMBER, "-1", "At least 0"),
        (NUMBER, "11", "At most 10"),
        (NUMBER, "1.5", "whole number"),
        (NUMBER, "9" * 30, "whole number"),
        (AttributeRule("custom:vip", "Boolean"), "true", ""),
        (AttributeRule("custom:vip", "Boolean"), "yes", "true or false"),
        (AttributeRule("custom:at", "DateTime"), "2026-05-20T09:30:00Z", ""),
        (AttributeRule("custom:at", "DateTime"), "tomorrow", "date and time"),
        (AttributeRule("name", "String"), "x" * 2048, ""),
        (AttributeRule("name", "String"), "é" * 1025, "this is 2,050"),
        (AttributeRule("name", "String"), "a\0b", "no text"),
        (AttributeRule("name", "String"), "\ud800", "no text"),
    ],
)
def test_what_a_value_must_look_like(rule: AttributeRule, value: str, words: str) -> None:
    problem = problem_of(rule, value)
    assert bool(problem) == bool(words)
    assert words in problem


def test_names_and_limits_in_words() -> None:
    assert label_of("custom:shoe_size") == "Shoe size"
    assert label_of("custom:") == "custom:"
    assert limits_of(TEXT) == "Text, 2 to 5 characters."
    assert limits_of(NUMBER) == "Whole number, 0 to 10."
    assert limits_of(AttributeRule("updated_at", "Number", minimum=0)) == "Whole number, at least 0."
    assert limits_of(AttributeRule("custom:free", "String", maximum_length=2048)) == "Text, at most 2,048 characters."
    assert limits_of(AttributeRule("name", "String", maximum_length=2048)) == ""


SCHEMA = tuple(
    AttributeRule(name, "String")
    for name in ("sub", "zoneinfo", "email", "custom:b", "custom:a", "email_verified", "phone_number", "name")
)


def people(**changes: Any) -> PeopleRules:
    own = ("verified_before_change", "sends_sms", "sender", "invitation_email")
    rules = {name: changes.pop(name) for name in own if name in changes}
    pool: dict[str, Any] = {"email_account": "DEVELOPER", "auto_verified_attributes": ("email",), **changes}
    return PeopleRules(UserPool(id="eu-west-1_1", name="p", **pool), SCHEMA, **rules)


def test_the_order_in_which_people_look() -> None:
    names = [rule.name for rule in ordered(people())]
    assert names[:4] == ["email", "email_verified", "phone_number", "name"]
    assert names[-2:] == ["custom:a", "custom:b"]


def test_what_can_be_edited() -> None:
    assert not is_editable(AttributeRule("sub", "String"))
    assert not is_editable(AttributeRule("custom:since", "String", mutable=False))
    assert is_editable(AttributeRule("email", "String"))


USER = CognitoUser(
    "ada", "CONFIRMED", True, attributes={"sub": "1", "email": "ada@example.com", "email_verified": "true", "name": "A"}
)
NEW = "new@example.com"


def plan(entered: dict[str, str], rules: PeopleRules | None = None, user: CognitoUser = USER) -> AttributePlan:
    return plan_of(user, entered, rules or people())


def words(found: AttributePlan) -> str:
    return " ".join(one.text for one in found.consequences)


def test_only_what_differs_is_sent() -> None:
    found = plan({"name": "Ada", "email": "ada@example.com", "email_verified": "true", "custom:a": ""})
    assert found.sent == {"name": "Ada"}
    assert [(one.name, one.before, one.after) for one in found.changes] == [("name", "A", "Ada")]
    assert not found.consequences
    assert not found.messages
    assert found.expected.attributes == {**USER.attributes, "name": "Ada"}
    same = plan({"name": "A"})
    assert not same.sent
    assert not same.changes


def test_an_empty_value_deletes() -> None:
    found = plan({"name": ""})
    assert found.sent == {"name": ""}
    assert "name" not in found.expected.attributes


def test_a_new_address_that_is_not_ticked_becomes_unverified_and_gets_a_code() -> None:
    found = plan({"email": NEW, "email_verified": "false"}, people(alias_attributes=("email",), sender="a@b.example"))
    # The flag is left to Cognito: naming it would keep the code from being sent.
    assert found.sent == {"email": NEW}
    assert found.expected.attributes["email_verified"] == "false"
    assert [(one.name, one.after) for one in found.changes] == [("email", NEW), ("email_verified", "false")]
    assert [(one.medium, one.to, one.sender) for one in found.messages] == [
        ("EMAIL", NEW, "from a@b.example through Amazon SES")
    ]
    assert "cannot recover a forgotten password" in words(found)
    assert "Nor can the user sign in with it" in words(found)


def test_a_new_address_that_is_ticked_counts_at_once_and_sends_nothing() -> None:
    found = plan({"email": NEW, "email_verified": "true"})
    assert found.sent == {"email": NEW, "email_verified": "true"}
    assert not found.messages
    assert "can take over this account" in words(found)
    assert found.consequences[0].level == "warning"


def test_a_new_address_keeps_the_tick_it_had_when_nothing_is_said_of_it() -> None:
    assert plan({"email": NEW}).sent == {"email": NEW, "email_verified": "true"}


def test_where_a_change_waits_for_its_code_the_old_address_stays() -> None:
    found = plan({"email": NEW, "email_verified": "false"}, people(verified_before_change=("email",)))
    assert found.sent == {"email": NEW}
    assert found.expected.attributes["email"] == "ada@example.com"
    assert found.expected.attributes["email_verified"] == "true"
    assert "stays until the user has entered the code" in words(found)
    assert [one.to for one in found.messages] == [NEW]


def test_a_pool_that_verifies_nothing_sends_nothing() -> None:
    found = plan({"email": NEW, "email_verified": "false"}, people(auto_verified_attributes=()))
    assert not found.messages
    assert "the pool sends no code to verify it" in words(found)


def test_the_flag_alone() -> None:
    gone = plan({"email_verified": "false"}, people(alias_attributes=("email",)))
    assert gone.sent == {"email_verified": "false"}
    assert "no longer go to this e-mail address" in words(gone)
    assert "Nor can the user sign in with it" in words(gone)
    user = CognitoUser("ada", "CONFIRMED", True, attributes={"email": "ada@example.com"})
    given = plan({"email_verified": "true"}, user=user)
    assert given.sent == {"email_verified": "true"}
    assert "counts as verified without a code" in words(given)
    nobody = CognitoUser("ada", "CONFIRMED", True, attributes={})
    assert not plan({"email_verified": "true"}, user=nobody).sent


def test_taking_an_address_away() -> None:
    found = plan({"email": ""}, people(username_attributes=("email",)))
    assert found.sent == {"email": ""}
    assert not {"email", "email_verified"} & set(found.expected.attributes)
    assert "no longer sign in with it" in words(found)


def test_two_people_are_told_apart_by_a_digest() -> None:
    other = CognitoUser("ada", "CONFIRMED", True, attributes={**USER.attributes, "name": "B"})
    assert digest_of(USER) == digest_of(CognitoUser("ada", "X", False, attributes=dict(USER.attributes)))
    assert digest_of(USER) != digest_of(other)


# New users


@pytest.mark.parametrize(
    ("pool", "name", "problem"),
    [
        ({}, "ada", ""),
        ({}, "a/b%+..é🦄\"'", ""),
        ({}, "", "Give the user a name"),
        ({}, "a b", "no spaces"),
        ({}, "a\nb", "no spaces"),
        ({}, "x" * 129, "at most 128"),
        ({"username_attributes": ("email",)}, "ada@example.com", ""),
        ({"username_attributes": ("email",)}, "ada", "named by their e-mail address"),
        ({"username_attributes": ("phone_number", "email")}, "+4930123456", ""),
        ({"username_attributes": ("phone_number", "email")}, "ada", "named by their e-mail address or phone number"),
        ({"alias_attributes": ("email",)}, "ada@example.com", "cannot look like one"),
        ({"alias_attributes": ("phone_number",)}, "+4930123456", "cannot look like one"),
        ({"alias_attributes": ("phone_number",)}, "ada@example.com", ""),
    ],
)
def test_user_names_by_the_pools_rules(pool: dict[str, Any], name: str, problem: str) -> None:
    found = name_problem(name, people(**pool))
    assert bool(found) == bool(problem)
    assert problem in found


def test_what_a_new_user_is_asked() -> None:
    assert [rule.name for rule in fields_to_ask(people())][:2] == ["email", "email_verified"]
    named = people(username_attributes=("email",))
    assert "email" not in [rule.name for rule in fields_to_ask(named)]
    assert name_label(named) == "E-mail address"
    assert "sub" not in [rule.name for rule in fields_to_ask(named)]


def test_templates_need_their_placeholder() -> None:
    assert "{####}" in template_problem(people(invitation_email="Welcome"), "EMAIL")
    assert template_problem(people(invitation_email="Your code is {####}"), "EMAIL") == ""
    assert template_problem(people(), "SMS") == ""


# Passwords

STRICT = PasswordPolicy(12, lowercase=True, uppercase=True, numbers=True, symbols=True)


LONG, LAX = PasswordPolicy(99, *[True] * 4), PasswordPolicy(6, *[False] * 4)


@pytest.mark.parametrize("policy", [None, STRICT, LONG, LAX])
def test_a_made_up_password_is_always_accepted_and_never_the_same(policy: PasswordPolicy | None) -> None:
    made = {passwords.generated(policy) for _ in range(50)}
    assert len(made) == 50
    assert {passwords.problem_of(one, policy) for one in made} == {""}
    assert min(map(len, made)) >= 16


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Sh0rt!", "at least 12"),
        ("alllowercase1!", "upper-case"),
        ("ALLUPPERCASE1!", "lower-case"),
        ("NoDigitsAtAll!", "a digit"),
        ("NoSymbols12345", "a symbol"),
        (" Spaces1!around ", "space"),
        ("Aa1!" * 65, "at most 256"),
    ],
)
def test_what_the_policy_has_against_a_password(password: str, words: str) -> None:
    problem = passwords.problem_of(password, STRICT)
    assert words in problem
    assert password not in problem


def test_the_policy_in_words() -> None:
    assert passwords.requirements(STRICT, 3)[0] == "at least 12 characters"
    assert passwords.requirements(STRICT, 3)[-1] == "none of the last 3 passwords of this user"
    assert len(passwords.requirements(LAX)) == 1

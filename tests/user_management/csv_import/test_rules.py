"""Every rule of Cognito about a row, with the column it is about."""

from typing import Any

import pytest

from aws.user_resources import PeopleRules
from user_management.csv_import.columns import columns_of, known_columns
from user_management.csv_import.job_file import header_line, row_line
from user_management.csv_import.reader import Row
from user_management.csv_import.rules import Checked, checker, sign_in_name


def attribute(
    name: str, kind: str = "String", *, least: int | None = None, most: int | None = None, **more: Any
) -> Any:
    limits = {key: str(value) for key, value in (("Min", least), ("Max", most)) if value is not None}
    member, unit = (
        ("NumberAttributeConstraints", "Value") if kind == "Number" else ("StringAttributeConstraints", "Length")
    )
    constraints = {member: {f"{key}{unit}": value for key, value in limits.items()}} if limits else {}
    return {"Name": name, "AttributeDataType": kind, "Mutable": True, **constraints, **more}


SCHEMA = [
    attribute("sub", Mutable=False, Required=True),
    attribute("email", Required=True),
    attribute("email_verified", "Boolean"),
    attribute("phone_number"),
    attribute("phone_number_verified", "Boolean"),
    attribute("name"),
    attribute("birthdate", least=10, most=10),
    attribute("updated_at", "Number", least=0),
    attribute("custom:tier", least=2, most=6),
    attribute("custom:points", "Number", least=1, most=10),
    attribute("custom:fan", "Boolean"),
]


def pool(**settings: Any) -> PeopleRules:
    given = {
        "Id": "eu-west-1_A",
        "Name": "people",
        "SchemaAttributes": SCHEMA,
        "AutoVerifiedAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        **settings,
    }
    return PeopleRules.from_api(given)


def check(rules: PeopleRules | None = None, /, hashing: str = "", **cells: str) -> Checked:
    """One row, as {column: text}; `__` stands for the colon."""
    values = {"cognito__username": "ada", "email": "ada@example.com", "email_verified": "TRUE", **cells}
    names = [name.replace("__", ":") for name in values]
    rules = rules or pool()
    columns = columns_of(names, rules, hashing=hashing)
    assert not columns.problems
    return checker(columns, rules, hashing=hashing)(Row(2, list(values.values())))


def test_a_good_row_is_in_the_form_the_api_takes() -> None:
    found = check(
        birthdate="12/31/1990",
        phone_number="+4915123456789",
        custom__fan="FALSE",
        custom__points="7",
        updated_at="1700000000",
    )

    assert (found.problems, found.lacks, found.job_words) == ([], [], "")
    assert found.attributes == {
        "email": "ada@example.com",
        "email_verified": "true",
        "birthdate": "1990-12-31",
        "phone_number": "+4915123456789",
        "custom:fan": "false",
        "custom:points": "7",
        "updated_at": "1700000000",
    }


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("cognito__username", "", "is empty"),
        ("cognito__username", "ada lovelace", "no spaces"),
        ("cognito__username", "ada\u00a0x", "no spaces"),
        ("cognito__username", "ada\nx", "no spaces"),
        ("cognito__username", "a" * 129, "128 characters; this has 129"),
        ("email", "ada", "is not an e-mail address"),
        ("email", "ada@@example.com", "is not an e-mail address"),
        ("email_verified", "yes", "TRUE or FALSE"),
        ("phone_number", "0151 234", "country code"),
        ("phone_number", "+0123456", "country code"),
        ("phone_number", "+" + "1" * 16, "country code"),
        ("birthdate", "31/12/1990", "no date of the calendar"),
        ("birthdate", "02/30/1990", "no date of the calendar"),
        ("birthdate", "1.2.1990", "mm/dd/yyyy"),
        ("updated_at", "2024-01-01", "seconds since"),
        ("updated_at", "-5", "seconds since"),
        ("custom__tier", "a", "at least 2 characters"),
        ("custom__tier", "platinum", "may have 6 characters; this has 8"),
        ("custom__points", "0", "at least 1"),
        ("custom__points", "11", "at most 10"),
        ("custom__points", "1.5", "whole number"),
        ("custom__fan", "1", "TRUE or FALSE"),
        ("name", "x" * 2049, "2,048 characters"),
        ("cognito__mfa_enabled", "ON", "TRUE or FALSE"),
    ],
)
def test_each_rule_names_its_column(column: str, value: str, words: str) -> None:
    found = check(**{column: value})

    assert [name for name, _ in found.problems] == [column.replace("__", ":")]
    assert words in found.problems[0][1]


def test_everything_wrong_is_told_at_once() -> None:
    found = check(cognito__username="", email="x", phone_number="1", custom__points="99", birthdate="x")

    assert len(found.problems) == 5


def test_too_few_and_too_many_values() -> None:
    rules = pool()
    judge = checker(columns_of(["cognito:username", "email", "name"], rules, hashing=""), rules)

    assert "has 2 values, and the first line names 3" in judge(Row(2, ["ada", "x"])).problems[0][1]
    assert "\\," in judge(Row(3, ["ada", "x", "Lovelace", " Ada"])).problems[0][1]


def test_html_formulas_and_quotes_are_only_text() -> None:
    for value in ("<script>alert(1)</script>", "=SUM(A1)", "a'b\"c", "Robert'); DROP TABLE"):
        assert check(name=value).attributes["name"] == value


def test_the_apostrophe_of_our_export_is_taken_away_and_any_other_stays() -> None:
    found = check(name="'=SUM(A1)", custom__tier="'s")

    assert (found.attributes["name"], found.attributes["custom:tier"], found.guards) == ("=SUM(A1)", "'s", 1)


def test_what_only_a_new_user_needs_is_kept_apart() -> None:
    assert check(email="", email_verified="").lacks == [("email", "email is empty, and the pool requires it.")]
    assert "phone_number_verified is TRUE" in check(phone_number_verified="TRUE").lacks[0][1]
    assert check(email="", email_verified="").problems == []


@pytest.mark.parametrize(
    ("kind", "username", "words"),
    [
        ({"AliasAttributes": ["email"]}, "ada@example.com", "may not be an e-mail address"),
        ({"AliasAttributes": ["phone_number"]}, "+14155550123", "may not be a phone number"),
        ({"UsernameAttributes": ["email"]}, "ada", "is an e-mail address"),
        ({"UsernameAttributes": ["phone_number"]}, "ada@example.com", "is a phone number"),
        ({"UsernameAttributes": ["email"]}, "else@example.com", "differ"),
    ],
)
def test_user_names_follow_how_people_sign_in(kind: dict[str, Any], username: str, words: str) -> None:
    found = check(pool(**kind), cognito__username=username)

    assert words in found.problems[0][1]


def test_where_people_sign_in_with_an_address_the_user_name_may_be_left_out() -> None:
    rules = pool(UsernameAttributes=["email", "phone_number"])
    left_out = check(rules, cognito__username="")
    named = check(rules, cognito__username="ada@example.com", email="", email_verified="")
    generated = check(rules, cognito__username="b2f5b8a0-1111-4222-8333-444455556666", email="", email_verified="")

    assert (left_out.problems, left_out.email_key) == ([], "ada@example.com")
    assert sign_in_name(left_out.username, left_out.attributes, rules) == "ada@example.com"
    assert named.attributes["email"] == "ada@example.com"
    assert generated.problems == []
    assert "this row has none" in generated.lacks[0][1]


def test_keys_are_folded_where_the_pool_folds() -> None:
    aliases = {"AliasAttributes": ["email"]}
    folding = check(pool(**aliases), cognito__username="Ada", email="Ada@Example.com")
    strict = check(
        pool(**aliases, UsernameConfiguration={"CaseSensitive": True}), cognito__username="Ada", email="Ada@Example.com"
    )

    assert (folding.key, folding.email_key) == ("ada", "ada@example.com")
    assert (strict.key, strict.email_key) == ("Ada", "Ada@Example.com")
    assert check(pool(), email="Ada@example.com").email_key == "", "an address nobody signs in with is no key"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"email_verified": "FALSE"}, "verified email"),
        ({"cognito__mfa_enabled": "TRUE"}, "no phone number"),
        ({"name": "two\nlines"}, "line break"),
        ({"name": 'the "first"'}, "quotation mark"),
        ({"name": "C:\\"}, "last backslash"),
    ],
)
def test_what_only_a_job_of_cognito_cannot_carry(cells: dict[str, str], words: str) -> None:
    found = check(**cells)

    assert found.problems == []
    assert words in found.job_words


@pytest.mark.parametrize(
    ("hashing", "good"),
    [
        ("BCRYPT", "$2b$12$" + "a" * 53),
        ("ARGON2ID", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g"),
        ("SCRYPT", "$scrypt$ln=15,r=8,p=1$c2FsdA$aGFzaA"),
        ("PBKDF2_SHA256", "pbkdf2_sha256$600000$salt$aGFzaA=="),
    ],
)
def test_password_hashes_have_the_form_of_their_algorithm(hashing: str, good: str) -> None:
    assert check(hashing=hashing, password_hash=good).problems == []
    wrong = check(hashing=hashing, password_hash="secret-" + good[::-1])

    assert wrong.problems[0][0] == "password_hash"
    assert "secret" not in str(wrong.problems), "words are shown and kept; the hash must not be in them"
    assert good not in repr(check(hashing=hashing, password_hash=good))


@pytest.mark.parametrize(
    ("header", "column", "words"),
    [
        (["name", "email"], "cognito:username", "must name the columns"),
        (["Username", "email"], "cognito:username", "this file calls it “Username”"),
        (["cognito:username;email"], "cognito:username", "something else than commas"),
        (["cognito:username", "email", "email"], "email", "twice"),
        (["cognito:username", "tier"], "tier", "Do you mean custom:tier?"),
        (["cognito:username", "emial"], "emial", "Do you mean email?"),
        (["cognito:username", "shoe"], "shoe", "no such attribute"),
        (["cognito:username", ""], "", "Column 2 has no name"),
        (["cognito:username", "password_hash"], "password_hash", "Choose the algorithm"),
    ],
)
def test_the_first_line(header: list[str], column: str, words: str) -> None:
    problems = columns_of(header, pool(), hashing="").problems

    assert [name for name, _ in problems] == [column]
    assert words in problems[0][1]


def test_an_export_is_read_again_without_what_cognito_sets() -> None:
    found = columns_of(["username", "email", "status", "enabled", "created", "sub"], pool(), hashing="")

    assert found.problems == ()
    assert found.names == ("cognito:username", "email", "", "", "", "")
    assert found.ignored == ("status", "enabled", "created", "sub")


def test_where_people_sign_in_with_an_address_no_column_of_user_names_is_needed() -> None:
    rules = pool(UsernameAttributes=["email"])
    found = columns_of(["email", "email_verified"], rules, hashing="")
    row = checker(found, rules)(Row(2, ["ada@example.com", "TRUE"]))

    assert (found.problems, row.problems, row.email_key) == ((), [], "ada@example.com")


def test_the_template_has_every_column_once() -> None:
    names = known_columns(pool())

    assert names[0] == "cognito:username"
    assert len(set(names)) == len(names)
    assert {"custom:tier", "email_verified", "phone_number_verified", "cognito:mfa_enabled"} <= set(names)
    assert "sub" not in names


def test_the_file_for_cognito_has_every_column_escaped_commas_and_no_quotation_marks() -> None:
    header = ("name", "cognito:username", "email", "email_verified", "birthdate", "cognito:mfa_enabled")
    attributes = {"name": "Lovelace, Ada", "email": "a@b.io", "email_verified": "true", "birthdate": "1990-12-31"}
    line = row_line(header, username="ada", attributes=attributes, mfa=False, password_hash="h,h")

    assert line == b"Lovelace\\, Ada,ada,a@b.io,TRUE,12/31/1990,FALSE,h\\,h\n"
    assert header_line(header, hash_name="password_hash").endswith(b",password_hash\n")
    assert row_line(header, username="b", attributes={}, mfa=True) == b",b,,FALSE,,TRUE\n"

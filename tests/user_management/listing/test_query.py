"""What somebody looks for, as a value."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from aws.errors import AwsError
from aws.user_resources import CognitoUser
from user_management.listing.query import ATTRIBUTES, STATUSES, BadQuery, UserQuery

TEXT = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=40).map(str.strip)
DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))
QUERIES = st.builds(
    UserQuery,
    text=TEXT,
    attribute=st.sampled_from(["", "custom:tier", *ATTRIBUTES]),
    match=st.sampled_from(["", "is", "begins"]),
    contains=st.booleans(),
    status=st.sampled_from(["", *STATUSES]),
    enabled=st.sampled_from([None, True, False]),
    group=TEXT,
    created_from=st.none() | DAYS,
    modified_to=st.none() | DAYS,
    attributes=st.dictionaries(st.just("custom:tier"), TEXT.filter(bool)),
    sort=st.sampled_from(["", "email", "-created"]),
    view=st.sampled_from(["", "7"]),
)


@given(QUERIES)
def test_address_and_query_say_the_same(query: UserQuery) -> None:
    written = QueryDict(mutable=True)
    written.update(query.to_params())
    assert UserQuery.from_params(QueryDict(written.urlencode())) == query


def test_parameters_of_the_page_are_no_conditions() -> None:
    query = UserQuery.from_params(QueryDict("size=20&token=abc&columns=email&csrfmiddlewaretoken=x&operation=suspend"))
    assert query == UserQuery()
    assert query.is_empty
    assert not query.needs_index


@pytest.mark.parametrize(
    "address",
    [
        "status=nope",
        "enabled=perhaps",
        "attribute=custom",
        "attribute=birthdate",
        "match=sounds-like",
        "created_from=yesterday",
        "created_to=2026-02-30",
        "q=a%00b",
        "q=" + "x" * 2049,
    ],
)
def test_what_is_not_understood_is_no_wider_search(address: str) -> None:
    with pytest.raises(BadQuery) as refusal:
        UserQuery.from_params(QueryDict(address))
    assert isinstance(refusal.value, AwsError)
    assert refusal.value.next_step


def test_one_filter_for_status_and_enabled() -> None:
    assert UserQuery.from_params({"status": "suspended"}).enabled is False
    assert UserQuery.from_params({"status": "Enabled"}).state == "enabled"
    assert UserQuery.from_params({"status": "confirmed"}).status == "CONFIRMED"
    assert UserQuery.from_params({"status": "CONFIRMED", "enabled": "no"}).enabled is False


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (UserQuery(text="a", contains=True), "text anywhere"),
        (UserQuery(group="Editors"), "groups"),
        (UserQuery(created_to=date(2026, 1, 31)), "dates"),
        (UserQuery(attributes={"custom:tier": "gold"}), "custom attributes"),
        (UserQuery(text="gold", attribute="custom:tier"), "custom attributes"),
        (UserQuery(sort="-created"), "an order"),
    ],
)
def test_what_cognito_cannot_do(query: UserQuery, words: str) -> None:
    assert words in query.needs_index


def test_cognito_does_a_text_with_a_state() -> None:
    assert not UserQuery(text="a", attribute="email", status="CONFIRMED", enabled=True, view="7").needs_index
    assert not UserQuery(contains=True).needs_index


def test_state_is_compared_here() -> None:
    user = CognitoUser("ada", "CONFIRMED", True, created=datetime(2026, 1, 1, tzinfo=UTC))
    assert UserQuery().admits(user)
    assert UserQuery(status="CONFIRMED", enabled=True).admits(user)
    assert not UserQuery(status="RESET_REQUIRED").admits(user)
    assert not UserQuery(enabled=False).admits(user)


def test_words() -> None:
    query = UserQuery(status="FORCE_CHANGE_PASSWORD", enabled=False, group="Staff", created_from=date(2026, 1, 5))
    assert list(query.words()) == [
        "status is Must change password",
        "suspended",
        "in the group Staff",
        "created from 5 Jan 2026",
    ]

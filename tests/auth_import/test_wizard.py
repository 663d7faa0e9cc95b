"""The import page's state is its query string, which anybody can write by hand."""

import pytest
from django.http import QueryDict

from auth_import.forms import UnlinkForm, Wizard, choice_query
from auth_import.observation import Choice

WHOLE = "pool=eu-west-1_Sample&web=web1&native=native1&ipool=eu-west-1:pool"
CHOICE = Choice("eu-west-1_Sample", "web1", "native1", "eu-west-1:pool")


def wizard(query: str) -> Wizard:
    return Wizard(QueryDict(query))


def test_a_whole_choice_is_read_and_written_back() -> None:
    assert wizard(WHOLE).choice == CHOICE
    assert wizard(wizard(WHOLE).query).choice == CHOICE
    assert wizard(choice_query(CHOICE)).choice == CHOICE


def test_without_identity_pools_the_choice_is_whole_without_one() -> None:
    read = wizard(WHOLE + "&identity=off")
    assert read.choice == Choice("eu-west-1_Sample", "web1", "native1", "")
    assert wizard(read.query).choice == read.choice
    assert wizard(choice_query(read.choice)).choice == read.choice


def test_the_check_box_wins_over_the_hidden_field_before_it() -> None:
    assert wizard("identity=off&identity=on").identity
    assert not wizard("identity=off").identity
    assert wizard("").identity
    assert wizard("identity=nonsense").identity


def test_one_client_for_both_wins_over_two() -> None:
    read = wizard(WHOLE + "&both=one")
    assert (read.web, read.native) == ("one", "one")
    assert "both=one" in read.query
    assert "web=" not in read.query


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("", "user pool"),
        ("pool=p", "app client for web and one for mobile"),
        ("pool=p&native=n", "web app"),
        ("pool=p&web=w", "mobile app"),
        ("pool=p&web=w&native=n", "identity pool"),
        (WHOLE, ""),
    ],
)
def test_what_is_missing_is_said(query: str, missing: str) -> None:
    assert missing in wizard(query).missing
    assert bool(wizard(query).missing) is bool(missing)


def test_choices_made_for_another_pool_are_forgotten() -> None:
    read = wizard(WHOLE + "&both=one&cpool=eu-west-1_Other&cq=partner&cstart=20&iq=shop")
    assert (read.pool, read.web, read.native, read.both, read.identity_pool) == ("eu-west-1_Sample", "", "", "", "")
    assert (read.client_search, read.client_start, read.identity_search) == ("", 0, "")
    assert wizard(WHOLE + "&cpool=eu-west-1_Sample").choice == CHOICE


@pytest.mark.parametrize(
    "query",
    [
        "pool=" + "x" * 10_000,
        "pool=%00",
        "cstart=-1&pool=",
        "cstart=99999999999999999999",
        "cstart=1e9",
        "cstart=%F0%9F%9B%92",
        "q=" + "%F0%9F%9B%92" * 300,
        "token=" + "t" * 20_000,
        "plain=%00&identity=%00",
        "&&&===%FF%FE",
    ],
)
def test_nonsense_is_taken_for_not_chosen(query: str) -> None:
    read = wizard(query)
    assert read.choice is None
    assert read.pool == ""
    assert 0 <= read.client_start <= 100_000
    assert len(read.query) < 100


def test_of_parameters_given_twice_the_last_counts() -> None:
    assert wizard("pool=first&pool=second").pool == "second"


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", 'a"b', "a&web=b", "a\r\nX: y", "é🛒", "a#b", "%2e%2e/"]
)
def test_hostile_values_stay_inside_their_parameter(hostile: str) -> None:
    query = QueryDict(mutable=True)
    query.update({"pool": hostile, "web": "w"})
    written = Wizard(query).query
    assert not set(written) & set("<>\"'\r\n# ")
    again = QueryDict(written)
    assert again["pool"] == hostile
    assert again["web"] == "w"


@pytest.mark.parametrize(
    ("typed", "right"), [("dev", True), (" dev ", True), ("DEV", False), ("", False), ("de", False)]
)
def test_unlinking_asks_for_the_environment_s_name(typed: str, right: bool) -> None:
    assert UnlinkForm({"confirm": typed}, environment_name="dev").is_valid() is right

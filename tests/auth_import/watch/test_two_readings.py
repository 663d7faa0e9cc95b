"""Two readings of one state of AWS say the same: nothing is told twice, nothing ends that did not end."""

import random
from copy import deepcopy
from typing import Any

import pytest

from auth_import.watch.judging import drift_of
from auth_import.watch.reading import _has_unknown_entries
from tests.auth_import.watch.answers import NATIVE, ROLE, WEB, answers, link_of, seen
from tests.auth_import.watch.test_false_alarms import CHANGES, told_otherwise

LINK = link_of(answers())


def told(documents: dict[str, Any], *, whole: bool = False) -> set[tuple[str, str, str]]:
    return {(one.id, one.before, one.after) for one in drift_of(LINK, seen(documents, whole=whole))}


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_the_watch_and_check_now_say_the_same_in_whatever_order_aws_answers(what: str) -> None:
    documents: dict[str, Any] = deepcopy(answers())
    CHANGES[what][0](documents)
    first = told(documents)
    assert told(documents, whole=True) == first
    for seed in range(5):
        assert told(told_otherwise(documents, random.Random(seed))) == first  # noqa: S311


def test_new_values_in_another_order_are_the_same_drift() -> None:
    documents: dict[str, Any] = answers()
    for place in ("web_client", "native_client"):
        documents[place]["CallbackURLs"] = [
            "https://a.example.com/",
            "https://c.example.com/",
            "https://b.example.com/",
        ]
    documents["groups"]["Groups"].append({"GroupName": "Guests", "RoleArn": ROLE.format("guests")})
    first = told(documents)
    for seed in range(5):
        assert told(told_otherwise(documents, random.Random(seed))) == first  # noqa: S311


def test_more_users_are_no_other_drift_of_the_sender() -> None:
    documents: dict[str, Any] = answers()
    documents["pool"]["EmailConfiguration"] = {"EmailSendingAccount": "COGNITO_DEFAULT"}
    documents["pool"]["EstimatedNumberOfUsers"] = 900
    first = told(documents)
    documents["pool"]["EstimatedNumberOfUsers"] = 901
    assert [one for one, *_ in first] == ["pool.email-sender"]
    assert told(documents) == first


def test_a_second_new_secret_is_another_drift_and_neither_is_in_it() -> None:
    documents: dict[str, Any] = answers()
    documents["native_client"]["ClientSecret"] = "second-secret"
    second = told(documents)
    documents["native_client"]["ClientSecret"] = "third-secret"
    assert told(documents) != second
    assert "-secret'" not in str(told(documents) | second).replace("native-secret", "")


@pytest.mark.parametrize(
    ("entries", "unknown"), [((WEB, "deleted"), False), (("deleted", NATIVE), True), ((NATIVE,), False), ((), False)]
)
def test_a_client_that_was_not_described_leaves_the_trust_of_the_identity_pool_open(
    entries: tuple[str, ...], unknown: bool
) -> None:
    documents: dict[str, Any] = answers()
    named = documents["identity_pool"]["CognitoIdentityProviders"]
    documents["identity_pool"]["CognitoIdentityProviders"] = [{**named[0], "ClientId": one} for one in entries]
    assert _has_unknown_entries(seen(documents).observation) is unknown

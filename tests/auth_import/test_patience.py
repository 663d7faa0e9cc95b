"""AWS hangs: every page that asks it answers with words, within one patience for all of its calls."""

import time
from typing import Any

import pytest
from django.test import Client

from auth_import.findings import Fix
from auth_import.observation import Choice
from environments.models import Environment
from tests.auth_import.journeys import address, chosen, link_for
from tests.auth_import.planted import Account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]

PATIENCE = 0.4
SLOW_MACHINE = 3.0


@pytest.fixture
def hanging(sandbox: Any, settings: Any) -> None:
    settings.SCREEN_DEADLINE_SECONDS = PATIENCE
    sandbox.fail("*", kind="hang")


def words_in_time(answer: Any, started: float) -> str:
    assert time.monotonic() - started < PATIENCE + SLOW_MACHINE
    text = str(answer.content.decode())
    assert "DeadlineExceeded" in text or "not read" in text
    return text


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("import", {"plain": ""}),
        ("import", {"q": "sample"}),
        ("import", {"plain": "1"}),
        ("create-identity-pool", {}),
        ("fix", {"fix": Fix.TURN_ON_DELETION_PROTECTION}),
        ("fix", {"fix": Fix.CREATE_WEB_CLIENT}),
    ],
)
@pytest.mark.usefixtures("hanging")
def test_a_page_says_that_aws_did_not_answer(
    environment: Environment, good: Choice, member: Client, page: str, more: dict[str, str]
) -> None:
    names = {"fix": more.pop("fix")} if page == "fix" else {}
    started = time.monotonic()
    words_in_time(member.get(address(environment, page, **names), chosen(good) | more), started)


@pytest.mark.parametrize(
    "page", ["import-clients", "import-identity-pools", "import-preflight", "import-user-counts", "import"]
)
@pytest.mark.usefixtures("hanging")
def test_a_part_of_the_page_says_it_too(environment: Environment, good: Choice, member: Client, page: str) -> None:
    started = time.monotonic()
    query = chosen(good) | {"id": good.user_pool_id}
    words_in_time(member.get(address(environment, page), query, headers={"HX-Request": "true"}), started)


@pytest.mark.usefixtures("hanging")
def test_a_plan_that_cannot_be_checked_is_refused_in_time(
    environment: Environment, good: Choice, member: Client
) -> None:
    started = time.monotonic()
    answer = member.post(address(environment, "import-plan"), chosen(good))
    assert answer.status_code == 422
    assert "Nothing was planned" in words_in_time(answer, started)


@pytest.mark.usefixtures("hanging")
def test_a_cure_that_cannot_be_looked_at_is_not_applied(environment: Environment, good: Choice, member: Client) -> None:
    started = time.monotonic()
    url = address(environment, "fix", fix=Fix.TURN_ON_DELETION_PROTECTION)
    answer = member.post(url, chosen(good) | {"digest": "any"})
    assert answer.status_code == 422
    words_in_time(answer, started)


def test_a_file_whose_secret_cannot_be_read_says_so(
    environment: Environment, account: Account, member: Client, sandbox: Any, settings: Any
) -> None:
    link_for(environment, account.plant().choice)
    settings.SCREEN_DEADLINE_SECONDS = PATIENCE
    sandbox.fail("*", kind="hang")
    started = time.monotonic()
    answer = member.get(address(environment, "client-file", name="awsconfiguration.json"), {"download": "1"})
    assert answer.status_code == 502
    words_in_time(answer, started)

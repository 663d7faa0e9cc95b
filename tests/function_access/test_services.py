"""Choices that wait for a push: made, changed, taken back, pushed. Rows alone; nothing asks AWS."""

from typing import Any

import pytest

from audit.actions import Action
from audit.models import AuditEvent
from auth_import.models import CognitoLink
from backend_state.document.changes import FunctionAccess
from backend_state.document.function_standing import FunctionStanding
from function_access import operations, services
from function_access.models import FunctionGrant
from tests.auth_import.journeys import ACTOR
from tests.factories import make_environment, make_link

pytestmark = pytest.mark.django_db

POOL = "eu-west-1_Sample001"
READ = operations.actions(("read",), "least")
WITHOUT = FunctionStanding("mailer", "Lambda")
WITH_READ = FunctionStanding("mailer", "Lambda", operations=("read",), actions=READ)
OF_THE_CLI = FunctionStanding(
    "mailer",
    "Lambda",
    operations=("read",),
    actions=operations.actions(("read",), "cli"),
    pools=("eu-west-1_Older0001",),
)
State = FunctionGrant.State


@pytest.fixture
def link(db: None) -> CognitoLink:
    environment = make_environment(kind="amplify", app_id="d2examplexyz01")
    return make_link(environment, pushed=True)


def choose(link: CognitoLink, *chosen: str, standing: FunctionStanding = WITHOUT, breadth: str = "least") -> Any:
    return services.choose(link=link, standing=standing, operations=chosen, breadth=breadth, actor=ACTOR)


def waiting(link: CognitoLink) -> tuple[FunctionAccess, ...]:
    return services.waiting_changes(link.environment)


def push(link: CognitoLink) -> None:
    services.take_pushed(link.environment, waiting(link), ACTOR)


def revoke(link: CognitoLink, standing: FunctionStanding | None) -> FunctionGrant | None:
    return services.revoke(environment=link.environment, function="mailer", standing=standing, actor=ACTOR)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_a_choice_waits_in_the_clis_order_and_is_applied_by_a_push(link: CognitoLink) -> None:
    row = choose(link, "delete", "read")
    assert (row.state, row.operations, row.user_pool_id) == (State.WANTED, ["read", "delete"], POOL)
    expected = operations.actions(("read", "delete"), "least")
    assert waiting(link) == (FunctionAccess("mailer", ("read", "delete"), expected),)
    push(link)
    row.refresh_from_db()
    assert (row.state, row.before, waiting(link)) == (State.APPLIED, {}, ())
    assert actions() == [Action.FUNCTION_ACCESS_WANTED, Action.FUNCTION_ACCESS_GRANTED]


def test_what_the_backend_has_already_is_not_kept(link: CognitoLink) -> None:
    assert choose(link, "read", standing=WITH_READ) is None
    assert not FunctionGrant.objects.exists()
    # By an id instead of a reference it is another access, though the list is the same.
    assert choose(link, "read", standing=OF_THE_CLI, breadth="cli") is not None


def test_choosing_what_is_there_takes_back_what_waits(link: CognitoLink) -> None:
    choose(link, "read", "delete", standing=WITH_READ)
    assert choose(link, "read", standing=WITH_READ) is None
    assert waiting(link) == ()


@pytest.mark.parametrize("again", [1, 2])
def test_a_choice_that_was_never_pushed_is_simply_taken_back(link: CognitoLink, again: int) -> None:
    choose(link, "read")
    for _ in range(again):
        assert revoke(link, WITHOUT) is None
    assert not FunctionGrant.objects.exists()
    assert waiting(link) == ()


def test_taking_back_restores_the_access_that_was_pushed_before(link: CognitoLink) -> None:
    choose(link, "read")
    push(link)
    choose(link, "read", "delete", standing=WITH_READ)
    choose(link, "create", standing=WITH_READ)
    assert services.take_back(environment=link.environment, function="mailer", actor=ACTOR)
    row = FunctionGrant.objects.get()
    assert (row.state, row.operations, row.actions) == (State.APPLIED, ["read"], list(READ))
    assert not services.take_back(environment=link.environment, function="mailer", actor=ACTOR)


def test_access_is_taken_away_with_a_push_and_a_second_click_changes_nothing(link: CognitoLink) -> None:
    choose(link, "read")
    push(link)
    for _ in range(2):
        row = revoke(link, WITH_READ)
        assert row is not None
        assert row.state == State.REVOKED
    assert waiting(link) == (FunctionAccess("mailer", (), ()),)
    pushed = waiting(link)
    for _ in range(2):
        services.take_pushed(link.environment, pushed, ACTOR)
    assert not FunctionGrant.objects.exists()
    assert actions()[-2:] == [Action.FUNCTION_ACCESS_WANTED, Action.FUNCTION_ACCESS_REVOKED]


def test_a_revocation_is_taken_back(link: CognitoLink) -> None:
    choose(link, "read")
    push(link)
    revoke(link, WITH_READ)
    services.take_back(environment=link.environment, function="mailer", actor=ACTOR)
    assert FunctionGrant.objects.get().state == State.APPLIED


def test_the_access_the_cli_gave_is_taken_away_too_and_that_taken_back(link: CognitoLink) -> None:
    assert revoke(link, OF_THE_CLI) is not None
    assert waiting(link) == (FunctionAccess("mailer", (), ()),)
    services.take_back(environment=link.environment, function="mailer", actor=ACTOR)
    assert not FunctionGrant.objects.exists()
    # A choice over it that is then turned into a revocation is one of what the CLI gave.
    choose(link, "delete", standing=OF_THE_CLI)
    revoke(link, OF_THE_CLI)
    assert waiting(link) == (FunctionAccess("mailer", (), ()),)
    services.take_back(environment=link.environment, function="mailer", actor=ACTOR)
    assert not FunctionGrant.objects.exists()


def test_a_function_without_access_or_gone_leaves_no_row(link: CognitoLink) -> None:
    choose(link, "read")
    push(link)
    assert revoke(link, None) is None
    assert not FunctionGrant.objects.exists()


def test_a_choice_made_while_a_push_was_at_work_goes_on_waiting(link: CognitoLink) -> None:
    choose(link, "read")
    pushed = waiting(link)
    choose(link, "delete")
    services.take_pushed(link.environment, pushed, ACTOR)
    assert [one.operations for one in waiting(link)] == [("delete",)]
    services.take_back(environment=link.environment, function="mailer", actor=ACTOR)
    row = FunctionGrant.objects.get()
    assert (row.state, row.operations, row.breadth) == (State.APPLIED, ["read"], "least")


def test_what_was_taken_back_while_a_push_was_at_work_is_known_as_pushed(link: CognitoLink) -> None:
    choose(link, "read", breadth="cli")
    pushed = waiting(link)
    revoke(link, WITHOUT)
    for _ in range(2):
        services.take_pushed(link.environment, pushed, ACTOR)
    row = FunctionGrant.objects.get()
    assert (row.state, row.operations, row.breadth) == (State.APPLIED, ["read"], "cli")
    assert actions().count(Action.FUNCTION_ACCESS_GRANTED) == 1


def test_without_a_link_only_what_is_taken_away_is_pushed(link: CognitoLink) -> None:
    choose(link, "read")
    environment = link.environment
    FunctionGrant.objects.create(environment=environment, function="other", state=State.REVOKED)
    CognitoLink.objects.all().delete()
    assert services.waiting_changes(environment) == (FunctionAccess("other", (), ()),)


def test_nothing_ever_waits_in_a_standalone_environment(db: None) -> None:
    environment = make_environment()
    make_link(environment)
    FunctionGrant.objects.create(environment=environment, function="mailer", operations=["read"])
    assert services.waiting_changes(environment) == ()

"""A fix that ends half-way leaves a trace in the activity and says what was made; applying again does the rest."""

from typing import Any

import pytest
from django.test import Client

from auth_import import fixes
from auth_import.findings import Fix
from auth_import.fix_words import actions_for
from aws.errors import AwsError
from environments.models import Environment
from tests.auth_import.journeys import address, audited, chosen
from tests.auth_import.planted import Account
from tests.auth_import.test_fixes import _one_client, _other_native_urls, _without_guest_role, apply, clients_of, show

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox", "without_retries")]

FIXED = "auth_import:resource:fix"
DENIED: dict[str, Any] = {"kind": "fail", "code": "AccessDeniedException", "message": "No.", "times": 1}


def test_the_first_of_two_calls_is_in_the_activity_and_the_second_try_does_the_rest(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    choice, fix = _without_guest_role(account, account.plant()), Fix.CREATE_UNAUTHENTICATED_ROLE
    shown = show(environment, choice, fix)
    sandbox.fail("SetIdentityPoolRoles", **DENIED)
    with pytest.raises(AwsError) as failed:
        apply(environment, choice, fix, shown.digest)
    assert "iam:CreateRole" in failed.value.next_step
    assert "still missing" in failed.value.next_step
    [event] = audited(FIXED)
    assert event.before
    assert event.after
    assert event.before.keys() == {"iam:CreateRole", "cognito-identity:SetIdentityPoolRoles"}
    assert event.after["outcome"] == "failed"
    assert event.after["code"] == "AccessDeniedException"
    assert event.after["made"] == "iam:CreateRole"
    now = show(environment, choice, fix)
    assert [change.action for change in now.shown] == ["cognito-identity:SetIdentityPoolRoles"]
    apply(environment, choice, fix, now.digest)
    assert "unauthenticated" in account.roles_of(choice.identity_pool_id)
    assert "outcome" not in (audited(FIXED)[-1].after or {})


def test_a_change_that_could_not_be_read_back_is_in_the_activity(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    choice = _other_native_urls(account, account.plant())
    shown = show(environment, choice, Fix.COPY_OAUTH_TO_NATIVE)
    sandbox.fail("UpdateUserPoolClient", kind="half_body", times=1)
    with pytest.raises(AwsError) as failed:
        apply(environment, choice, Fix.COPY_OAUTH_TO_NATIVE, shown.digest)
    assert "may have taken: cognito-idp:UpdateUserPoolClient" in failed.value.next_step
    [event] = audited(FIXED)
    assert event.after
    assert event.after["outcome"] == "failed"
    assert not show(environment, choice, Fix.COPY_OAUTH_TO_NATIVE).needed


def test_a_client_that_may_exist_is_said_to_be_looked_for(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    choice = _one_client(account, account.plant(identity_pool=False))
    shown, before = show(environment, choice, Fix.CREATE_NATIVE_CLIENT), clients_of(account, choice)
    sandbox.fail("CreateUserPoolClient", kind="half_body", times=1)
    with pytest.raises(AwsError) as failed:
        apply(environment, choice, Fix.CREATE_NATIVE_CLIENT, shown.digest)
    assert len(clients_of(account, choice) - before) == 1
    assert "makes another one" in failed.value.next_step
    assert len(audited(FIXED)) == 1


def test_a_refusal_before_any_change_writes_nothing(environment: Environment, account: Account, sandbox: Any) -> None:
    choice = _other_native_urls(account, account.plant())
    shown = show(environment, choice, Fix.COPY_OAUTH_TO_NATIVE)
    sandbox.fail("UpdateUserPoolClient", **DENIED)
    with pytest.raises(AwsError):
        apply(environment, choice, Fix.COPY_OAUTH_TO_NATIVE, shown.digest)
    assert not audited(FIXED)


def test_the_page_shows_what_is_left_and_which_actions_it_needs(
    environment: Environment, account: Account, member: Client, sandbox: Any
) -> None:
    choice, fix = _without_guest_role(account, account.plant()), Fix.CREATE_UNAUTHENTICATED_ROLE
    url = address(environment, "fix", fix=fix)
    sandbox.fail("SetIdentityPoolRoles", **DENIED)
    form = chosen(choice) | {"digest": show(environment, choice, fix).digest}
    page = member.post(url, form).content.decode()
    assert "It ended half-way" in page
    assert "iam:PassRole" in page
    assert "cognito-guests" in page
    assert "The difference" in page
    assert '<span class="mono">iam:UpdateAssumeRolePolicy</span>' not in page


def test_every_fix_names_the_actions_it_needs() -> None:
    for fix in Fix:
        actions = actions_for(fix)
        assert any(not action.partition(":")[2].startswith(("Get", "List", "Describe")) for action in actions), fix
    assert "iam:PassRole" in actions_for(Fix.CREATE_UNAUTHENTICATED_ROLE)
    assert fixes.TITLES.keys() == set(Fix)


def test_the_document_names_the_actions_of_every_fix(settings: Any) -> None:
    text = (settings.BASE_DIR / "docs/checks/README.md").read_text(encoding="utf-8")
    for fix in Fix:
        actions = ", ".join(f"`{action}`" for action in actions_for(fix))
        assert f"| {fixes.TITLES[fix]} | {actions} |" in text

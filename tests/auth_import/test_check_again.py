"""Check again: what changed in AWS since the import, told once, and never because something could not be read."""

from collections.abc import Callable
from typing import Any

import pytest

from auth_import import services
from auth_import.models import CognitoLink
from auth_import.observation import Choice
from environments.models import Environment
from tests.auth_import.journeys import ACTOR, audited, link_for, nobody_else
from tests.auth_import.planted import Account, Planted, choice_of
from tests.factories import make_environment, make_project

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sandbox")]


def check(link: CognitoLink) -> CognitoLink:
    return services.check_link(link=link, actor=ACTOR, sees=nobody_else)


def drift_ids(link: CognitoLink) -> set[str]:
    return {row["id"] for row in link.drift}


@pytest.mark.parametrize("key", ["good", "alias-attributes", "mfa-on", "user-pool-only", "groups-equal-precedence"])
def test_right_after_the_import_nothing_has_changed(environment: Environment, key: str, sandbox: Any) -> None:
    link = link_for(environment, choice_of(key))
    sandbox.forget()
    link = check(link)
    assert (link.drift, link.failing) == ([], 0)
    assert all(call["operation"].startswith(("Get", "List", "Describe")) for call in sandbox.calls())
    [event] = audited("auth_import:link:check")
    assert event.after == {"failing": 0, "drift": []}


def _new_urls(account: Account, planted: Planted) -> None:
    for client in (planted.choice.web_client_id, planted.choice.native_client_id):
        account.change_client(planted.choice, client, CallbackURLs=["https://new.example.com/in"])


def _other_role(account: Account, planted: Planted) -> None:
    identity = planted.choice.identity_pool_id
    account.name_roles(identity, account.plant_role(identity, "authenticated", trusts="other"), planted.roles[1])


def _delete_pool(account: Account, planted: Planted) -> None:
    cognito, pool_id = account.client("cognito-idp"), planted.choice.user_pool_id
    cognito.update_user_pool(UserPoolId=pool_id, DeletionProtection="INACTIVE")
    cognito.delete_user_pool(UserPoolId=pool_id)


def _delete_identity_pool(account: Account, planted: Planted) -> None:
    account.client("cognito-identity").delete_identity_pool(IdentityPoolId=planted.choice.identity_pool_id)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_new_urls, {"client.callback-urls"}),
        (_other_role, {"identity-pool.authenticated-role", "role.trust"}),
        (_delete_pool, {"pool.exists"}),
        (_delete_identity_pool, {"identity-pool.trusts-pool"}),
    ],
)
def test_what_changed_is_told_with_before_after_and_what_breaks(
    environment: Environment, account: Account, change: Callable[[Account, Planted], None], expected: set[str]
) -> None:
    planted = account.plant()
    link = link_for(environment, planted.choice)
    change(account, planted)
    link = check(link)
    assert expected <= drift_ids(link)
    assert all(row["before"] and row["after"] and row["breaks"] for row in link.drift)
    stored = CognitoLink.objects.get()
    assert stored.drift == link.drift
    assert stored.health in ("fail", "warn")


def test_a_vanished_pool_can_be_restored_by_aws_support_and_the_words_say_so(
    environment: Environment, account: Account
) -> None:
    planted = account.plant()
    link = link_for(environment, planted.choice)
    _delete_pool(account, planted)
    finding = next(one for one in check(link).last_findings if one.id == "pool.exists")
    assert "AWS Support" in finding.cure.text
    assert "14 days" in finding.cure.text


def test_a_new_secret_alarms_and_is_not_stored(environment: Environment, account: Account) -> None:
    planted = account.plant()
    link = link_for(environment, planted.choice)
    CognitoLink.objects.update(secret_digest="0" * 64)
    link.refresh_from_db()
    link = check(link)
    assert drift_ids(link) == {"client.native-secret-replaced"}
    assert planted.secret not in str(CognitoLink.objects.values().get())


@pytest.mark.usefixtures("without_retries")
@pytest.mark.parametrize("operation", ["DescribeUserPool", "ListGroups", "GetIdentityPoolRoles", "*"])
@pytest.mark.parametrize("code", ["TooManyRequestsException", "InternalErrorException"])
def test_what_aws_does_not_answer_never_alarms(
    environment: Environment, good: Choice, sandbox: Any, operation: str, code: str
) -> None:
    link = link_for(environment, good)
    sandbox.fail(operation, kind="fail", code=code)
    assert check(link).drift == []


@pytest.mark.usefixtures("without_retries")
def test_the_drift_of_the_last_whole_check_stays_while_aws_does_not_answer(
    environment: Environment, account: Account, sandbox: Any
) -> None:
    planted = account.plant()
    link = link_for(environment, planted.choice)
    _new_urls(account, planted)
    before = check(link).drift
    sandbox.fail("*", kind="fail", code="TooManyRequestsException")
    assert before
    assert check(link).drift == before


@pytest.mark.parametrize("operation", ["ListGroups", "GetRole"])
def test_other_changes_are_seen_although_one_call_is_not_permitted(
    environment: Environment, account: Account, sandbox: Any, operation: str
) -> None:
    planted = account.plant()
    account.client("cognito-idp").create_group(UserPoolId=planted.choice.user_pool_id, GroupName="Admins")
    link = link_for(environment, planted.choice)
    _new_urls(account, planted)
    sandbox.fail(operation, kind="fail", code="AccessDeniedException")
    found = drift_ids(check(link))
    assert "client.callback-urls" in found
    assert "pool.groups" not in found


def test_a_link_taken_away_meanwhile_is_left_alone(environment: Environment, good: Choice) -> None:
    link = link_for(environment, good)
    CognitoLink.objects.all().delete()
    check(link)
    services.answer_function_access(link=link, answer="wanted", actor=ACTOR)
    assert not CognitoLink.objects.exists()
    assert not audited("auth_import:link:check")
    assert not audited("auth_import:functions:answer")


class TestOtherEnvironments:
    def shared(self, environment: Environment, good: Choice) -> CognitoLink:
        """A link whose pool is also used by another environment of the project, and by another project."""
        link_for(make_environment(environment.project, "prod", production=True), good)
        link_for(make_environment(make_project("Secret plans"), "live"), good)
        return link_for(environment, good)

    def observed(self, link: CognitoLink) -> str:
        return next(one.observed for one in link.last_findings if one.id == "link.shared")

    def test_what_is_kept_names_the_own_project_only(self, environment: Environment, good: Choice) -> None:
        link = self.shared(environment, good)
        services.check_link(link=link, actor=ACTOR, sees=lambda _: True)
        kept = str(CognitoLink.objects.values().get(environment=environment))
        assert "Shop / prod" in kept
        assert "another project in this console" in kept
        assert "Secret plans" not in kept

    def test_the_answer_names_what_the_asker_may_see(self, environment: Environment, good: Choice) -> None:
        link = self.shared(environment, good)
        everything = services.check_link(link=link, actor=ACTOR, sees=lambda _: True)
        assert "Secret plans / live" in self.observed(everything)
        nothing = services.check_link(link=link, actor=ACTOR, sees=nobody_else)
        assert "Secret plans" not in self.observed(nothing)
        assert "Shop / prod" not in self.observed(nothing)

    def test_a_second_user_of_the_pool_is_no_drift(self, environment: Environment, good: Choice) -> None:
        link = link_for(environment, good)
        link_for(make_environment(environment.project, "prod"), good)
        link = check(link)
        assert link.drift == []
        assert "also used by" in self.observed(link)

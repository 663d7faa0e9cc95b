"""What is read from AWS for one choice: which calls, how often, and what stands where one fails."""

import time
from collections import Counter
from dataclasses import fields, replace
from typing import Any

import pytest

from auth_import import rules
from auth_import.findings import RuleSet
from auth_import.observation import Choice, Observation, Setting
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from aws.errors import Fault
from aws.resources import AppClient, IdentityPool, Role, UserPool
from aws.target import AwsTarget
from tests.auth_import.planted import Account, choice_of

SETTING = Setting(
    kind="standalone", region="eu-west-1", project_name="Shop", environment_name="dev", resource_name="shop"
)

# Operation, and the place in the observation that it fills.
GOOD_CALLS = {
    "DescribeUserPool": 1,
    "DescribeUserPoolClient": 2,
    "ListUserPoolClients": 1,
    "ListIdentityProviders": 1,
    "DescribeIdentityProvider": 1,
    "GetUserPoolMfaConfig": 1,
    "ListGroups": 1,
    "DescribeIdentityPool": 1,
    "GetIdentityPoolRoles": 1,
    # The two of the identity pool, and those of the groups.
    "GetRole": 5,
}


def look(choice: Choice, *, seconds: float = 20) -> Observation:
    return observe(target=AwsTarget("eu-west-1"), choice=choice, setting=SETTING, seconds=seconds)


def faulty(observation: Observation) -> set[str]:
    return {field.name for field in fields(observation) if isinstance(getattr(observation, field.name), Fault)}


def test_a_good_choice_takes_few_calls_and_none_twice(sandbox: Any, good: Choice) -> None:
    observation = look(good)
    calls = sandbox.calls()
    assert Counter(call["operation"] for call in calls) == GOOD_CALLS
    assert len({(call["operation"], call["digest"]) for call in calls}) == len(calls)
    assert not observation.faults
    assert isinstance(observation.pool, UserPool)
    assert isinstance(observation.identity_pool, IdentityPool)
    assert isinstance(observation.authenticated_role, Role)
    assert isinstance(observation.unauthenticated_role, Role)
    assert observation.clients_complete


def test_without_identity_pool_nothing_is_asked_about_one(sandbox: Any, good: Choice) -> None:
    observation = look(replace(good, identity_pool_id=""))
    assert {call["service"] for call in sandbox.calls()} == {"cognito-idp"}
    assert observation.identity_pool is None
    assert observation.identity_pool_roles is None


def test_one_client_for_both_is_described_once(sandbox: Any, good: Choice) -> None:
    observation = look(replace(good, native_client_id=good.web_client_id))
    described = sandbox.calls("DescribeUserPoolClient")
    # The second call looks for a client with a secret, which the rules ask for.
    assert len({call["digest"] for call in described}) == len(described)
    assert observation.web_client == observation.native_client
    assert isinstance(observation.web_client, AppClient)


@pytest.mark.parametrize(
    ("kind", "operation", "place"),
    [
        ("denied", "DescribeUserPool", "pool"),
        ("throttled", "DescribeUserPoolClient WEB", "web_client"),
        ("half answered", "DescribeUserPoolClient NATIVE", "native_client"),
        ("denied", "ListUserPoolClients", "clients"),
        ("throttled", "ListIdentityProviders", "identity_providers"),
        ("half answered", "DescribeIdentityProvider", "identity_providers"),
        ("denied", "GetUserPoolMfaConfig", "mfa"),
        ("throttled", "ListGroups", "groups"),
        ("half answered", "DescribeIdentityPool", "identity_pool"),
        ("denied", "GetIdentityPoolRoles", "identity_pool_roles"),
        ("throttled", "GetRole shop-authenticated", "authenticated_role"),
        ("half answered", "GetRole shop-unauthenticated", "unauthenticated_role"),
    ],
)
@pytest.mark.usefixtures("without_retries")
def test_one_failing_call_is_a_fault_in_its_place_and_every_rule_still_speaks(
    sandbox: Any, good: Choice, kind: str, operation: str, place: str
) -> None:
    operation, _, match = operation.partition(" ")
    match = {"WEB": good.web_client_id, "NATIVE": good.native_client_id}.get(match, match)
    fault: dict[str, Any] = {
        "denied": {"kind": "fail", "code": "AccessDeniedException", "message": "Not authorized."},
        "throttled": {"kind": "fail", "code": "TooManyRequestsException", "message": "Rate exceeded."},
        "half answered": {"kind": "half_body"},
    }[kind]
    sandbox.fail(operation, match=match, **fault)
    observation = look(good)
    assert faulty(observation) == {place}
    expected = {"denied": "denied", "throttled": "throttled", "half answered": "unavailable"}[kind]
    assert {fault.kind for fault in observation.faults} == {expected}
    assert {fault.action.rpartition(":")[2] for fault in observation.faults} == {operation}
    findings = rules.run(observation, RuleSet.ADMIN_UI)
    assert len(findings) == len(rules.RULES)


@pytest.mark.parametrize("operation", ["GetUserPoolMfaConfig", "ListGroups"])
@pytest.mark.usefixtures("without_retries")
def test_files_wait_for_what_may_be_readable_a_minute_later(sandbox: Any, good: Choice, operation: str) -> None:
    sandbox.fail(operation, kind="fail", code="TooManyRequestsException")
    assert outputs_of(look(good)) is None
    sandbox.forget()
    sandbox.fail(operation, kind="fail", code="AccessDeniedException")
    assert outputs_of(look(good)) is not None


def test_a_hanging_call_ends_at_the_deadline_and_the_others_are_kept(sandbox: Any, good: Choice) -> None:
    sandbox.fail("DescribeIdentityPool", kind="hang")
    started = time.monotonic()
    observation = look(good, seconds=1.0)
    assert time.monotonic() - started < 8
    assert faulty(observation) == {"identity_pool"}
    assert isinstance(observation.pool, UserPool)
    assert {fault.kind for fault in observation.faults} == {"unavailable"}


def test_when_everything_hangs_the_deadline_holds_and_nothing_is_raised(sandbox: Any, good: Choice) -> None:
    sandbox.fail("*", kind="hang")
    started = time.monotonic()
    observation = look(good, seconds=1.0)
    assert time.monotonic() - started < 8
    assert {"pool", "web_client", "native_client", "clients", "groups", "identity_pool"} <= faulty(observation)


@pytest.mark.parametrize("strange", ["", "nonsense", "eu-west-1_" + "x" * 300, "<script> \x00é"])
@pytest.mark.usefixtures("without_retries")
def test_malformed_ids_are_findings_not_errors(sandbox: Any, good: Choice, strange: str) -> None:
    for choice in (
        replace(good, user_pool_id=strange),
        replace(good, web_client_id=strange),
        replace(good, native_client_id=strange),
        replace(good, identity_pool_id=strange),
    ):
        observation = look(choice)
        assert observation.faults or not strange
        findings = rules.run(observation, RuleSet.ADMIN_UI)
        assert strange == choice.identity_pool_id == "" or rules.verdict(findings) == "refused"


def test_other_clients_are_left_alone_while_the_chosen_ones_answer_every_rule(sandbox: Any) -> None:
    look(choice_of("many-clients"))
    assert len(sandbox.calls("DescribeUserPoolClient")) == 2
    assert len(sandbox.calls("ListUserPoolClients")) == 1


def test_the_search_for_a_client_with_a_secret_ends_with_the_first_batch_that_has_one(sandbox: Any) -> None:
    both_web = choice_of("many-clients")
    observation = look(replace(both_web, native_client_id=both_web.web_client_id))
    assert any(client.has_secret for client in observation.other_clients)
    assert len(sandbox.calls("DescribeUserPoolClient")) <= 1 + 5 * 2


def test_a_fault_ends_the_search_and_is_told(sandbox: Any) -> None:
    both_web = choice_of("many-clients")
    choice = replace(both_web, native_client_id=both_web.web_client_id)
    # Only the chosen client can be described.
    sandbox.fail("DescribeUserPoolClient", kind="fail", code="AccessDeniedException", match="partner-")
    other = [client for client in look(choice).clients if not isinstance(client, Fault)]  # type: ignore[union-attr]
    sandbox.forget()
    for client in other:
        if client.id != choice.web_client_id:
            sandbox.fail("DescribeUserPoolClient", kind="fail", code="AccessDeniedException", match=client.id)
    observation = look(choice)
    assert isinstance(observation.web_client, AppClient)
    assert [fault.kind for fault in observation.faults] == ["denied"] * len(observation.faults)
    assert observation.faults
    assert len(sandbox.calls("DescribeUserPoolClient")) == 1 + 5


def test_a_second_page_of_clients_that_fails_is_a_fault_too(sandbox: Any, account: Account) -> None:
    planted = account.plant(identity_pool=False)
    cognito = account.client("cognito-idp")
    pool_id = planted.choice.user_pool_id
    cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=planted.choice.native_client_id)
    for number in range(60):
        cognito.create_user_pool_client(UserPoolId=pool_id, ClientName=f"more-{number:02}")
    choice = replace(planted.choice, native_client_id=planted.choice.web_client_id)
    sandbox.forget()
    sandbox.fail("ListUserPoolClients", kind="fail", code="AccessDeniedException", match="NextToken")
    observation = look(choice, seconds=30)
    assert not isinstance(observation.clients, Fault)
    assert len(observation.clients) == 60
    assert not observation.clients_complete
    assert [fault.action for fault in observation.faults] == ["cognito-idp:ListUserPoolClients"]


def test_an_identity_pool_that_names_deleted_clients_is_no_fault(sandbox: Any, account: Account) -> None:
    planted = account.plant()
    cognito, choice = account.client("cognito-idp"), planted.choice
    gone = cognito.create_user_pool_client(UserPoolId=choice.user_pool_id, ClientName="gone")["UserPoolClient"]
    account.client("cognito-identity").update_identity_pool(
        IdentityPoolId=choice.identity_pool_id,
        IdentityPoolName="renamed",
        AllowUnauthenticatedIdentities=True,
        CognitoIdentityProviders=[account.entry(choice.user_pool_id, gone["ClientId"])],
    )
    cognito.delete_user_pool_client(UserPoolId=choice.user_pool_id, ClientId=gone["ClientId"])
    observation = look(choice)
    assert observation.faults == ()
    assert rules.verdict(rules.run(observation, RuleSet.ADMIN_UI)) == "refused"


@pytest.mark.usefixtures("sandbox")
def test_a_role_that_is_gone_from_iam_is_a_fault_in_its_place_only() -> None:
    observation = look(choice_of("role-missing"))
    assert faulty(observation) == {"authenticated_role"}
    assert [fault.kind for fault in observation.faults] == ["not-found"]


def test_the_secret_is_nowhere_in_what_is_printed_of_an_observation(sandbox: Any, account: Account) -> None:
    planted = account.plant()
    observation = look(planted.choice)
    assert isinstance(observation.native_client, AppClient)
    assert observation.native_client.secret == planted.secret
    assert planted.secret not in repr(observation)
    assert planted.secret not in repr(outputs_of(observation))


def test_one_role_in_both_places_is_asked_for_once(sandbox: Any, account: Account) -> None:
    planted = account.plant()
    account.name_roles(planted.choice.identity_pool_id, planted.roles[0], planted.roles[0])
    sandbox.forget()
    observation = look(planted.choice)
    assert Counter(call["operation"] for call in sandbox.calls())["GetRole"] == 1
    assert observation.unauthenticated_role == observation.authenticated_role


def test_the_distinct_roles_of_groups_are_read_with_an_identity_pool_only(sandbox: Any, account: Account) -> None:
    planted = account.plant()
    role = account.plant_role(planted.choice.identity_pool_id, "authenticated", trusts="eu-west-1:another")
    for name in ("Editors", "Authors"):
        account.client("cognito-idp").create_group(
            GroupName=name, UserPoolId=planted.choice.user_pool_id, RoleArn=role, Precedence=len(name)
        )
    observation = look(planted.choice)
    assert [one.arn for one in observation.group_roles if isinstance(one, Role)] == [role]
    finding = next(one for one in rules.run(observation, RuleSet.ADMIN_UI) if one.id == "groups.roles")
    assert finding.severity == "info"
    assert role.rpartition("/")[2] in finding.observed
    assert look(planted.user_pool_only).group_roles == ()

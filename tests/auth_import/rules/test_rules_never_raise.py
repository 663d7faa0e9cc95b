from collections.abc import Callable
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from auth_import.findings import RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules import RULES, run
from aws.errors import FaultKind
from tests.auth_import.rules.rule_observations import GOOD, NATIVE, fault, in_amplify
from tests.auth_import.rules.rule_strategies import torn_observations

POSITIONS = {
    "pool": "cognito-idp:DescribeUserPool",
    "clients": "cognito-idp:ListUserPoolClients",
    "web_client": "cognito-idp:DescribeUserPoolClient",
    "native_client": "cognito-idp:DescribeUserPoolClient",
    "mfa": "cognito-idp:GetUserPoolMfaConfig",
    "identity_providers": "cognito-idp:ListIdentityProviders",
    "groups": "cognito-idp:ListGroups",
    "identity_pool": "cognito-identity:DescribeIdentityPool",
    "identity_pool_roles": "cognito-identity:GetIdentityPoolRoles",
    "authenticated_role": "iam:GetRole",
    "unauthenticated_role": "iam:GetRole",
}
BLOCKING = {
    "pool",
    "clients",
    "web_client",
    "native_client",
    "identity_providers",
    "identity_pool",
    "identity_pool_roles",
}


def spoil(observation: Observation, position: str, kind: FaultKind) -> Observation:
    changes: dict[str, Any] = {position: fault(kind, POSITIONS[position])}
    return replace(observation, **changes)


def check_shape(observation: Observation, rule_set: RuleSet) -> None:
    findings = run(observation, rule_set)
    assert [finding.id for finding in findings] == [rule.id for rule in RULES]
    for finding in findings:
        assert finding.observed, finding.id
        if finding.severity is not Severity.PASS:
            assert finding.reason, finding.id
            assert finding.affects, finding.id
            assert finding.cure.text, finding.id
        assert NATIVE.secret not in repr(finding), finding.id


@settings(max_examples=100)
@given(observation=torn_observations())
def test_no_rule_raises_whatever_aws_answers(observation: Observation) -> None:
    for rule_set in RuleSet:
        check_shape(observation, rule_set)


@pytest.mark.parametrize("kind", get_args(FaultKind))
@pytest.mark.parametrize("make", [lambda item: item, in_amplify], ids=["standalone", "amplify"])
def test_no_pair_of_faults_makes_a_rule_raise(kind: FaultKind, make: Callable[[Observation], Observation]) -> None:
    for first, second in combinations_with_replacement(POSITIONS, 2):
        observation = spoil(spoil(make(GOOD), first, kind), second, kind)
        for rule_set in RuleSet:
            check_shape(observation, rule_set)


@pytest.mark.parametrize("kind", get_args(FaultKind))
@pytest.mark.parametrize("position", sorted(POSITIONS))
@pytest.mark.parametrize("rule_set", list(RuleSet))
def test_a_fault_blocks_exactly_where_the_import_needs_the_answer(
    position: str, kind: FaultKind, rule_set: RuleSet
) -> None:
    findings = run(spoil(GOOD, position, kind), rule_set)
    failed = [finding for finding in findings if finding.severity is Severity.FAIL]
    if position in BLOCKING:
        assert failed
        assert [finding.id for finding in failed if finding.overridable] == []
    elif rule_set is RuleSet.CLI:
        assert failed == []
    else:
        # Only what the documentation asks for on top may fail here, and all of it can be imported over.
        assert [finding.id for finding in failed if not finding.overridable] == []


@pytest.mark.parametrize("kind", get_args(FaultKind))
@pytest.mark.parametrize("position", sorted(POSITIONS))
def test_something_unread_is_said_with_its_cause_and_a_next_step(position: str, kind: FaultKind) -> None:
    observation = spoil(GOOD, position, kind)
    told = [
        finding
        for finding in run(observation, RuleSet.ADMIN_UI)
        if not finding.passed and (POSITIONS[position] in finding.observed or kind == "not-found")
    ]
    assert told
    assert all(finding.cure.text for finding in told)


def test_the_text_tells_an_answer_the_import_needs_from_one_it_does_not() -> None:
    findings = {finding.id: finding for finding in run(spoil(GOOD, "web_client", "throttled"), RuleSet.ADMIN_UI)}
    assert "The import needs this answer" in findings["oauth.matching"].reason
    assert findings["oauth.matching"].affects == "whoever imports"
    assert "the import does not depend on it" in findings["gen2.web-client-public"].reason
    assert findings["oauth.domain"].affects == "whoever relies on this check"

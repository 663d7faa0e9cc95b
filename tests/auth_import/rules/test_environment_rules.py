import json
from dataclasses import replace

import pytest

from auth_import.findings import RuleSet
from auth_import.observation import Observation, OtherLink
from tests.auth_import.rules.rule_observations import (
    GOOD,
    IDENTITY_POOL_ID,
    POOL_ID,
    USER_POOL_ONLY,
    answers,
    both,
    fault,
    found,
    in_amplify,
    setting,
)

PERMISSIONS = "permissions.console"


def with_pool_id(pool_id: str) -> Observation:
    return replace(GOOD, choice=replace(GOOD.choice, user_pool_id=pool_id))


def denied(*actions: str, observation: Observation = GOOD) -> Observation:
    return replace(observation, faults=tuple(fault("denied", action) for action in actions))


NO_FEDERATION = both(supported_identity_providers=None)

CASES = [
    ("region.same", GOOD, "pass/pass", "eu-west-1"),
    ("region.same", setting(GOOD, region="us-east-1"), "fail/fail", "is in eu-west-1, the environment is in us-east-1"),
    ("region.same", with_pool_id("nonsense"), "fail/fail", "is not the id of a user pool"),
    ("region.same", with_pool_id(""), "fail/fail", "no id"),
    ("name.valid", setting(GOOD, project_name="my_shop"), "pass/pass", "not applicable"),
    ("name.valid", in_amplify(GOOD), "pass/pass", "project shop"),
    ("name.valid", in_amplify(GOOD, project_name="Shop2", resource_name="shop24f1c02ab"), "pass/pass", "Shop2"),
    ("name.valid", in_amplify(GOOD, project_name="my_shop"), "fail!/warn", "project name “my_shop”"),
    ("name.valid", in_amplify(GOOD, resource_name="my_shop"), "fail!/warn", "resource name “my_shop”"),
    ("name.valid", in_amplify(GOOD, project_name="café"), "fail!/warn", "café"),
    ("name.valid", in_amplify(GOOD, resource_name=""), "fail!/warn", "resource name"),
    ("name.valid", in_amplify(GOOD, resource_name="shop\n"), "fail!/warn", "resource name"),
    ("auth.none-yet", GOOD, "pass/pass", "no auth resource"),
    ("auth.none-yet", setting(GOOD, existing_auth="imported"), "fail/fail", "already uses an imported"),
    ("auth.none-yet", in_amplify(GOOD, existing_auth="managed"), "fail/fail", "Amplify made and manages"),
    ("link.shared", GOOD, "pass/pass", "no other environment"),
    ("link.shared", setting(GOOD, other_links=(OtherLink("Sample / dev"),)), "warn/warn", "Sample / dev"),
    (PERMISSIONS, GOOD, "pass/pass", "refused no call"),
    (PERMISSIONS, denied("iam:GetRole"), "warn/warn", "iam:GetRole"),
    (PERMISSIONS, denied("cognito-idp:ListGroups"), "warn/warn", "ListGroups"),
    (PERMISSIONS, denied("cognito-idp:DescribeUserPoolClient"), "fail/fail", "DescribeUserPoolClient"),
    (PERMISSIONS, denied("cognito-idp:ListUserPoolClients"), "fail/fail", "ListUserPoolClients"),
    (PERMISSIONS, denied("cognito-idp:ListUserPools"), "fail!/warn", "ListUserPools"),
    (PERMISSIONS, denied("cognito-idp:GetUserPoolMfaConfig"), "fail!/warn", "GetUserPoolMfaConfig"),
    (PERMISSIONS, denied("cognito-idp:ListIdentityProviders"), "fail/fail", "ListIdentityProviders"),
    (
        PERMISSIONS,
        denied("cognito-idp:DescribeIdentityProvider", observation=NO_FEDERATION),
        "fail!/warn",
        "DescribeIdentityProvider",
    ),
    (PERMISSIONS, denied("cognito-identity:ListIdentityPools"), "fail/fail", "ListIdentityPools"),
    (
        PERMISSIONS,
        denied("cognito-identity:ListIdentityPools", observation=USER_POOL_ONLY),
        "fail!/warn",
        "ListIdentityPools",
    ),
    (
        PERMISSIONS,
        replace(GOOD, identity_pool_roles=fault("denied", "cognito-identity:GetIdentityPoolRoles")),
        "fail/fail",
        "GetIdentityPoolRoles",
    ),
    (PERMISSIONS, replace(GOOD, faults=(fault("throttled", "cognito-idp:DescribeUserPool"),)), "pass/pass", "no call"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_environment_and_permission_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


def test_production_is_named_first_among_the_environments_that_share_a_pool() -> None:
    links = (OtherLink("Sample / dev"), OtherLink("Sample / main", production=True), OtherLink("Sample / test"))
    finding = found("link.shared", setting(GOOD, other_links=links))
    assert finding.observed == "also used by Sample / main (production), Sample / dev, Sample / test"


def test_an_imported_and_a_managed_auth_resource_are_cured_differently() -> None:
    imported = found("auth.none-yet", setting(GOOD, existing_auth="imported")).cure
    managed = found("auth.none-yet", setting(GOOD, existing_auth="managed")).cure
    assert "Unlink" in imported.text
    assert managed.command == "amplify remove auth && amplify push"


def test_in_an_amplify_environment_the_text_says_why_nothing_helps() -> None:
    assert "amplify pull" in found("auth.none-yet", in_amplify(GOOD, existing_auth="managed")).reason
    assert "amplify pull" not in found("auth.none-yet", setting(GOOD, existing_auth="imported")).reason


def test_each_denied_action_is_named_once_and_granted_by_the_policy() -> None:
    actions = (
        "cognito-idp:ListUserPools",
        "cognito-idp:ListGroups",
        "cognito-identity:GetIdentityPoolRoles",
        "iam:GetRole",
    )
    observation = replace(
        denied(*actions, *actions), identity_pool_roles=fault("denied", "cognito-identity:GetIdentityPoolRoles")
    )
    finding = found(PERMISSIONS, observation)
    assert finding.observed == f"denied: {', '.join(actions)}"
    policy = json.loads(finding.cure.text[finding.cure.text.index("{") :])
    granted = {action: statement["Resource"] for statement in policy["Statement"] for action in statement["Action"]}
    assert granted == {
        "cognito-idp:ListUserPools": "*",
        "cognito-idp:ListGroups": f"arn:aws:cognito-idp:eu-west-1:*:userpool/{POOL_ID}",
        "cognito-identity:GetIdentityPoolRoles": (
            f"arn:aws:cognito-identity:eu-west-1:*:identitypool/{IDENTITY_POOL_ID}"
        ),
        "iam:GetRole": "*",
    }


@pytest.mark.parametrize("rule_set", list(RuleSet))
def test_a_call_that_blocks_is_named_in_the_reason(rule_set: RuleSet) -> None:
    finding = found(PERMISSIONS, denied("iam:GetRole", "cognito-idp:DescribeUserPool"), rule_set)
    assert "without cognito-idp:DescribeUserPool" in finding.reason

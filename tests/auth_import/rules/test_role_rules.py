import json
import shlex
from dataclasses import replace

import pytest

from auth_import.findings import Fix
from auth_import.observation import Observation
from auth_import.rules import evaluate, trust_policy
from auth_import.rules.trust import trust_statement
from aws.resources import Group
from tests.auth_import.rules.rule_observations import (
    AUTH_ARN,
    AUTH_ROLE,
    GOOD,
    GUEST_ARN,
    GUEST_ROLE,
    IDENTITY_POOL_ID,
    OTHER_IDENTITY_POOL_ID,
    USER_POOL_ONLY,
    answers,
    auth_trust,
    fault,
    found,
    guest_trust,
    in_amplify,
    roles,
    setting,
)

GET = "iam:GetRole"
AUTH_GONE = replace(GOOD, authenticated_role=fault("not-found", GET))
GUEST_GONE = replace(GOOD, unauthenticated_role=fault("not-found", GET))
AUTH_DENIED = replace(GOOD, authenticated_role=fault("denied", GET))
BOTH_DENIED = replace(AUTH_DENIED, unauthenticated_role=fault("denied", GET))
ROLES_DENIED = replace(GOOD, identity_pool_roles=fault("denied", "cognito-identity:GetIdentityPoolRoles"))
NO_ROLES = roles(authenticated_arn="", unauthenticated_arn="")
ELSEWHERE = roles(authenticated_arn="arn:aws:iam::999922223333:role/service-role/ShopAuth")
OTHER_PATH = roles(authenticated_arn="arn:aws:iam::111122223333:role/ShopAuth")
WRONG_AUD = trust_policy(OTHER_IDENTITY_POOL_ID, "authenticated")
WRONG_GUEST_AUD = trust_policy(OTHER_IDENTITY_POOL_ID, "unauthenticated")
DENY = {"Effect": "Deny", "Principal": "*", "Action": "sts:*"}


def policy(*statements: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def aud(*pools: str, amr: str = "authenticated", operator: str = "StringEquals") -> dict[str, object]:
    return {
        **trust_statement(IDENTITY_POOL_ID, "authenticated"),
        "Condition": {
            operator: {"cognito-identity.amazonaws.com:aud": list(pools)},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        },
    }


RIGHT = aud(IDENTITY_POOL_ID)
SHARED = policy(aud(IDENTITY_POOL_ID, OTHER_IDENTITY_POOL_ID))
OPEN = policy(aud("eu-west-1:*", operator="StringLike"))
NO_AMR = policy({**RIGHT, "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": IDENTITY_POOL_ID}}})
UNSURE = policy({**RIGHT, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}})

CASES = [
    ("role.exists", GOOD, "pass/pass", AUTH_ARN),
    ("role.exists", USER_POOL_ONLY, "pass/pass", "not applicable"),
    ("role.exists", NO_ROLES, "pass/pass", "not applicable"),
    ("role.exists", AUTH_GONE, "fail!/warn", "authenticated role ShopAuth"),
    ("role.exists", GUEST_GONE, "warn/warn", "unauthenticated role ShopUnauth"),
    ("role.exists", OTHER_PATH, "fail!/warn", "does not exist"),
    ("role.exists", ELSEWHERE, "info/info", "account 999922223333"),
    ("role.exists", AUTH_DENIED, "info/info", "unknown"),
    ("role.exists", replace(GOOD, authenticated_role=None), "info/info", "it was not read"),
    ("role.exists", ROLES_DENIED, "info/info", "could not be read"),
    ("role.exists", in_amplify(AUTH_GONE), "fail!/warn", "does not exist"),
    ("role.trust", GOOD, "pass/pass", f"trusts {IDENTITY_POOL_ID}"),
    ("role.trust", USER_POOL_ONLY, "pass/pass", "not applicable"),
    ("role.trust", NO_ROLES, "pass/pass", "not applicable"),
    ("role.trust", auth_trust(WRONG_AUD), "fail!/warn", OTHER_IDENTITY_POOL_ID),
    ("role.trust", guest_trust(WRONG_GUEST_AUD), "warn/warn", "unauthenticated role"),
    ("role.trust", auth_trust(trust_policy(IDENTITY_POOL_ID, "unauthenticated")), "fail!/warn", "identities only"),
    ("role.trust", auth_trust("{not json"), "fail!/warn", "not a valid policy document"),
    ("role.trust", auth_trust(policy()), "fail!/warn", "no statement allows"),
    ("role.trust", auth_trust(policy(RIGHT, DENY)), "fail!/warn", "a Deny statement forbids it"),
    ("role.trust", auth_trust(UNSURE), "warn/warn", "only the moment of sign-in decides"),
    ("role.trust", AUTH_DENIED, "info/info", "could not be read"),
    ("role.trust", AUTH_GONE, "info/info", "could not be read"),
    ("role.trust", OTHER_PATH, "info/info", "could not be read"),
    ("role.trust", ROLES_DENIED, "info/info", "could not be read"),
    ("role.reachable-by-others", GOOD, "pass/pass", "trusts this identity pool only"),
    ("role.reachable-by-others", USER_POOL_ONLY, "pass/pass", "not applicable"),
    ("role.reachable-by-others", NO_ROLES, "pass/pass", "not applicable"),
    ("role.reachable-by-others", auth_trust(SHARED), "warn/warn", OTHER_IDENTITY_POOL_ID),
    ("role.reachable-by-others", auth_trust(OPEN), "warn/warn", "any identity pool of any account"),
    ("role.reachable-by-others", auth_trust(NO_AMR), "warn/warn", "by guests too"),
    ("role.reachable-by-others", BOTH_DENIED, "info/info", "unknown"),
    ("role.reachable-by-others", ROLES_DENIED, "info/info", "could not be read"),
    ("groups.roles", GOOD, "pass/pass", "2 groups, 2 with a role"),
    ("groups.roles", replace(GOOD, groups=()), "pass/pass", "0 groups"),
    (
        "groups.roles",
        replace(
            GOOD, groups=(Group("A", precedence=1, role_arn=AUTH_ARN), Group("B", precedence=1, role_arn=AUTH_ARN))
        ),
        "pass/pass",
        "2 groups",
    ),
    (
        "groups.roles",
        replace(GOOD, groups=(Group("A", precedence=1, role_arn=AUTH_ARN), Group("B", precedence=1))),
        "pass/pass",
        "1 with a role",
    ),
    (
        "groups.roles",
        replace(
            GOOD, groups=(Group("A", precedence=1, role_arn=AUTH_ARN), Group("B", precedence=1, role_arn=GUEST_ARN))
        ),
        "info/info",
        "A, B share precedence 1",
    ),
    (
        "groups.roles",
        replace(GOOD, groups=(Group("A", role_arn=AUTH_ARN), Group("B", role_arn=GUEST_ARN))),
        "info/info",
        "no precedence at all",
    ),
    ("groups.roles", replace(GOOD, groups=fault("denied", "cognito-idp:ListGroups")), "info/info", "could not be read"),
    (
        "groups.roles",
        replace(GOOD, pool=fault("not-found", "cognito-idp:DescribeUserPool"), groups=()),
        "info/info",
        "could not be read",
    ),
    ("rest-api.roles", GOOD, "pass/pass", "not applicable"),
    ("rest-api.roles", setting(GOOD, has_rest_api=True), "pass/pass", "not applicable"),
    ("rest-api.roles", in_amplify(GOOD), "pass/pass", "not applicable"),
    ("rest-api.roles", in_amplify(GOOD, has_rest_api=True), "info/info", "REST API"),
    ("rest-api.roles", in_amplify(USER_POOL_ONLY, has_rest_api=True), "pass/pass", "not applicable"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_role_rules(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed


def test_the_cure_of_a_wrong_trust_is_a_policy_that_trusts_the_identity_pool() -> None:
    finding = found("role.trust", auth_trust(WRONG_AUD))
    assert finding.fixes == (Fix.REWRITE_TRUST_AUTHENTICATED,)
    words = shlex.split(finding.cure.command)
    assert words[:3] == ["aws", "iam", "update-assume-role-policy"]
    document = words[words.index("--policy-document") + 1]
    assert evaluate(document, IDENTITY_POOL_ID, "authenticated").assumable == "yes"
    assert len(json.loads(document)["Statement"]) == 2
    assert "The command replaces the whole trust policy" in finding.cure.text


def test_both_roles_can_be_cured_at_once() -> None:
    observation = replace(auth_trust(WRONG_AUD), unauthenticated_role=replace(GUEST_ROLE, trust_policy=WRONG_GUEST_AUD))
    finding = found("role.trust", observation)
    assert finding.fixes == (Fix.REWRITE_TRUST_AUTHENTICATED, Fix.REWRITE_TRUST_UNAUTHENTICATED)
    assert finding.cure.command.count("update-assume-role-policy") == 2
    assert "guests" in finding.affects


@pytest.mark.parametrize("text", ["{not json", json.dumps(policy(RIGHT, DENY)), json.dumps(policy(DENY))])
def test_what_a_rewrite_cannot_cure_is_not_offered(text: str) -> None:
    finding = found("role.trust", auth_trust(text))
    assert finding.fixes == ()
    assert finding.cure.command == ""
    assert "Take out the Deny" in finding.cure.text


def test_a_group_that_competes_gets_a_free_precedence_and_keeps_its_description() -> None:
    tied = (
        Group("A", precedence=3, role_arn=AUTH_ARN),
        Group("B", description="Sample editors", precedence=3, role_arn=GUEST_ARN),
    )
    words = shlex.split(found("groups.roles", replace(GOOD, groups=tied)).cure.command)
    assert words[words.index("--group-name") + 1] == "B"
    assert words[words.index("--precedence") + 1] == "4"
    assert words[words.index("--description") + 1] == "Sample editors"
    assert words[words.index("--role-arn") + 1] == GUEST_ARN


def test_a_role_of_the_right_name_only_counts_under_the_right_arn() -> None:
    assert AUTH_ROLE.arn == AUTH_ARN
    renamed = replace(GOOD, authenticated_role=replace(AUTH_ROLE, arn="arn:aws:iam::111122223333:role/x/ShopAuth"))
    assert found("role.exists", renamed).severity == "fail"


def test_only_the_role_that_could_not_be_read_is_called_unknown() -> None:
    observed = found("role.reachable-by-others", AUTH_DENIED).observed
    assert "authenticated role ShopAuth" in observed
    assert "ShopUnauth" not in observed
    assert "AccessDeniedException" in found("role.exists", AUTH_DENIED).observed

from dataclasses import replace

import pytest

from auth_import.observation import Observation
from aws.resources import Group
from tests.auth_import.rules.rule_observations import (
    AUTH_ARN,
    GOOD,
    NATIVE_ID,
    PROVIDER,
    USER_POOL_ONLY,
    WEB_ID,
    answers,
    both,
    entries,
    fault,
    found,
    identity_pool,
    pool,
    roles,
    web,
)

WEB_DENIED = replace(GOOD, web_client=fault("denied", "cognito-idp:DescribeUserPoolClient"))
POOL_DENIED = replace(GOOD, pool=fault("denied", "cognito-idp:DescribeUserPool"))
IDENTITY_DENIED = replace(GOOD, identity_pool=fault("denied", "cognito-identity:DescribeIdentityPool"))
ROLES_DENIED = replace(GOOD, identity_pool_roles=fault("denied", "cognito-identity:GetIdentityPoolRoles"))

CASES = [
    ("gen2.web-client-public", GOOD, "pass/pass", "no secret"),
    ("gen2.web-client-public", web(secret="sample"), "info/info", "has a client secret"),
    ("gen2.web-client-public", WEB_DENIED, "info/info", "could not be read"),
    ("gen2.pair-is-provider", GOOD, "pass/pass", PROVIDER),
    ("gen2.pair-is-provider", USER_POOL_ONLY, "info/info", "no identity pool"),
    ("gen2.pair-is-provider", identity_pool(user_pool_providers=entries(NATIVE_ID)), "info/info", WEB_ID),
    (
        "gen2.pair-is-provider",
        identity_pool(user_pool_providers=entries(WEB_ID, provider=f"x.{PROVIDER}")),
        "info/info",
        "does not name",
    ),
    ("gen2.pair-is-provider", IDENTITY_DENIED, "info/info", "could not be read"),
    ("gen2.roles-equal", GOOD, "pass/pass", "both role ARNs"),
    ("gen2.roles-equal", USER_POOL_ONLY, "pass/pass", "not applicable"),
    ("gen2.roles-equal", roles(unauthenticated_arn=""), "info/info", "no unauthenticated role"),
    ("gen2.roles-equal", roles(authenticated_arn=""), "info/info", "no authenticated role"),
    ("gen2.roles-equal", ROLES_DENIED, "info/info", "could not be read"),
    ("gen2.external-idp-complete", GOOD, "pass/pass", "Google"),
    ("gen2.external-idp-complete", both(supported_identity_providers=("COGNITO",)), "pass/pass", "not applicable"),
    ("gen2.external-idp-complete", pool(domain="", custom_domain="auth.example.com"), "pass/pass", "Google"),
    ("gen2.external-idp-complete", pool(domain=""), "info/info", "no domain"),
    ("gen2.external-idp-complete", web(callback_urls=()), "info/info", "no callback URLs"),
    ("gen2.external-idp-complete", web(logout_urls=None), "info/info", "no logout URLs"),
    ("gen2.external-idp-complete", POOL_DENIED, "info/info", "could not be read"),
    ("gen2.no-alias", GOOD, "pass/pass", "no alias"),
    ("gen2.no-alias", pool(alias_attributes=("email",)), "info/info", "email"),
    ("gen2.no-alias", POOL_DENIED, "info/info", "could not be read"),
    ("gen2.group-roles-known", GOOD, "pass/pass", "2 groups"),
    ("gen2.group-roles-known", replace(GOOD, groups=()), "pass/pass", "not applicable"),
    (
        "gen2.group-roles-known",
        replace(GOOD, groups=(Group("Admins", role_arn=AUTH_ARN), Group("Readers"))),
        "info/info",
        "without a role: Readers",
    ),
    (
        "gen2.group-roles-known",
        replace(GOOD, groups=fault("denied", "cognito-idp:ListGroups")),
        "info/info",
        "could not be read",
    ),
    ("gen2.group-roles-known", replace(POOL_DENIED, groups=()), "info/info", "could not be read"),
]


@pytest.mark.parametrize(("rule_id", "observation", "expected", "observed"), CASES)
def test_gen2_readiness_never_blocks(rule_id: str, observation: Observation, expected: str, observed: str) -> None:
    assert answers(rule_id, observation) == expected
    assert observed in found(rule_id, observation).observed

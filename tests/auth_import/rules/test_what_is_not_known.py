"""An Amplify backend that nobody has read is said to be unread, and group roles must trust the identity pool."""

from dataclasses import replace

import pytest

from aws.resources import Group, Role
from tests.auth_import.rules.rule_observations import AUTH_ROLE, GOOD, USER_POOL_ONLY, answers, found, in_amplify
from tests.auth_import.rules.test_role_rules import WRONG_AUD

UNREAD = in_amplify(GOOD, backend_read=False)


@pytest.mark.parametrize(
    ("rule_id", "expected"),
    [("rest-api.roles", "info/info"), ("guest.consistent", "pass/pass"), ("auth.none-yet", "pass/pass")],
)
def test_an_unread_backend_is_said_to_be_unread(rule_id: str, expected: str) -> None:
    assert answers(rule_id, UNREAD) == expected
    assert "pull this environment first" in found(rule_id, UNREAD).observed
    assert "pull this environment first" not in found(rule_id, GOOD).observed


def test_without_an_identity_pool_what_needs_one_is_not_known() -> None:
    observation = in_amplify(USER_POOL_ONLY, backend_read=False)
    assert answers("guest.consistent", observation) == "info/info"
    assert "not known" in found("guest.consistent", observation).observed


def with_role(trust: str) -> Role:
    return replace(AUTH_ROLE, arn="arn:aws:iam::111122223333:role/Editors", name="Editors", trust_policy=trust)


def test_a_group_role_that_does_not_trust_the_identity_pool_is_named() -> None:
    role = with_role(WRONG_AUD)
    groups = (Group("Editors", role_arn=role.arn), Group("Readers"))
    finding = found("groups.roles", replace(GOOD, groups=groups, group_roles=(role,)))
    assert (finding.severity, finding.overridable) == ("info", False)
    assert "Editors: role Editors" in finding.observed
    assert "update-assume-role-policy" in finding.cure.command
    trusting = replace(GOOD, groups=groups, group_roles=(with_role(AUTH_ROLE.trust_policy),))
    assert found("groups.roles", trusting).severity == "pass"
    assert "not known" not in found("groups.roles", trusting).observed


def test_group_roles_beyond_those_that_are_read_are_named() -> None:
    role = with_role(AUTH_ROLE.trust_policy)
    groups = (
        Group("Editors", precedence=1, role_arn=role.arn),
        Group("Last", precedence=2, role_arn=role.arn + "Last"),
    )
    finding = found("groups.roles", replace(GOOD, groups=groups, group_roles=(role,)))
    assert "not read, so their trust is not known: EditorsLast" in finding.observed

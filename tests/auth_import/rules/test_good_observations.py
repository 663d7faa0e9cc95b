from dataclasses import replace

import pytest

from auth_import.findings import RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules import FAMILIES, RULES, blocking, needs_acceptance, run, verdict
from tests.auth_import.rules.rule_observations import GOOD, USER_POOL_ONLY, in_amplify, one_client_for_both


@pytest.mark.parametrize("rule_set", list(RuleSet))
@pytest.mark.parametrize("observation", [GOOD, in_amplify(GOOD)], ids=["standalone", "amplify"])
def test_every_rule_passes_on_a_good_choice(observation: Observation, rule_set: RuleSet) -> None:
    findings = run(observation, rule_set)
    assert [finding.id for finding in findings if not finding.passed] == []
    assert verdict(findings) == "accepted"


@pytest.mark.parametrize("rule_set", list(RuleSet))
def test_without_an_identity_pool_its_rules_do_not_apply(rule_set: RuleSet) -> None:
    findings = {finding.id: finding for finding in run(USER_POOL_ONLY, rule_set)}
    # Gen 2 cannot do without an identity pool, and says so without blocking.
    assert [one.id for one in findings.values() if not one.passed] == ["gen2.pair-is-provider"]
    for rule_id in (
        "identity-pool.trusts-pool",
        "identity-pool.both-clients",
        "identity-pool.server-side-token-check",
        "identity-pool.authenticated-role",
        "identity-pool.unauthenticated-role",
        "role.exists",
        "role.trust",
        "role.reachable-by-others",
        "guest.consistent",
    ):
        assert findings[rule_id].observed == "not applicable"


def test_the_catalogue_has_each_id_once_and_families_stay_together() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids)) == 46
    families = [rule.family for rule in RULES]
    assert [family for at, family in enumerate(families) if at == 0 or families[at - 1] != family] == list(FAMILIES)


def test_findings_come_in_the_order_of_the_catalogue_with_its_titles() -> None:
    findings = run(GOOD, RuleSet.ADMIN_UI)
    assert [(finding.id, finding.title) for finding in findings] == [(rule.id, rule.title) for rule in RULES]


def test_a_failure_blocks_until_it_is_accepted() -> None:
    findings = run(one_client_for_both(), RuleSet.ADMIN_UI)
    ids = {finding.id for finding in blocking(findings)}
    assert ids == {"client.distinct", "client.native-secret"}
    assert {finding.id for finding in needs_acceptance(findings)} == ids
    assert verdict(findings) == "refused"
    assert verdict(findings, ["client.distinct"]) == "refused"
    assert verdict(findings, ids) == "accepted"


def test_accepting_a_failure_that_may_not_be_overridden_changes_nothing() -> None:
    findings = run(replace(GOOD, web_client=replace(GOOD.native_client, id="5kq0example0web")), RuleSet.ADMIN_UI)  # type: ignore[type-var]
    failed = [finding.id for finding in findings if finding.severity is Severity.FAIL]
    assert "client.web-found" in failed
    assert verdict(findings, failed) == "refused"
    assert "client.web-found" in {finding.id for finding in blocking(findings, failed)}

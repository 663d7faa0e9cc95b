"""The sample account and the rules agree: what the catalogue expects is what the command says, by both rule sets."""

import pytest

from aws.sandbox.catalogue import SCENARIOS, Scenario
from aws.sandbox.ids import HOME_REGION
from environments.models import Environment
from tests.auth_import.commands.running import JSON, PLACE, payload_of, run, severities

WITH_CHOICES = [one for one in SCENARIOS if one.web_client_id and one.native_client_id]
AT_HOME = [one for one in WITH_CHOICES if one.region == HOME_REGION]
ELSEWHERE = [one for one in WITH_CHOICES if one.region != HOME_REGION]

#: What the genuine CLI refuses headless, and with which check; it accepts every other scenario.
REFUSED_BY_THE_CLI = {
    "oauth-callbacks-differ": {"oauth.matching"},
    "oauth-logouts-differ": {"oauth.matching"},
    "oauth-flows-differ": {"oauth.matching"},
    "oauth-scopes-differ": {"oauth.matching"},
    "oauth-providers-differ": {"oauth.matching"},
    "oauth-flag-differs": {"oauth.matching"},
    "identity-other-pool": {"identity-pool.trusts-pool"},
    "identity-secret-client-only": {"identity-pool.trusts-pool"},
    "identity-no-guest-role": {"identity-pool.unauthenticated-role"},
    "guests-without-role": {"identity-pool.unauthenticated-role"},
    "identity-no-roles": {"identity-pool.authenticated-role", "identity-pool.unauthenticated-role"},
}


def by_key(scenarios: list[Scenario]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("planted", scenarios, ids=[one.key for one in scenarios])


@by_key(AT_HOME)
def test_the_checks_say_what_the_sample_account_was_planted_for(environment: Environment, planted: Scenario) -> None:
    ended = run("import_auth", *PLACE, *JSON, "--dry-run", stdin=payload_of(planted))
    document = ended.json
    serious = {check: severity for check, severity in planted.expected.items() if severity in ("fail", "warn")}
    refused = "fail" in serious.values()
    assert severities(document, "fail", "warn") == serious
    assert planted.expected.items() <= severities(document).items()
    assert document["verdict"] == ("refused" if refused else "accepted")
    assert ended.code == (3 if refused else 0)


@by_key(AT_HOME)
def test_the_cli_rules_give_the_verdict_of_the_genuine_cli(environment: Environment, planted: Scenario) -> None:
    ended = run("import_auth", *PLACE, *JSON, "--dry-run", "--rules", "cli", stdin=payload_of(planted))
    document = ended.json
    refusing = REFUSED_BY_THE_CLI.get(planted.key, set())
    assert set(severities(document, "fail")) == refusing
    assert document["verdict"] == ("refused" if refusing else "accepted")
    assert ended.code == (3 if refusing else 0)
    assert not any(one["overridable"] for one in document["findings"])


@by_key(ELSEWHERE)
@pytest.mark.parametrize("rule_set", ["admin-ui", "cli"])
def test_a_pool_of_another_region_is_refused_whoever_judges(
    environment: Environment, planted: Scenario, rule_set: str
) -> None:
    ended = run("import_auth", *PLACE, *JSON, "--dry-run", "--rules", rule_set, stdin=payload_of(planted))
    failing = severities(ended.json, "fail")
    assert ended.code == 3
    assert planted.expected.items() <= failing.items()
    assert "region.same" in failing


def test_a_client_with_a_secret_is_no_web_client(environment: Environment) -> None:
    planted = next(one for one in SCENARIOS if one.key == "web-client-missing")
    ended = run(
        "import_auth", *PLACE, *JSON, "--dry-run", stdin=payload_of(planted, webClientId=planted.native_client_id)
    )
    assert ended.code == 3
    assert planted.expected.items() <= severities(ended.json, "fail").items()


def test_the_sample_account_has_a_scenario_for_every_way_the_cli_refuses() -> None:
    assert set(REFUSED_BY_THE_CLI) <= {one.key for one in AT_HOME}

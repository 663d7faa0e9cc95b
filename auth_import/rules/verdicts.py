"""Running the catalogue, and what its findings mean for the import."""

from collections.abc import Collection
from typing import Literal

from auth_import.findings import Finding, RuleSet, Severity
from auth_import.observation import Observation
from auth_import.rules.catalogue import RULES

Verdict = Literal["accepted", "refused"]


def run(observation: Observation, rule_set: RuleSet) -> tuple[Finding, ...]:
    """Every rule, always: one finding per id in the order of the catalogue. Never raises."""
    return tuple(rule.check(observation, rule_set) for rule in RULES)


def blocking(findings: Collection[Finding], accepted: Collection[str] = ()) -> tuple[Finding, ...]:
    """The failures that stand in the way; accepting counts only for those that may be overridden."""
    return tuple(
        finding
        for finding in findings
        if finding.severity is Severity.FAIL and not (finding.overridable and finding.id in accepted)
    )


def needs_acceptance(findings: Collection[Finding]) -> tuple[Finding, ...]:
    """The failures that a person with full access may import over, with a reason."""
    return tuple(finding for finding in findings if finding.severity is Severity.FAIL and finding.overridable)


def verdict(findings: Collection[Finding], accepted: Collection[str] = ()) -> Verdict:
    return "refused" if blocking(findings, accepted) else "accepted"

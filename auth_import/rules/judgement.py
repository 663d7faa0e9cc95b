"""What a rule is, and the law that decides which of its failures a person may override."""

from collections.abc import Callable
from dataclasses import dataclass, field

from auth_import.findings import Cure, Finding, Fix, RuleSet, Severity
from auth_import.observation import Observation

NOT_ANYWAY = "cannot be imported anyway"
AMPLIFY_REFUSES = (
    f"In an Amplify environment it {NOT_ANYWAY}: the Amplify CLI refuses it too, so the developer's own next"
    " `amplify pull` would fail."
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A finding without the parts that are the same for every answer of its rule (id, title, overridable)."""

    severity: Severity
    observed: str = ""
    reason: str = ""
    affects: str = ""
    cure: Cure = field(default_factory=Cure)
    fixes: tuple[Fix, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    unread: bool = False


Judge = Callable[[Observation, RuleSet], Judgement]


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue. `title` says in a few words what holds when the rule passes."""

    id: str
    title: str
    check: Callable[[Observation, RuleSet], Finding]
    family: str


def rule(family: str, rule_id: str, title: str, judge: Judge) -> Rule:
    """Make a rule of `judge` and put it under the law of overriding.

    A failure under the documented requirements is overridable exactly if the genuine CLI would not refuse it for
    the same observation. In an Amplify environment what the CLI refuses is a failure under both rule sets.
    """

    def check(observation: Observation, rule_set: RuleSet) -> Finding:
        own = judge(observation, rule_set)
        overridable = False
        reason = own.reason
        if rule_set is RuleSet.ADMIN_UI:
            genuine = judge(observation, RuleSet.CLI)
            refused_by_cli = genuine.severity is Severity.FAIL
            amplify = observation.setting.kind == "amplify"
            if amplify and refused_by_cli and own.severity is not Severity.FAIL:
                own = genuine
                reason = own.reason
            if own.severity is Severity.FAIL:
                overridable = not refused_by_cli
                if amplify and refused_by_cli and NOT_ANYWAY not in reason:
                    reason = f"{reason} {AMPLIFY_REFUSES}".strip()
        return Finding(
            id=rule_id,
            title=title,
            severity=own.severity,
            observed=own.observed,
            reason=reason,
            affects=own.affects,
            cure=own.cure,
            overridable=overridable,
            fixes=own.fixes,
            table=own.table,
            unread=own.unread,
        )

    return Rule(id=rule_id, title=title, check=check, family=family)


NOT_APPLICABLE = Judgement(Severity.PASS, observed="not applicable")


def passes(observed: str, *, table: tuple[tuple[str, ...], ...] = ()) -> Judgement:
    return Judgement(Severity.PASS, observed=observed, table=table)

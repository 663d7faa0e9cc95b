"""How findings and files are put before a person: by family, what needs attention first."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import reverse

from auth_import import backend_findings
from auth_import.findings import Finding, Severity
from auth_import.fixes import TITLES
from auth_import.preflight import SeesEnvironment
from auth_import.rules import RULES
from environments import access
from environments.models import Environment
from environments.permissions import Permission

_FAMILY = {rule.id: rule.family for rule in RULES} | dict.fromkeys(backend_findings.TITLES, backend_findings.FAMILY)
_ORDER = {Severity.FAIL: 0, Severity.WARN: 1, Severity.INFO: 2, Severity.PASS: 3}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding as the page shows it: `fixes` are (slug, title) of what the console can do itself."""

    finding: Finding
    fixes: tuple[tuple[str, str], ...]
    accepted: bool = False

    @property
    def page(self) -> str:
        """The address of the page about this check."""
        return _page_of(self.finding.id)


@cache
def _page_of(check_id: str) -> str:
    # There are few checks, and every page with findings shows all of them.
    return reverse("check-page", args=[check_id])


@dataclass(frozen=True, slots=True)
class Family:
    title: str
    checks: tuple[Check, ...]

    @property
    def attention(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.finding.severity in (Severity.FAIL, Severity.WARN))

    @property
    def quiet(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.finding.severity not in (Severity.FAIL, Severity.WARN))

    @property
    def worst(self) -> str:
        return min((check.finding.severity for check in self.checks), key=_ORDER.__getitem__)


def checks_by_family(findings: Iterable[Finding], accepted: Iterable[str] = ()) -> list[Family]:
    """The findings in the catalogue's families, failures first inside each."""
    grouped: dict[str, list[Check]] = {}
    taken = set(accepted)
    for finding in findings:
        check = Check(
            finding=finding,
            fixes=tuple((str(fix), TITLES[fix]) for fix in finding.fixes),
            accepted=finding.id in taken and finding.severity is Severity.FAIL,
        )
        grouped.setdefault(_FAMILY.get(finding.id, "Other"), []).append(check)
    return [
        Family(title=title, checks=tuple(sorted(checks, key=lambda check: _ORDER[check.finding.severity])))
        for title, checks in grouped.items()
    ]


def sees(request: HttpRequest) -> SeesEnvironment:
    """Whether the sender of the request may be told the name of another environment."""

    def answer(environment: Environment) -> bool:
        return access.may(request, Permission.VIEW, environment.project, environment)

    return answer

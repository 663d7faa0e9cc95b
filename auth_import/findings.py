"""What a rule says about an import: one Finding per rule, always."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    PASS = "pass"
    INFO = "info"
    WARN = "warn"
    FAIL = "fail"


class RuleSet(StrEnum):
    """Whose verdict counts: the documented requirements of the Admin UI, or exactly the genuine CLI's."""

    ADMIN_UI = "admin-ui"
    CLI = "cli"


class Fix(StrEnum):
    """A cure that is one safe call, which the console can show as a diff and apply."""

    CREATE_WEB_CLIENT = "create-web-client"
    CREATE_NATIVE_CLIENT = "create-native-client"
    COPY_OAUTH_TO_NATIVE = "copy-oauth-to-native"
    COPY_OAUTH_TO_WEB = "copy-oauth-to-web"
    ADD_PROVIDERS = "add-providers"
    CREATE_UNAUTHENTICATED_ROLE = "create-unauthenticated-role"
    REWRITE_TRUST_AUTHENTICATED = "rewrite-trust-authenticated"
    REWRITE_TRUST_UNAUTHENTICATED = "rewrite-trust-unauthenticated"
    TURN_ON_DELETION_PROTECTION = "turn-on-deletion-protection"


@dataclass(frozen=True, slots=True)
class Cure:
    """What to do: in words and, where there is one, the exact AWS CLI command."""

    text: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """`observed` is what was seen, `reason` why it matters, `affects` who notices, `table` rows to compare
    (heading first), `fixes` what the console can do about it itself."""

    id: str
    title: str
    severity: Severity
    observed: str = ""
    reason: str = ""
    affects: str = ""
    cure: Cure = Cure()
    overridable: bool = False
    fixes: tuple[Fix, ...] = ()
    table: tuple[tuple[str, ...], ...] = field(default=())
    unread: bool = field(default=False, compare=False)
    """Judged without the answer it needs: AWS did not give it, or another finding says what is gone. Not kept."""

    @property
    def passed(self) -> bool:
        return self.severity is Severity.PASS

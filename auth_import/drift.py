"""What changed in AWS since the import, in words: what was, what is, and what breaks for whom.

Pure: compares two snapshots of the generated files' inputs and two sets of observed rule results. Order and
timestamps never count as drift.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth_import.findings import Finding, Severity

SEVERITY_ORDER = (Severity.PASS, Severity.INFO, Severity.WARN, Severity.FAIL)


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `breaks` says what stops working, and for whom."""

    id: str
    before: str
    after: str
    breaks: str

    def to_dict(self) -> dict[str, str]:
        return {"id": self.id, "before": self.before, "after": self.after, "breaks": self.breaks}


STALE = "The configuration files in your apps still carry the old value."

# Path in the snapshot of outputs, id of the drift, and what breaks.
WATCHED: tuple[tuple[str, str, str], ...] = (
    ("user_pool_name", "pool.name", "Nothing at run time; the name in the backend files is old."),
    (
        "domain",
        "pool.domain",
        "The hosted sign-in page moved: apps that use it send people to an address that is gone.",
    ),
    ("custom_domain", "pool.custom-domain", "Apps that use the hosted sign-in page may send people to an old address."),
    ("username_attributes", "pool.username-attributes", "Sign-in forms ask for the wrong thing."),
    ("alias_attributes", "pool.alias-attributes", "People may not be able to sign in with an alias."),
    ("required_attributes", "pool.required-attributes", "Sign-up forms do not ask for everything the pool demands."),
    ("password_policy", "pool.password-policy", "Sign-up forms state the wrong password rules."),
    ("mfa_configuration", "pool.mfa-configuration", "Apps offer or skip the second factor wrongly."),
    ("mfa", "pool.mfa-methods", "Apps offer second factors that the pool no longer has, or hide new ones."),
    ("auto_verified_attributes", "pool.verification", "Apps expect a verification message that is sent elsewhere."),
    ("custom_auth", "pool.custom-auth", "Mobile apps use the wrong sign-in flow."),
    (
        "native_client_has_secret",
        "client.native-secret",
        "Mobile apps sign in without the secret, or with one too many.",
    ),
    ("web_oauth.supported_identity_providers", "client.identity-providers", "Sign-in buttons and providers disagree."),
    ("web_oauth.flows", "client.oauth-flows", "Hosted sign-in of apps with the old files is refused."),
    ("web_oauth.scopes", "client.oauth-scopes", "Hosted sign-in asks for scopes that are refused, or misses new ones."),
    (
        "web_oauth.callback_urls",
        "client.callback-urls",
        "After signing in, people are sent to an address that is refused.",
    ),
    (
        "web_oauth.logout_urls",
        "client.logout-urls",
        "After signing out, people are sent to an address that is refused.",
    ),
    ("identity_pool.name", "identity-pool.name", "Nothing at run time; the name in the backend files is old."),
    (
        "identity_pool.allow_unauthenticated",
        "identity-pool.guests",
        "Guests get in, or are shut out, against the files.",
    ),
    (
        "identity_pool.supported_login_providers",
        "identity-pool.login-providers",
        "Social sign-in of the identity pool.",
    ),
    ("identity_pool.auth_role_arn", "identity-pool.authenticated-role", "Signed-in people get another role's rights."),
    ("identity_pool.unauth_role_arn", "identity-pool.unauthenticated-role", "Guests get another role's rights."),
    ("groups", "pool.groups", "Access rules by group, and the roles groups give, no longer match the files."),
)


def _at(snapshot: Mapping[str, Any], path: str) -> Any:
    value: Any = snapshot
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _comparable(value: Any) -> Any:
    """Lists as sorted text, and nothing the same as empty, so that neither order nor a missing key alarms."""
    if isinstance(value, list | tuple):
        return sorted(repr(_comparable(item)) for item in value) or None
    if isinstance(value, Mapping):
        known = {key: _comparable(item) for key, item in sorted(value.items())}
        return {key: item for key, item in known.items() if item is not None} or None
    return value if value != "" else None


def same(before: Any, after: Any) -> bool:
    """Whether two snapshots say the same, whatever the order AWS answered in."""
    return bool(_comparable(before) == _comparable(after))


def words(value: Any) -> str:
    """A value of the snapshot as a person reads it."""
    if value is None or value == "" or value == []:
        return "(none)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(words(item) for item in value)
    if isinstance(value, Mapping):
        if "name" in value and "precedence" in value:
            role = f", role {value['role_arn']}" if value.get("role_arn") else ""
            return f"{value['name']} (precedence {words(value['precedence'])}{role})"
        return ", ".join(f"{key.replace('_', ' ')} {words(item)}" for key, item in value.items())
    return str(value)


def compare(
    *,
    outputs_before: Mapping[str, Any],
    outputs_after: Mapping[str, Any] | None,
    baseline: Mapping[str, Sequence[str]],
    findings: Sequence[Finding],
    secret_changed: bool = False,
    unread: Collection[str] = (),
) -> tuple[Drift, ...]:
    """The drift since the import.

    `outputs_after` is None when AWS could not be read whole: then only the rules speak, because a value that could
    not be read has not changed. `unread` names members of the outputs that alone could not be read. A rule drifts
    when it got worse than `baseline` (severity, observed value by id).
    """
    found: list[Drift] = []
    if outputs_after is not None:
        for path, drift_id, breaks in WATCHED:
            before, after = _at(outputs_before, path), _at(outputs_after, path)
            # MFA details are None where they could not be read, at the import or now.
            if path in unread or (path == "mfa" and None in (before, after)):
                continue
            if not same(before, after):
                found.append(Drift(id=drift_id, before=words(before), after=words(after), breaks=f"{breaks} {STALE}"))
    if secret_changed:
        found.append(
            Drift(
                id="client.native-secret-replaced",
                before="(the secret at import)",
                after="(another secret)",
                breaks="Mobile and server apps that carry the old secret can no longer sign anybody in.",
            )
        )
    for finding in findings:
        severity, observed = (list(baseline.get(finding.id, ())) + ["", ""])[:2]
        if not severity or severity not in SEVERITY_ORDER or finding.severity not in (Severity.WARN, Severity.FAIL):
            continue
        if SEVERITY_ORDER.index(finding.severity) > SEVERITY_ORDER.index(Severity(severity)):
            found.append(
                Drift(
                    id=finding.id,
                    before=observed or severity,
                    after=finding.observed or str(finding.severity),
                    breaks=" ".join(part for part in (finding.reason, finding.affects) if part),
                )
            )
    return tuple(found)

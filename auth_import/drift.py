"""What changed in AWS since the import, in words: what was, what is, and what breaks for whom.

Pure: compares two snapshots of the generated files' inputs and two sets of observed rule results. Order and
timestamps never count as drift.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from auth_import.findings import Finding, Severity

SEVERITY_ORDER = (Severity.PASS, Severity.INFO, Severity.WARN, Severity.FAIL)
VANISHED = {"pool.exists": "user pool", "identity-pool.trusts-pool": "identity pool"}
"""The checks that also say that something is gone altogether."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `breaks` says what stops working, and for whom.

    `acceptable`: the new value can become the one to compare with; it cannot while a check fails because of it.
    `vanished` is "user pool" or "identity pool" where that is gone.
    """

    id: str
    before: str
    after: str
    breaks: str
    acceptable: bool = True
    vanished: str = ""

    def to_dict(self) -> dict[str, str]:
        return {"id": self.id, "before": self.before, "after": self.after, "breaks": self.breaks}


STALE = "The configuration files in your apps still carry the old value."

# Path in the snapshot of outputs, id of the drift, what it is called, what breaks, and for whom.
_VALUES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "user_pool_name",
        "pool.name",
        "Name of the user pool",
        "Nothing at run time; the backend files are old.",
        "nobody",
    ),
    (
        "domain",
        "pool.domain",
        "Domain of the hosted sign-in page",
        "The hosted sign-in page moved: apps that use it send people to an address that is gone.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "custom_domain",
        "pool.custom-domain",
        "Custom domain of the hosted sign-in page",
        "Apps that use the hosted sign-in page may send people to an old address.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "username_attributes",
        "pool.username-attributes",
        "What people sign in with",
        "Sign-in forms ask for the wrong thing.",
        "everybody who signs in or up",
    ),
    (
        "alias_attributes",
        "pool.alias-attributes",
        "Aliases to sign in with",
        "People may not be able to sign in with an alias.",
        "people who sign in with an alias",
    ),
    (
        "required_attributes",
        "pool.required-attributes",
        "Attributes that sign-up requires",
        "Sign-up forms do not ask for everything the pool demands.",
        "people who sign up, in web and mobile apps",
    ),
    (
        "password_policy",
        "pool.password-policy",
        "Password policy",
        "Sign-up forms state the wrong password rules.",
        "people who sign up or choose a new password, in web and mobile apps",
    ),
    (
        "mfa_configuration",
        "pool.mfa-configuration",
        "Multi-factor authentication",
        "Apps offer or skip the second factor wrongly.",
        "everybody who signs in, in web and mobile apps",
    ),
    (
        "mfa",
        "pool.mfa-methods",
        "Methods of multi-factor authentication",
        "Apps offer second factors that the pool no longer has, or hide new ones.",
        "people who sign in with a second factor",
    ),
    (
        "auto_verified_attributes",
        "pool.verification",
        "What is verified at sign-up",
        "Apps expect a verification message that is sent elsewhere.",
        "people who sign up, in web and mobile apps",
    ),
    (
        "custom_auth",
        "pool.custom-auth",
        "Custom sign-in flow",
        "Mobile apps use the wrong sign-in flow.",
        "mobile apps",
    ),
    (
        "native_client_has_secret",
        "client.native-secret",
        "Secret of the mobile app client",
        "Mobile apps sign in without the secret, or with one too many.",
        "mobile apps, and servers that sign in for them",
    ),
    (
        "web_oauth.supported_identity_providers",
        "client.identity-providers",
        "Identity providers of the app client",
        "Sign-in buttons and providers disagree.",
        "people who sign in with an identity provider, in web and mobile apps",
    ),
    (
        "web_oauth.flows",
        "client.oauth-flows",
        "OAuth flows of the app client",
        "Hosted sign-in of apps with the old files is refused.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "web_oauth.scopes",
        "client.oauth-scopes",
        "OAuth scopes of the app client",
        "Hosted sign-in asks for scopes that are refused, or misses new ones.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "web_oauth.callback_urls",
        "client.callback-urls",
        "Callback URLs of the app client",
        "After signing in, people are sent to an address that is refused.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "web_oauth.logout_urls",
        "client.logout-urls",
        "Sign-out URLs of the app client",
        "After signing out, people are sent to an address that is refused.",
        "web and mobile apps with hosted sign-in",
    ),
    (
        "identity_pool.name",
        "identity-pool.name",
        "Name of the identity pool",
        "Nothing at run time; the backend files are old.",
        "nobody",
    ),
    (
        "identity_pool.allow_unauthenticated",
        "identity-pool.guests",
        "Guest access",
        "Guests get in, or are shut out, against the files.",
        "guests, and headless builds that check the categories which need them",
    ),
    (
        "identity_pool.supported_login_providers",
        "identity-pool.login-providers",
        "Social sign-in of the identity pool",
        "Social sign-in straight to the identity pool is refused, or new.",
        "people who sign in with a social provider, mostly in mobile apps",
    ),
    (
        "identity_pool.auth_role_arn",
        "identity-pool.authenticated-role",
        "Role of people who are signed in",
        "Signed-in people get another role's rights.",
        "everybody who signs in and uses storage or another AWS service, and the next build",
    ),
    (
        "identity_pool.unauth_role_arn",
        "identity-pool.unauthenticated-role",
        "Role of guests",
        "Guests get another role's rights.",
        "guests, and the next build",
    ),
    (
        "groups",
        "pool.groups",
        "Groups",
        "Access rules by group, and the roles groups give, no longer match the files.",
        "people in these groups",
    ),
)
WATCHED = tuple((path, drift_id, f"{breaks} Affected: {whom}.") for path, drift_id, _, breaks, whom in _VALUES)
OF_LISTS = frozenset(
    {
        "pool.username-attributes",
        "pool.alias-attributes",
        "pool.required-attributes",
        "pool.verification",
        "client.identity-providers",
        "client.oauth-flows",
        "client.oauth-scopes",
        "client.callback-urls",
        "client.logout-urls",
        "pool.groups",
    }
)
"""Those whose words are a list, of which a page tells what is new and what is gone."""
PATHS = {drift_id: path for path, drift_id, *_ in _VALUES}
TITLES = {drift_id: title for _, drift_id, title, *_ in _VALUES} | {
    "client.native-secret-replaced": "Secret of the mobile app client",
    "client.identity-provider-gone": "An identity provider that is gone",
    "pool.exists": "The user pool",
    "pool.deletion-protection": "Deletion protection",
    "pool.email-sender": "Who sends e-mail",
    "pool.password-recovery": "Recovery of passwords",
    "client.web-found": "The web app client",
    "client.native-found": "The mobile app client",
    "client.auth-flows": "Sign-in flows of the app clients",
    "client.attribute-permissions": "Attributes that the app clients may write",
    "oauth.matching": "OAuth settings of both app clients",
    "oauth.complete": "Completeness of the OAuth settings",
    "oauth.domain": "Domain of the hosted sign-in page",
    "identity-pool.trusts-pool": "The identity pool's trust in the user pool",
    "identity-pool.both-clients": "App clients in the identity pool",
    "guest.consistent": "Guest access and its role",
    "role.exists": "Roles of the identity pool",
    "role.trust": "Trust of the roles",
    "role.reachable-by-others": "Who else can use the roles",
}
"""What a drift is about, where the title of its check says the opposite of what happened."""


def at(snapshot: Mapping[str, Any], path: str) -> Any:
    """The value of a snapshot at a path such as `identity_pool.name`; None where there is none."""
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


def _sorted_words(value: Any) -> str:
    """The words of a value in one order, whichever AWS answered in: other words are another drift."""
    return words(sorted(value, key=repr) if isinstance(value, list | tuple) else value)


def compare(
    *,
    outputs_before: Mapping[str, Any],
    outputs_after: Mapping[str, Any] | None,
    baseline: Mapping[str, Sequence[str]],
    findings: Sequence[Finding],
    secret_changed: bool = False,
    secret_mark: str = "",
    unread: Collection[str] = (),
    providers_gone: Sequence[str] = (),
) -> tuple[Drift, ...]:
    """The drift since the import.

    `outputs_after` is None when AWS could not be read at all: then only the rules speak, because a value that could
    not be read has not changed. `unread` names members of the outputs that alone could not be read. A rule drifts
    when it got worse than `baseline` (severity, observed value by id), and not because it lacks an answer.
    `secret_mark` tells a new secret from the next one without being any part of it.
    `providers_gone` are identity providers that a client names and the user pool no longer has.
    """
    found: dict[str, Drift] = {}
    if outputs_after is not None:
        for path, drift_id, breaks in WATCHED:
            if _is_unread(path, unread) or (path == "mfa" and _no_methods_count(outputs_before, outputs_after)):
                continue
            before, after = at(outputs_before, path), at(outputs_after, path)
            if not same(before, after):
                found[drift_id] = Drift(drift_id, _sorted_words(before), _sorted_words(after), f"{breaks} {STALE}")
    if secret_changed:
        found["client.native-secret-replaced"] = Drift(
            id="client.native-secret-replaced",
            before="(the secret at import)",
            after=f"(another secret, {secret_mark})" if secret_mark else "(another secret)",
            breaks="Mobile and server apps that carry the old secret can no longer sign anybody in.",
        )
    if providers_gone:
        found["client.identity-provider-gone"] = Drift(
            id="client.identity-provider-gone",
            before=", ".join(sorted(providers_gone)),
            after="(not in the user pool any more)",
            breaks="The app client still names it, so its sign-in button leads to an error. Affected: people who sign "
            "in with it, in web and mobile apps.",
            acceptable=False,
        )
    for finding in findings:
        if _got_worse(finding, baseline):
            found[finding.id] = _beside(found.get(finding.id), _of_rule(finding, baseline))
    return tuple(found.values())


def _is_unread(path: str, unread: Collection[str]) -> bool:
    return path in unread or path.partition(".")[0] in unread


def _no_methods_count(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Details of MFA are None where they could not be read, at the import or now, and mean nothing while MFA is off."""
    off = before.get("mfa_configuration") == after.get("mfa_configuration") == "OFF"
    return off or None in (before.get("mfa"), after.get("mfa"))


def _got_worse(finding: Finding, baseline: Mapping[str, Sequence[str]]) -> bool:
    severity, observed = (list(baseline.get(finding.id, ())) + ["", ""])[:2]
    if finding.unread or severity not in SEVERITY_ORDER or finding.severity not in (Severity.WARN, Severity.FAIL):
        return False
    if finding.id == "pool.email-sender" and observed.startswith("Cognito's own sender"):
        # The sender is the same as ever; it is the number of users that grew.
        return False
    return SEVERITY_ORDER.index(finding.severity) > SEVERITY_ORDER.index(Severity(severity))


def vanished(drift_id: str, observed: str) -> str:
    """What a check with this observation says to be gone altogether; "" if nothing."""
    return VANISHED.get(drift_id, "") if "was not found" in observed else ""


def _of_rule(finding: Finding, baseline: Mapping[str, Sequence[str]]) -> Drift:
    severity, observed = (list(baseline[finding.id]) + ["", ""])[:2]
    gone = vanished(finding.id, finding.observed)
    whom = f"Affected: {finding.affects}." if finding.affects else ""
    return Drift(
        id=finding.id,
        before=observed or severity,
        after=_stable(finding) or str(finding.severity),
        breaks=GONE[gone] if gone else " ".join(part for part in (finding.reason, whom) if part),
        acceptable=finding.severity is not Severity.FAIL,
        vanished=gone,
    )


def _stable(finding: Finding) -> str:
    """What was observed, without what changes from day to day and is no change of a setting: the number of users."""
    if finding.id == "pool.email-sender" and finding.observed.startswith("Cognito's own sender"):
        return finding.observed.rpartition(", ")[0]
    return finding.observed


GONE = {
    "user pool": "Nobody can sign in or sign up any more, and the next build of the backend fails. Affected: everybody "
    "who uses the web and mobile apps, and developers who build them.",
    "identity pool": "Nobody gets AWS credentials any more, signed in or not, and the next build of the backend fails. "
    "Affected: everybody who uses storage or another AWS service, guests, and developers who build the apps.",
}


def _beside(value: Drift | None, rule: Drift) -> Drift:
    """A value and a check of the same name are one drift: the values, and what both break."""
    if value is None:
        return rule
    return replace(value, breaks=f"{rule.breaks} {STALE}", acceptable=rule.acceptable)

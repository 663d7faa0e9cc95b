"""The laboratory: one pool for each way an import can be refused or warned about."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LabEntry:
    """A pool called `lab-KEY` unless it has a name of its own, mostly with an identity pool."""

    key: str
    shows: str
    expected: Mapping[str, str] = field(default_factory=dict)
    pool_name: str | None = None
    identity_pool: bool = True
    web_client: str | None = "web"
    native_client: str | None = "mobile"


_MISMATCH = {"oauth.matching": "fail"}
_NO_PAIR = {"gen2.pair-is-provider": "info"}
_NO_ROLE = {"gen2.roles-equal": "info"}

LAB: tuple[LabEntry, ...] = (
    # App clients
    LabEntry(
        "web-client-missing",
        "Only a client with a secret",
        {"pool.web-client-available": "fail", "client.web-found": "fail"},
        identity_pool=False,
        web_client=None,
    ),
    LabEntry(
        "secret-client-missing",
        "Two clients, neither with a secret",
        {"pool.native-client-available": "fail", "client.native-secret": "fail"},
    ),
    LabEntry(
        "single-client",
        "One client without a secret, for web and mobile alike",
        {"pool.native-client-available": "fail", "client.native-secret": "fail", "client.distinct": "fail"},
        native_client="web",
    ),
    LabEntry(
        "no-clients",
        "No app client at all",
        {
            "pool.web-client-available": "fail",
            "pool.native-client-available": "fail",
            "client.web-found": "fail",
            "client.native-found": "fail",
        },
        identity_pool=False,
        web_client=None,
        native_client=None,
    ),
    # OAuth
    LabEntry("oauth-callbacks-differ", "Callback URLs of the two clients differ", _MISMATCH),
    LabEntry("oauth-logouts-differ", "Sign-out URLs of the two clients differ", _MISMATCH),
    LabEntry("oauth-flows-differ", "OAuth flows of the two clients differ", _MISMATCH),
    LabEntry("oauth-scopes-differ", "OAuth scopes of the two clients differ", _MISMATCH),
    LabEntry("oauth-providers-differ", "Identity providers of the two clients differ", _MISMATCH),
    LabEntry("oauth-flag-differs", "OAuth is switched on for one of the two clients only", _MISMATCH),
    LabEntry(
        "oauth-logouts-missing",
        "Google, but no sign-out URL: OAuth vanishes from the generated files",
        {"oauth.complete": "warn", "gen2.external-idp-complete": "info"},
    ),
    LabEntry("saml-provider", "A SAML provider, which the generated files drop", {"oauth.providers-supported": "warn"}),
    LabEntry(
        "oidc-provider", "An OIDC provider, which the generated files drop", {"oauth.providers-supported": "warn"}
    ),
    LabEntry("custom-domain-only", "A custom domain and no prefix domain", {"oauth.domain": "warn"}),
    # Identity pools
    LabEntry(
        "identity-other-pool",
        "The identity pool names another user pool",
        {"identity-pool.trusts-pool": "fail", "identity-pool.both-clients": "fail", **_NO_PAIR},
    ),
    LabEntry(
        "identity-third-client-only",
        "The identity pool knows only a third client",
        {"identity-pool.both-clients": "fail", **_NO_PAIR},
    ),
    LabEntry(
        "identity-web-client-only",
        "The identity pool knows only the web client",
        {"identity-pool.both-clients": "fail"},
    ),
    LabEntry(
        "identity-secret-client-only",
        "The identity pool knows only the client with a secret",
        {"identity-pool.trusts-pool": "fail", "identity-pool.both-clients": "fail", **_NO_PAIR},
    ),
    LabEntry(
        "identity-token-check-off",
        "The identity pool does not ask Cognito whether a token was revoked",
        {"identity-pool.server-side-token-check": "info"},
    ),
    LabEntry(
        "identity-no-guest-role",
        "No guests and no unauthenticated role: right for this console, not for the CLI",
        _NO_ROLE,
    ),
    LabEntry(
        "guests-without-role",
        "Guests are allowed, but there is no unauthenticated role",
        {"identity-pool.unauthenticated-role": "warn", "guest.consistent": "warn", **_NO_ROLE},
    ),
    LabEntry(
        "identity-no-roles", "The identity pool has no roles", {"identity-pool.authenticated-role": "fail", **_NO_ROLE}
    ),
    # Roles
    LabEntry("role-missing", "The authenticated role is gone from IAM", {"role.exists": "fail"}),
    LabEntry("guest-role-missing", "The unauthenticated role is gone from IAM", {"role.exists": "warn"}),
    LabEntry(
        "trust-other-identity-pool",
        "The authenticated role trusts another identity pool",
        {"role.trust": "fail", "role.reachable-by-others": "warn"},
    ),
    LabEntry("trust-deny", "The authenticated role's trust policy has a Deny", {"role.trust": "fail"}),
    LabEntry("guest-trust-wrong", "The unauthenticated role trusts signed-in users only", {"role.trust": "warn"}),
    LabEntry("trust-open", "The role may be assumed through any identity pool", {"role.reachable-by-others": "warn"}),
    LabEntry("trust-shared", "The role is shared with another identity pool", {"role.reachable-by-others": "warn"}),
    # The pool itself
    LabEntry("case-sensitive", "User names are case-sensitive", {"pool.case-insensitive": "warn"}),
    LabEntry(
        "two-username-attributes", "E-mail or phone number as user name", {"username.first-attribute-only": "warn"}
    ),
    LabEntry("mfa-totp-off", "MFA optional by SMS; authenticator apps off but listed", {"mfa.totp-listed": "info"}),
    LabEntry("deletion-protection-off", "Anybody may delete the pool", {"pool.deletion-protection": "warn"}),
    LabEntry(
        "no-password-recovery", "Only an administrator can recover an account", {"pool.password-recovery": "warn"}
    ),
    LabEntry(
        "default-email-sender", "Cognito's own e-mail, fifty a day, for 120 people", {"pool.email-sender": "warn"}
    ),
    LabEntry("challenge-triggers", "Lambda functions define their own challenges", {"pool.lambda-triggers": "info"}),
    LabEntry("other-triggers", "A Lambda function runs after confirmation", {"pool.lambda-triggers": "info"}),
    # Client settings
    LabEntry("clients-without-srp", "The clients allow passwords in the open, not SRP", {"client.auth-flows": "warn"}),
    LabEntry("clients-legacy-errors", "The clients tell who has an account", {"client.auth-flows": "warn"}),
    LabEntry(
        "client-cannot-write-required",
        "A client may not write a required attribute",
        {"client.attribute-permissions": "warn"},
    ),
    LabEntry(
        "client-cannot-write-mapped",
        "A client may not write what Google's profile is mapped to",
        {"client.attribute-permissions": "warn"},
    ),
    LabEntry("clients-no-revocation", "Refresh tokens cannot be revoked", {"client.revocation": "info"}),
    LabEntry(
        "groups-equal-precedence", "Two groups of equal precedence with different roles", {"groups.roles": "info"}
    ),
    # Hostile names
    LabEntry(
        "hostile-script", "Markup in the names of pool, clients and an attribute", pool_name="<script>alert(1)</script>"
    ),
    LabEntry("hostile-long", "Names of 128 characters", pool_name="long-" + "abcdefghijk-" * 10 + "xyz"),
    LabEntry("hostile-emoji", "Emoji in the names", pool_name="🛒 shop 👩‍👩‍👧 users 🎉"),
    LabEntry("hostile-rtl", "Right-to-left text in the names", pool_name="مستخدمو المتجر \u202eabc\u202c"),
)

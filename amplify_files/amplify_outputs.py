"""``amplify_outputs.json``, the Gen 2 client configuration (Amplify project format, section 3.8)."""

from amplify_files.aws_exports import response_type
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs, Group, MfaDetails, PasswordPolicy
from amplify_files.parameters_json import minimum_password_length

_IDENTITY_PROVIDERS = {
    "Google": "GOOGLE",
    "Facebook": "FACEBOOK",
    "LoginWithAmazon": "LOGIN_WITH_AMAZON",
    "SignInWithApple": "SIGN_IN_WITH_APPLE",
}
_MFA_CONFIGURATIONS = {"OFF": "NONE", "OPTIONAL": "OPTIONAL", "ON": "REQUIRED"}
_USERNAME_ATTRIBUTES = ("email", "phone_number")
_RESPONSE_TYPES = ("code", "token")

# The schema file named “v1” has the constant 1.1, so no lower version can be validated.
_LOWEST_VERSION = "1.1"
_VERSION_WITH_GROUPS = "1.3"
_VERSION_WITH_EMAIL_MFA = "1.4"


def content(outputs: AuthOutputs) -> dict[str, object]:
    """The object of the file: only the ``auth`` section, in the lowest schema version that has every key used."""
    auth: dict[str, object] = {
        "aws_region": outputs.region,
        "user_pool_id": outputs.user_pool_id,
        "user_pool_client_id": outputs.web_client_id,
    }
    if outputs.identity_pool is not None:
        auth["identity_pool_id"] = outputs.identity_pool.id
    if outputs.password_policy is not None:
        auth["password_policy"] = _password_policy(outputs, outputs.password_policy)
    oauth = _oauth(outputs)
    if oauth:
        auth["oauth"] = oauth
    auth["standard_required_attributes"] = _unique(outputs.required_standard_attributes)
    auth["username_attributes"] = _username_attributes(outputs)
    if outputs.auto_verified_attributes is not None:
        auth["user_verification_types"] = [
            name for name in _unique(outputs.auto_verified_attributes) if name in _USERNAME_ATTRIBUTES
        ]
    if outputs.identity_pool is not None:
        auth["unauthenticated_identities_enabled"] = outputs.identity_pool.allow_unauthenticated
    if outputs.mfa_configuration in _MFA_CONFIGURATIONS:
        auth["mfa_configuration"] = _MFA_CONFIGURATIONS[outputs.mfa_configuration]
    methods = _mfa_methods(outputs)
    if methods is not None:
        auth["mfa_methods"] = methods
    if outputs.groups:
        auth["groups"] = [_group(group) for group in sorted(outputs.groups, key=_strongest_first)]
    return {"version": _version(groups=bool(outputs.groups), methods=methods or []), "auth": auth}


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The file's text: two-space indent, no trailing newline."""
    return stringify(content(outputs), indent=2)


def _version(*, groups: bool, methods: list[str]) -> str:
    if "EMAIL" in methods:
        return _VERSION_WITH_EMAIL_MFA
    return _VERSION_WITH_GROUPS if groups else _LOWEST_VERSION


def _password_policy(outputs: AuthOutputs, policy: PasswordPolicy) -> dict[str, object]:
    return {
        "min_length": minimum_password_length(outputs),
        "require_lowercase": policy.requires_lowercase,
        "require_uppercase": policy.requires_uppercase,
        "require_numbers": policy.requires_numbers,
        "require_symbols": policy.requires_symbols,
    }


def _oauth(outputs: AuthOutputs) -> dict[str, object]:
    """The OAuth block, or nothing unless it is complete.

    The domain is a full host name here, so a custom domain alone will do. SAML and OIDC providers have no name in the
    schema, yet sign-in through them needs this block, so it does not depend on a provider that has one.
    """
    web = outputs.web_oauth
    domain = outputs.hosted_ui_host or outputs.custom_domain
    kind = response_type(web.flows[0]) if web.flows else ""
    lists = (web.supported_identity_providers, web.scopes, web.callback_urls, web.logout_urls)
    if not (domain and kind in _RESPONSE_TYPES and all(lists)):
        return {}
    return {
        "identity_providers": [
            _IDENTITY_PROVIDERS[name]
            for name in _unique(web.supported_identity_providers)
            if name in _IDENTITY_PROVIDERS
        ],
        "domain": domain,
        "scopes": _unique(web.scopes),
        "redirect_sign_in_uri": _unique(web.callback_urls),
        "redirect_sign_out_uri": _unique(web.logout_urls),
        "response_type": kind,
    }


def _username_attributes(outputs: AuthOutputs) -> list[str]:
    """What a person types to sign in; a pool without username attributes has a username of its own."""
    known = [name for name in _unique(outputs.username_attributes or ()) if name in _USERNAME_ATTRIBUTES]
    return known or ["username"]


def _mfa_methods(outputs: AuthOutputs) -> list[str] | None:
    """The second factors a person can use, or ``None`` when they could not be read."""
    if outputs.mfa_configuration == "OFF":
        return []
    if outputs.mfa is None:
        return None
    mfa: MfaDetails = outputs.mfa
    kinds = (("SMS", mfa.sms), ("TOTP", mfa.totp and mfa.totp_enabled), ("EMAIL", mfa.email))
    return [name for name, usable in kinds if usable]


def _group(group: Group) -> dict[str, object]:
    return {group.name: {} if group.precedence is None else {"precedence": group.precedence}}


def _strongest_first(group: Group) -> tuple[bool, int, str]:
    return (group.precedence is None, group.precedence or 0, group.name)


def _unique(names: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(names))

"""``amplify_outputs.json``, the Gen 2 client configuration (Amplify project format, section 3.8)."""

from collections.abc import Iterable, Mapping
from typing import Any

from amplify_files.aws_exports import response_type
from amplify_files.backend_resources import additional_authentication_types, authentication_type, by_service
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
_AUTHORIZATION_TYPES = ("AMAZON_COGNITO_USER_POOLS", "API_KEY", "AWS_IAM", "AWS_LAMBDA", "OPENID_CONNECT")

# The schema file named “v1” has the constant 1.1, so no lower version can be validated.
_LOWEST_VERSION = "1.1"
_VERSION_WITH_GROUPS = "1.3"
_VERSION_WITH_EMAIL_MFA = "1.4"


def content(outputs: AuthOutputs, backend_meta: Mapping[str, Any] | None = None) -> dict[str, object]:
    """The object of the file, in the lowest schema version that has every key used: the ``auth`` section, and the
    GraphQL API and the bucket of the backend if it has them.
    """
    methods = _mfa_methods(outputs)
    return {
        "version": schema_version(outputs),
        "auth": _auth(outputs, methods),
        **_services(backend_meta, outputs.region),
    }


def backend_content(backend_meta: Mapping[str, Any], region: str) -> dict[str, object]:
    """The object of the file while no authentication is linked."""
    return {"version": _LOWEST_VERSION, **_services(backend_meta, region)}


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The file's text: two-space indent, no trailing newline."""
    return stringify(content(outputs, context.backend_meta), indent=2)


def render_backend(backend_meta: Mapping[str, Any], region: str) -> str:
    """The file's text while no authentication is linked."""
    return stringify(backend_content(backend_meta, region), indent=2)


def _auth(outputs: AuthOutputs, methods: list[str] | None) -> dict[str, object]:
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
    if methods is not None:
        auth["mfa_methods"] = methods
    if outputs.groups:
        auth["groups"] = [_group(group) for group in sorted(outputs.groups, key=_strongest_first)]
    return auth


def _services(backend_meta: Mapping[str, Any] | None, region: str) -> dict[str, object]:
    """The sections of the first GraphQL API and the first bucket, as the Gen 1 files too hold only one of each."""
    services = by_service(backend_meta, with_auth=False)
    sections: dict[str, object] = {}
    for api in services.get("AppSync", [])[:1]:
        data = _data(api.output, region)
        if data:
            sections["data"] = data
    for bucket in services.get("S3", [])[:1]:
        name, bucket_region = bucket.output.get("BucketName"), bucket.output.get("Region") or region
        if name and isinstance(name, str) and isinstance(bucket_region, str):
            sections["storage"] = {"aws_region": bucket_region, "bucket_name": name}
    return sections


def _data(output: Mapping[str, Any], region: str) -> dict[str, object]:
    """The section of a GraphQL API, or nothing when the schema cannot express it."""
    url, default = output.get("GraphQLAPIEndpointOutput"), authentication_type(output)
    if not (url and isinstance(url, str) and default in _AUTHORIZATION_TYPES):
        return {}
    additional = additional_authentication_types(output)
    data: dict[str, object] = {"aws_region": region, "url": url}
    api_key = output.get("GraphQLAPIKeyOutput")
    if api_key and isinstance(api_key, str):
        data["api_key"] = api_key
    data["default_authorization_type"] = default
    data["authorization_types"] = _unique(kind for kind in additional if kind in _AUTHORIZATION_TYPES)
    return data


def schema_version(outputs: AuthOutputs) -> str:
    """The lowest schema version that has every key used."""
    if "EMAIL" in (_mfa_methods(outputs) or ()):
        return _VERSION_WITH_EMAIL_MFA
    return _VERSION_WITH_GROUPS if outputs.groups else _LOWEST_VERSION


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


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))

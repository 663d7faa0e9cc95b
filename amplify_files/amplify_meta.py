"""The auth entry of ``amplify/backend/amplify-meta.json`` (Amplify project format, section 2.3).

Its ``output`` and ``frontendAuthConfig`` are also what every Gen 1 client configuration file is made from.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from amplify_files import parameters_json
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs

_LOGIN_PROVIDER_OUTPUTS = {
    "graph.facebook.com": "FacebookWebClient",
    "accounts.google.com": "GoogleWebClient",
    "www.amazon.com": "AmazonWebClient",
    "appleid.apple.com": "AppleWebClient",
}
_SOCIAL_PROVIDERS = {
    "Facebook": "FACEBOOK",
    "Google": "GOOGLE",
    "LoginWithAmazon": "AMAZON",
    "SignInWithApple": "APPLE",
}
_MFA_TYPES = {"SMS Text Message": "SMS", "TOTP": "TOTP"}


def output(outputs: AuthOutputs) -> dict[str, str]:
    """The ``output`` object. The native client's secret is the mask when it was not loaded: check before an upload."""
    values = {
        "UserPoolId": outputs.user_pool_id,
        "UserPoolName": outputs.user_pool_name,
        "AppClientID": outputs.native_client_id,
    }
    if outputs.shown_secret is not None:
        values["AppClientSecret"] = outputs.shown_secret
    values["AppClientIDWeb"] = outputs.web_client_id
    if outputs.domain:
        values["HostedUIDomain"] = outputs.domain
    if outputs.identity_pool is not None:
        values["IdentityPoolId"] = outputs.identity_pool.id
        values["IdentityPoolName"] = outputs.identity_pool.name
        for provider, value in outputs.identity_pool.supported_login_providers:
            if provider in _LOGIN_PROVIDER_OUTPUTS and value:
                values[_LOGIN_PROVIDER_OUTPUTS[provider]] = value
    if outputs.mfa_configuration != "OFF" and outputs.mfa is not None and outputs.mfa.sms_caller_arn:
        values["CreatedSNSRole"] = outputs.mfa.sms_caller_arn
    if outputs.has_oauth:
        values["OAuthMetadata"] = stringify(
            {
                "AllowedOAuthFlows": outputs.web_oauth.flows,
                "AllowedOAuthScopes": outputs.web_oauth.scopes,
                "CallbackURLs": outputs.web_oauth.callback_urls,
                "LogoutURLs": outputs.web_oauth.logout_urls,
            }
        )
    return values


def frontend_auth_config(outputs: AuthOutputs) -> dict[str, object]:
    """The ``frontendAuthConfig`` object: the parameters in the upper-case words the client libraries read."""
    config: dict[str, object] = {
        "socialProviders": [_SOCIAL_PROVIDERS[name] for name in outputs.kept_providers if name in _SOCIAL_PROVIDERS],
        "usernameAttributes": _first_username_attribute(outputs.username_attributes),
        "signupAttributes": _upper(outputs.required_standard_attributes),
        "passwordProtectionSettings": {
            "passwordPolicyMinLength": parameters_json.minimum_password_length(outputs),
            "passwordPolicyCharacters": [
                name.upper().replace(" ", "_") for name in parameters_json.password_characters(outputs)
            ],
        },
    }
    if outputs.mfa_configuration is not None:
        config["mfaConfiguration"] = outputs.mfa_configuration
    config["mfaTypes"] = [_MFA_TYPES[name] for name in parameters_json.mfa_types(outputs)]
    config["verificationMechanisms"] = _upper(outputs.auto_verified_attributes or ())
    return config


def reduced_entry(outputs: AuthOutputs) -> dict[str, object]:
    """The part of the entry that ``backend-config.json`` shares."""
    return {
        "service": "Cognito",
        "serviceType": "imported",
        "providerPlugin": "awscloudformation",
        "dependsOn": [],
        "customAuth": outputs.custom_auth,
    }


def entry(outputs: AuthOutputs, context: ProjectContext) -> dict[str, object]:
    """The whole entry ``auth.<name>``; ``lastPushTimeStamp`` only after a push."""
    whole: dict[str, object] = {
        **reduced_entry(outputs),
        "output": output(outputs),
        "frontendAuthConfig": frontend_auth_config(outputs),
    }
    if context.last_push is not None:
        whole["lastPushTimeStamp"] = context.last_push_text
    return whole


def merge(existing: Mapping[str, Any], outputs: AuthOutputs, context: ProjectContext) -> dict[str, Any]:
    """A copy of an existing meta with this resource's entry added or replaced; everything else stays as it is."""
    meta = copy.deepcopy(dict(existing))
    if "auth" not in meta:
        meta = _with_auth(meta)
    meta["auth"][context.resource_name] = entry(outputs, context)
    return meta


def _with_auth(meta: Mapping[str, Any]) -> dict[str, Any]:
    """With an empty ``auth`` at its alphabetical place: a pull into an empty folder makes meta anew in that order, and
    the order of the categories is the order of the client configuration's keys."""
    after = next((name for name in meta if name != "providers" and name > "auth"), None)
    whole: dict[str, Any] = {}
    for name, value in meta.items():
        if name == after:
            whole["auth"] = {}
        whole[name] = value
    whole.setdefault("auth", {})
    return whole


def remove(existing: Mapping[str, Any], resource_name: str) -> dict[str, Any]:
    """A copy of an existing meta without the resource; an empty ``auth`` stays, as after unlinking (section 5.1)."""
    meta = copy.deepcopy(dict(existing))
    meta.setdefault("auth", {}).pop(resource_name, None)
    return meta


def render(outputs: AuthOutputs, context: ProjectContext, existing: Mapping[str, Any] | None = None) -> str:
    """The file's text with this resource's entry: two-space indent, no trailing newline."""
    return stringify(merge(existing or {}, outputs, context), indent=2)


def _first_username_attribute(attributes: tuple[str, ...] | None) -> list[str]:
    """Only the first element counts, but that one is split on commas; a quirk the client libraries have lived with."""
    return _upper(attributes[0].split(",")) if attributes else []


def _upper(names: Iterable[str]) -> list[str]:
    return [name.upper() for name in names]

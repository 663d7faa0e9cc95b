"""``amplify/backend/auth/<name>/parameters.json`` (Amplify project format, section 2.2)."""

from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs, PasswordPolicy

DEFAULT_MINIMUM_LENGTH = 8


def content(outputs: AuthOutputs, resource_name: str) -> dict[str, object]:
    """The parameters in their fixed key order; keys whose source Cognito did not return are absent."""
    parameters: dict[str, object] = {
        "authSelections": outputs.import_type,
        "resourceName": resource_name,
        "serviceType": "imported",
        "region": outputs.region,
    }
    if outputs.alias_attributes is not None:
        parameters["aliasAttributes"] = list(outputs.alias_attributes)
    if outputs.username_attributes is not None:
        parameters["usernameAttributes"] = list(outputs.username_attributes)
    if outputs.web_oauth.supported_identity_providers:
        # A client with only COGNITO, or only providers Amplify does not know, gets an empty list rather than no key.
        parameters["authProvidersUserPool"] = [name for name in outputs.kept_providers if name != "COGNITO"]
    parameters["requiredAttributes"] = list(outputs.required_standard_attributes)
    parameters["passwordPolicyMinLength"] = minimum_password_length(outputs)
    parameters["passwordPolicyCharacters"] = password_characters(outputs)
    if outputs.mfa_configuration is not None:
        parameters["mfaConfiguration"] = outputs.mfa_configuration
    if outputs.auto_verified_attributes is not None:
        parameters["autoVerifiedAttributes"] = list(outputs.auto_verified_attributes)
    parameters["mfaTypes"] = mfa_types(outputs)
    return parameters


def render(outputs: AuthOutputs, context: ProjectContext) -> str:
    """The file's text: two-space indent, no trailing newline."""
    return stringify(content(outputs, context.resource_name), indent=2)


def minimum_password_length(outputs: AuthOutputs) -> int:
    """The least number of characters of a password; Amplify assumes 8 where Cognito returned none."""
    policy = outputs.password_policy or PasswordPolicy()
    return DEFAULT_MINIMUM_LENGTH if policy.minimum_length is None else policy.minimum_length


def password_characters(outputs: AuthOutputs) -> list[str]:
    """The kinds of characters a password needs, in Amplify's words and order."""
    policy = outputs.password_policy or PasswordPolicy()
    kinds = (
        ("Requires Lowercase", policy.requires_lowercase),
        ("Requires Uppercase", policy.requires_uppercase),
        ("Requires Numbers", policy.requires_numbers),
        ("Requires Symbols", policy.requires_symbols),
    )
    return [name for name, required in kinds if required]


def mfa_types(outputs: AuthOutputs) -> list[str]:
    """The second factors in Amplify's words; TOTP counts when its configuration is there, enabled or not."""
    if outputs.mfa_configuration == "OFF" or outputs.mfa is None:
        return []
    kinds = (("SMS Text Message", outputs.mfa.sms), ("TOTP", outputs.mfa.totp))
    return [name for name, present in kinds if present]

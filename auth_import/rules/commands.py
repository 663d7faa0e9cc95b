"""AWS CLI commands to copy and paste, with the real ids filled in and quoted for a POSIX shell."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from aws.resources import AppClient, IdentityPool, IdentityPoolRoles, UserPoolProvider

Parameters = Mapping[str, Any]

CLIENT_NOT_READ = (
    "An update resets every setting it does not name. The command repeats all that the console reads; if the client"
    " also has a default redirect URI, Pinpoint analytics, a session duration, refresh token rotation or"
    " propagation of user context data, add those before you run it."
)
IDENTITY_POOL_NOT_READ = (
    "An update resets every setting it does not name. The command repeats all that the console reads; if the identity"
    " pool also has SAML, OpenID Connect or developer providers, or tags, add those before you run it."
)
USER_POOL_NEEDS_CARE = (
    "An update resets every setting it does not name, so the command (it needs `jq`) reads the pool first and sends"
    " all of it back with the one change; the AWS console does the same."
)

_FLAG = {
    "CallbackURLs": "callback-urls",
    "LogoutURLs": "logout-urls",
    "AllowedOAuthFlows": "allowed-o-auth-flows",
    "AllowedOAuthScopes": "allowed-o-auth-scopes",
    "AllowedOAuthFlowsUserPoolClient": "allowed-o-auth-flows-user-pool-client",
}
# The AWS CLI replaces a value that starts with one of these by the content of that file or page.
_REPLACED = ("file://", "fileb://", "http://", "https://")


def _flag(name: str) -> str:
    return "--" + (_FLAG.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())


def aws_command(service: str, operation: str, *, region: str, parameters: Parameters) -> str:
    """`aws SERVICE OPERATION` with `parameters` in the API's own names and shapes; None means not given.

    Lists and structures travel as JSON, which needs no quoting rules but the shell's. If a text could be taken for
    a file or a page to fetch, all of it travels as one JSON document.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    words = ["aws", service, operation, "--region", region]
    if any(isinstance(value, str) and value.startswith(_REPLACED) for value in given.values()):
        return shlex.join([*words, "--cli-input-json", json.dumps(given)])
    for name, value in given.items():
        flag = _flag(name)
        if isinstance(value, bool):
            words.append(flag if value else flag.replace("--", "--no-", 1))
        elif isinstance(value, str) and value.startswith("-"):
            # A separate word that begins with a dash would be read as the next flag.
            words.append(f"{flag}={value}")
        else:
            words += [flag, value if isinstance(value, str) else json.dumps(value)]
    return shlex.join(words)


def _validity(text: str) -> tuple[int, str] | None:
    number, _, unit = text.partition(" ")
    return (int(number), unit) if number.isdecimal() and unit else None


def _strings(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


def client_parameters(client: AppClient) -> dict[str, Any]:
    """Everything the console knows of a client that an update must name to keep it; never the secret."""
    validities = {
        "AccessToken": _validity(client.access_token_validity),
        "IdToken": _validity(client.id_token_validity),
        "RefreshToken": _validity(client.refresh_token_validity),
    }
    units = {name: value[1] for name, value in validities.items() if value}
    return {
        "ClientName": client.name,
        "RefreshTokenValidity": validities["RefreshToken"][0] if validities["RefreshToken"] else None,
        "AccessTokenValidity": validities["AccessToken"][0] if validities["AccessToken"] else None,
        "IdTokenValidity": validities["IdToken"][0] if validities["IdToken"] else None,
        "TokenValidityUnits": units or None,
        "ReadAttributes": _strings(client.read_attributes),
        "WriteAttributes": _strings(client.write_attributes),
        "ExplicitAuthFlows": _strings(client.auth_flows),
        **oauth_parameters(client),
        "PreventUserExistenceErrors": "ENABLED" if client.prevent_user_existence_errors else "LEGACY",
        "EnableTokenRevocation": client.token_revocation,
    }


def oauth_parameters(client: AppClient) -> dict[str, Any]:
    """The six compared OAuth settings of a client in the API's names."""
    return {
        "SupportedIdentityProviders": _strings(client.supported_identity_providers),
        "CallbackURLs": _strings(client.callback_urls),
        "LogoutURLs": _strings(client.logout_urls),
        "AllowedOAuthFlows": _strings(client.oauth_flows),
        "AllowedOAuthScopes": _strings(client.oauth_scopes),
        "AllowedOAuthFlowsUserPoolClient": client.oauth_enabled,
    }


def update_client(client: AppClient, *, user_pool_id: str, region: str, changes: Parameters) -> str:
    """Change some settings of a client and repeat the others, because an update resets what it does not name."""
    parameters = {"UserPoolId": user_pool_id, "ClientId": client.id, **client_parameters(client), **changes}
    return aws_command("cognito-idp", "update-user-pool-client", region=region, parameters=parameters)


def create_client(*, user_pool_id: str, region: str, name: str, secret: bool, like: AppClient | None = None) -> str:
    """A new client; with `like`, one with the same OAuth settings, so that the pair matches."""
    parameters: dict[str, Any] = {
        "UserPoolId": user_pool_id,
        "ClientName": name,
        "GenerateSecret": secret,
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    if like is not None:
        parameters |= oauth_parameters(like)
    return aws_command("cognito-idp", "create-user-pool-client", region=region, parameters=parameters)


def _provider(entry: UserPoolProvider) -> dict[str, Any]:
    return {
        "ProviderName": entry.provider_name,
        "ClientId": entry.client_id,
        "ServerSideTokenCheck": entry.server_side_token_check,
    }


def add_providers(pool: IdentityPool, *, user_pool_id: str, client_ids: Sequence[str], region: str) -> str:
    """Update an identity pool so that the clients are entries, with every entry and setting it has kept."""
    provider_name = f"cognito-idp.{region}.amazonaws.com/{user_pool_id}"
    present = {(entry.provider_name, entry.client_id) for entry in pool.user_pool_providers}
    added = [
        UserPoolProvider(provider_name=provider_name, client_id=client_id)
        for client_id in dict.fromkeys(client_ids)
        if (provider_name, client_id) not in present
    ]
    return update_identity_pool(pool, entries=(*pool.user_pool_providers, *added), region=region)


def update_identity_pool(
    pool: IdentityPool,
    *,
    entries: Sequence[UserPoolProvider],
    region: str,
    allow_unauthenticated: bool | None = None,
) -> str:
    guests = pool.allow_unauthenticated if allow_unauthenticated is None else allow_unauthenticated
    parameters = {
        "IdentityPoolId": pool.id,
        "IdentityPoolName": pool.name,
        "AllowUnauthenticatedIdentities": guests,
        "AllowClassicFlow": pool.allow_classic_flow,
        "SupportedLoginProviders": dict(pool.supported_login_providers) or None,
        "CognitoIdentityProviders": [_provider(entry) for entry in entries],
    }
    return aws_command("cognito-identity", "update-identity-pool", region=region, parameters=parameters)


def create_role_and_attach(
    *, role_name: str, trust_policy: str, slot: str, pool_id: str, roles: IdentityPoolRoles, region: str
) -> str:
    """Create a role without permissions and name it in the identity pool beside the role that is there.

    `slot` is `authenticated` or `unauthenticated`. SetIdentityPoolRoles replaces the whole map, hence both.
    """
    create = aws_command(
        "iam",
        "create-role",
        region=region,
        parameters={"RoleName": role_name, "AssumeRolePolicyDocument": compact(trust_policy)},
    )
    kept = {"authenticated": roles.authenticated_arn, "unauthenticated": roles.unauthenticated_arn}
    new = {name: arn for name, arn in kept.items() if arn and name != slot} | {slot: "\0"}
    before, _, after = json.dumps(new).partition(json.dumps("\0")[1:-1])
    attach = aws_command(
        "cognito-identity",
        "set-identity-pool-roles",
        region=region,
        parameters={
            "IdentityPoolId": pool_id,
        },
    )
    # The ARN is known to the shell only after the role exists, so it is joined between two quoted halves.
    quoted = f'{shlex.quote(before)}"$ROLE_ARN"{shlex.quote(after)}'
    return f"ROLE_ARN=$({create} --query Role.Arn --output text) && {attach} --roles {quoted}"


def rewrite_trust(role_name: str, policy: str, *, region: str) -> str:
    parameters = {"RoleName": role_name, "PolicyDocument": compact(policy)}
    return aws_command("iam", "update-assume-role-policy", region=region, parameters=parameters)


def change_user_pool(user_pool_id: str, change: str, *, region: str) -> str:
    """Read a pool, make one change written for jq (`.DeletionProtection = "ACTIVE"`), and send all of it back."""
    read = aws_command("cognito-idp", "describe-user-pool", region=region, parameters={"UserPoolId": user_pool_id})
    read += " --query UserPool --output json"
    keep = ", ".join(("UserPoolId: .Id", "PoolName: .Name", *_USER_POOL_KEYS))
    # AWS answers with this deprecated twin of TemporaryPasswordValidityDays and refuses to take both.
    program = f"{change} | {{{keep}}} | del(.AdminCreateUserConfig.UnusedAccountValidityDays)"
    program += " | with_entries(select(.value != null))"
    update = shlex.join(["aws", "cognito-idp", "update-user-pool", "--region", region])
    return f"{read} | jq {shlex.quote(program)} > user-pool.json && {update} --cli-input-json file://user-pool.json"


_USER_POOL_KEYS = (
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "UserAttributeUpdateSettings",
    "MfaConfiguration",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "AccountRecoverySetting",
    "UserPoolTier",
    "KeyConfiguration",
    "IssuerConfiguration",
    "DcrConfiguration",
    "AcrConfiguration",
)


def compact(document: str) -> str:
    """A JSON document on one line, as a command wants it; a text that is no JSON is left as it is."""
    try:
        return json.dumps(json.loads(document))
    except ValueError:
        return document

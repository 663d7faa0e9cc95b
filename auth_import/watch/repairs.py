"""Putting an old value back: what to do in words and, where AWS can do it, the exact AWS CLI commands. Pure.

Every update resets what it does not name (Amazon Cognito, UpdateUserPool, UpdateUserPoolClient, UpdateIdentityPool),
so each command reads the resource first and sends all of it back with the one change.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from auth_import.drift import PATHS, at
from auth_import.observation import Choice
from auth_import.rules.commands import aws_command, change_user_pool

WHOLE = (
    "An update resets every setting it does not name, so the command (it needs `jq`) reads everything first and sends"
    " all of it back with the one change. If in doubt, look at the file it writes before you run the second half."
)


@dataclass(frozen=True, slots=True)
class Repair:
    """`text` is what to do; `command` may be empty."""

    text: str
    command: str = ""


Maker = Callable[[Any, Choice, str], Repair]
"""Makes the repair of the old value, for a choice in a Region."""


def repair(drift_id: str, before: Mapping[str, Any], *, choice: Choice, region: str) -> Repair:
    """How to put the value of this drift back to what it is in `before`, the link's stored outputs."""
    value = at(before, PATHS[drift_id]) if drift_id in PATHS else None
    if drift_id in _MAKERS:
        return _MAKERS[drift_id](value, choice, region)
    return Repair(_WORDS.get(drift_id, "Put the old value back in the AWS console, or accept the new one."))


def _jq(value: Any) -> str:
    return json.dumps(value)


def _listed(value: Any) -> list[Any]:
    return list(value or ())


def _pool(change: str, choice: Choice, region: str) -> Repair:
    return Repair(WHOLE, change_user_pool(choice.user_pool_id, change, region=region))


def _piped(service: str, read: str, query: str, change: str, update: str, file: str, region: str, **ids: str) -> str:
    """Read with `read`, change with jq, and send all of it with `update`."""
    words = aws_command(service, read, region=region, parameters=ids)
    if query:
        words += f" --query {query}"
    sent = shlex.join(["aws", service, update, "--region", region])
    return f"{words} --output json | jq {shlex.quote(change)} > {file} && {sent} --cli-input-json file://{file}"


def _client(key: str) -> Maker:
    def make(value: Any, choice: Choice, region: str) -> Repair:
        # What describes the client and is no setting of it is refused by the update.
        change = f".{key} = {_jq(_listed(value))} | del(.ClientSecret, .CreationDate, .LastModifiedDate)"
        command = _piped(
            "cognito-idp",
            "describe-user-pool-client",
            "UserPoolClient",
            change,
            "update-user-pool-client",
            "client.json",
            region,
            UserPoolId=choice.user_pool_id,
            ClientId=choice.web_client_id,
        )
        return Repair(
            f"{WHOLE} It is for the web app client; if the mobile one was changed too, oauth.matching says so.", command
        )

    return make


def _identity_pool(change: Callable[[Any], str]) -> Maker:
    def make(value: Any, choice: Choice, region: str) -> Repair:
        command = _piped(
            "cognito-identity",
            "describe-identity-pool",
            "",
            change(value),
            "update-identity-pool",
            "identity-pool.json",
            region,
            IdentityPoolId=choice.identity_pool_id,
        )
        return Repair(WHOLE, command)

    return make


def _role(slot: str) -> Maker:
    def make(value: Any, choice: Choice, region: str) -> Repair:
        change = f".Roles.{slot} = {_jq(value)}" if value else f"del(.Roles.{slot})"
        command = _piped(
            "cognito-identity",
            "get-identity-pool-roles",
            "",
            change,
            "set-identity-pool-roles",
            "roles.json",
            region,
            IdentityPoolId=choice.identity_pool_id,
        )
        return Repair(f"{WHOLE} The role mappings of identity providers are among it.", command)

    return make


def _password_policy(value: Any, choice: Choice, region: str) -> Repair:
    if not isinstance(value, Mapping):
        return Repair("The pool had no password policy of its own at the import, and AWS cannot take one away again.")
    names = {
        "MinimumLength": "minimum_length",
        "RequireLowercase": "requires_lowercase",
        "RequireUppercase": "requires_uppercase",
        "RequireNumbers": "requires_numbers",
        "RequireSymbols": "requires_symbols",
    }
    wanted = {name: value[key] for name, key in names.items() if value.get(key) is not None}
    return _pool(f".Policies.PasswordPolicy += {_jq(wanted)}", choice, region)


def _verification(value: Any, choice: Choice, region: str) -> Repair:
    return _pool(f".AutoVerifiedAttributes = {_jq(_listed(value))}", choice, region)


def _pool_name(value: Any, choice: Choice, region: str) -> Repair:
    return _pool(f".Name = {_jq(value)}", choice, region)


def _mfa(value: Any, choice: Choice, region: str) -> Repair:
    return _mfa_command(f".MfaConfiguration = {_jq(value or 'OFF')}", choice, region)


def _mfa_methods(value: Any, choice: Choice, region: str) -> Repair:
    enabled = bool(isinstance(value, Mapping) and value.get("totp") and value.get("totp_enabled", True))
    done = _mfa_command(f".SoftwareTokenMfaConfiguration = {_jq({'Enabled': enabled})}", choice, region)
    return Repair(
        f"{done.text} The command is for authenticator apps; SMS and e-mail need their senders and are set in the AWS "
        "console, under Sign-in.",
        done.command,
    )


def _mfa_command(change: str, choice: Choice, region: str) -> Repair:
    command = _piped(
        "cognito-idp",
        "get-user-pool-mfa-config",
        "",
        f"{change} | .UserPoolId = {_jq(choice.user_pool_id)}",
        "set-user-pool-mfa-config",
        "mfa.json",
        region,
        UserPoolId=choice.user_pool_id,
    )
    return Repair(WHOLE, command)


def _domain(value: Any, choice: Choice, region: str) -> Repair:
    if not value:
        return Repair("The pool had no domain at the import. Delete the new one in the AWS console, or accept it.")
    make = {"Domain": str(value), "UserPoolId": choice.user_pool_id}
    return Repair(
        "Give the pool its old prefix domain back, while nobody else has taken it. A pool has one prefix domain:"
        " delete the present one first, if there is one; hosted sign-in stands still in between.",
        aws_command("cognito-idp", "create-user-pool-domain", region=region, parameters=make),
    )


def _groups(value: Any, choice: Choice, region: str) -> Repair:
    """Every group of the import: made again where it is missing, or given its precedence and role back."""
    lines = [_group(group, choice, region) for group in _listed(value)]
    return Repair(
        "Each line gives a group of the import its precedence and role back and keeps its description, or makes it"
        " again if it is gone. Run what you need. Groups that are new since then are not touched: delete them on the"
        " Groups page if nobody needs them.",
        "\n".join(lines),
    )


def _group(group: Mapping[str, Any], choice: Choice, region: str) -> str:
    ids = {"UserPoolId": choice.user_pool_id, "GroupName": str(group["name"])}
    wanted = {"Precedence": group.get("precedence"), "RoleArn": group.get("role_arn") or None}
    kept = {name: value for name, value in wanted.items() if value is not None}
    create = aws_command("cognito-idp", "create-group", region=region, parameters={**ids, **kept})
    change = f". + {_jq(kept)} | {{UserPoolId, GroupName, Description, Precedence, RoleArn}}"
    change += " | with_entries(select(.value != null))"
    update = _piped("cognito-idp", "get-group", "Group", change, "update-group", "group.json", region, **ids)
    return f"({update}) || {create}"


def _triggers(value: Any, choice: Choice, region: str) -> Repair:
    return Repair(
        "Attach the three challenge triggers again in the AWS console, under Extensions: Define, Create and Verify auth"
        " challenge. This console does not keep which functions they were."
        if value
        else "Take one of the three challenge triggers off in the AWS console, under Extensions, if custom sign-in is"
        " not wanted."
    )


_MAKERS: dict[str, Maker] = {
    "pool.name": _pool_name,
    "pool.domain": _domain,
    "pool.password-policy": _password_policy,
    "pool.mfa-configuration": _mfa,
    "pool.mfa-methods": _mfa_methods,
    "pool.verification": _verification,
    "pool.custom-auth": _triggers,
    "pool.groups": _groups,
    "client.identity-providers": _client("SupportedIdentityProviders"),
    "client.oauth-flows": _client("AllowedOAuthFlows"),
    "client.oauth-scopes": _client("AllowedOAuthScopes"),
    "client.callback-urls": _client("CallbackURLs"),
    "client.logout-urls": _client("LogoutURLs"),
    "identity-pool.name": _identity_pool(lambda value: f".IdentityPoolName = {_jq(value)}"),
    "identity-pool.guests": _identity_pool(lambda value: f".AllowUnauthenticatedIdentities = {_jq(bool(value))}"),
    "identity-pool.login-providers": _identity_pool(
        lambda value: f".SupportedLoginProviders = {_jq(dict(_listed(value)))}"
    ),
    "identity-pool.authenticated-role": _role("authenticated"),
    "identity-pool.unauthenticated-role": _role("unauthenticated"),
}
_IMMUTABLE = "A user pool keeps this for ever, so it cannot be put back. Accept the new value, or link another pool."
_WORDS = {
    "pool.username-attributes": _IMMUTABLE,
    "pool.alias-attributes": _IMMUTABLE,
    "pool.required-attributes": _IMMUTABLE,
    "pool.custom-domain": "Set the custom domain with its certificate in the AWS console, under Branding, Domain.",
    "client.native-secret": "A secret cannot be given to a client that exists, nor taken from it. Accept the new state,"
    " or link another client.",
    "client.native-secret-replaced": "An old secret cannot be put back. Accept the new one, and give the apps new"
    " files.",
    "client.identity-provider-gone": "Set the provider up again in the AWS console, under Social and external"
    " providers, or take it off the app client.",
}

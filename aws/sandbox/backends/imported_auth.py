"""An imported auth resource that has been pushed (Amplify project format, sections 2.2 to 2.6)."""

from typing import Any

from moto.cognitoidp.models import CognitoIdpUserPool, cognitoidp_backends

from aws.sandbox import ids
from aws.sandbox.backends.category import Resource
from aws.sandbox.backends.texts import PUSHED, json_text
from aws.sandbox.catalogue import Scenario
from aws.sandbox.ids import ACCOUNT_ID

CONFIG = {
    "customAuth": False,
    "dependsOn": [],
    "providerPlugin": "awscloudformation",
    "service": "Cognito",
    "serviceType": "imported",
}
_RULES = ("Lowercase", "Uppercase", "Numbers", "Symbols")


def imported_auth(entry: Scenario, name: str, *, google: str = "", guests: bool = True) -> Resource:
    """The resource for a planted pool whose settings are those of a good one.

    google: the client id of the identity pool's login with Google, where it has one.
    """
    pool = cognitoidp_backends[ACCOUNT_ID][entry.region].user_pools[entry.pool_id]
    parameters = _parameters(entry, name, pool)
    environment: dict[str, Any] = {
        "userPoolId": entry.pool_id,
        "userPoolName": entry.pool_name,
        "webClientId": entry.web_client_id,
        "nativeClientId": entry.native_client_id,
    }
    if entry.identity_pool_id:
        environment |= {
            "identityPoolId": entry.identity_pool_id,
            "identityPoolName": entry.identity_pool_name,
            "allowUnauthenticatedIdentities": guests,
        }
        for kind, key in (("authenticated", "authRole"), ("unauthenticated", "unauthRole")):
            environment[f"{key}Arn"] = ids.role_arn(f"shop-{kind}")
            environment[f"{key}Name"] = f"shop-{kind}"
    if google:
        environment["googleClientId"] = google
    meta = {
        "service": "Cognito",
        "serviceType": "imported",
        "providerPlugin": "awscloudformation",
        "dependsOn": [],
        "customAuth": False,
        "output": _output(entry, pool, google),
        "frontendAuthConfig": _frontend(parameters),
        "lastPushTimeStamp": PUSHED,
    }
    return Resource(
        "auth",
        name,
        CONFIG,
        {"parameters.json": json_text(parameters)},
        environment=environment,
        meta_entry=meta,
    )


def _parameters(entry: Scenario, name: str, pool: CognitoIdpUserPool) -> dict[str, Any]:
    settings = pool.extended_config
    policy = settings["Policies"]["PasswordPolicy"]
    client = pool.clients[entry.client_id("web")].extended_config
    providers = [one for one in client.get("SupportedIdentityProviders") or [] if one != "COGNITO"]
    parameters: dict[str, Any] = {
        "authSelections": "identityPoolAndUserPool" if entry.identity_pool_id else "userPoolOnly",
        "resourceName": name,
        "serviceType": "imported",
        "region": entry.region,
        "usernameAttributes": settings["UsernameAttributes"],
    }
    if client.get("SupportedIdentityProviders"):
        parameters["authProvidersUserPool"] = providers
    return {
        **parameters,
        "requiredAttributes": ["email"],
        "passwordPolicyMinLength": policy["MinimumLength"],
        "passwordPolicyCharacters": [f"Requires {rule}" for rule in _RULES if policy.get(f"Require{rule}")],
        "mfaConfiguration": "OFF",
        "autoVerifiedAttributes": settings["AutoVerifiedAttributes"],
        "mfaTypes": [],
    }


def _output(entry: Scenario, pool: CognitoIdpUserPool, google: str) -> dict[str, str]:
    native, web = pool.clients[entry.client_id("mobile")], pool.clients[entry.client_id("web")].extended_config
    output: dict[str, Any] = {
        "UserPoolId": entry.pool_id,
        "UserPoolName": entry.pool_name,
        "AppClientID": entry.native_client_id,
    }
    if native.secret:
        output["AppClientSecret"] = native.secret
    output["AppClientIDWeb"] = entry.web_client_id
    if pool.domain is not None:
        output["HostedUIDomain"] = pool.domain.domain
    if entry.identity_pool_id:
        output |= {"IdentityPoolId": entry.identity_pool_id, "IdentityPoolName": entry.identity_pool_name}
    if google:
        output["GoogleWebClient"] = google
    if web.get("CallbackURLs"):
        shown = ("AllowedOAuthFlows", "AllowedOAuthScopes", "CallbackURLs", "LogoutURLs")
        # In this one text Amplify has no blanks behind commas and colons.
        compact = json_text({key: web[key] for key in shown}, indent=0).replace("\n", "").replace('": ', '":')
        output["OAuthMetadata"] = compact
    return output


def _frontend(parameters: dict[str, Any]) -> dict[str, Any]:
    providers = {"Facebook": "FACEBOOK", "Google": "GOOGLE", "LoginWithAmazon": "AMAZON", "SignInWithApple": "APPLE"}
    characters = [one.upper().replace(" ", "_") for one in parameters["passwordPolicyCharacters"]]
    return {
        "socialProviders": [providers[one] for one in parameters.get("authProvidersUserPool", [])],
        "usernameAttributes": [parameters["usernameAttributes"][0].upper()],
        "signupAttributes": [one.upper() for one in parameters["requiredAttributes"]],
        "passwordProtectionSettings": {
            "passwordPolicyMinLength": parameters["passwordPolicyMinLength"],
            "passwordPolicyCharacters": characters,
        },
        "mfaConfiguration": parameters["mfaConfiguration"],
        "mfaTypes": [],
        "verificationMechanisms": [one.upper() for one in parameters["autoVerifiedAttributes"]],
    }

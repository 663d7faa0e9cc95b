"""``awsconfiguration.json`` for iOS and Android, and its content inside the other native files (section 3.5)."""

from typing import Literal

from amplify_files import amplify_meta
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs

NativePlatform = Literal["ios", "android", "flutter"]


def content(outputs: AuthOutputs, platform: NativePlatform) -> dict[str, object]:
    """The object of the file, in the key order of the platform."""
    meta = amplify_meta.output(outputs)
    configuration: dict[str, object] = {
        "UserAgent": "aws-amplify/cli" if platform == "ios" else "aws-amplify-cli/0.1.0",
        "Version": "0.1.0",
        "IdentityManager": {"Default": {}},
    }
    if "IdentityPoolId" in meta:
        configuration["CredentialsProvider"] = {
            "CognitoIdentity": {"Default": {"PoolId": meta["IdentityPoolId"], "Region": outputs.region}}
        }
    configuration["CognitoUserPool"] = {"Default": _user_pool(outputs, meta, platform)}
    if "GoogleWebClient" in meta:
        configuration["GoogleSignIn"] = {
            "Permissions": "email,profile,openid",
            "ClientId-WebApp": meta["GoogleWebClient"],
        }
    if "FacebookWebClient" in meta:
        configuration["FacebookSignIn"] = {"AppId": meta["FacebookWebClient"], "Permissions": "public_profile"}
    auth: dict[str, object] = {"OAuth": _oauth(outputs, meta)} if outputs.has_oauth else {}
    auth["authenticationFlowType"] = "CUSTOM_AUTH" if outputs.custom_auth else "USER_SRP_AUTH"
    auth |= amplify_meta.frontend_auth_config(outputs)
    configuration["Auth"] = {"Default": auth}
    return configuration


def render(outputs: AuthOutputs, context: ProjectContext, *, platform: NativePlatform) -> str:
    """The file's text: four-space indent, no trailing newline."""
    return stringify(content(outputs, platform), indent=4)


def _user_pool(outputs: AuthOutputs, meta: dict[str, str], platform: NativePlatform) -> dict[str, str]:
    # Flutter's generator writes the Region last, the other two write the secret last.
    pool = {"PoolId": meta["UserPoolId"], "AppClientId": meta["AppClientID"]}
    last = [("Region", outputs.region)]
    if "AppClientSecret" in meta:
        secret = ("AppClientSecret", meta["AppClientSecret"])
        last = [secret, *last] if platform == "flutter" else [*last, secret]
    return pool | dict(last)


def _oauth(outputs: AuthOutputs, meta: dict[str, str]) -> dict[str, object]:
    oauth: dict[str, object] = {}
    if outputs.hosted_ui_host:
        oauth["WebDomain"] = outputs.hosted_ui_host
    oauth["AppClientId"] = meta["AppClientID"]
    if "AppClientSecret" in meta:
        oauth["AppClientSecret"] = meta["AppClientSecret"]
    oauth["SignInRedirectURI"] = ",".join(outputs.web_oauth.callback_urls)
    oauth["SignOutRedirectURI"] = ",".join(outputs.web_oauth.logout_urls)
    oauth["Scopes"] = list(outputs.web_oauth.scopes)
    return oauth

"""``awsconfiguration.json`` for iOS and Android, and its content inside the other native files (section 3.5)."""

from collections.abc import Mapping
from typing import Any, Literal

from amplify_files import amplify_meta, awsconfiguration_services
from amplify_files.backend_resources import AUTH_SERVICE, by_service
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs

NativePlatform = Literal["ios", "android", "flutter"]


def content(
    outputs: AuthOutputs, platform: NativePlatform, backend_meta: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The object of the file, in the key order of the platform and the backend."""
    return _content(outputs, platform, backend_meta, outputs.region)


def backend_content(backend_meta: Mapping[str, Any], region: str, platform: NativePlatform) -> dict[str, Any]:
    """The object of the file while no authentication is linked."""
    return _content(None, platform, backend_meta, region)


def render(outputs: AuthOutputs, context: ProjectContext, *, platform: NativePlatform) -> str:
    """The file's text: four-space indent, no trailing newline."""
    return stringify(content(outputs, platform, context.backend_meta), indent=4)


def render_backend(backend_meta: Mapping[str, Any], region: str, *, platform: NativePlatform) -> str:
    """The file's text while no authentication is linked."""
    return stringify(backend_content(backend_meta, region, platform), indent=4)


def _content(
    outputs: AuthOutputs | None, platform: NativePlatform, backend_meta: Mapping[str, Any] | None, region: str
) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        "UserAgent": "aws-amplify/cli" if platform == "ios" else "aws-amplify-cli/0.1.0",
        "Version": "0.1.0",
        "IdentityManager": {"Default": {}},
    }
    for service, resources in by_service(backend_meta, with_auth=outputs is not None).items():
        if service == AUTH_SERVICE and outputs is not None:
            configuration |= _auth(outputs, platform)
        else:
            configuration |= awsconfiguration_services.section(service, resources, region)
    return configuration


def _auth(outputs: AuthOutputs, platform: NativePlatform) -> dict[str, object]:
    meta = amplify_meta.output(outputs)
    configuration: dict[str, object] = {}
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

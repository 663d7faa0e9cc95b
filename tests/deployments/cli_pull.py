"""A model of `amplify pull`, made from the project's notes on the format (sections 4.2, 4.3, 4.12, 6.7 and 6.8) alone.

It reads what the Amplify CLI reads, by calls of its own, and shares no code with the console: what the console pushes
is held against it.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.auth_import.planted import Account

ZIP = "#current-cloud-backend.zip"
PROVIDERS = {"Facebook": "FACEBOOK", "Google": "GOOGLE", "LoginWithAmazon": "AMAZON", "SignInWithApple": "APPLE"}
LOGINS = {
    "graph.facebook.com": ("FacebookWebClient", "facebookAppId"),
    "accounts.google.com": ("GoogleWebClient", "googleClientId"),
    "www.amazon.com": ("AmazonWebClient", "amazonAppId"),
    "appleid.apple.com": ("AppleWebClient", "appleAppId"),
}
COMPARED = (
    *("SupportedIdentityProviders", "CallbackURLs", "LogoutURLs", "AllowedOAuthFlows", "AllowedOAuthScopes"),
    "AllowedOAuthFlowsUserPoolClient",
)


class Question(Exception):
    """The CLI would begin a walkthrough: what the cloud holds does not suffice."""


class PullFailed(Exception):
    """The CLI would end with an error."""


@dataclass
class Laptop:
    """A developer's folder: every file by its path, and TPI."""

    files: dict[str, bytes] = field(default_factory=dict)
    tpi: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    exports: str = ""
    """`src/aws-exports.js`."""
    first_exports: str = ""
    """The same file as it was written from the zip alone, before Cognito was asked."""

    def json(self, name: str) -> dict[str, Any]:
        return (
            dict(json.loads(self.files[f"amplify/backend/{name}"])) if f"amplify/backend/{name}" in self.files else {}
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """TPI's block of the one auth resource."""
        (block,) = self.tpi["categories"]["auth"].values()
        return dict(block)


@dataclass
class Cli:
    account: Account
    app_id: str
    env: str

    def _client(self, service: str) -> Any:
        return self.account.client(service)

    # --- Section 6.7: into an empty folder ---

    def pull(self, *, yes: bool = False) -> Laptop:
        laptop = Laptop()
        try:
            app = self._client("amplify").get_app(appId=self.app_id)["app"]
        except ClientError as error:
            raise PullFailed("ProjectNotFoundError") from error
        try:
            backend = self._client("amplify").get_backend_environment(appId=self.app_id, environmentName=self.env)
        except ClientError as error:
            raise PullFailed("EnvironmentNotInitializedError") from error
        bucket = backend["backendEnvironment"]["deploymentArtifacts"]
        self._extract(laptop, bucket)
        meta = laptop.json("amplify-meta.json")
        if not meta["providers"]["awscloudformation"].get("AmplifyAppId"):
            raise PullFailed("The CLI would write to the bucket.")
        laptop.files["amplify/.config/project-config.json"] = json.dumps({"projectName": app["name"]}).encode()
        laptop.tpi = dict(meta["providers"])
        laptop.first_exports = aws_exports(meta, self.account.region)
        self._initialize(laptop, yes=yes)
        return laptop

    # --- Section 6.8: in an existing project ---

    def refresh(self, laptop: Laptop, *, yes: bool = True) -> Laptop:
        """The zip replaces what lies there. Whether auth is initialised hangs on what lay there before."""
        had_auth = bool(laptop.meta.get("auth"))
        before = laptop.json("backend-config.json")
        bucket = laptop.tpi["awscloudformation"]["DeploymentBucketName"]
        laptop.files = {name: body for name, body in laptop.files.items() if not name.startswith("amplify/backend/")}
        self._extract(laptop, bucket)
        laptop.meta = laptop.json("amplify-meta.json")
        self._download_parameters(laptop, before)
        if had_auth and laptop.meta.get("auth"):
            self._initialize_auth(laptop, laptop.json("amplify-meta.json"), yes=yes)
        laptop.exports = aws_exports(laptop.meta, self.account.region)
        return laptop

    # --- Steps of both ---

    def _extract(self, laptop: Laptop, bucket: str) -> None:
        try:
            body = self._client("s3").get_object(Bucket=bucket, Key=ZIP)["Body"].read()
        except ClientError as error:
            raise PullFailed("The zip cannot be read.") from error
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                if name.startswith("types/") or name.endswith("/"):
                    continue
                laptop.files[f"amplify/#current-cloud-backend/{name}"] = archive.read(name)
                place = "amplify/" if name.startswith("cli") and "/" not in name else "amplify/backend/"
                laptop.files[f"{place}{name}"] = archive.read(name)

    def _download_parameters(self, laptop: Laptop, config: Mapping[str, Any]) -> None:
        categories = laptop.tpi.setdefault("categories", {})
        missing = []
        for key in config.get("parameters", {}):
            _, category, resource, name = key.split("_", 3)
            if name not in categories.get(category, {}).get(resource, {}):
                missing.append(key)
        path = f"/amplify/{self.app_id}/{self.env}/"
        for start in range(0, len(missing), 10):
            names = [path + key for key in missing[start : start + 10]]
            found = self._client("ssm").get_parameters(Names=names, WithDecryption=False)["Parameters"]
            for one in found:
                # The name is cut at every underscore, so a resource of two words would be lost here.
                _, category, resource, name = one["Name"].removeprefix(path).split("_", 3)
                categories.setdefault(category, {}).setdefault(resource, {})[name] = json.loads(one["Value"])

    def _initialize(self, laptop: Laptop, *, yes: bool) -> None:
        config = laptop.json("backend-config.json")
        self._download_parameters(laptop, config)
        provider = laptop.tpi["awscloudformation"]
        meta: dict[str, Any] = {"providers": {"awscloudformation": provider}}
        meta |= {key: json.loads(json.dumps(value)) for key, value in config.items() if key != "parameters"}
        self._extract(laptop, provider["DeploymentBucketName"])
        cloud = json.loads(laptop.files["amplify/#current-cloud-backend/amplify-meta.json"])
        self._refresh_outputs(meta, cloud, provider["StackName"])
        try:
            self._client("s3").get_object(Bucket=provider["DeploymentBucketName"], Key="amplify-meta.json")
        except ClientError as error:
            raise PullFailed("amplify-meta.json is missing in the bucket.") from error
        laptop.meta = meta
        if meta.get("auth"):
            self._initialize_auth(laptop, cloud, yes=yes)
        laptop.exports = aws_exports(meta, self.account.region)

    def _refresh_outputs(self, meta: dict[str, Any], cloud: Mapping[str, Any], stack: str) -> None:
        cloudformation = self._client("cloudformation")
        cloudformation.describe_stacks(StackName=stack)
        rows = cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        nested = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
        for category, entries in meta.items():
            for name, entry in entries.items() if category != "providers" else ():
                pushed = cloud.get(category, {}).get(name, {}).get("lastPushTimeStamp")
                if pushed:
                    entry["lastPushTimeStamp"] = pushed
                if f"{category}{name}" in nested:
                    found = cloudformation.describe_stacks(StackName=nested[f"{category}{name}"])["Stacks"][0]
                    outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}
                    entry["output"] = {**entry.get("output", {}), **outputs}

    # --- Sections 4.2 and 4.3: an imported resource ---

    def _initialize_auth(self, laptop: Laptop, cloud: Mapping[str, Any], *, yes: bool) -> None:
        ((name, entry),) = laptop.meta["auth"].items()
        parameters = laptop.json(f"auth/{name}/parameters.json")
        if parameters["region"] != self.account.region:
            raise PullFailed("AuthImportError") if yes else Question("imported from another Region")
        with_identity_pool = parameters["authSelections"] == "identityPoolAndUserPool"
        block = laptop.tpi.setdefault("categories", {}).setdefault("auth", {}).setdefault(name, {})
        output = cloud["auth"].get(name, {}).get("output")
        if yes or not output:
            names = ("userPoolId", "webClientId", "nativeClientId", "identityPoolId")
            ids = {key: block.get(key) for key in names}
        else:
            ids = {
                "userPoolId": output["UserPoolId"],
                "webClientId": output["AppClientIDWeb"],
                "nativeClientId": output["AppClientID"],
                "identityPoolId": output.get("IdentityPoolId"),
            }
        needed = ["userPoolId", "webClientId", "nativeClientId", *(["identityPoolId"] if with_identity_pool else [])]
        missing = [key for key in needed if not ids.get(key)]
        if missing:
            raise PullFailed(f"missing: {missing}") if yes else Question(f"missing: {missing}")
        try:
            pool = self._client("cognito-idp").describe_user_pool(UserPoolId=ids["userPoolId"])["UserPool"]
        except ClientError:
            laptop.warnings.append("The user pool cannot be found.")
            entry.pop("output", None)
            return
        live = self._live(pool, ids, with_identity_pool=with_identity_pool)
        entry["output"] = live["output"]
        entry["frontendAuthConfig"] = frontend(parameters)
        # The same key order as in a push: the time stamp comes last.
        stamp = cloud["auth"].get(name, {}).get("lastPushTimeStamp")
        entry.pop("lastPushTimeStamp", None)
        if stamp:
            entry["lastPushTimeStamp"] = stamp
        block.clear()
        block.update(live["tpi"])

    def _live(self, pool: Any, ids: Mapping[str, Any], *, with_identity_pool: bool) -> dict[str, Any]:
        cognito, pool_id = self._client("cognito-idp"), pool["Id"]
        listed = cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)["UserPoolClients"]
        clients = {
            one["ClientId"]: cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=one["ClientId"])[
                "UserPoolClient"
            ]
            for one in listed
        }
        public = {key for key, one in clients.items() if not one.get("ClientSecret")}
        if not public:
            raise PullFailed("The pool needs at least one web app client.")
        if ids["webClientId"] not in public:
            raise PullFailed("The web app client cannot be found.")
        if ids["nativeClientId"] not in clients:
            raise PullFailed("The native app client cannot be found.")
        web, native = clients[ids["webClientId"]], clients[ids["nativeClientId"]]
        if any(_comparable(web.get(key)) != _comparable(native.get(key)) for key in COMPARED):
            raise PullFailed("The OAuth properties of the two clients differ.")
        output = {"UserPoolId": pool_id, "UserPoolName": pool["Name"], "AppClientID": native["ClientId"]}
        if native.get("ClientSecret"):
            output["AppClientSecret"] = native["ClientSecret"]
        output["AppClientIDWeb"] = web["ClientId"]
        if pool.get("Domain"):
            output["HostedUIDomain"] = pool["Domain"]
        tpi: dict[str, Any] = {
            "userPoolId": pool_id,
            "userPoolName": pool["Name"],
            "webClientId": web["ClientId"],
            "nativeClientId": native["ClientId"],
        }
        if with_identity_pool:
            self._identity_pool(ids["identityPoolId"], pool_id, public, output, tpi)
        if pool.get("MfaConfiguration", "OFF") != "OFF":
            mfa = cognito.get_user_pool_mfa_config(UserPoolId=pool_id)
            sns = mfa.get("SmsMfaConfiguration", {}).get("SmsConfiguration", {}).get("SnsCallerArn")
            output |= {"CreatedSNSRole": sns} if sns else {}
        providers = [one for one in web.get("SupportedIdentityProviders", []) if one == "COGNITO" or one in PROVIDERS]
        needed = ("AllowedOAuthFlows", "AllowedOAuthScopes", "CallbackURLs", "LogoutURLs")
        if providers and all(web.get(key) for key in needed):
            output["OAuthMetadata"] = json.dumps({key: web[key] for key in needed}, separators=(",", ":"))
        return {"output": output, "tpi": tpi}

    def _identity_pool(
        self, wanted: str, pool_id: str, public: set[str], output: dict[str, str], tpi: dict[str, Any]
    ) -> None:
        identity = self._client("cognito-identity")
        try:
            found = identity.describe_identity_pool(IdentityPoolId=wanted)
        except ClientError as error:
            raise PullFailed("The identity pool cannot be found.") from error
        entries = [one for one in found["CognitoIdentityProviders"] if one["ProviderName"].endswith(pool_id)]
        if not any(one["ClientId"] in public for one in entries):
            raise PullFailed("The identity pool does not have the user pool.")
        roles = identity.get_identity_pool_roles(IdentityPoolId=wanted)["Roles"]
        output |= {"IdentityPoolId": wanted, "IdentityPoolName": found["IdentityPoolName"]}
        tpi |= {
            "identityPoolId": wanted,
            "identityPoolName": found["IdentityPoolName"],
            "allowUnauthenticatedIdentities": found["AllowUnauthenticatedIdentities"],
        }
        for kind, key in (("authenticated", "authRole"), ("unauthenticated", "unauthRole")):
            tpi |= {f"{key}Arn": roles[kind], f"{key}Name": roles[kind].rpartition("/")[2]}
        for login, value in found.get("SupportedLoginProviders", {}).items():
            if login in LOGINS:
                output[LOGINS[login][0]], tpi[LOGINS[login][1]] = value, value


def _comparable(value: Any) -> Any:
    """Lists in any order; a list that is missing is an empty one, a flag that is missing is not false."""
    return sorted(value) if isinstance(value, list) else value or []


def frontend(parameters: Mapping[str, Any]) -> dict[str, Any]:
    names = parameters.get("usernameAttributes") or []
    characters = [one.upper().replace(" ", "_") for one in parameters.get("passwordPolicyCharacters", [])]
    return {
        "socialProviders": [PROVIDERS[one] for one in parameters.get("authProvidersUserPool", []) if one in PROVIDERS],
        "usernameAttributes": [one.upper() for one in (names[0].split(",") if names else [])],
        "signupAttributes": [one.upper() for one in parameters.get("requiredAttributes", [])],
        "passwordProtectionSettings": {
            "passwordPolicyMinLength": parameters["passwordPolicyMinLength"],
            "passwordPolicyCharacters": characters,
        },
        "mfaConfiguration": parameters["mfaConfiguration"],
        "mfaTypes": [{"SMS Text Message": "SMS"}.get(one, one) for one in parameters.get("mfaTypes", [])],
        "verificationMechanisms": [one.upper() for one in parameters.get("autoVerifiedAttributes", [])],
    }


# --- Section 3.1 ---


def aws_exports(meta: Mapping[str, Any], region: str) -> str:
    exports: dict[str, Any] = {"aws_project_region": region}
    for category, entries in meta.items():
        for entry in entries.values() if category != "providers" else ():
            if not entry.get("lastPushTimeStamp") or "output" not in entry:
                continue
            if entry["service"] == "Cognito":
                exports |= _auth(entry, region)
            elif entry["service"] == "AppSync":
                exports |= _api(entry["output"], region)
            elif entry["service"] == "S3":
                exports["aws_user_files_s3_bucket"] = entry["output"]["BucketName"]
                exports["aws_user_files_s3_bucket_region"] = entry["output"]["Region"]
    body = json.dumps(exports, indent=4, ensure_ascii=False)
    return (
        "/* eslint-disable */\n"
        "// WARNING: DO NOT EDIT. This file is automatically generated by AWS Amplify. It will be overwritten.\n\n"
        f"const awsmobile = {body};\n\n\nexport default awsmobile;\n"
    )


def _api(output: Mapping[str, Any], region: str) -> dict[str, Any]:
    found = {
        "aws_appsync_graphqlEndpoint": output["GraphQLAPIEndpointOutput"],
        "aws_appsync_region": region,
        "aws_appsync_authenticationType": output["authConfig"]["defaultAuthentication"]["authenticationType"],
    }
    key = output.get("GraphQLAPIKeyOutput")
    return {**found, "aws_appsync_apiKey": key} if key else found


def _auth(entry: Mapping[str, Any], region: str) -> dict[str, Any]:
    output, config = entry["output"], entry["frontendAuthConfig"]
    oauth: dict[str, Any] = {}
    if "HostedUIDomain" in output:
        oauth["domain"] = f"{output['HostedUIDomain']}.auth.{region}.amazoncognito.com"
    hosted = json.loads(output["OAuthMetadata"]) if "OAuthMetadata" in output else None
    if hosted:
        flow = hosted["AllowedOAuthFlows"][0]
        oauth |= {
            "scope": hosted["AllowedOAuthScopes"],
            "redirectSignIn": ",".join(hosted["CallbackURLs"]),
            "redirectSignOut": ",".join(hosted["LogoutURLs"]),
            "responseType": "token" if flow == "implicit" else flow,
        }
    external = any(one.endswith("WebClient") for one in output)
    target = {
        (True, True): "COGNITO_USER_AND_IDENTITY_POOLS",
        (True, False): "COGNITO_USER_POOLS",
        (False, True): "COGNITO_IDENTITY_POOLS",
    }.get((hosted is not None, external))
    return {
        **({"aws_cognito_identity_pool_id": output["IdentityPoolId"]} if "IdentityPoolId" in output else {}),
        "aws_cognito_region": region,
        "aws_user_pools_id": output["UserPoolId"],
        "aws_user_pools_web_client_id": output["AppClientIDWeb"],
        "oauth": oauth,
        **({"federationTarget": target} if target else {}),
        "aws_cognito_username_attributes": config["usernameAttributes"],
        "aws_cognito_social_providers": config["socialProviders"],
        "aws_cognito_signup_attributes": config["signupAttributes"],
        "aws_cognito_mfa_configuration": config["mfaConfiguration"],
        "aws_cognito_mfa_types": config["mfaTypes"],
        "aws_cognito_password_protection_settings": config["passwordProtectionSettings"],
        "aws_cognito_verification_mechanisms": config["verificationMechanisms"],
    }

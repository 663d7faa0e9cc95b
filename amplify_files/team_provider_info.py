"""``amplify/team-provider-info.json`` (Amplify project format, sections 2.4 and 6.2)."""

import copy
from collections.abc import Mapping
from typing import Any

from amplify_files.context import EnvironmentStack, ProjectContext
from amplify_files.javascript_json import stringify
from amplify_files.outputs import AuthOutputs, IdentityPool

_IDENTITY_POOL_KEYS = (
    "identityPoolId",
    "identityPoolName",
    "allowUnauthenticatedIdentities",
    "authRoleArn",
    "authRoleName",
    "unauthRoleArn",
    "unauthRoleName",
)
_LOGIN_PROVIDER_KEYS = {
    "graph.facebook.com": "facebookAppId",
    "www.amazon.com": "amazonAppId",
    "appleid.apple.com": "appleAppId",
}
_GOOGLE_KEYS = {
    "javascript": "googleClientId",
    "flutter": "googleClientId",
    "ios": "googleIos",
    "android": "googleAndroid",
}


def block(outputs: AuthOutputs, context: ProjectContext) -> dict[str, object]:
    """The values at ``<env>.categories.auth.<name>``.

    Raises ``ValueError`` for a role ARN without a name, and for a frontend that has no key for Google.
    """
    values: dict[str, object] = {
        "userPoolId": outputs.user_pool_id,
        "userPoolName": outputs.user_pool_name,
        "webClientId": outputs.web_client_id,
        "nativeClientId": outputs.native_client_id,
    }
    if outputs.identity_pool is not None:
        values |= _identity_pool_values(outputs.identity_pool)
        for provider, value in outputs.identity_pool.supported_login_providers:
            if provider == "accounts.google.com":
                values[_google_key(context.frontend)] = value
            elif provider in _LOGIN_PROVIDER_KEYS:
                values[_LOGIN_PROVIDER_KEYS[provider]] = value
    return values


def stack_block(stack: EnvironmentStack) -> dict[str, object]:
    """The values at ``<env>.awscloudformation``; amplify-meta.json has the same under ``providers``."""
    return {
        "AuthRoleName": stack.auth_role_name,
        "UnauthRoleArn": stack.unauth_role_arn,
        "AuthRoleArn": stack.auth_role_arn,
        "Region": stack.region,
        "DeploymentBucketName": stack.deployment_bucket_name,
        "UnauthRoleName": stack.unauth_role_name,
        "StackName": stack.stack_name,
        "StackId": stack.stack_id,
        "AmplifyAppId": stack.amplify_app_id,
    }


def merge(existing: Mapping[str, Any], outputs: AuthOutputs, context: ProjectContext) -> dict[str, Any]:
    """A copy of an existing file's content with this resource's values merged in.

    As the CLI does, identity pool and role values that no longer apply are deleted, while the ids of login providers
    that are gone stay until the resource is removed.
    """
    whole = copy.deepcopy(dict(existing))
    environment = whole.setdefault(context.environment_name, {})
    if context.stack is not None:
        environment.setdefault("awscloudformation", {}).update(stack_block(context.stack))
    values = environment.setdefault("categories", {}).setdefault("auth", {}).setdefault(context.resource_name, {})
    new = block(outputs, context)
    for key in _IDENTITY_POOL_KEYS:
        if key not in new:
            values.pop(key, None)
    values.update(new)
    return whole


def remove(existing: Mapping[str, Any], *, environment_name: str, resource_name: str) -> dict[str, Any]:
    """A copy without the resource in this one environment; ``auth`` and ``categories`` go when empty (section 5.1)."""
    whole = copy.deepcopy(dict(existing))
    environment = whole.get(environment_name, {})
    categories = environment.get("categories", {})
    auth = categories.get("auth", {})
    auth.pop(resource_name, None)
    if not auth:
        categories.pop("auth", None)
    if not categories:
        environment.pop("categories", None)
    return whole


def render(outputs: AuthOutputs, context: ProjectContext, existing: Mapping[str, Any] | None = None) -> str:
    """The file's text with this resource's values: two-space indent, no trailing newline."""
    return stringify(merge(existing or {}, outputs, context), indent=2)


def _identity_pool_values(pool: IdentityPool) -> dict[str, object]:
    values: dict[str, object] = {
        "identityPoolId": pool.id,
        "identityPoolName": pool.name,
        "allowUnauthenticatedIdentities": pool.allow_unauthenticated,
    }
    if pool.auth_role_arn:
        values |= {"authRoleArn": pool.auth_role_arn, "authRoleName": role_name(pool.auth_role_arn)}
    if pool.unauth_role_arn:
        values |= {"unauthRoleArn": pool.unauth_role_arn, "unauthRoleName": role_name(pool.unauth_role_arn)}
    return values


def role_name(role_arn: str) -> str:
    """The role's name: what follows the last ``/`` of its ARN (section 1.10). Raises ``ValueError`` without one."""
    path, slash, name = role_arn.rpartition("/")
    if not (path and slash and name):
        raise ValueError(f"“{role_arn}” is not the ARN of an IAM role.")
    return name


def _google_key(frontend: str) -> str:
    if frontend not in _GOOGLE_KEYS:
        raise ValueError(f"Amplify keeps no Google client id for the frontend “{frontend}”.")
    return _GOOGLE_KEYS[frontend]

"""Amplify apps and their backend environments, to connect the console's environments to, and making both."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from aws.calls import call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import NotFound
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget

_PAGE = 50
_NEWEST_CLI = [{"pkg": "@aws-amplify/cli", "type": "npm", "version": "latest"}]
_VARIABLES = {"_LIVE_PACKAGE_UPDATES": json.dumps(_NEWEST_CLI, separators=(",", ":"))}
"""What the Amplify CLI sets at every app it makes: builds in Amplify Hosting then use the newest CLI."""


@dataclass(frozen=True, slots=True)
class AmplifyApp:
    """One Amplify app. Its environment variables and basic-auth credentials may hold secrets and are left behind."""

    id: str
    name: str
    arn: str = ""
    platform: str = ""
    repository: str = ""
    created: datetime | None = None
    tags: tuple[tuple[str, str], ...] = ()
    """Name and value, sorted by name."""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            id=data["appId"],
            name=data["name"],
            arn=data.get("appArn", ""),
            platform=data.get("platform") or "",
            repository=data.get("repository") or "",
            created=data.get("createTime"),
            tags=tuple(sorted((data.get("tags") or {}).items())),
        )


@dataclass(frozen=True, slots=True)
class BackendEnvironment:
    """One environment of an Amplify app: its CloudFormation stack and the bucket that keeps its backend files."""

    name: str
    arn: str = ""
    stack_name: str = ""
    deployment_bucket: str = ""
    created: datetime | None = None

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(
            name=data["environmentName"],
            arn=data.get("backendEnvironmentArn", ""),
            stack_name=data.get("stackName") or "",
            deployment_bucket=data.get("deploymentArtifacts") or "",
            created=data.get("createTime"),
        )


@uses("amplify:ListApps", quota=Quota.UNPUBLISHED)
def page_of_apps(target: AwsTarget, *, token: str = "") -> Page[AmplifyApp]:
    more = {"nextToken": token} if token else {}
    parse = page_of("apps", AmplifyApp.from_api, "nextToken")
    return fetch(target, "amplify", "ListApps", parse, maxResults=_PAGE, **more)


@uses(page_of_apps)
def iter_apps(target: AwsTarget) -> Iterator[AmplifyApp]:
    """Every Amplify app of the Region."""
    return to_the_end(lambda token: page_of_apps(target, token=token))


@uses("amplify:GetApp", quota=Quota.UNPUBLISHED)
def get_app(target: AwsTarget, app_id: str) -> AmplifyApp:
    """One app. Raises NotFound when the Region has none with this id."""
    return fetch(target, "amplify", "GetApp", lambda answer: AmplifyApp.from_api(answer["app"]), appId=app_id)


@uses("amplify:ListBackendEnvironments", quota=Quota.UNPUBLISHED)
def _page_of_backend_environments(target: AwsTarget, app_id: str, token: str) -> Page[BackendEnvironment]:
    more = {"nextToken": token} if token else {}
    parse = page_of("backendEnvironments", BackendEnvironment.from_api, "nextToken")
    return fetch(target, "amplify", "ListBackendEnvironments", parse, appId=app_id, maxResults=_PAGE, **more)


@uses(_page_of_backend_environments)
def iter_backend_environments(target: AwsTarget, app_id: str) -> Iterator[BackendEnvironment]:
    """Every backend environment of the app, those made with `amplify env add` included."""
    return to_the_end(lambda token: _page_of_backend_environments(target, app_id, token))


@uses("amplify:GetBackendEnvironment", quota=Quota.UNPUBLISHED)
def get_backend_environment(target: AwsTarget, app_id: str, name: str) -> BackendEnvironment:
    """One backend environment. Raises NotFound when the app has none of this name."""
    return fetch(
        target,
        "amplify",
        "GetBackendEnvironment",
        lambda answer: BackendEnvironment.from_api(answer["backendEnvironment"]),
        appId=app_id,
        environmentName=name,
    )


@uses("amplify:CreateApp", quota=Quota.UNPUBLISHED)
@uses("amplify:TagResource")
def create_app(target: AwsTarget, *, name: str, tags: Mapping[str, str]) -> AmplifyApp:
    """Make an app as `amplify init` does. Names need not be unique, so a second call makes a second app.

    Raises Rejected (`LimitExceededException`) when the account may have no more, and Unavailable, never repeated,
    when it is unknown whether the app was made.
    """
    more = {"tags": dict(tags)} if tags else {}
    return fetch(
        target,
        "amplify",
        "CreateApp",
        lambda answer: AmplifyApp.from_api(answer["app"]),
        name=name,
        environmentVariables=_VARIABLES,
        **more,
    )


@uses("amplify:CreateBackendEnvironment", quota=Quota.UNPUBLISHED)
def create_backend_environment(
    target: AwsTarget, *, app_id: str, name: str, stack_name: str, deployment_bucket: str
) -> BackendEnvironment:
    """Make a backend environment that names a stack and a bucket; neither need exist yet.

    Raises Rejected when the app has an environment of this name already.
    """
    return fetch(
        target,
        "amplify",
        "CreateBackendEnvironment",
        lambda answer: BackendEnvironment.from_api(answer["backendEnvironment"]),
        appId=app_id,
        environmentName=name,
        stackName=stack_name,
        deploymentArtifacts=deployment_bucket,
    )


@uses("amplify:DeleteBackendEnvironment", quota=Quota.UNPUBLISHED)
def delete_backend_environment(target: AwsTarget, *, app_id: str, name: str) -> None:
    """Forget a backend environment; its stack and its bucket stay. One that is gone, or its app, is no error."""
    with suppress(NotFound):
        call(target, "amplify", "DeleteBackendEnvironment", appId=app_id, environmentName=name)

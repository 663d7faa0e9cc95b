"""App clients of a user pool: lists, descriptions, a new one like another, and the same OAuth settings for two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws import deadlines
from aws.calls import PAGE, Answer, call, fetch, page_of, to_the_end
from aws.changes import Change, change, refuse_other_than, sendable
from aws.declarations import uses
from aws.errors import Fault
from aws.quotas import PER_POOL_AND_OPERATION, Quota
from aws.resources import AppClient, AppClientSummary, Page
from aws.side_by_side import each
from aws.target import AwsTarget

OAUTH_PROPERTIES = (
    "SupportedIdentityProviders",
    "CallbackURLs",
    "LogoutURLs",
    "AllowedOAuthFlows",
    "AllowedOAuthScopes",
    "AllowedOAuthFlowsUserPoolClient",
)
"""What two app clients must have in common (Amplify project format, section 1.9)."""

FIRST_SETTINGS: Mapping[str, Any] = {
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
}
"""A new client that is like no other: the flow the client libraries use, and AWS's recommended protections."""


@uses("cognito-idp:ListUserPoolClients", quota=Quota.CLIENT_READ)
def page_of_app_clients(
    target: AwsTarget, pool_id: str, *, token: str = "", size: int = PAGE
) -> Page[AppClientSummary]:
    """One page of the pool's app clients, `size` from 1 to 60. Whether one has a secret is not told here."""
    more = {"NextToken": token} if token else {}
    parse = page_of("UserPoolClients", AppClientSummary.from_api, "NextToken")
    return fetch(target, "cognito-idp", "ListUserPoolClients", parse, UserPoolId=pool_id, MaxResults=size, **more)


@uses(page_of_app_clients)
def iter_app_clients(target: AwsTarget, pool_id: str) -> Iterator[AppClientSummary]:
    """Every app client of the pool."""
    return to_the_end(lambda token: page_of_app_clients(target, pool_id, token=token))


@uses("cognito-idp:DescribeUserPoolClient", quota=Quota.CLIENT_READ)
def _description(target: AwsTarget, pool_id: str, client_id: str) -> dict[str, Any]:
    def parse(answer: Answer) -> dict[str, Any]:
        AppClient.from_api(answer["UserPoolClient"])
        return dict(answer["UserPoolClient"])

    return fetch(target, "cognito-idp", "DescribeUserPoolClient", parse, UserPoolId=pool_id, ClientId=client_id)


@uses(_description)
def describe_app_client(target: AwsTarget, pool_id: str, client_id: str) -> AppClient:
    """One app client, its secret included. Raises NotFound when the pool has none with this id."""
    return AppClient.from_api(_description(target, pool_id, client_id))


@uses(describe_app_client)
def describe_app_clients(
    target: AwsTarget, pool_id: str, client_ids: Sequence[str], *, seconds: float | None = None
) -> dict[str, AppClient | Fault]:
    """Several app clients, a Fault where one could not be read; `seconds` is how long to wait for all of them.

    AWS allows five of these calls a second on one pool: five go at once, the rest follows at that pace.
    """
    described: dict[str, AppClient | Fault] = {}
    with deadlines.within(seconds):
        for start in range(0, len(client_ids), PER_POOL_AND_OPERATION):
            some = client_ids[start : start + PER_POOL_AND_OPERATION]
            described |= each(lambda client_id: describe_app_client(target, pool_id, client_id), some)
    return described


def _first_request(
    target: AwsTarget, pool_id: str, *, name: str, like: AppClient | None, with_secret: bool
) -> dict[str, Any]:
    request = dict(FIRST_SETTINGS)
    if like is not None:
        request = sendable(target, "cognito-idp", "CreateUserPoolClient", _description(target, pool_id, like.id))
        # A secret belongs to one client; the new one gets its own from AWS.
        request.pop("ClientSecret", None)
        if not with_secret:
            # AWS allows this setting only for clients with a secret.
            request.pop("EnablePropagateAdditionalUserContextData", None)
    return {**request, "UserPoolId": pool_id, "ClientName": name, "GenerateSecret": with_secret}


@uses(_description)
def plan_app_client(
    target: AwsTarget, pool_id: str, *, name: str, like: AppClient | None = None, with_secret: bool
) -> Change:
    """What `create_app_client` would make. Reads only."""
    request = _first_request(target, pool_id, name=name, like=like, with_secret=with_secret)
    return change("cognito-idp:CreateUserPoolClient", pool_id, {}, request)


@uses(_description)
@uses("cognito-idp:CreateUserPoolClient", quota=Quota.CLIENT_UPDATE)
def create_app_client(
    target: AwsTarget,
    pool_id: str,
    *,
    name: str,
    like: AppClient | None = None,
    with_secret: bool,
    planned: Change | None = None,
) -> AppClient:
    """Make an app client, with every setting of `like` (read anew) but its name and its secret.

    Raises Rejected when the pool is full, the name is not allowed, or the difference is no longer `planned`.
    """
    request = _first_request(target, pool_id, name=name, like=like, with_secret=with_secret)
    refuse_other_than(planned, change("cognito-idp:CreateUserPoolClient", pool_id, {}, request))
    created = fetch(
        target,
        "cognito-idp",
        "CreateUserPoolClient",
        lambda answer: AppClient.from_api(answer["UserPoolClient"]),
        **request,
    )
    return describe_app_client(target, pool_id, created.id)


def _with_oauth_of(source: Mapping[str, Any], destination: Mapping[str, Any]) -> dict[str, Any]:
    """The destination's description with the source's six properties, those the source lacks taken away."""
    wanted = {key: value for key, value in destination.items() if key not in OAUTH_PROPERTIES}
    wanted |= {key: source[key] for key in OAUTH_PROPERTIES if key in source}
    # AWS refuses a default redirect that is not one of the callback URLs.
    if wanted.get("DefaultRedirectURI") not in (wanted.get("CallbackURLs") or ()):
        wanted.pop("DefaultRedirectURI", None)
    return wanted


def _difference(destination: Mapping[str, Any], wanted: Mapping[str, Any]) -> Change:
    return change("cognito-idp:UpdateUserPoolClient", destination["ClientId"], destination, wanted)


@uses(_description)
def plan_copy_oauth(target: AwsTarget, pool_id: str, *, source_id: str, destination_id: str) -> Change:
    """What `copy_oauth` would change. Reads only."""
    destination = _description(target, pool_id, destination_id)
    return _difference(destination, _with_oauth_of(_description(target, pool_id, source_id), destination))


@uses(_description)
@uses("cognito-idp:UpdateUserPoolClient", quota=Quota.CLIENT_UPDATE)
def copy_oauth(
    target: AwsTarget, pool_id: str, *, source_id: str, destination_id: str, planned: Change | None = None
) -> AppClient:
    """Give one client the six OAuth properties of another, keep the rest, and answer it as AWS describes it then.

    With `planned`, raises Rejected (`ChangedMeanwhile`) when the difference is no longer the one that was shown.
    """
    destination = _description(target, pool_id, destination_id)
    wanted = _with_oauth_of(_description(target, pool_id, source_id), destination)
    current = _difference(destination, wanted)
    refuse_other_than(planned, current)
    if current.needed:
        request = sendable(target, "cognito-idp", "UpdateUserPoolClient", wanted)
        call(
            target,
            "cognito-idp",
            "UpdateUserPoolClient",
            **{**request, "UserPoolId": pool_id, "ClientId": destination_id},
        )
    return describe_app_client(target, pool_id, destination_id)

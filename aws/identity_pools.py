"""Identity pools: lists, descriptions, roles, the user pools they trust, and making one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws.calls import PAGE, Answer, call, fetch, page_of, to_the_end
from aws.changes import Change, change, refuse_other_than, sendable
from aws.declarations import uses
from aws.errors import Fault, Rejected
from aws.quotas import Quota
from aws.resources import IdentityPool, IdentityPoolRoles, IdentityPoolSummary, Page
from aws.side_by_side import each
from aws.target import AwsTarget

_SERVICE = "cognito-identity"


@uses("cognito-identity:ListIdentityPools", quota=Quota.UNPUBLISHED)
def page_of_identity_pools(target: AwsTarget, *, token: str = "", size: int = PAGE) -> Page[IdentityPoolSummary]:
    """One page of the Region's identity pools, `size` from 1 to 60."""
    more = {"NextToken": token} if token else {}
    parse = page_of("IdentityPools", IdentityPoolSummary.from_api, "NextToken")
    return fetch(target, "cognito-identity", "ListIdentityPools", parse, MaxResults=size, **more)


@uses(page_of_identity_pools)
def iter_identity_pools(target: AwsTarget) -> Iterator[IdentityPoolSummary]:
    """Every identity pool of the Region."""
    return to_the_end(lambda token: page_of_identity_pools(target, token=token))


@uses("cognito-identity:DescribeIdentityPool", quota=Quota.UNPUBLISHED)
def _description(target: AwsTarget, identity_pool_id: str) -> dict[str, Any]:
    def parse(answer: Answer) -> dict[str, Any]:
        IdentityPool.from_api(answer)
        return {key: value for key, value in answer.items() if key != "ResponseMetadata"}

    return fetch(target, "cognito-identity", "DescribeIdentityPool", parse, IdentityPoolId=identity_pool_id)


@uses(_description)
def describe_identity_pool(target: AwsTarget, identity_pool_id: str) -> IdentityPool:
    """One identity pool. Raises NotFound when the Region has none with this id."""
    return IdentityPool.from_api(_description(target, identity_pool_id))


@uses(describe_identity_pool)
def describe_identity_pools(
    target: AwsTarget, identity_pool_ids: Sequence[str], *, seconds: float | None = None
) -> Mapping[str, IdentityPool | Fault]:
    """Several identity pools side by side, a Fault where one could not be read within `seconds`."""
    return each(lambda one: describe_identity_pool(target, one), identity_pool_ids, seconds=seconds)


@uses("cognito-identity:GetIdentityPoolRoles", quota=Quota.UNPUBLISHED)
def _roles(target: AwsTarget, identity_pool_id: str) -> dict[str, Any]:
    def parse(answer: Answer) -> dict[str, Any]:
        IdentityPoolRoles.from_api(answer)
        # A pool that never had roles answers without them; the id is always there in a whole answer.
        return {"IdentityPoolId": answer["IdentityPoolId"], **answer}

    return fetch(target, "cognito-identity", "GetIdentityPoolRoles", parse, IdentityPoolId=identity_pool_id)


@uses(_roles)
def identity_pool_roles(target: AwsTarget, identity_pool_id: str) -> IdentityPoolRoles:
    """The roles an identity pool hands out; an identity pool without any answers two empty texts."""
    return IdentityPoolRoles.from_api(_roles(target, identity_pool_id))


def provider_name(user_pool_id: str) -> str:
    """How an identity pool names a user pool. The Region is the part of the id before its underscore."""
    region = user_pool_id.partition("_")[0]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"cognito-idp.{region}.{suffix}/{user_pool_id}"


def _with_providers(description: Mapping[str, Any], user_pool_id: str, client_ids: Sequence[str]) -> dict[str, Any]:
    """The description with an entry for each client; entries that exist stay untouched, in their order."""
    entries = [dict(entry) for entry in description.get("CognitoIdentityProviders") or ()]
    same_pool = [entry for entry in entries if entry.get("ProviderName", "").endswith(user_pool_id)]
    present = {entry.get("ClientId") for entry in same_pool}
    # Clients of one pool behave alike: a check that is on for the others is on for the new one.
    checked = any(entry.get("ServerSideTokenCheck") for entry in same_pool)
    new = [
        {"ProviderName": provider_name(user_pool_id), "ClientId": client_id, "ServerSideTokenCheck": checked}
        for client_id in dict.fromkeys(client_ids)
        if client_id not in present
    ]
    return {**description, "CognitoIdentityProviders": entries + new}


def _providers_change(description: Mapping[str, Any], wanted: Mapping[str, Any]) -> Change:
    before = {"CognitoIdentityProviders": description.get("CognitoIdentityProviders") or []}
    after = {"CognitoIdentityProviders": wanted["CognitoIdentityProviders"]}
    return change("cognito-identity:UpdateIdentityPool", description["IdentityPoolId"], before, after)


@uses(_description)
def plan_user_pool_providers(
    target: AwsTarget, identity_pool_id: str, *, user_pool_id: str, client_ids: Sequence[str]
) -> Change:
    """What `add_user_pool_providers` would change. Reads only."""
    description = _description(target, identity_pool_id)
    return _providers_change(description, _with_providers(description, user_pool_id, client_ids))


@uses(_description)
@uses("cognito-identity:UpdateIdentityPool", quota=Quota.UNPUBLISHED)
def add_user_pool_providers(
    target: AwsTarget,
    identity_pool_id: str,
    *,
    user_pool_id: str,
    client_ids: Sequence[str],
    planned: Change | None = None,
) -> IdentityPool:
    """Let the identity pool accept these clients of the user pool, keep the rest, and answer it as described then.

    With `planned`, raises Rejected (`ChangedMeanwhile`) when the difference is no longer the one that was shown.
    """
    description = _description(target, identity_pool_id)
    wanted = _with_providers(description, user_pool_id, client_ids)
    current = _providers_change(description, wanted)
    refuse_other_than(planned, current)
    if current.needed:
        request = sendable(target, _SERVICE, "UpdateIdentityPool", wanted)
        call(target, "cognito-identity", "UpdateIdentityPool", **request)
    return describe_identity_pool(target, identity_pool_id)


def _with_roles(answer: Mapping[str, Any], authenticated_arn: str, unauthenticated_arn: str) -> dict[str, str]:
    roles = dict(answer.get("Roles") or {})
    if authenticated_arn:
        roles["authenticated"] = authenticated_arn
    if unauthenticated_arn:
        roles["unauthenticated"] = unauthenticated_arn
    if not roles:
        raise Rejected("No role was given to set.", code="NoRole", action="cognito-identity:SetIdentityPoolRoles")
    return roles


def _roles_change(answer: Mapping[str, Any], roles: Mapping[str, str]) -> Change:
    before = {"Roles": dict(answer.get("Roles") or {})}
    return change("cognito-identity:SetIdentityPoolRoles", answer["IdentityPoolId"], before, {"Roles": dict(roles)})


@uses(_roles)
def plan_roles(
    target: AwsTarget, identity_pool_id: str, *, authenticated_arn: str = "", unauthenticated_arn: str = ""
) -> Change:
    """What `set_roles` would change. Reads only."""
    answer = _roles(target, identity_pool_id)
    return _roles_change(answer, _with_roles(answer, authenticated_arn, unauthenticated_arn))


@uses(_roles)
@uses("cognito-identity:SetIdentityPoolRoles", quota=Quota.UNPUBLISHED)
@uses("iam:PassRole")
def set_roles(
    target: AwsTarget,
    identity_pool_id: str,
    *,
    authenticated_arn: str = "",
    unauthenticated_arn: str = "",
    planned: Change | None = None,
) -> IdentityPoolRoles:
    """Set one role or both; a role given as "" stays as it is, and so do the role mappings of providers.

    AWS replaces everything by what is sent, so everything is read first. Raises Rejected (`ChangedMeanwhile`)
    when the difference is no longer `planned`.
    """
    answer = _roles(target, identity_pool_id)
    roles = _with_roles(answer, authenticated_arn, unauthenticated_arn)
    current = _roles_change(answer, roles)
    refuse_other_than(planned, current)
    if current.needed:
        request = sendable(target, _SERVICE, "SetIdentityPoolRoles", {**answer, "Roles": roles})
        call(target, "cognito-identity", "SetIdentityPoolRoles", **request)
    return identity_pool_roles(target, identity_pool_id)


def _new_identity_pool(
    name: str, user_pool_id: str, client_ids: Sequence[str], allow_unauthenticated: bool
) -> dict[str, Any]:
    request = {"IdentityPoolName": name, "AllowUnauthenticatedIdentities": allow_unauthenticated}
    return _with_providers(request, user_pool_id, client_ids)


def plan_identity_pool(
    *, name: str, user_pool_id: str, client_ids: Sequence[str], allow_unauthenticated: bool
) -> Change:
    """What `create_identity_pool` would make."""
    request = _new_identity_pool(name, user_pool_id, client_ids, allow_unauthenticated)
    return change("cognito-identity:CreateIdentityPool", name, {}, request)


@uses("cognito-identity:CreateIdentityPool", quota=Quota.UNPUBLISHED)
@uses(_description)
def create_identity_pool(
    target: AwsTarget, *, name: str, user_pool_id: str, client_ids: Sequence[str], allow_unauthenticated: bool
) -> IdentityPool:
    """Make an identity pool that trusts these clients of the user pool. It has no roles yet: see `set_roles`."""
    request = _new_identity_pool(name, user_pool_id, client_ids, allow_unauthenticated)
    created = fetch(target, "cognito-identity", "CreateIdentityPool", IdentityPool.from_api, **request)
    return describe_identity_pool(target, created.id)

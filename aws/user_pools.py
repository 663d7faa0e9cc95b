"""User pools: lists, descriptions, and the one setting the console turns on and off."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws.calls import PAGE, Answer, call, fetch, page_of, to_the_end
from aws.changes import Change, change, refuse_other_than, sendable
from aws.declarations import uses
from aws.errors import Fault, Unavailable
from aws.quotas import Quota
from aws.resources import Group, IdentityProvider, MfaConfig, Page, UserPool, UserPoolSummary
from aws.side_by_side import Together, each
from aws.target import AwsTarget

_READ = "cognito-idp:DescribeUserPool"
_UPDATE = "cognito-idp:UpdateUserPool"


@uses("cognito-idp:ListUserPools", quota=Quota.USER_POOL_READ)
def page_of_user_pools(target: AwsTarget, *, token: str = "", size: int = PAGE) -> Page[UserPoolSummary]:
    """One page of the Region's user pools, `size` from 1 to 60. `token` is the one of the page before."""
    more = {"NextToken": token} if token else {}
    parse = page_of("UserPools", UserPoolSummary.from_api, "NextToken")
    return fetch(target, "cognito-idp", "ListUserPools", parse, MaxResults=size, **more)


@uses(page_of_user_pools)
def iter_user_pools(target: AwsTarget) -> Iterator[UserPoolSummary]:
    """Every user pool of the Region."""
    return to_the_end(lambda token: page_of_user_pools(target, token=token))


@uses("cognito-idp:DescribeUserPool", quota=Quota.USER_POOL_READ)
def _description(target: AwsTarget, pool_id: str) -> dict[str, Any]:
    def parse(answer: Answer) -> dict[str, Any]:
        UserPool.from_api(answer["UserPool"])
        return dict(answer["UserPool"])

    return fetch(target, "cognito-idp", "DescribeUserPool", parse, UserPoolId=pool_id)


@uses(_description)
def describe_user_pool(target: AwsTarget, pool_id: str) -> UserPool:
    """One user pool. Raises NotFound when the Region has none with this id."""
    return UserPool.from_api(_description(target, pool_id))


@uses(describe_user_pool)
def describe_user_pools(
    target: AwsTarget, pool_ids: list[str] | tuple[str, ...], *, seconds: float | None = None
) -> Mapping[str, UserPool | Fault]:
    """Several pools side by side, a Fault where one could not be read. `seconds` is how long to wait for all."""
    return each(lambda pool_id: describe_user_pool(target, pool_id), pool_ids, seconds=seconds)


@uses("cognito-idp:GetUserPoolMfaConfig", quota=Quota.USER_POOL_RESOURCE_READ)
def mfa_config(target: AwsTarget, pool_id: str) -> MfaConfig:
    return fetch(target, "cognito-idp", "GetUserPoolMfaConfig", MfaConfig.from_api, UserPoolId=pool_id)


@uses("cognito-idp:ListIdentityProviders", quota=Quota.USER_POOL_RESOURCE_READ)
def _page_of_provider_names(target: AwsTarget, pool_id: str, token: str) -> Page[str]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Providers", lambda row: str(row["ProviderName"]), "NextToken")
    return fetch(target, "cognito-idp", "ListIdentityProviders", parse, UserPoolId=pool_id, MaxResults=PAGE, **more)


@uses("cognito-idp:ListIdentityProviders", quota=Quota.USER_POOL_RESOURCE_READ)
def _page_of_provider_types(target: AwsTarget, pool_id: str, token: str) -> Page[IdentityProvider]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Providers", IdentityProvider.from_api, "NextToken")
    return fetch(target, "cognito-idp", "ListIdentityProviders", parse, UserPoolId=pool_id, MaxResults=PAGE, **more)


@uses(_page_of_provider_types)
def list_provider_types(target: AwsTarget, pool_id: str) -> tuple[IdentityProvider, ...]:
    """Every sign-in provider of the pool by name and type, in AWS's order; the list tells no attribute mapping."""
    return tuple(to_the_end(lambda token: _page_of_provider_types(target, pool_id, token)))


@uses("cognito-idp:DescribeIdentityProvider", quota=Quota.USER_POOL_RESOURCE_READ)
def _identity_provider(target: AwsTarget, pool_id: str, name: str) -> IdentityProvider:
    return fetch(
        target,
        "cognito-idp",
        "DescribeIdentityProvider",
        # ProviderDetails can hold the provider's client secret; IdentityProvider has no place for it.
        lambda answer: IdentityProvider.from_api(answer["IdentityProvider"]),
        UserPoolId=pool_id,
        ProviderName=name,
    )


@uses(_page_of_provider_names, _identity_provider)
def list_identity_providers(target: AwsTarget, pool_id: str) -> tuple[IdentityProvider, ...]:
    """Every sign-in provider of the pool with its attribute mapping, in AWS's order, without its secrets."""
    with Together() as together:
        pending = [
            together.start(_identity_provider, target, pool_id, name)
            for name in to_the_end(lambda token: _page_of_provider_names(target, pool_id, token))
        ]
        return tuple(one.result() for one in pending)


@uses("cognito-idp:ListGroups", quota=Quota.USER_POOL_RESOURCE_READ)
def page_of_groups(target: AwsTarget, pool_id: str, token: str = "") -> Page[Group]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Groups", Group.from_api, "NextToken")
    return fetch(target, "cognito-idp", "ListGroups", parse, UserPoolId=pool_id, Limit=PAGE, **more)


@uses(page_of_groups)
def list_groups(target: AwsTarget, pool_id: str) -> tuple[Group, ...]:
    """Every group of the pool, in AWS's order."""
    return tuple(to_the_end(lambda token: page_of_groups(target, pool_id, token)))


@uses(_description)
def update_request(target: AwsTarget, description: Mapping[str, Any]) -> dict[str, Any]:
    """Everything UpdateUserPool takes, as the pool has it now: sending this back changes nothing.

    AWS's reference for UpdateUserPool: what is left out is reset to its default. Three things cannot simply be
    sent back: an administrator's validity days, which the password policy replaced and which AWS refuses beside
    it; the verification texts at the top level, older copies of those in the template; and empty texts.
    """
    request = sendable(target, "cognito-idp", "UpdateUserPool", description)
    request["UserPoolId"] = description["Id"]
    request["PoolName"] = description["Name"]
    policy = request.get("Policies", {}).get("PasswordPolicy", {})
    if "TemporaryPasswordValidityDays" in policy:
        request.get("AdminCreateUserConfig", {}).pop("UnusedAccountValidityDays", None)
        if request.get("AdminCreateUserConfig") == {}:
            del request["AdminCreateUserConfig"]
    template = request.get("VerificationMessageTemplate", {})
    for older, newer in (
        ("SmsVerificationMessage", "SmsMessage"),
        ("EmailVerificationMessage", "EmailMessage"),
        ("EmailVerificationSubject", "EmailSubject"),
    ):
        if newer in template:
            request.pop(older, None)
    return request


def _with_deletion_protection(description: Mapping[str, Any], wanted: str) -> Change:
    before = {"DeletionProtection": description.get("DeletionProtection", "INACTIVE")}
    return change(_UPDATE, description["Id"], before, {"DeletionProtection": wanted})


@uses(_description)
def plan_deletion_protection(target: AwsTarget, pool_id: str, *, on: bool = True) -> Change:
    """What `turn_on_deletion_protection` would change, or the other one when `on` is False. Reads only."""
    return _with_deletion_protection(_description(target, pool_id), "ACTIVE" if on else "INACTIVE")


@uses(_description)
@uses("cognito-idp:UpdateUserPool", quota=Quota.USER_POOL_UPDATE)
@uses("iam:PassRole")
def _set_deletion_protection(target: AwsTarget, pool_id: str, wanted: str, planned: Change | None) -> UserPool:
    description = _description(target, pool_id)
    current = _with_deletion_protection(description, wanted)
    refuse_other_than(planned, current)
    if not current.needed:
        return UserPool.from_api(description)
    request = {**update_request(target, description), "DeletionProtection": wanted}
    call(target, "cognito-idp", "UpdateUserPool", **request)
    updated = describe_user_pool(target, pool_id)
    if updated.deletion_protection is not (wanted == "ACTIVE"):
        raise Unavailable("AWS accepted the change, but does not show it yet.", code="NotVisibleYet", action=_UPDATE)
    return updated


@uses(_set_deletion_protection)
def turn_on_deletion_protection(target: AwsTarget, pool_id: str, *, planned: Change | None = None) -> UserPool:
    """Turn on deletion protection, keep everything else, and answer the pool as AWS describes it afterwards.

    With `planned`, raises Rejected (`ChangedMeanwhile`) when the difference is no longer the one that was shown.
    """
    return _set_deletion_protection(target, pool_id, "ACTIVE", planned)


@uses(_set_deletion_protection)
def turn_off_deletion_protection(target: AwsTarget, pool_id: str, *, planned: Change | None = None) -> UserPool:
    """Let the pool be deleted, users and all; otherwise like `turn_on_deletion_protection`."""
    return _set_deletion_protection(target, pool_id, "INACTIVE", planned)

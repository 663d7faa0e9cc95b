"""Which account the console's credentials belong to."""

from aws.calls import fetch
from aws.declarations import uses
from aws.quotas import Quota
from aws.resources import Caller
from aws.target import AwsTarget


@uses("sts:GetCallerIdentity", quota=Quota.UNPUBLISHED)
def caller(target: AwsTarget) -> Caller:
    """The account and identity behind the credentials. AWS allows this call to everybody who has valid ones."""
    return fetch(target, "sts", "GetCallerIdentity", Caller.from_api)

"""GraphQL APIs of AppSync, which may let people of a user pool in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aws.calls import fetch
from aws.declarations import uses
from aws.quotas import Quota
from aws.resources import Api
from aws.target import AwsTarget


@dataclass(frozen=True, slots=True)
class GraphqlApi:
    """One API. `authentication` is the default way in; `user_pool_ids` are the pools of every way in, each once."""

    id: str
    name: str
    authentication: str
    user_pool_ids: tuple[str, ...] = ()

    @classmethod
    def from_api(cls, data: Api) -> Self:
        ways: list[Mapping[str, Any]] = [data, *(data.get("additionalAuthenticationProviders") or ())]
        pools = [(way.get("userPoolConfig") or {}).get("userPoolId") for way in ways]
        return cls(
            id=data["apiId"],
            name=data["name"],
            authentication=data["authenticationType"],
            user_pool_ids=tuple(dict.fromkeys(pool for pool in pools if pool)),
        )


@uses("appsync:GetGraphqlApi", quota=Quota.UNPUBLISHED)
def get_graphql_api(target: AwsTarget, api_id: str) -> GraphqlApi:
    """One GraphQL API. Raises NotFound when the Region has none with this id."""
    return fetch(
        target, "appsync", "GetGraphqlApi", lambda answer: GraphqlApi.from_api(answer["graphqlApi"]), apiId=api_id
    )

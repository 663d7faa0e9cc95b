"""GraphQL APIs of AppSync, which may let people of a user pool in."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Self

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from aws.calls import call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import Rejected, Unavailable
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget
from aws.translation import translate

PAGE = 25
"""The most APIs AppSync lists at a time (API reference, ListGraphqlApis)."""
LARGEST_SCHEMA = 8 * 1024 * 1024
"""Bytes of a schema that is read. AppSync takes 1 MB (its quotas), and what it answers is longer, not eightfold."""


@dataclass(frozen=True, slots=True)
class GraphqlApi:
    """One API. `authentication` is the default way in; `user_pool_ids` are the pools of every way in, each once.

    `modes` are AppSync's names of all ways in, the default one first, each once.
    """

    id: str
    name: str
    authentication: str
    user_pool_ids: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()

    @classmethod
    def from_api(cls, data: Api) -> Self:
        ways: list[Mapping[str, Any]] = [data, *(data.get("additionalAuthenticationProviders") or ())]
        pools = [(way.get("userPoolConfig") or {}).get("userPoolId") for way in ways]
        return cls(
            id=data["apiId"],
            name=data["name"],
            authentication=data["authenticationType"],
            user_pool_ids=tuple(dict.fromkeys(pool for pool in pools if pool)),
            modes=tuple(dict.fromkeys(str(way["authenticationType"]) for way in ways)),
        )


@uses("appsync:GetGraphqlApi", quota=Quota.UNPUBLISHED)
def get_graphql_api(target: AwsTarget, api_id: str) -> GraphqlApi:
    """One GraphQL API. Raises NotFound when the Region has none with this id."""
    return fetch(
        target, "appsync", "GetGraphqlApi", lambda answer: GraphqlApi.from_api(answer["graphqlApi"]), apiId=api_id
    )


@uses("appsync:ListGraphqlApis", quota=Quota.UNPUBLISHED)
def page_of_graphql_apis(target: AwsTarget, *, token: str = "") -> Page[GraphqlApi]:
    more = {"nextToken": token} if token else {}
    parse = page_of("graphqlApis", GraphqlApi.from_api, "nextToken")
    return fetch(target, "appsync", "ListGraphqlApis", parse, maxResults=PAGE, **more)


@uses(page_of_graphql_apis)
def iter_graphql_apis(target: AwsTarget) -> Iterator[GraphqlApi]:
    """Every GraphQL API of the Region."""
    return to_the_end(lambda token: page_of_graphql_apis(target, token=token))


@uses("appsync:GetIntrospectionSchema", quota=Quota.UNPUBLISHED)
def introspection_schema(target: AwsTarget, api_id: str) -> str:
    """The schema AppSync runs, as SDL with its directives: what a compiler made, where one made it.

    Raises NotFound, Rejected (`GraphQLSchemaException` where the API has no schema yet, `TooLarge`), and Unavailable
    when the answer breaks off.
    """
    answer = call(target, "appsync", "GetIntrospectionSchema", apiId=api_id, format="SDL", includeDirectives=True)
    action = "appsync:GetIntrospectionSchema"
    try:
        with closing(answer["schema"]) as body:
            read = body.read(LARGEST_SCHEMA + 1)
            if len(read) <= LARGEST_SCHEMA:
                # Only at the end does the SDK compare what came with what was announced.
                body.read(1)
            text = read.decode()
    except BotoCoreError as exc:
        raise translate(exc, action=action) from exc
    except (HTTPError, OSError, KeyError, TypeError, AttributeError, ValueError) as exc:
        raise Unavailable("The answer from AWS is incomplete.", code="IncompleteAnswer", action=action) from exc
    if len(read) > LARGEST_SCHEMA:
        raise Rejected(
            f"The schema is larger than {LARGEST_SCHEMA} bytes.",
            code="TooLarge",
            action=action,
            next_step="Take the schema from the app's repository instead, and paste or upload it.",
        )
    return str(text)

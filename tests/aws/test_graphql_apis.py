"""GraphQL APIs: which user pools they let in."""

import json
from typing import Any

import pytest

from aws import graphql_apis
from aws.errors import NotFound, Unavailable
from tests.aws.conftest import TARGET, Inject, Sandbox, answer


def test_an_api_tells_its_default_way_in_and_the_pool_behind_it(sandbox: Sandbox) -> None:
    made = sandbox.client("appsync").create_graphql_api(
        name="shop",
        authenticationType="AMAZON_COGNITO_USER_POOLS",
        userPoolConfig={"userPoolId": "eu-west-1_One", "awsRegion": "eu-west-1", "defaultAction": "ALLOW"},
        additionalAuthenticationProviders=[{"authenticationType": "API_KEY"}],
    )["graphqlApi"]

    api = graphql_apis.get_graphql_api(TARGET, made["apiId"])

    assert (api.id, api.name) == (made["apiId"], "shop")
    assert (api.authentication, api.user_pool_ids) == ("AMAZON_COGNITO_USER_POOLS", ("eu-west-1_One",))


def described(inject: Inject, **api: Any) -> graphql_apis.GraphqlApi:
    body = {"graphqlApi": {"apiId": "abc", "name": "shop", "authenticationType": "API_KEY", **api}}
    inject("appsync", "GetGraphqlApi", lambda: answer(200, json.dumps(body).encode()))
    return graphql_apis.get_graphql_api(TARGET, "abc")


def test_pools_of_every_way_in_are_told_once(inject: Inject) -> None:
    pool = {"awsRegion": "eu-west-1"}
    found = described(
        inject,
        additionalAuthenticationProviders=[
            {"authenticationType": "AWS_IAM"},
            {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {**pool, "userPoolId": "two"}},
            {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {**pool, "userPoolId": "two"}},
            {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": {**pool, "userPoolId": "three"}},
        ],
    )

    assert (found.authentication, found.user_pool_ids) == ("API_KEY", ("two", "three"))


def test_an_api_without_pools_has_none(inject: Inject) -> None:
    assert described(inject).user_pool_ids == ()


def test_an_api_that_is_gone_is_not_found(inject: Inject) -> None:
    with pytest.raises(NotFound) as caught:
        graphql_apis.get_graphql_api(TARGET, "missing")

    assert (caught.value.code, caught.value.action) == ("NotFoundException", "appsync:GetGraphqlApi")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"graphqlApi": {"name": "no id"}}', b'{"graphqlApi": {"apiId": "'])
def test_an_answer_without_what_it_is_about_is_unavailable(body: bytes, inject: Inject) -> None:
    inject("appsync", "GetGraphqlApi", lambda: answer(200, body))

    with pytest.raises(Unavailable):
        graphql_apis.get_graphql_api(TARGET, "abc")

"""GraphQL APIs: which user pools they let in."""

import json
from typing import Any

import pytest

from aws import graphql_apis
from aws.errors import NotFound, Rejected, Unavailable
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


def test_every_api_of_the_region_is_listed_with_its_ways_in(sandbox: Sandbox) -> None:
    appsync = sandbox.client("appsync")
    made = {
        appsync.create_graphql_api(name=f"listed-{n}", authenticationType="API_KEY")["graphqlApi"]["apiId"]
        for n in range(graphql_apis.PAGE + 2)
    }

    found = {api.id: api for api in graphql_apis.iter_graphql_apis(TARGET)}

    assert made <= set(found)
    assert found[next(iter(made))].modes == ("API_KEY",)
    for api_id in made:
        appsync.delete_graphql_api(apiId=api_id)


def test_each_way_in_is_a_mode_once_and_the_default_comes_first(inject: Inject) -> None:
    more = [{"authenticationType": "AWS_IAM"}, {"authenticationType": "API_KEY"}, {"authenticationType": "AWS_IAM"}]

    assert described(inject, additionalAuthenticationProviders=more).modes == ("API_KEY", "AWS_IAM")


def test_a_schema_is_read_as_sdl_with_its_directives(sandbox: Sandbox) -> None:
    appsync = sandbox.client("appsync")
    api_id = appsync.create_graphql_api(name="read", authenticationType="API_KEY")["graphqlApi"]["apiId"]
    text = "type Query {\n  size: String @aws_api_key\n}"
    appsync.start_schema_creation(apiId=api_id, definition=f'"""Größe 📏"""\n{text}\n'.encode())

    assert graphql_apis.introspection_schema(TARGET, api_id) == f'"""Größe 📏"""\n{text}'


def test_an_api_without_a_schema_and_one_that_is_gone_say_so(sandbox: Sandbox) -> None:
    api = sandbox.client("appsync").create_graphql_api(name="bare", authenticationType="API_KEY")["graphqlApi"]

    with pytest.raises(Rejected) as caught:
        graphql_apis.introspection_schema(TARGET, api["apiId"])
    assert caught.value.code == "GraphQLSchemaException"
    with pytest.raises(NotFound):
        graphql_apis.introspection_schema(TARGET, "missing")


@pytest.mark.parametrize("body", [b"\xff\xfe not UTF-8", b"x" * (graphql_apis.LARGEST_SCHEMA + 1)])
def test_a_schema_nobody_can_use_is_refused(body: bytes, inject: Inject) -> None:
    inject("appsync", "GetIntrospectionSchema", lambda: answer(200, body))

    with pytest.raises((Unavailable, Rejected)):
        graphql_apis.introspection_schema(TARGET, "abc")

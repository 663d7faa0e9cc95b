"""AppSync's calls for an API as a whole."""

from typing import Any

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.refusals import refused


def test_an_update_replaces_what_is_omitted(connect: Any) -> None:
    appsync = connect("appsync")
    pools = {"userPoolId": scenario("good").pool_id, "awsRegion": "eu-west-1", "defaultAction": "ALLOW"}
    api = appsync.create_graphql_api(
        name="fresh",
        authenticationType="AMAZON_COGNITO_USER_POOLS",
        userPoolConfig=pools,
        additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}],
    )["graphqlApi"]
    assert api["userPoolConfig"] == pools
    appsync.update_graphql_api(apiId=api["apiId"], name="renamed", authenticationType="API_KEY")
    read = appsync.get_graphql_api(apiId=api["apiId"])["graphqlApi"]
    assert (read["name"], read["authenticationType"]) == ("renamed", "API_KEY")
    assert "userPoolConfig" not in read
    assert not read.get("additionalAuthenticationProviders")
    assert read["uris"]["GRAPHQL"].endswith(".appsync-api.eu-west-1.amazonaws.com/graphql")
    appsync.delete_graphql_api(apiId=api["apiId"])


def test_an_unknown_api_is_not_found(connect: Any) -> None:
    appsync = connect("appsync")
    with refused("NotFoundException"):
        appsync.get_graphql_api(apiId="nothing")
    with refused("NotFoundException"):
        appsync.update_graphql_api(apiId="nothing", name="x", authenticationType="API_KEY")
    with refused("NotFoundException"):
        appsync.delete_graphql_api(apiId="nothing")

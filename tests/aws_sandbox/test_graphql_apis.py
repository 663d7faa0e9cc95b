"""AppSync's calls for an API as a whole."""

from typing import Any

from aws.sandbox.catalogue import GRAPHQL_API_ID, scenario
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


def test_apis_are_listed_page_by_page(connect: Any) -> None:
    appsync = connect("appsync")
    made = [appsync.create_graphql_api(name=f"page-{n}", authenticationType="API_KEY") for n in range(3)]
    ids = {one["graphqlApi"]["apiId"] for one in made}
    first = appsync.list_graphql_apis(maxResults=1)
    assert len(first["graphqlApis"]) == 1
    pages = list(appsync.get_paginator("list_graphql_apis").paginate(PaginationConfig={"PageSize": 1}))
    listed = [api["apiId"] for page in pages for api in page["graphqlApis"]]
    assert ids < set(listed)
    assert len(listed) == len(set(listed))
    assert "nextToken" not in pages[-1]
    with refused("BadRequestException"):
        appsync.list_graphql_apis(nextToken="nonsense")
    for api_id in ids:
        appsync.delete_graphql_api(apiId=api_id)


def test_a_schema_is_told_with_its_directives_or_without(connect: Any) -> None:
    appsync = connect("appsync")
    api_id = appsync.create_graphql_api(name="told", authenticationType="API_KEY")["graphqlApi"]["apiId"]
    with refused("GraphQLSchemaException"):
        appsync.get_introspection_schema(apiId=api_id, format="SDL")
    thing = '# a comment\n"""What is sold."""\ntype Thing @aws_api_key {\n  id: ID!\n}\n'
    text = f"{thing}type Query {{ thing: Thing @aws_iam }}\n"
    appsync.start_schema_creation(apiId=api_id, definition=text.encode())
    told = appsync.get_introspection_schema(apiId=api_id, format="SDL", includeDirectives=True)["schema"].read()
    assert b"type Thing @aws_api_key {" in told
    assert b"thing: Thing @aws_iam" in told
    assert b"What is sold." in told
    assert b"a comment" not in told
    bare = appsync.get_introspection_schema(apiId=api_id, format="SDL", includeDirectives=False)["schema"].read()
    assert b"type Thing {" in bare
    assert b"@" not in bare
    appsync.delete_graphql_api(apiId=api_id)


def test_an_api_of_a_stack_has_the_schema_its_template_names(connect: Any) -> None:
    appsync = connect("appsync")
    apis = {api["name"]: api["apiId"] for api in appsync.list_graphql_apis()["graphqlApis"]}
    told = appsync.get_introspection_schema(apiId=apis["sampleshop-staging"], format="SDL")["schema"].read()
    assert b"type ModelProductConnection {" in told


def test_the_sample_account_has_an_api_of_its_own(connect: Any) -> None:
    api = connect("appsync").get_graphql_api(apiId=GRAPHQL_API_ID)["graphqlApi"]
    assert api["userPoolConfig"]["userPoolId"] == scenario("good").pool_id
    assert api["additionalAuthenticationProviders"] == [{"authenticationType": "API_KEY"}]
    told = connect("appsync").get_introspection_schema(apiId=GRAPHQL_API_ID, format="SDL")["schema"].read()
    assert b"type Product @aws_api_key @aws_cognito_user_pools {" in told
    assert b"@auth" not in told


def test_a_region_without_apis_answers_an_empty_list(connect: Any) -> None:
    assert connect("appsync", "ap-south-1").list_graphql_apis()["graphqlApis"] == []

"""An AppSync API of its own in the sample account, as an earlier Amplify push left it: for standalone environments."""

import re

from moto.appsync.models import GraphqlAPI, appsync_backends

from aws.sandbox.backends import shop_models
from aws.sandbox.catalogue import GRAPHQL_API_ID, GRAPHQL_API_NAME, scenario
from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION

_PUBLIC_TOO = ("Category", "Product")
"""Models that an API key may read as well: the compiler then names both ways in on every type of theirs."""


def seed_graphql_api() -> None:
    """Plant the API unless it is there."""
    backend = appsync_backends[ACCOUNT_ID][HOME_REGION]
    if GRAPHQL_API_ID in backend.graphql_apis:
        return
    api = GraphqlAPI(ACCOUNT_ID, HOME_REGION, GRAPHQL_API_NAME, "AMAZON_COGNITO_USER_POOLS", None, "", False, "", "",
                     "", "GLOBAL", backend)  # fmt: skip
    api.api_id = GRAPHQL_API_ID
    api.arn = f"arn:aws:appsync:{HOME_REGION}:{ACCOUNT_ID}:apis/{GRAPHQL_API_ID}"
    pool = {"userPoolId": scenario("good").pool_id, "awsRegion": HOME_REGION, "defaultAction": "ALLOW"}
    # moto's annotations call these texts; its own calls pass objects, as here.
    api.user_pool_config = pool  # type: ignore[assignment]
    api.additional_authentication_providers = [{"authenticationType": "API_KEY"}]  # type: ignore[list-item]
    api.start_schema_creation(schema().encode())
    backend.graphql_apis[api.api_id] = api
    backend.tag_resource(api.arn, {"user:Application": GRAPHQL_API_NAME})


def schema() -> str:
    """What the compiler made: no rule of `@auth` in it, but the ways in that they need."""
    ways_in = r"type \1 @aws_api_key @aws_cognito_user_pools {"
    models = rf"^type ((?:Model)?(?:{'|'.join(_PUBLIC_TOO)})(?:Connection)?) {{"
    return re.sub(models, ways_in, shop_models.compiled_schema(signed_in=True), flags=re.MULTILINE)

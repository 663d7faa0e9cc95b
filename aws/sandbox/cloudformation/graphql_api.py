"""AppSync APIs as CloudFormation makes them: user pools are checked, and what a template leaves out is reset."""

import datetime
from collections.abc import Mapping
from typing import Any

from moto.appsync.models import AppSyncBackend, GraphqlAPI, GraphqlSchema, appsync_backends
from moto.cognitoidp.models import cognitoidp_backends
from moto.s3.models import s3_backends

from aws.sandbox import ids
from aws.sandbox.cloudformation.errors import ResourceFailed
from aws.sandbox.graphql_apis import graphql_url
from aws.sandbox.ids import ACCOUNT_ID

Properties = Mapping[str, Any]
Made = tuple[str, dict[str, Any]]


def _backend(region: str) -> AppSyncBackend:
    return appsync_backends[ACCOUNT_ID][region]


def _lower(value: Any) -> Any:
    """`UserPoolConfig` in a template is `userPoolConfig` in the service."""
    if isinstance(value, list):
        return [_lower(item) for item in value]
    if isinstance(value, Mapping):
        return {f"{key[0].lower()}{key[1:]}": _lower(item) for key, item in value.items()}
    return value


def _check_user_pools(region: str, configs: list[Any]) -> None:
    for config in configs:
        pool_id = config.get("userPoolId", "")
        pool_region = config.get("awsRegion") or region
        if pool_id not in cognitoidp_backends[ACCOUNT_ID][pool_region].user_pools:
            raise ResourceFailed(
                f'Resource handler returned message: "User pool {pool_id} does not exist. (Service: AppSync, Status '
                'Code: 400)" (HandlerErrorCode: InvalidRequest)'
            )


def _apply(api: GraphqlAPI, region: str, properties: Properties) -> None:
    settings = _lower(properties)
    additional = settings.get("additionalAuthenticationProviders") or []
    default = settings.get("userPoolConfig")
    if settings.get("authenticationType") == "AMAZON_COGNITO_USER_POOLS" and not default:
        raise ResourceFailed("UserPoolConfig is required for the authentication type AMAZON_COGNITO_USER_POOLS.")
    pools = [default] if default else []
    pools += [one["userPoolConfig"] for one in additional if one.get("userPoolConfig")]
    _check_user_pools(region, pools)
    api.name = settings["name"]
    api.authentication_type = settings["authenticationType"]
    api.additional_authentication_providers = additional or None
    # moto's annotation calls it a text; its own calls pass an object, as here.
    user_pool_config: Any = default and {"awsRegion": region, "defaultAction": "ALLOW", **default}
    api.user_pool_config = user_pool_config
    api.open_id_connect_config = settings.get("openIDConnectConfig")
    api.lambda_authorizer_config = settings.get("lambdaAuthorizerConfig")
    api.log_config = settings.get("logConfig")
    api.xray_enabled = str(settings.get("xrayEnabled", False)).lower() == "true"


def _made(api: GraphqlAPI, region: str) -> Made:
    url = graphql_url(api.api_id, region)
    attributes = {
        "ApiId": api.api_id,
        "Arn": api.arn,
        "GraphQLUrl": url,
        "GraphQLDns": url.split("/")[2],
        "GraphQLEndpointArn": f"arn:aws:appsync:{region}:{ACCOUNT_ID}:endpoints/graphql-api/{api.api_id}",
    }
    return api.arn, attributes


def create(region: str, drawn: str, properties: Properties) -> Made:
    backend = _backend(region)
    api = GraphqlAPI(ACCOUNT_ID, region, "", "", None, "", False, "", "", "", "GLOBAL", backend)
    api.api_id = ids.graphql_api_id(drawn)
    api.arn = f"arn:aws:appsync:{region}:{ACCOUNT_ID}:apis/{api.api_id}"
    _apply(api, region, properties)
    backend.graphql_apis[api.api_id] = api
    tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
    backend.tag_resource(api.arn, tags)
    return _made(api, region)


def update(region: str, physical_id: str, properties: Properties) -> Made:
    api = _backend(region).graphql_apis.get(physical_id.rpartition("/")[2])
    if api is None:
        raise ResourceFailed(f"GraphQL API {physical_id.rpartition('/')[2]} not found.")
    _apply(api, region, properties)
    return _made(api, region)


def delete(region: str, physical_id: str) -> None:
    _backend(region).graphql_apis.pop(physical_id.rpartition("/")[2], None)


class _StoredSchema(GraphqlSchema):
    """A schema that was compiled before it came here: it is kept, and parsed when somebody asks for it."""

    def _parse_graphql_definition(self) -> None:
        self.status = "SUCCESS"


def put_schema(region: str, properties: Properties) -> None:
    """Give the API its schema, inline or from S3. AWS fails where the object is missing; here it is only noted."""
    api = _backend(region).graphql_apis.get(str(properties.get("ApiId", "")))
    text = properties.get("Definition") or _stored(str(properties.get("DefinitionS3Location", "")))
    if api is not None and text:
        api.graphql_schema = _StoredSchema(text, region)


def _stored(location: str) -> str:
    bucket_name, _, key_name = location.removeprefix("s3://").partition("/")
    bucket = s3_backends[ACCOUNT_ID]["aws"].buckets.get(bucket_name)
    key = bucket.keys.get(key_name) if bucket else None
    return bytes(key.value).decode() if key is not None and hasattr(key, "value") else ""


def _expiry(properties: Properties) -> datetime.datetime | None:
    seconds = properties.get("Expires")
    return None if seconds is None else datetime.datetime.fromtimestamp(float(seconds), tz=datetime.UTC)


def create_key(region: str, drawn: str, properties: Properties) -> Made:
    api = _backend(region).graphql_apis.get(properties["ApiId"])
    if api is None:
        raise ResourceFailed(f"GraphQL API {properties['ApiId']} not found.")
    key = api.create_api_key(properties.get("Description", ""), _expiry(properties))
    del api.api_keys[key.key_id]
    key.key_id = f"da2-{ids.graphql_api_id(f'key of {drawn}')}"
    api.api_keys[key.key_id] = key
    arn = f"{api.arn}/apikeys/{key.key_id}"
    return arn, {"ApiKey": key.key_id, "ApiKeyId": key.key_id, "Arn": arn}


def update_key(region: str, physical_id: str, properties: Properties) -> Made:
    key_id = physical_id.rpartition("/")[2]
    api = _backend(region).graphql_apis[properties["ApiId"]]
    api.update_api_key(key_id, properties.get("Description", ""), _expiry(properties))
    return physical_id, {"ApiKey": key_id, "ApiKeyId": key_id, "Arn": physical_id}


def delete_key(region: str, physical_id: str) -> None:
    path, _, key_id = physical_id.partition("/apikeys/")
    api = _backend(region).graphql_apis.get(path.rpartition("/")[2])
    if api is not None:
        api.api_keys.pop(key_id, None)

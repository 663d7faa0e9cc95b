"""What services other than Amazon Cognito add to ``awsconfiguration.json``, the same on every native platform.

The shapes were observed in the files that Amplify's own iOS, Android and Flutter plugins write.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from amplify_files.backend_resources import (
    BackendResource,
    Section,
    additional_authentication_types,
    authentication_type,
    renamed,
)

Resources = Sequence[BackendResource]


def section(service: str, resources: Resources, region: str) -> dict[str, Any]:
    """The keys of a service's pushed resources; nothing for a service that the file does not know."""
    build = _SECTIONS.get(service)
    return build(resources, region) if build is not None and resources else {}


def _graphql_api(apis: Resources, region: str) -> dict[str, Any]:
    api = apis[0]
    section = {"Default": _client(api, authentication_type(api.output), region)}
    for kind in additional_authentication_types(api.output):
        section[f"{api.name}_{kind}"] = _client(api, kind, region)
    return {"AppSync": section}


def _client(api: BackendResource, kind: str, region: str) -> dict[str, Any]:
    client = renamed(api.output, {"GraphQLAPIEndpointOutput": "ApiUrl"})
    client["Region"] = api.output.get("region") or region
    client["AuthMode"] = kind
    if kind == "API_KEY":
        client |= renamed(api.output, {"GraphQLAPIKeyOutput": "ApiKey"})
    client["ClientDatabasePrefix"] = f"{api.name}_{kind}"
    return client


def _bucket(buckets: Resources, region: str) -> dict[str, Any]:
    return {"S3TransferUtility": {"Default": renamed(buckets[0].output, {"BucketName": "Bucket", "Region": "Region"})}}


def _tables(tables: Resources, region: str) -> dict[str, Any]:
    return {"DynamoDBObjectMapper": {"Default": {"Region": region}}}


def _pinpoint(applications: Resources, region: str) -> dict[str, Any]:
    output = applications[0].output
    return {
        "PinpointAnalytics": {"Default": renamed(output, {"Id": "AppId", "Region": "Region"})},
        "PinpointTargeting": {"Default": renamed(output, {"Region": "Region"})},
    }


def _bots(bots: Resources, region: str) -> dict[str, Any]:
    return {
        "Lex": {
            bot.output["BotName"]: {
                **renamed(bot.output, {"BotName": "Name"}),
                "Alias": "$LATEST",
                **renamed(bot.output, {"Region": "Region"}),
            }
            for bot in bots
            if isinstance(bot.output.get("BotName"), str)
        }
    }


def _scenes(projects: Resources, region: str) -> dict[str, Any]:
    scenes: dict[str, Mapping[str, Any]] = {}
    for project in projects:
        scenes |= {name: value for name, value in project.output.items() if name != "service"}
    return {"Sumerian": scenes}


_SECTIONS: dict[str, Section] = {
    "AppSync": _graphql_api,
    "S3": _bucket,
    "DynamoDB": _tables,
    "Pinpoint": _pinpoint,
    "Lex": _bots,
    "Sumerian": _scenes,
}

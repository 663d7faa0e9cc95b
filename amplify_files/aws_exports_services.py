"""What services other than Amazon Cognito add to ``aws-exports.js`` and the JavaScript ``amplifyconfiguration.json``.

The shapes were observed in the files that Amplify's own JavaScript plugin writes.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from amplify_files.backend_resources import (
    BackendResource,
    Section,
    authentication_type,
    default_name,
    named_styles,
    renamed,
)

LAST_KEYS = ("predictions", "geo")
"""The keys that end the file, wherever their categories stand in the backend."""

# An output with one of these belongs to notifications; any other Amazon Pinpoint output belongs to analytics.
_CHANNELS = ("APNS", "FCM", "InAppMessaging", "Email", "SMS")
# Of two push channels the later one wins.
_NOTIFICATIONS = {"Push": ("FCM", "APNS"), "InAppMessaging": ("InAppMessaging",), "Email": ("Email",), "SMS": ("SMS",)}
_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,15})", re.ASCII)

Resources = Sequence[BackendResource]


def add(exports: dict[str, Any], service: str, resources: Resources, region: str) -> None:
    """Add the keys of a service's pushed resources; a service that the file does not know adds none."""
    section = _SECTIONS.get(service)
    if section is not None and resources:
        _merge(exports, section(resources, region))


def _merge(target: dict[str, Any], section: Mapping[str, Any]) -> None:
    """Services can share a key: geo and predictions share objects, REST APIs of both kinds share a list."""
    for key, value in section.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(value)
        else:
            target[key] = value


def _graphql_api(apis: Resources, region: str) -> dict[str, Any]:
    output = apis[0].output
    section = renamed(output, {"GraphQLAPIEndpointOutput": "aws_appsync_graphqlEndpoint"})
    section["aws_appsync_region"] = region
    section["aws_appsync_authenticationType"] = authentication_type(output)
    if output.get("GraphQLAPIKeyOutput"):
        section["aws_appsync_apiKey"] = output["GraphQLAPIKeyOutput"]
    return section


def _rest_apis(apis: Resources, region: str) -> dict[str, Any]:
    return {
        "aws_cloud_logic_custom": [
            {"name": api.output["ApiName"], "endpoint": api.output["RootUrl"], "region": region}
            for api in apis
            if api.output.get("ApiName") and api.output.get("RootUrl")
        ]
    }


def _bucket(buckets: Resources, region: str) -> dict[str, Any]:
    return renamed(
        buckets[0].output,
        {"BucketName": "aws_user_files_s3_bucket", "Region": "aws_user_files_s3_bucket_region"},
    )


def _tables(tables: Resources, region: str) -> dict[str, Any]:
    return {
        "aws_dynamodb_all_tables_region": region,
        "aws_dynamodb_table_schemas": [
            renamed(table.output, {"Name": "tableName", "Region": "region"}) for table in tables
        ],
    }


def _pinpoint(applications: Resources, region: str) -> dict[str, Any]:
    section: dict[str, Any] = {}
    analytics = [one for one in applications if not any(channel in one.output for channel in _CHANNELS)]
    if analytics:
        output = analytics[0].output
        section |= renamed(output, {"Id": "aws_mobile_analytics_app_id", "Region": "aws_mobile_analytics_app_region"})
        section["Analytics"] = {"AWSPinpoint": renamed(output, {"Id": "appId", "Region": "region"})}
    notifications = {kind: _channel(applications, channels) for kind, channels in _NOTIFICATIONS.items()}
    enabled = {kind: {"AWSPinpoint": channel} for kind, channel in notifications.items() if channel is not None}
    if enabled:
        section["Notifications"] = enabled
    return section


def _channel(applications: Resources, channels: Sequence[str]) -> dict[str, Any] | None:
    for channel in channels:
        for application in applications:
            settings = application.output.get(channel)
            if isinstance(settings, Mapping) and settings.get("Enabled"):
                return renamed(settings, {"ApplicationId": "appId"}) | renamed(application.output, {"Region": "region"})
    return None


def _website(sites: Resources, region: str) -> dict[str, Any]:
    output = sites[0].output
    names = {"HostingBucketName": "aws_content_delivery_bucket", "Region": "aws_content_delivery_bucket_region"}
    url = "CloudFrontSecureURL" if output.get("CloudFrontSecureURL") else "WebsiteURL"
    return renamed(output, {**names, url: "aws_content_delivery_url"})


def _bots(bots: Resources, region: str) -> dict[str, Any]:
    return {
        "aws_bots": "enable",
        "aws_bots_config": [
            {
                **renamed(bot.output, {"BotName": "name"}),
                "alias": "$LATEST",
                **renamed(bot.output, {"Region": "region"}),
            }
            for bot in bots
        ],
    }


def _geo(resources: Resources, region: str, key: str, items: object) -> dict[str, Any]:
    section = {
        "region": resources[0].output.get("Region") or region,
        key: {"items": items, **default_name(resources)},
    }
    return {"geo": {"amazon_location_service": section}}


def _maps(maps: Resources, region: str) -> dict[str, Any]:
    return _geo(maps, region, "maps", named_styles(maps))


def _place_indexes(indexes: Resources, region: str) -> dict[str, Any]:
    return _geo(indexes, region, "search_indices", [one.output.get("Name") for one in indexes])


def _geofences(collections: Resources, region: str) -> dict[str, Any]:
    return _geo(collections, region, "geofenceCollections", [one.output.get("Name") for one in collections])


def _convert(resources: Resources, region: str) -> dict[str, Any]:
    output, kind = resources[0].output, resources[0].entry.get("convertType")
    if kind == "speechGenerator":
        defaults = renamed(output, {"voice": "VoiceId", "language": "LanguageCode"})
    elif kind == "transcription":
        defaults = renamed(output, {"language": "language"})
    else:
        kind = "translateText"
        defaults = renamed(output, {"sourceLang": "sourceLanguage", "targetLang": "targetLanguage"})
    return {"predictions": {"convert": {kind: _prediction(output, defaults=defaults)}}}


def _interpret(resources: Resources, region: str) -> dict[str, Any]:
    output = resources[0].output
    interpretation = _prediction(output, defaults=renamed(output, {"type": "type"}))
    return {"predictions": {"interpret": {"interpretText": interpretation}}}


def _infer(resources: Resources, region: str) -> dict[str, Any]:
    output = resources[0].output
    inference = _prediction(output, **renamed(output, {"endpointName": "endpoint"}))
    return {"predictions": {"infer": {"inferModel": inference}}}


def _identify(resources: Resources, region: str) -> dict[str, Any]:
    kinds: dict[str, Any] = {}
    for resource in resources:
        output = resource.output
        kind = resource.entry.get("identifyType")
        common = {"proxy": False, **renamed(output, {"region": "region"})}
        if kind == "identifyText":
            kinds[kind] = {**common, "defaults": renamed(output, {"format": "format"})}
        elif kind == "identifyLabels":
            kinds[kind] = {**common, "defaults": renamed(output, {"type": "type"})}
        elif kind == "identifyEntities":
            # The outputs of a stack are text, and any text but the empty one counts as true, “false” included.
            kinds[kind] = {**common, "celebrityDetectionEnabled": bool(output.get("celebrityDetectionEnabled"))}
            if output.get("collectionId"):
                limit = _WHOLE_NUMBER.match(str(output.get("maxEntities")))
                kinds[kind]["defaults"] = {
                    "collectionId": output["collectionId"],
                    "maxEntities": int(limit[1]) if limit else None,
                }
    return {"predictions": {"identify": kinds}}


def _prediction(output: Mapping[str, Any], **more: object) -> dict[str, Any]:
    return {**renamed(output, {"region": "region"}), "proxy": False, **more}


_SECTIONS: dict[str, Section] = {
    "AppSync": _graphql_api,
    "API Gateway": _rest_apis,
    "ElasticContainer": _rest_apis,
    "S3": _bucket,
    "DynamoDB": _tables,
    "Pinpoint": _pinpoint,
    "S3AndCloudFront": _website,
    "Lex": _bots,
    "Map": _maps,
    "PlaceIndex": _place_indexes,
    "GeofenceCollection": _geofences,
    "Translate": _convert,
    "Polly": _convert,
    "Transcribe": _convert,
    "Comprehend": _interpret,
    "SageMaker": _infer,
    "Rekognition": _identify,
    "RekognitionAndTextract": _identify,
}

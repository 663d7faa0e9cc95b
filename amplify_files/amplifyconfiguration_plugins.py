"""The plugins of categories other than authentication in the native ``amplifyconfiguration.json``.

Unlike the other files this one is made from categories rather than services, and from every resource that has outputs,
pushed or not. The shapes were observed in the files that Amplify's own iOS, Android and Flutter plugins write.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from amplify_files.awsconfiguration import NativePlatform
from amplify_files.backend_resources import (
    AUTH_CATEGORY,
    BackendResource,
    authentication_type,
    default_name,
    first_of_category,
    named_styles,
    of_category,
    renamed,
)

Resources = Sequence[BackendResource]

_CATEGORIES = ("analytics", "notifications", "api", AUTH_CATEGORY, "predictions", "storage", "geo")
_NOT_IN_FLUTTER = ("predictions", "geo")
_PUSH_CHANNELS: dict[NativePlatform, tuple[str, ...]] = {
    "ios": ("APNS",),
    "android": ("FCM",),
    "flutter": ("FCM", "APNS"),
}
_PREDICTIONS = ("identify", "interpret", "convert", "infer")


def by_category(
    backend_meta: Mapping[str, Any], region: str, platform: NativePlatform, auth: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The categories with their plugins, in the fixed order of the file. ``auth`` is the Cognito plugin, if any."""
    categories: dict[str, Any] = {}
    for category in _CATEGORIES:
        if category == AUTH_CATEGORY:
            plugins: dict[str, Any] | None = None if auth is None else {"awsCognitoAuthPlugin": auth}
        elif platform == "flutter" and category in _NOT_IN_FLUTTER:
            continue
        elif category == "notifications":
            plugins = _notifications(first_of_category(backend_meta, category), platform)
        elif category == "geo":
            # An unfinished geo resource is enough for this plugin.
            plugins = _geo(of_category(backend_meta, category), region) if backend_meta.get(category) else None
        else:
            resources = (first_of_category if category == "analytics" else of_category)(backend_meta, category)
            plugins = _PLUGINS[category](resources, region) if resources else None
        if plugins is not None:
            categories[category] = {"plugins": plugins}
    return categories


def _analytics(resources: Resources, region: str) -> dict[str, Any]:
    output = resources[0].output
    return {
        "awsPinpointAnalyticsPlugin": {
            "pinpointAnalytics": renamed(output, {"Id": "appId", "Region": "region"}),
            "pinpointTargeting": renamed(output, {"Region": "region"}),
        }
    }


def _notifications(resources: Resources, platform: NativePlatform) -> dict[str, Any] | None:
    plugins: dict[str, Any] = {}
    channels = {
        "awsPinpointSmsNotificationsPlugin": ("SMS",),
        "awsPinpointEmailNotificationsPlugin": ("EMAIL",),
        "awsPinpointPushNotificationsPlugin": _PUSH_CHANNELS[platform],
        "awsPinpointInAppMessagingNotificationsPlugin": ("InAppMessaging",),
    }
    for plugin, names in channels.items():
        for name in names:
            settings = resources[0].output.get(name) if resources else None
            if isinstance(settings, Mapping) and settings.get("Enabled"):
                plugins[plugin] = renamed(settings, {"ApplicationId": "appId"}) | renamed(
                    resources[0].output, {"Region": "region"}
                )
                break
    return plugins or None


def _apis(resources: Resources, region: str) -> dict[str, Any]:
    apis: dict[str, Any] = {}
    for api in resources:
        if api.service == "AppSync":
            kind = authentication_type(api.output, config_first=True)
            apis[api.name] = {
                "endpointType": "GraphQL",
                **renamed(api.output, {"GraphQLAPIEndpointOutput": "endpoint"}),
                "region": region,
                **({"authorizationType": kind} if kind else {}),
                **renamed(api.output, {"GraphQLAPIKeyOutput": "apiKey"}),
            }
        elif api.service == "API Gateway":
            apis[api.name] = _rest_api(api, region, api.entry.get("authorizationType") or "AWS_IAM")
        elif api.service == "ElasticContainer" and api.entry.get("apiType") == "REST":
            restricted = api.entry.get("restrictAccess")
            apis[api.name] = _rest_api(api, region, "AMAZON_COGNITO_USER_POOLS" if restricted else "AWS_IAM")
    return {"awsAPIPlugin": apis}


def _rest_api(api: BackendResource, region: str, authorization: object) -> dict[str, Any]:
    return {
        "endpointType": "REST",
        **renamed(api.output, {"RootUrl": "endpoint"}),
        "region": region,
        "authorizationType": authorization,
    }


def _predictions(resources: Resources, region: str) -> dict[str, Any]:
    plugin: dict[str, Any] = {"defaultRegion": region}
    for resource in resources:
        for kind in _PREDICTIONS:
            action = resource.entry.get(f"{kind}Type")
            if action:
                plugin.setdefault(kind, {})[str(action)] = {**resource.output, "defaultNetworkPolicy": "auto"}
                break
    return {"awsPredictionsPlugin": plugin}


def _storage(resources: Resources, region: str) -> dict[str, Any]:
    plugins: dict[str, Any] = {}
    for resource in resources:
        if resource.service == "S3":
            plugins["awsS3StoragePlugin"] = {
                **renamed(resource.output, {"BucketName": "bucket", "Region": "region"}),
                "defaultAccessLevel": "guest",
            }
        elif resource.service == "DynamoDB":
            plugins["awsDynamoDbStoragePlugin"] = {
                name[:1].lower() + name[1:]: value for name, value in resource.output.items()
            }
    return plugins


def _geo(resources: Resources, region: str) -> dict[str, Any]:
    plugin: dict[str, Any] = {"region": region}
    maps = [one for one in resources if one.service == "Map"]
    indexes = [one for one in resources if one.service == "PlaceIndex"]
    for resource in resources:
        if resource.service in ("Map", "PlaceIndex") and resource.output.get("Region"):
            plugin["region"] = resource.output["Region"]
    if maps:
        plugin["maps"] = {"items": named_styles(maps), **default_name(maps)}
    if indexes:
        names = [one.output.get("Name") for one in indexes]
        plugin["searchIndices"] = {"items": names, **default_name(indexes)}
    return {"awsLocationGeoPlugin": plugin}


_PLUGINS: dict[str, Callable[[Resources, str], dict[str, Any]]] = {
    "analytics": _analytics,
    "api": _apis,
    "predictions": _predictions,
    "storage": _storage,
}

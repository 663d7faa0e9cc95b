"""The resources of a whole backend, as its cloud ``amplify-meta.json`` lists them.

The client files of a backend hold every category, and their key order follows the order of this document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amplify_files.javascript_json import in_javascript_order

AUTH_CATEGORY = "auth"
AUTH_SERVICE = "Cognito"

# Amplify never stamps this category with the time of a push, because it configures the analytics resource in place.
_UNSTAMPED_CATEGORY = "notifications"


@dataclass(frozen=True, kw_only=True, slots=True)
class BackendResource:
    """One resource that has outputs. ``entry`` is all that the document says about it."""

    name: str
    service: str
    output: Mapping[str, Any]
    entry: Mapping[str, Any]


Section = Callable[[Sequence[BackendResource], str], dict[str, Any]]
"""What the resources of one service add to a file, given the Region of the environment."""


def of_category(backend_meta: Mapping[str, Any], category: str) -> list[BackendResource]:
    """The resources of a category that have outputs, pushed or not."""
    entries = in_javascript_order(backend_meta.get(category))
    if not isinstance(entries, Mapping):
        return []
    return [
        BackendResource(name=name, service=_text(entry.get("service")), output=entry["output"], entry=entry)
        for name, entry in entries.items()
        if isinstance(entry, Mapping) and isinstance(entry.get("output"), Mapping)
    ]


def first_of_category(backend_meta: Mapping[str, Any], category: str) -> list[BackendResource]:
    """The first resource of a category, or nothing when that one has no outputs, whatever the others have."""
    entries = in_javascript_order(backend_meta.get(category))
    first = next(iter(entries), "") if isinstance(entries, Mapping) else ""
    return [resource for resource in of_category(backend_meta, category) if resource.name == first]


def by_service(backend_meta: Mapping[str, Any] | None, *, with_auth: bool) -> dict[str, list[BackendResource]]:
    """The pushed resources of the other categories by service, in the order in which the services first occur.

    The document's own auth resources are left out. ``with_auth`` keeps their place as an empty list: the place of the
    category, or the last one when the document has none.
    """
    meta = backend_meta or {}
    services: dict[str, list[BackendResource]] = {}
    for category in [*meta, *([] if AUTH_CATEGORY in meta else [AUTH_CATEGORY])]:
        if category != AUTH_CATEGORY:
            for resource in of_category(meta, category):
                if resource.entry.get("lastPushTimeStamp") or category == _UNSTAMPED_CATEGORY:
                    services.setdefault(resource.service, []).append(resource)
        elif with_auth:
            services[AUTH_SERVICE] = []
    return services


def renamed(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The values under other names, in the order of ``names``; what is absent stays absent."""
    return {new: values[old] for old, new in names.items() if old in values}


def default_name(resources: Sequence[BackendResource]) -> dict[str, Any]:
    """The ``default`` key of a geo service: the name of the default resource, the last one should there be several."""
    defaults = [resource for resource in resources if resource.entry.get("isDefault")]
    return renamed(defaults[-1].output, {"Name": "default"}) if defaults else {"default": ""}


def named_styles(maps: Sequence[BackendResource]) -> dict[str, Any]:
    """The maps of a geo category by name, as every platform lists them."""
    return {
        one.output["Name"]: renamed(one.output, {"Style": "style"}) for one in maps if _text(one.output.get("Name"))
    }


def authentication_type(output: Mapping[str, Any], *, config_first: bool = False) -> str:
    """The default authorization of an AppSync API: that of ``authConfig``, or the one word that old backends have.

    A backend with both does not exist, yet the files disagree about which comes first.
    """
    config = output.get("authConfig")
    default = config.get("defaultAuthentication") if isinstance(config, Mapping) else None
    configured = _text(default.get("authenticationType")) if isinstance(default, Mapping) else ""
    old = _text(output.get("securityType"))
    return (configured or old) if config_first else (old or configured)


def additional_authentication_types(output: Mapping[str, Any]) -> list[str]:
    """The other kinds of authorization of an AppSync API, in the order they were added."""
    config = output.get("authConfig")
    providers = config.get("additionalAuthenticationProviders") if isinstance(config, Mapping) else None
    if not isinstance(providers, list):
        return []
    found = (_text(provider.get("authenticationType")) for provider in providers if isinstance(provider, Mapping))
    return [kind for kind in found if kind]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

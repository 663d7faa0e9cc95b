"""``amplify/backend/backend-config.json`` (Amplify project format, section 2.6)."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from amplify_files import amplify_meta, team_provider_info
from amplify_files.context import ProjectContext
from amplify_files.javascript_json import javascript_sort_key, stringify
from amplify_files.outputs import AuthOutputs


def merge(
    existing: Mapping[str, Any],
    outputs: AuthOutputs,
    context: ProjectContext,
    *,
    parameter_names: Iterable[str] | None = None,
) -> dict[str, Any]:
    """A copy of an existing file's content with this resource's entry and parameters, keys sorted at every level.

    ``parameter_names`` are the keys of the resource's block in team-provider-info.json after its own merge, where a
    stale key may have survived; without them, the keys of a fresh block.
    """
    name = context.resource_name
    config = _without_usage(existing, name)
    config.setdefault("auth", {})[name] = amplify_meta.reduced_entry(outputs)
    parameters = config.setdefault("parameters", {})
    names = team_provider_info.block(outputs, context) if parameter_names is None else parameter_names
    for parameter in names:
        entry = parameters.setdefault(f"{_prefix(name)}{parameter}", {"usedBy": []})
        entry["usedBy"].append(_user(name))
    return _sorted(config)


def remove(existing: Mapping[str, Any], *, resource_name: str) -> dict[str, Any]:
    """A copy without the resource: an empty ``auth`` stays, an empty ``parameters`` goes (section 5.1)."""
    config = _without_usage(existing, resource_name)
    config.setdefault("auth", {}).pop(resource_name, None)
    return _sorted(config)


def render(outputs: AuthOutputs, context: ProjectContext, existing: Mapping[str, Any] | None = None) -> str:
    """The file's text with this resource's entry: two-space indent, no trailing newline."""
    return stringify(merge(existing or {}, outputs, context), indent=2)


def _without_usage(existing: Mapping[str, Any], resource_name: str) -> dict[str, Any]:
    """A copy in which no parameter of the resource names it as user; parameters that nobody uses any more are gone."""
    config = copy.deepcopy(dict(existing))
    parameters = config.get("parameters", {})
    for key in [key for key in parameters if key.startswith(_prefix(resource_name))]:
        users = [user for user in parameters[key].get("usedBy", []) if user != _user(resource_name)]
        if users:
            parameters[key]["usedBy"] = users
        else:
            del parameters[key]
    if not parameters:
        config.pop("parameters", None)
    return config


def _prefix(resource_name: str) -> str:
    return f"AMPLIFY_auth_{resource_name}_"


def _user(resource_name: str) -> dict[str, str]:
    return {"category": "auth", "resourceName": resource_name}


def _sorted(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _sorted_value(config[key]) for key in sorted(config, key=javascript_sort_key)}


def _sorted_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _sorted(value)
    if isinstance(value, list):
        return [_sorted_value(item) for item in value]
    return value

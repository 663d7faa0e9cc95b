"""The environment's parameters in SSM Parameter Store (Amplify project format, sections 2.4 and 6.6)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files.javascript_json import stringify


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """One parameter as it is and as it will be: the JSON texts that are stored, None where there is none."""

    name: str
    before: str | None
    after: str | None

    @property
    def change(self) -> str:
        return "add" if self.before is None else "remove" if self.after is None else "change"


def path(app_id: str, environment: str) -> str:
    """Below which all parameters of the environment lie; it ends with a slash."""
    return f"/amplify/{app_id}/{environment}/"


def prefix(app_id: str, environment: str, resource: str) -> str:
    """How the names of an auth resource's parameters begin."""
    return f"{path(app_id, environment)}AMPLIFY_auth_{resource}_"


def wanted(app_id: str, environment: str, resource: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The resource's parameters by full name; a value is stored as JSON, a text with its quotes."""
    start = prefix(app_id, environment, resource)
    return {f"{start}{key}": stringify(value) for key, value in values.items()}


def own(present: Mapping[str, str], app_id: str, environment: str, resource: str) -> dict[str, Any]:
    """The resource's values among the present ones, by their short names. One that is not JSON is taken as text."""
    start = prefix(app_id, environment, resource)
    return {name.removeprefix(start): _value(text) for name, text in present.items() if name.startswith(start)}


def changes(
    present: Mapping[str, str], wanted: Mapping[str, str], app_id: str, environment: str, resource: str
) -> tuple[ParameterChange, ...]:
    """What must be written and deleted so that the resource has exactly the wanted parameters."""
    start = prefix(app_id, environment, resource)
    mine = {name: text for name, text in present.items() if name.startswith(start)}
    return tuple(
        ParameterChange(name, mine.get(name), wanted.get(name))
        for name in sorted({*mine, *wanted})
        if mine.get(name) != wanted.get(name)
    )


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text

"""What the functions of a backend may do on user pools by their templates (Amplify project format, section 7). Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from backend_state.document import function_access
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument, Resource

LAYER = "LambdaLayer"
_POOL = re.compile(r"\b([a-z]{2}(?:-[a-z]+)+-[0-9]_[0-9A-Za-z]+)\b")


@dataclass(frozen=True, slots=True)
class FunctionStanding:
    """One function resource. `trouble` says in words why its access cannot be read or changed here; "" is none.

    `operations` are those of `function-parameters.json`, `actions` the IAM actions of the statements about user pools,
    `pools` the ids that these statements name: none where they refer to the pool by a parameter.
    """

    name: str
    service: str
    operations: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    pools: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def has_access(self) -> bool:
        return bool(self.actions or self.operations)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        lists = {name: tuple(data[name]) for name in ("operations", "actions", "pools")}
        return cls(name=data["name"], service=data["service"], trouble=data["trouble"], **lists)


def functions_of(document: BackendDocument) -> tuple[FunctionStanding, ...]:
    """Every function resource, in the order of meta; layers and functions of another kind say what they are."""
    return tuple(_standing(document, one) for one in document.resources if one.category == "function")


def function_of(document: BackendDocument, name: str) -> FunctionStanding | None:
    """The function resource of this name, without reading the templates of all others."""
    found = next((one for one in document.resources if one.category == "function" and one.name == name), None)
    return _standing(document, found) if found else None


def template_path(function: str) -> str:
    return f"function/{function}/{function}-cloudformation-template.json"


def _standing(document: BackendDocument, resource: Resource) -> FunctionStanding:
    name = resource.name
    if resource.service == LAYER:
        return FunctionStanding(name, LAYER, trouble="A layer has no role of its own: its code runs as the function.")
    if template_path(name) not in document:
        words = "The backend has no template of it, so nobody can tell what it may do."
        return FunctionStanding(name, resource.service, trouble=words)
    try:
        template = document.json(template_path(name))
        parameters = document.json(f"function/{name}/function-parameters.json")
    except BackendProblem as problem:
        return FunctionStanding(name, resource.service, trouble=problem.words)
    if not as_object(as_object(template.get("Resources")).get("LambdaFunction")):
        words = "Its template has no resource “LambdaFunction”: it was not made by amplify add function."
        return FunctionStanding(name, resource.service, trouble=words)
    auth = document.imported.name if document.imported else ""
    statements = function_access.pool_statements(template, auth)
    granted = as_object(as_object(parameters.get("permissions")).get("auth")).get(auth)
    return FunctionStanding(
        name,
        resource.service,
        operations=tuple(str(one) for one in granted) if isinstance(granted, list) else (),
        actions=tuple(dict.fromkeys(action for one in statements for action in _actions(one))),
        pools=tuple(dict.fromkeys(_POOL.findall(json.dumps([as_object(one).get("Resource") for one in statements])))),
    )


def _actions(statement: Any) -> list[str]:
    found = as_object(statement).get("Action", [])
    # IAM takes one action without a list around it, too.
    return [str(one) for one in found] if isinstance(found, list) else [str(found)]

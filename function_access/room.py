"""Whether a function's template fits into what Lambda and IAM allow, before a developer's push finds out. Pure.

Values that CloudFormation fills in count as nothing, so what is told not to fit does not fit.
"""

from collections.abc import Mapping
from typing import Any

from aws.functions import LARGEST_VARIABLES, size_of
from aws.roles import LARGEST_POLICIES, MAKE_ROOM, policy_size
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem

ROLE = {"Ref": "LambdaExecutionRole"}


def check(template: Mapping[str, Any], before: Mapping[str, Any], *, variable: str, pool_id: str) -> None:
    """Raises BackendProblem where the template has no room for the access. One that had none `before` is no news."""
    size = _variables_size(template, {variable: pool_id})
    if size > max(LARGEST_VARIABLES, _variables_size(before, {variable: pool_id})):
        raise BackendProblem(
            "VariablesTooLarge",
            f"The function's environment variables would take at least {size:,} bytes; Lambda allows "
            f"{LARGEST_VARIABLES:,} for all of them together, so the developer's next push would fail.",
            next_step="Take a variable away, or move long values to Parameter Store, then push and come back.",
        )
    size = _policies_size(template)
    if size > max(LARGEST_POLICIES, _policies_size(before)):
        raise BackendProblem(
            "PoliciesTooLarge",
            f"The inline policies of the function's role would have at least {size:,} characters; IAM allows "
            f"{LARGEST_POLICIES:,} for all of them together, so the developer's next push would fail.",
            next_step=MAKE_ROOM,
        )


def _variables_size(template: Mapping[str, Any], known: Mapping[str, str]) -> int:
    found: Mapping[str, Any] = as_object(template.get("Resources"))
    for key in ("LambdaFunction", "Properties", "Environment", "Variables"):
        found = as_object(found.get(key))
    return size_of({name: known.get(name, "") if isinstance(one, dict) else str(one) for name, one in found.items()})


def _policies_size(template: Mapping[str, Any]) -> int:
    size = 0
    for resource in as_object(template.get("Resources")).values():
        properties = as_object(as_object(resource).get("Properties"))
        roles = properties.get("Roles")
        if as_object(resource).get("Type") == "AWS::IAM::Policy" and isinstance(roles, list) and ROLE in roles:
            size += policy_size(_filled(properties.get("PolicyDocument")))
    return size


def _filled(value: Any) -> Any:
    """With nothing for what CloudFormation fills in."""
    if isinstance(value, dict):
        is_filled = len(value) == 1 and all(name == "Ref" or name.startswith("Fn::") for name in value)
        return "" if is_filled else {name: _filled(one) for name, one in value.items()}
    return [_filled(one) for one in value] if isinstance(value, list) else value

"""A function's access to the imported pool: what the Amplify CLI writes for it (Amplify project format, section 7)."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument

POLICY = "AmplifyResourcesPolicy"


def applied(
    document: BackendDocument, *, function: str, operations: Sequence[str], actions: Sequence[str]
) -> BackendDocument:
    """The document with exactly this access; without operations, as if there had never been any.

    The template names the pool by a reference and not by its id, so that one template fits every environment.
    Raises BackendProblem when there is no such function or nothing is imported.
    """
    auth = document.imported
    folder = f"function/{function}"
    template_path = f"{folder}/{function}-cloudformation-template.json"
    if auth is None:
        raise BackendProblem(
            "NothingImported", "The backend has no imported auth resource.", next_step="Import one and push it first."
        )
    if function not in document.meta.get("function", {}) or template_path not in document:
        raise BackendProblem(
            "NoFunction",
            f"The backend has no function “{function}” with a template.",
            next_step="Pull the environment to see the functions it has.",
        )
    changed = document.with_meta(_depending(document.meta, function, auth.name, bool(operations)))
    changed = changed.with_config(_depending(document.config, function, auth.name, bool(operations)))
    parameters_path = f"{folder}/function-parameters.json"
    wanted = _parameters(document.json(parameters_path), auth.name, operations)
    if parameters_path not in changed:
        changed = changed.with_files({parameters_path: b"{}"})
    changed = changed.with_json(parameters_path, wanted)
    return changed.with_json(template_path, _template(document.json(template_path), auth.name, operations, actions))


def _depending(whole: Mapping[str, Any], function: str, auth: str, wanted: bool) -> dict[str, Any]:
    result = copy.deepcopy(dict(whole))
    entry = result.get("function", {}).get(function)
    if entry is None:
        return result
    others = [
        one
        for one in entry.get("dependsOn", [])
        if not (one.get("category") == "auth" and one.get("resourceName") == auth)
    ]
    own = [{"category": "auth", "resourceName": auth, "attributes": ["UserPoolId"]}] if wanted else []
    entry["dependsOn"] = [*others, *own]
    return result


def _parameters(present: Mapping[str, Any], auth: str, operations: Sequence[str]) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    permissions = result.setdefault("permissions", {})
    granted = permissions.setdefault("auth", {})
    if operations:
        granted[auth] = list(operations)
    else:
        granted.pop(auth, None)
    if not granted:
        del permissions["auth"]
    if not permissions:
        del result["permissions"]
    result.setdefault("lambdaLayers", [])
    return result


def _template(
    present: Mapping[str, Any], auth: str, operations: Sequence[str], actions: Sequence[str]
) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    parameter, variable = f"auth{auth}UserPoolId", f"AUTH_{auth.upper()}_USERPOOLID"
    resources = result.setdefault("Resources", {})
    function = resources.get("LambdaFunction", {}).setdefault("Properties", {})
    variables = function.setdefault("Environment", {}).setdefault("Variables", {})
    statements = [one for one in _statements(resources) if not _names_pool(one, parameter)]
    if operations:
        result.setdefault("Parameters", {})[parameter] = {"Type": "String", "Default": parameter}
        variables[variable] = {"Ref": parameter}
        statements.append({"Effect": "Allow", "Action": list(actions), "Resource": [_arn(parameter)]})
    else:
        result.get("Parameters", {}).pop(parameter, None)
        variables.pop(variable, None)
    if statements:
        policy = resources.setdefault(POLICY, _empty_policy())
        policy["Properties"]["PolicyDocument"]["Statement"] = statements
    else:
        resources.pop(POLICY, None)
    return result


def _statements(resources: Mapping[str, Any]) -> list[Any]:
    document = resources.get(POLICY, {}).get("Properties", {}).get("PolicyDocument", {})
    return list(document.get("Statement", []))


def _names_pool(statement: Mapping[str, Any], parameter: str) -> bool:
    """Whether a statement is about user pools: by our reference, or by the literal id the CLI writes in its place."""
    text = str(statement.get("Resource", ""))
    return ":userpool/" in text or parameter in text


def _arn(parameter: str) -> dict[str, Any]:
    parts: list[Any] = ["arn:aws:cognito-idp:", {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":userpool/"]
    return {"Fn::Join": ["", [*parts, {"Ref": parameter}]]}


def _empty_policy() -> dict[str, Any]:
    return {
        "DependsOn": ["LambdaExecutionRole"],
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "amplify-lambda-execution-policy",
            "Roles": [{"Ref": "LambdaExecutionRole"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": []},
        },
    }

"""A function's access to the imported pool: what the Amplify CLI writes for it (Amplify project format, section 7)."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from backend_state.document import json_text, root_template
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import ROOT_STACK, BackendDocument

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
    template = document.json(template_path)
    present = next((one for one in document.resources if one.label == folder), None)
    if present is None or not as_object(as_object(template.get("Resources")).get("LambdaFunction")):
        raise BackendProblem(
            "NoFunction",
            f"The backend has no function “{function}” with a template.",
            next_step="Pull the environment to see the functions it has.",
        )
    changed = document.with_meta(_depending(document.meta, function, auth.name, bool(operations)))
    config = _depending(document.config, function, auth.name, bool(operations))
    # The CLI sorts the keys of this file (section 2.6).
    changed = changed.with_config(json_text.in_key_order(config))
    parameters_path = f"{folder}/function-parameters.json"
    if operations and parameters_path not in changed:
        changed = changed.with_files({parameters_path: b"{}"})
    if parameters_path in changed:
        wanted = _parameters(document.json(parameters_path), auth.name, operations)
        changed = changed.with_json(parameters_path, wanted)
    changed = changed.with_json(template_path, _template(template, auth.name, operations, actions))
    return _root_template(changed, folder, auth.name)


def _root_template(document: BackendDocument, label: str, auth: str) -> BackendDocument:
    """The nested stack gets the pool's id as long as its template asks for it, and never when it does not."""
    if ROOT_STACK not in document:
        return document
    resource = next(one for one in document.resources if one.label == label)
    output = as_object(as_object(as_object(document.meta.get("auth")).get(auth)).get("output"))
    return document.with_json(
        ROOT_STACK, root_template.with_attributes(document.json(ROOT_STACK), document, resource, auth, output)
    )


def _depending(whole: Mapping[str, Any], function: str, auth: str, wanted: bool) -> dict[str, Any]:
    result = copy.deepcopy(dict(whole))
    entry = as_object(result.get("function")).get(function)
    if not isinstance(entry, dict):
        return result
    present = entry.get("dependsOn")
    before = present if isinstance(present, list) else []
    own = [{"category": "auth", "resourceName": auth, "attributes": ["UserPoolId"]}] if wanted else []
    place = next((number for number, one in enumerate(before) if _names_auth(one, auth)), len(before))
    others = [one for one in before if not _names_auth(one, auth)]
    after = [*others[:place], *own, *others[place:]]
    if after != before:
        entry["dependsOn"] = after
    return result


def _names_auth(dependency: Any, auth: str) -> bool:
    return as_object(dependency).get("category") == "auth" and as_object(dependency).get("resourceName") == auth


def _parameters(present: Mapping[str, Any], auth: str, operations: Sequence[str]) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    permissions = dict(as_object(result.get("permissions")))
    granted = dict(as_object(permissions.get("auth")))
    others = {name: value for name, value in result.items() if name != "permissions"}
    if operations:
        wanted = {**permissions, "auth": {**granted, auth: list(operations)}}
        return {"permissions": wanted, "lambdaLayers": [], **others}
    elif auth in granted:
        del granted[auth]
        permissions["auth"] = granted
        result["permissions"] = {name: value for name, value in permissions.items() if name != "auth" or value}
        if not result["permissions"]:
            del result["permissions"]
    return result


def _template(
    present: Mapping[str, Any], auth: str, operations: Sequence[str], actions: Sequence[str]
) -> dict[str, Any]:
    result = copy.deepcopy(dict(present))
    parameter, variable = f"auth{auth}UserPoolId", f"AUTH_{auth.upper()}_USERPOOLID"
    resources = result["Resources"]
    variables = ("Properties", "Environment", "Variables")
    if operations:
        _objects(result, "Parameters")[parameter] = {"Type": "String", "Default": parameter}
        _objects(resources["LambdaFunction"], *variables)[variable] = {"Ref": parameter}
    else:
        _take(result, parameter, "Parameters")
        _take(resources["LambdaFunction"], variable, *variables)
    before = _statements(resources)
    others = [one for one in before if not _names_pool(one, parameter)]
    own = [{"Effect": "Allow", "Action": list(actions), "Resource": [_arn(parameter)]}] if operations else []
    if [*others, *own] == before:
        return result
    if others or own:
        if not as_object(resources.get(POLICY)):
            resources[POLICY] = _empty_policy()
        _objects(resources[POLICY], "Properties", "PolicyDocument")["Statement"] = [*others, *own]
    else:
        del resources[POLICY]
    return result


def _objects(whole: dict[str, Any], *path: str) -> dict[str, Any]:
    """The object at the path, made where there is none."""
    for key in path:
        if not isinstance(whole.get(key), dict):
            whole[key] = {}
        whole = whole[key]
    return whole


def _take(whole: dict[str, Any], name: str, *path: str) -> None:
    """Takes a member out of the object at the path, and those around it that are left empty by this."""
    if not path:
        whole.pop(name, None)
        return
    inner = whole.get(path[0])
    if isinstance(inner, dict) and inner:
        _take(inner, name, *path[1:])
        if len(inner) == 0:
            del whole[path[0]]


def pool_statements(template: Mapping[str, Any], auth: str) -> list[Any]:
    """The statements of a function's policy that are about user pools; `auth` is the auth resource's name."""
    parameter = f"auth{auth}UserPoolId"
    return [one for one in _statements(as_object(template.get("Resources"))) if _names_pool(one, parameter)]


def _statements(resources: Mapping[str, Any]) -> list[Any]:
    document = as_object(as_object(as_object(resources.get(POLICY)).get("Properties")).get("PolicyDocument"))
    # IAM takes one statement without a list around it, too.
    statements = document.get("Statement", [])
    return list(statements) if isinstance(statements, list) else [statements]


def _names_pool(statement: Any, parameter: str) -> bool:
    """Whether a statement is about user pools: by our reference, or by the literal id the CLI writes in its place."""
    text = str(as_object(statement).get("Resource", ""))
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

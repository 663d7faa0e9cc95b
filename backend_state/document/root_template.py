"""What a push changes in the root stack: the parameters its nested stacks get (Amplify project format, section 2.9)."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files import amplify_meta, team_provider_info
from amplify_files.outputs import AuthOutputs
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument, Resource

NESTED = "AWS::CloudFormation::Stack"
USER_POOL = "AuthCognitoUserPoolId"
ROLE_ARNS = ("authRoleArn", "unauthRoleArn")
ROLE_NAMES = {"authRoleName": "AuthRoleName", "unauthRoleName": "UnauthRoleName"}
"""The nested parameter, and the root stack's own parameter that it refers to without an identity pool."""


@dataclass(frozen=True, slots=True)
class ImportedAuth:
    """The imported resource as other categories see it. Without an identity pool the roles are ""."""

    name: str
    output: Mapping[str, str]
    user_pool_id: str
    roles: Mapping[str, str]
    """`authRoleArn`, `authRoleName`, `unauthRoleArn`, `unauthRoleName`."""

    @classmethod
    def of(cls, name: str, outputs: AuthOutputs) -> "ImportedAuth":
        pool = outputs.identity_pool
        roles: dict[str, str] = {}
        for kind, arn in (("auth", pool.auth_role_arn), ("unauth", pool.unauth_role_arn)) if pool else ():
            if arn:
                roles |= {f"{kind}RoleArn": arn, f"{kind}RoleName": team_provider_info.role_name(arn)}
        return cls(name=name, output=amplify_meta.output(outputs), user_pool_id=outputs.user_pool_id, roles=roles)


def changed(template: Mapping[str, Any], document: BackendDocument, imported: ImportedAuth | None) -> dict[str, Any]:
    """The root template as the push leaves it: with the imported pool and roles, or without any.

    Only the parameters about auth are touched. Raises BackendProblem where a resource needs a value that the imported
    resource does not have.
    """
    whole: dict[str, Any] = copy.deepcopy(dict(template))
    nested = whole.get("Resources", {})
    for resource in document.resources:
        stack = nested.get(resource.logical_id)
        if not isinstance(stack, dict) or stack.get("Type") != NESTED:
            continue
        properties = stack.setdefault("Properties", {})
        before = properties.get("Parameters", {})
        after = _parameters(before, resource, document.parameters_of(resource), imported, nested)
        if after != before:
            properties["Parameters"] = after
    return whole


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Nested stacks whose parameters differ: logical id to parameter to (before, after); None where it is absent."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for logical_id, stack in after.get("Resources", {}).items():
        old = before.get("Resources", {}).get(logical_id, {}).get("Properties", {}).get("Parameters", {})
        new = stack.get("Properties", {}).get("Parameters", {}) if isinstance(stack, Mapping) else {}
        changes = {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}
        if changes:
            found[logical_id] = changes
    return found


def _parameters(
    present: Mapping[str, Any],
    resource: Resource,
    own: Mapping[str, Any],
    imported: ImportedAuth | None,
    logical_ids: Mapping[str, Any],
) -> dict[str, Any]:
    """`own` is what the resource's files say, where a parameter that is left out now would come from again."""
    parameters = dict(present)
    asked = {name for name in (USER_POOL, *ROLE_ARNS, *ROLE_NAMES) if name in own or name in present}
    if imported is None:
        for name in asked:
            value = own.get(name, {"Ref": ROLE_NAMES[name]} if name in ROLE_NAMES else present.get(name))
            if not _leads_nowhere(value, logical_ids):
                parameters[name] = value
        return parameters
    if USER_POOL in asked:
        parameters[USER_POOL] = imported.user_pool_id
    for name in ROLE_ARNS:
        if name in asked and imported.roles.get(name):
            parameters[name] = imported.roles[name]
        elif name in asked:
            parameters.pop(name, None)
    for name, root in ROLE_NAMES.items():
        if name in asked:
            parameters[name] = imported.roles.get(name) or {"Ref": root}
    if resource.service != "AppSync":
        parameters |= _attributes(resource, imported)
    return parameters


def _attributes(resource: Resource, imported: ImportedAuth) -> dict[str, str]:
    values: dict[str, str] = {}
    for attribute in resource.auth_attributes(imported.name):
        if attribute not in imported.output:
            raise BackendProblem(
                "MissingAttribute",
                f"{resource.label} needs “{attribute}” of the auth resource, which an imported one does not have.",
                next_step=f"Take that dependency out of {resource.label} (amplify update {resource.category}), "
                "push it, and look at this page again.",
            )
        values[f"auth{imported.name}{attribute}"] = imported.output[attribute]
    return values


def _leads_nowhere(value: Any, logical_ids: Mapping[str, Any]) -> bool:
    """Whether a value refers to an auth stack that the root template no longer has."""
    reference = value.get("Fn::GetAtt") if isinstance(value, Mapping) else None
    return isinstance(reference, list) and bool(reference) and reference[0] not in logical_ids

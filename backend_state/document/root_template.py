"""What a push changes in the root stack: the parameters its nested stacks get (Amplify project format, section 2.9)."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amplify_files import amplify_meta, team_provider_info
from amplify_files.outputs import AuthOutputs
from backend_state.document.json_text import as_object
from backend_state.document.problems import BackendProblem
from backend_state.document.state import BackendDocument, Resource

NESTED = "AWS::CloudFormation::Stack"
USER_POOL = "AuthCognitoUserPoolId"
ROLE_ARNS = ("authRoleArn", "unauthRoleArn")
ROLE_NAMES = {"authRoleName": "AuthRoleName", "unauthRoleName": "UnauthRoleName"}
"""The nested parameter, and the root stack's own parameter that it refers to without an identity pool."""
OUTPUTS = frozenset(
    {
        *("UserPoolId", "UserPoolName", "AppClientID", "AppClientSecret", "AppClientIDWeb", "HostedUIDomain"),
        *("IdentityPoolId", "IdentityPoolName", "CreatedSNSRole", "OAuthMetadata"),
        *("FacebookWebClient", "GoogleWebClient", "AmazonWebClient", "AppleWebClient"),
    }
)
"""Every attribute an imported resource can have (section 2.3)."""


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


def changed(
    template: Mapping[str, Any], document: BackendDocument, imported: ImportedAuth | None, *, deployed: bool = False
) -> dict[str, Any]:
    """The root template as the push leaves it: with the imported pool and roles, or without any.

    Only the parameters about auth are touched. A function whose access was changed here, or an API whose modes were,
    and which nobody has deployed since, has another template in the backend than the `deployed` one: there the
    parameters that are present get their values, and none comes or goes. CloudFormation refuses one that the nested
    stack does not ask for, and would fill one that is taken away with its default. Raises BackendProblem where a
    resource needs a value that the imported resource does not have.
    """
    whole: dict[str, Any] = copy.deepcopy(dict(template))
    nested = as_object(whole.get("Resources"))
    for resource in document.resources:
        present = _present(whole, resource)
        if present is not None:
            wanted = _parameters(present, resource, document.parameters_of(resource), imported, nested)
            if deployed and (resource.category == "function" or resource.service == "AppSync"):
                wanted = {name: wanted.get(name, value) for name, value in present.items()}
            _set(whole, resource, wanted)
    return whole


def with_attributes(
    template: Mapping[str, Any], document: BackendDocument, resource: Resource, auth: str, output: Mapping[str, Any]
) -> dict[str, Any]:
    """The root template after one resource came to depend on the auth resource, or no longer does.

    Raises BackendProblem where it needs a value that the auth resource does not have.
    """
    whole: dict[str, Any] = copy.deepcopy(dict(template))
    present = _present(whole, resource)
    if present is not None:
        _set(whole, resource, _with_attributes(present, resource, document.parameters_of(resource), auth, output))
    return whole


def _present(template: Mapping[str, Any], resource: Resource) -> Mapping[str, Any] | None:
    """The parameters the resource's nested stack has; None when the template has no such stack."""
    stack = as_object(as_object(template.get("Resources")).get(resource.logical_id))
    return _parameters_in(stack) if stack.get("Type") == NESTED else None


def _set(template: dict[str, Any], resource: Resource, parameters: Mapping[str, Any]) -> None:
    if parameters == _present(template, resource):
        return
    stack = template["Resources"][resource.logical_id]
    properties = stack["Properties"] = dict(as_object(stack.get("Properties")))
    properties["Parameters"] = dict(parameters)
    if not parameters:
        del properties["Parameters"]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Nested stacks whose parameters differ: logical id to parameter to (before, after); None where it is absent."""
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    old_stacks, new_stacks = as_object(before.get("Resources")), as_object(after.get("Resources"))
    for logical_id in {**old_stacks, **new_stacks}:
        old, new = _parameters_in(old_stacks.get(logical_id)), _parameters_in(new_stacks.get(logical_id))
        changes = {name: (old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)}
        if changes:
            found[logical_id] = changes
    return found


def _parameters_in(stack: Any) -> Mapping[str, Any]:
    """Those of a nested stack; other resources have parameters of another kind."""
    if as_object(stack).get("Type") != NESTED:
        return {}
    return as_object(as_object(as_object(stack).get("Properties")).get("Parameters"))


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
    if resource.service == "AppSync":
        return parameters
    return _with_attributes(parameters, resource, own, imported.name, imported.output)


def _with_attributes(
    present: Mapping[str, Any], resource: Resource, own: Mapping[str, Any], auth: str, output: Mapping[str, Any]
) -> dict[str, Any]:
    """What the resource declares to need of the auth resource, and nothing it has ceased to need (rule 3)."""
    stale = {f"auth{auth}{attribute}" for attribute in OUTPUTS} - own.keys()
    parameters = {name: value for name, value in present.items() if name not in stale}
    for other in resource.other_auth(auth):
        raise BackendProblem(
            "MissingResource",
            f"{resource.label} depends on the auth resource “{other}”, which the backend does not have.",
            next_step=f"Take that dependency out of {resource.label} (amplify update {resource.category}), "
            "push it, and look at this page again.",
        )
    for attribute in resource.auth_attributes(auth):
        if attribute not in output:
            raise BackendProblem(
                "MissingAttribute",
                f"{resource.label} needs “{attribute}” of the auth resource, which an imported one does not have.",
                next_step=f"Take that dependency out of {resource.label} (amplify update {resource.category}), "
                "push it, and look at this page again.",
            )
        parameters[f"auth{auth}{attribute}"] = output[attribute]
    return parameters


def _leads_nowhere(value: Any, logical_ids: Mapping[str, Any]) -> bool:
    """Whether a value refers to an auth stack that the root template no longer has."""
    reference = value.get("Fn::GetAtt") if isinstance(value, Mapping) else None
    return isinstance(reference, list) and bool(reference) and reference[0] not in logical_ids

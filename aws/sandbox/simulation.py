"""`iam:SimulatePrincipalPolicy`, which moto lacks: may this user or role call these actions?"""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.iam import urls
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import InvalidInput, NotFoundException
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

_PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(?P<kind>user|role|group)/(?:.*/)?(?P<name>[^/]+)")

#: Who moto says is calling when the access key belongs to nobody: the account's owner, who may do everything.
_OWNER = re.compile(r"arn:aws:(sts|iam)::\d{12}:(user/moto|root)")

_DECISIONS = {
    PermissionResult.PERMITTED: "allowed",
    PermissionResult.DENIED: "explicitDeny",
    PermissionResult.NEUTRAL: "implicitDeny",
}


class SandboxIamCalls(IamResponse):
    def simulate_principal_policy(self) -> ActionResult:
        """Identity policies only: no conditions, permission boundaries or resource policies."""
        principal = self._get_param("PolicySourceArn")
        resources = self._get_param("ResourceArns") or ["*"]
        decide = _decider(self.backend, principal)
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": decide(action, resource),
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in self._get_param("ActionNames")
            for resource in resources
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _decider(backend: IAMBackend, principal: str) -> Callable[[str, str], str]:
    if _OWNER.fullmatch(principal or ""):
        return lambda action, resource: "allowed"
    found = _PRINCIPAL.fullmatch(principal or "")
    if found is None:
        # AWS takes users, groups and roles, not sessions: an assumed role must be named by the role's own ARN.
        raise InvalidInput(f"Invalid Entity Arn: {principal} does not clearly define entity type and name.")
    policies = [IAMPolicy(policy) for policy in _policies(backend, found["kind"], found["name"])]

    def decide(action: str, resource: str) -> str:
        answers = {policy.is_action_permitted(action, resource) for policy in policies}
        for answer in (PermissionResult.DENIED, PermissionResult.PERMITTED):
            if answer in answers:
                return _DECISIONS[answer]
        return _DECISIONS[PermissionResult.NEUTRAL]

    return decide


def _policies(backend: IAMBackend, kind: str, name: str) -> list[Any]:
    """The inline and attached policies of a role, or of a user and the user's groups."""
    holders: list[Any]
    if kind == "role":
        holders = [role for role in backend.get_roles() if role.name == name]
    elif kind == "user":
        holders = [user for user in backend.users.values() if user.name == name]
        holders += backend.get_groups_for_user(name) if holders else []
    else:
        holders = [group for group in backend.groups.values() if group.name == name]
    if not holders:
        raise NotFoundException(f"The {kind} with name {name} cannot be found.")
    return [policy for holder in holders for policy in (*holder.policies.values(), *holder.managed_policies.values())]


def install() -> None:
    """Put the completed service in moto's place, at moto's own address."""
    urls.url_paths["{0}/$"] = SandboxIamCalls.dispatch

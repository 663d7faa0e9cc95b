"""IAM completed: `SimulatePrincipalPolicy`, and the limits of inline policies."""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam import urls
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import InvalidInput, NotFoundException
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from aws.sandbox.own_calls import start_of, token_of
from aws.sandbox.role_policies import LARGEST_PAGE, check_may_change, check_room

_PRINCIPAL = re.compile(r"arn:aws[\w-]*:iam::\d{12}:(?P<kind>user|role|group)/(?:.*/)?(?P<name>[^/]+)")

#: Who moto says is calling when the access key belongs to nobody: the account's owner, who may do everything.
_OWNER = re.compile(r"arn:aws:(sts|iam)::\d{12}:(user/moto|root)")

_DECISIONS = {
    PermissionResult.PERMITTED: "allowed",
    PermissionResult.DENIED: "explicitDeny",
    PermissionResult.NEUTRAL: "implicitDeny",
}


class SandboxIamCalls(IamResponse):
    def list_role_policies(self) -> ActionResult:
        names = sorted(self.backend.list_role_policies(self._get_param("RoleName")))
        size = min(int(self._get_param("MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
        try:
            start = start_of(self._get_param("Marker"))
        except ValueError as error:
            raise InvalidInput("Invalid Marker.") from error
        answer: dict[str, Any] = {"PolicyNames": names[start : start + size], "IsTruncated": start + size < len(names)}
        if answer["IsTruncated"]:
            answer["Marker"] = token_of(start + size)
        return ActionResult(answer)

    def put_role_policy(self) -> EmptyResult:
        role = self.backend.get_role(self._get_param("RoleName"))
        check_may_change(role)
        check_room(role, self._get_param("PolicyName"), self._get_param("PolicyDocument"))
        super().put_role_policy()
        return EmptyResult()

    def delete_role_policy(self) -> EmptyResult:
        check_may_change(self.backend.get_role(self._get_param("RoleName")))
        super().delete_role_policy()
        return EmptyResult()

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

"""What giving a function access would change in AWS: one environment variable, one inline policy of its role.

The policy has a name that is made for this function in this environment, so that nothing of anybody else is touched.
Its one statement names the pool. The CLI's `read` has actions that are never about one pool; they stand in the
statement as the CLI writes them, grant nothing there, and the plan says so.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from auth_import.models import CognitoLink
from aws import functions, roles, user_pools
from aws.errors import Fault, NotFound
from aws.functions import IN_PROGRESS, LARGEST_VARIABLES, FunctionWithVariables
from aws.resources import Role, role_name
from aws.roles import LARGEST_POLICIES, policy_size
from aws.side_by_side import Together
from aws.target import AwsTarget
from environments.models import Environment
from function_access import operations as known
from function_access.direct.restore import SID, Policy, PolicyChange, Restore, VariableChange
from function_access.models import FunctionGrant

NAME = "admin-ui-user-pool-access-"
"""How the names of our policies begin."""

HIDDEN = "(hidden)"
"""In a plan, which then has a refusal, a value that Lambda does not show, or that is no pool's id and maybe secret."""
_POOL_ID = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]_[0-9A-Za-z]+")


class NothingLinked(Exception):
    """The environment has no user pool that a function could be given access to."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call to AWS, in words: `action` as IAM names it, `resource` what it is about."""

    action: str
    resource: str
    words: str


@dataclass(frozen=True, slots=True)
class DirectPlan:
    """Everything that would be changed, as it was read.

    The first variable and the first policy are those of the access. Others follow where an earlier access of this
    function has left some, in a role it had before for instance.
    `refusals` are sentences that say why it cannot be done; `notes` are worth reading before it is.
    """

    function: str
    function_arn: str
    operations: tuple[str, ...]
    breadth: str
    actions: tuple[str, ...]
    user_pool_id: str
    user_pool_name: str
    role_arn: str
    variables: tuple[VariableChange, ...]
    policies: tuple[PolicyChange, ...]
    variables_size: int
    """Bytes of all environment variables afterwards; Lambda allows `variables_limit`."""
    policies_size: int
    """Characters of all inline policies of the role afterwards; IAM allows `policies_limit`."""
    shared_with: tuple[str, ...] = ()
    """Other functions of the Region that have the same role, and so get the same permissions."""
    notes: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    variables_limit = LARGEST_VARIABLES
    policies_limit = LARGEST_POLICIES

    @property
    def variable(self) -> VariableChange:
        return self.variables[0]

    @property
    def policy(self) -> PolicyChange:
        return self.policies[0]

    @property
    def needed(self) -> bool:
        """Whether anything would change."""
        return any(one.needed for one in self.variables) or any(one.needed for one in self.policies)

    @property
    def calls(self) -> tuple[PlannedCall, ...]:
        """What would be called, in order."""
        made = []
        for policy in self.policies:
            if not policy.needed:
                continue
            if policy.after is None:
                made.append(PlannedCall("iam:DeleteRolePolicy", policy.name, f"Delete it from the role {policy.role}."))
            else:
                verb = "Write it into" if policy.before is None else "Replace it in"
                made.append(PlannedCall("iam:PutRolePolicy", policy.name, f"{verb} the role {policy.role}."))
        names = [one.name for one in self.variables if one.needed]
        if names:
            words = f"Set {', '.join(names)}; all other variables are sent back as they are."
            made.append(PlannedCall("lambda:UpdateFunctionConfiguration", self.function, words))
        return tuple(made)

    @property
    def digest(self) -> str:
        """Stands for exactly what would be changed. Notes and sizes may differ between two readings."""
        document = self.to_dict()
        kept = {name: document[name] for name in document if name not in _NOT_IN_THE_DIGEST}
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        given["variables"] = tuple(VariableChange(**one) for one in data["variables"])
        given["policies"] = tuple(PolicyChange(**one) for one in data["policies"])
        return cls(**given)


_NOT_IN_THE_DIGEST = {"variables_size", "policies_size", "shared_with", "notes", "refusals"}


def policy_name(environment: Environment, function: str) -> str:
    """The name of our policy: the function's name to be read, and a digest that two environments do not share."""
    text = "\0".join((environment.project.slug, environment.name, function))
    return f"{NAME}{function[:80]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def document_of(actions: Sequence[str], pool_arn: str) -> dict[str, Any]:
    """The policy that allows these actions on one pool and nothing else."""
    statement = {"Sid": SID, "Effect": "Allow", "Action": list(actions), "Resource": pool_arn}
    return {"Version": "2012-10-17", "Statement": [statement]}


@dataclass(frozen=True, slots=True)
class _Found:
    """What a plan is made of, as AWS answered it. `policies` are the role's; `left` those of roles it had before.

    `pool_arn` is "" where the pool is gone.
    """

    configured: FunctionWithVariables
    pool_arn: str
    role: Role | Fault
    policies: Mapping[str, Policy]
    left: Mapping[tuple[str, str], Policy | None]
    others: tuple[str, ...] | Fault


def plan_of(environment: Environment, function: str, operations: Sequence[str], breadth: str) -> DirectPlan:
    """What would be changed. Reads only, side by side.

    Raises NothingLinked, ValueError for no operation or an unknown one, NotFound where there is no such function, and
    AwsError where AWS cannot be read.
    """
    link = CognitoLink.objects.filter(environment=environment).first()
    if link is None:
        raise NothingLinked
    chosen = known.in_order(operations)
    if not chosen:
        raise ValueError("A function is given access to do something; taking it away is another plan.")
    actions = known.actions(chosen, breadth)
    grant = FunctionGrant.objects.filter(environment=environment, function=function).first()
    earlier = Restore.of(grant.before) if grant else None
    variable = known.variable_of(link.resource_name)
    found = _read(environment.target, function, variable, link.user_pool_id, earlier)
    variables = _variables(found, variable, link.user_pool_id, earlier)
    policies = _policies(found, policy_name(environment, function), actions, earlier)
    plan = DirectPlan(
        function=function,
        function_arn=found.configured.function.arn,
        operations=chosen,
        breadth=breadth,
        actions=actions,
        user_pool_id=link.user_pool_id,
        user_pool_name=link.user_pool_name,
        role_arn=found.configured.function.role_arn,
        variables=variables,
        policies=policies,
        variables_size=found.configured.size_with({one.name: one.after for one in variables}),
        policies_size=_policies_size(found, policies),
        shared_with=() if isinstance(found.others, Fault) else found.others,
    )
    return _judged(plan, environment, found)


def _read(target: AwsTarget, function: str, variable: str, pool_id: str, earlier: Restore | None) -> _Found:
    asked = {variable, *(one.name for one in (earlier.variables if earlier else ()))}
    with Together() as together:
        reading = together.start(functions.get_with_variables, target, function, asked)
        pool = together.start(user_pools.describe_user_pool, target, pool_id)
        every = together.start(lambda: tuple(functions.iter_functions(target)))
        role = together.after(reading, lambda one: roles.get_role(target, one.function.role_arn))
        written = together.after(role, lambda one: roles.inline_policies(target, one.arn))
        configured = reading.result()
        own_role = role_name(configured.function.role_arn)
        elsewhere = [one for one in earlier.policies if one.role != own_role] if earlier else []
        left = {(one.role, one.name): together.start(_left_policy, target, one.role, one.name) for one in elsewhere}
        try:
            known_role: Role | Fault = role.result()
            policies = written.result()
        except NotFound as error:
            known_role, policies = error.fault(), {}
        outcome = every.outcome()
        try:
            pool_arn = pool.result().arn
        except NotFound:
            pool_arn = ""
        return _Found(
            configured=configured,
            pool_arn=pool_arn,
            role=known_role,
            policies=policies,
            left={key: one.result() for key, one in left.items()},
            others=outcome
            if isinstance(outcome, Fault)
            else tuple(
                one.name
                for one in outcome
                if one.role_arn == configured.function.role_arn and one.name != configured.function.name
            ),
        )


def _left_policy(target: AwsTarget, role: str, name: str) -> Policy | None:
    with suppress(NotFound):
        return roles.policy_or_none(target, role, name)
    return None


def _variables(found: _Found, variable: str, pool_id: str, earlier: Restore | None) -> tuple[VariableChange, ...]:
    values = found.configured.values
    # Where the link has got another name since, the variable of the former one has nobody any more who needs it.
    former = [
        VariableChange(one.name, one.after, one.before)
        for one in (earlier.variables if earlier else ())
        if one.name != variable and one.needed and values[one.name] == one.after
    ]
    present = HIDDEN if found.configured.function.unreadable else values[variable]
    shown = present if not present or _POOL_ID.fullmatch(present) else HIDDEN
    return VariableChange(variable, shown, pool_id), *former


def _policies(found: _Found, name: str, actions: Sequence[str], earlier: Restore | None) -> tuple[PolicyChange, ...]:
    role = role_name(found.configured.function.role_arn)
    own = PolicyChange(role, name, found.policies.get(name), document_of(actions, found.pool_arn))
    former = [
        PolicyChange(one.role, one.name, one.after, one.before)
        for one in (earlier.policies if earlier else ())
        if one.role != role and one.needed and found.left[one.role, one.name] == one.after
    ]
    return own, *former


def _policies_size(found: _Found, changes: Sequence[PolicyChange]) -> int:
    own = changes[0]
    assert own.after is not None
    return policy_size(own.after) + sum(policy_size(one) for name, one in found.policies.items() if name != own.name)


def _judged(plan: DirectPlan, environment: Environment, found: _Found) -> DirectPlan:
    """The plan with what is to be said about it."""
    return replace(plan, refusals=tuple(_refusals(plan, environment, found)), notes=tuple(_notes(plan, found)))


def _refusals(plan: DirectPlan, environment: Environment, found: _Found) -> Iterator[str]:
    function, role = found.configured.function, role_name(plan.role_arn)
    if environment.is_amplify:
        yield (
            "In an Amplify environment access is written into the backend and reaches the function with a push. A "
            "direct change would be lost with the next one."
        )
    if not found.pool_arn:
        yield f"The linked user pool {plan.user_pool_id} does not exist any more."
    if function.unreadable:
        yield (
            f"The function's environment variables are encrypted and Lambda cannot show them ({function.unreadable}). "
            "To change one, all have to be sent back: allow the console's role kms:Decrypt on the function's key."
        )
    elif plan.variable.before == HIDDEN:
        yield (
            f"{plan.variable.name} is there already, and its value is not the id of a user pool. It may be secret, and "
            "this console would have to keep it to put it back: rename or remove the variable in Lambda first."
        )
    if function.state in ("Pending", "Failed"):
        yield f"The function cannot be changed now: its state is {function.state}."
    if isinstance(found.role, Fault):
        yield _words_about_the_role(plan, found.role)
    elif found.role.path.startswith("/aws-service-role/"):
        yield f"The role {role} is linked to an AWS service, which alone may change its policies."
    if plan.variables_size > max(LARGEST_VARIABLES, function.variables_size):
        yield (
            f"The function's environment variables would take {plan.variables_size:,} bytes; Lambda allows "
            f"{LARGEST_VARIABLES:,} for all of them together. Take one away, or move long values to Parameter Store."
        )
    if plan.policies_size > LARGEST_POLICIES and not isinstance(found.role, Fault):
        yield (
            f"The inline policies of the role {role} would have {plan.policies_size:,} characters; IAM allows "
            f"{LARGEST_POLICIES:,} for all of them together. {roles.MAKE_ROOM}"
        )


def _words_about_the_role(plan: DirectPlan, fault: Fault) -> str:
    role = role_name(plan.role_arn)
    if fault.code == "RoleOfAnotherAccount" or _account(plan.role_arn) != _account(plan.function_arn):
        return f"The function's role {plan.role_arn} belongs to another account, whose roles the console cannot change."
    return f"The function's role {role} does not exist any more. Give the function another role first."


def _account(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") >= 4 else ""


def _notes(plan: DirectPlan, found: _Found) -> Iterator[str]:
    role, present = role_name(plan.role_arn), plan.variable.before
    if isinstance(found.others, Fault):
        yield "Whether other functions have the same role could not be read; all that have it get the permissions too."
    elif plan.shared_with:
        others = ", ".join(plan.shared_with)
        yield f"The role {role} is also that of {others}: what is allowed here is allowed there as well."
    if isinstance(found.role, Role) and found.role.boundary_arn:
        yield (
            f"The role has the permissions boundary {found.role.boundary_arn}. It stays as it is, and may allow less "
            "than the policy does."
        )
    if present not in (None, HIDDEN) and plan.variable.needed:
        yield (
            f"{plan.variable.name} is {present} now. The function's code gets the id of {plan.user_pool_name} instead, "
            f"{plan.user_pool_id}."
        )
    if found.configured.function.update_status == IN_PROGRESS:
        yield "Lambda is at work on another change of the function; this one waits for its end."
    powerless = known.without_effect(plan.actions)
    if powerless:
        yield (
            f"These actions cannot be limited to one user pool, so they grant nothing here: {', '.join(powerless)}. "
            "The CLI lists them all the same. What people do for themselves, as signing in, needs no permission."
        )

"""Lambda functions: which there are, and one environment variable of one function.

The values of environment variables are often secrets. They stay in here: what comes out are names, how much room the
variables take together, and the values of those variables that somebody asks for by name.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from aws.calls import Answer, call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import AccessDenied, Rejected
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget

LARGEST_VARIABLES = 4096
"""Bytes of all environment variables of a function together (AWS, "Lambda quotas")."""

IN_PROGRESS = "InProgress"
FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    """One function. Of its environment variables there are the names, in the API's order."""

    name: str
    arn: str
    role_arn: str
    runtime: str = ""
    """"" for a function that is a container image."""
    description: str = ""
    modified: datetime | None = None
    variable_names: tuple[str, ...] = ()
    variables_size: int = 0
    """Bytes, as Lambda counts them: the variables as one JSON text."""
    unreadable: str = ""
    """Why Lambda could not decrypt the variables; names and size are not known then."""
    state: str = ""
    update_status: str = ""
    """`Successful`, `Failed` or `InProgress`; a list does not tell it."""
    update_reason: str = ""
    revision: str = ""

    @classmethod
    def from_api(cls, data: Api) -> Self:
        environment = data.get("Environment") or {}
        variables: Mapping[str, str] = environment.get("Variables") or {}
        error = environment.get("Error") or {}
        return cls(
            name=data["FunctionName"],
            arn=data["FunctionArn"],
            role_arn=data["Role"],
            runtime=data.get("Runtime") or "",
            description=data.get("Description") or "",
            modified=_moment(data.get("LastModified")),
            variable_names=tuple(variables),
            variables_size=size_of(variables),
            unreadable=(error.get("Message") or error.get("ErrorCode") or "unknown") if error else "",
            state=data.get("State") or "",
            update_status=data.get("LastUpdateStatus") or "",
            update_reason=data.get("LastUpdateStatusReason") or "",
            revision=data.get("RevisionId") or "",
        )


@dataclass(frozen=True, slots=True)
class FunctionWithVariables:
    """A function and the values of the variables that were asked for; None where it has no such variable."""

    function: LambdaFunction
    values: Mapping[str, str | None] = field(repr=False)

    def size_with(self, changes: Mapping[str, str | None]) -> int:
        """Bytes of all variables once those asked for are as `changes` says; None takes one away."""
        before = {name: value for name, value in self.values.items() if value is not None}
        room = max(self.function.variables_size - 1, 0) - _room(before) + _room(_changed(before, changes))
        return room + 1 if room else 0


def _moment(text: str | None) -> datetime | None:
    with suppress(TypeError, ValueError):
        return datetime.strptime(text or "", "%Y-%m-%dT%H:%M:%S.%f%z")
    return None


def size_of(variables: Mapping[str, str]) -> int:
    """Bytes of these variables as Lambda counts them, 0 for none."""
    return _room(variables) + 1 if variables else 0


def _room(variables: Mapping[str, str]) -> int:
    """Bytes of the entries, each with what parts it from the next one; one byte less than the whole text."""
    return sum(
        len(json.dumps({name: value}, separators=(",", ":"), ensure_ascii=False).encode()) - 1
        for name, value in variables.items()
    )


def _changed(variables: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    after: dict[str, str | None] = {**variables, **changes}
    return {name: value for name, value in after.items() if value is not None}


@uses("lambda:ListFunctions", quota=Quota.LAMBDA_CONTROL)
def page_of_functions(target: AwsTarget, *, token: str = "") -> Page[LambdaFunction]:
    """One page of the Region's functions, fifty at most. `token` is the one of the page before."""
    more = {"Marker": token} if token else {}
    parse = page_of("Functions", LambdaFunction.from_api, "NextMarker")
    return fetch(target, "lambda", "ListFunctions", parse, **more)


@uses(page_of_functions)
def iter_functions(target: AwsTarget) -> Iterator[LambdaFunction]:
    """Every function of the Region, as it is now: earlier versions are not listed."""
    return to_the_end(lambda token: page_of_functions(target, token=token))


@uses("lambda:GetFunctionConfiguration", quota=Quota.LAMBDA_CONTROL)
def _configuration(target: AwsTarget, name: str) -> dict[str, Any]:
    def parse(answer: Answer) -> dict[str, Any]:
        LambdaFunction.from_api(answer)
        return answer

    return fetch(target, "lambda", "GetFunctionConfiguration", parse, FunctionName=name)


@uses(_configuration)
def get_function(target: AwsTarget, name: str) -> LambdaFunction:
    """One function. Raises NotFound when the Region has none of this name."""
    return LambdaFunction.from_api(_configuration(target, name))


@uses(_configuration)
def get_with_variables(target: AwsTarget, name: str, variables: Collection[str]) -> FunctionWithVariables:
    """One function with the values of these variables and of no others. Raises NotFound when there is none."""
    read = _configuration(target, name)
    present = _variables(read)
    return FunctionWithVariables(LambdaFunction.from_api(read), {one: present.get(one) for one in variables})


def _variables(configuration: Api) -> Mapping[str, str]:
    return (configuration.get("Environment") or {}).get("Variables") or {}


@uses(_configuration)
@uses("lambda:UpdateFunctionConfiguration", quota=Quota.LAMBDA_CONTROL)
def change_variables(
    target: AwsTarget, name: str, *, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> bool:
    """Set the variables of `after` (None takes one away) where they are as `before` says. False if they are so already.

    Lambda replaces all variables by those it is sent, so all others are read and sent back with the revision they
    belong to. Raises Rejected with `ChangedMeanwhile` where a variable is neither as before nor as wanted or the
    revision has passed, with `VariablesTooLarge` where there is no room; AccessDenied with `VariablesUnreadable` where
    Lambda cannot decrypt what would have to be sent back.
    """
    read = _configuration(target, name)
    function, present = LambdaFunction.from_api(read), _variables(read)
    if function.unreadable:
        raise AccessDenied(
            f"Lambda cannot show the environment variables of {name}: {function.unreadable}",
            code="VariablesUnreadable",
            action="lambda:GetFunctionConfiguration",
            next_step="Allow the console's role kms:Decrypt on the key the function is encrypted with.",
        )
    now = {one: present.get(one) for one in after}
    if now == dict(after):
        return False
    if any(value not in (before.get(one), after[one]) for one, value in now.items()):
        raise _changed_meanwhile(name)
    wanted = _changed(present, after)
    size = size_of(wanted)
    if size > max(LARGEST_VARIABLES, function.variables_size):
        raise Rejected(
            f"With this the environment variables of {name} would take {size:,} bytes; Lambda allows "
            f"{LARGEST_VARIABLES:,} together.",
            code="VariablesTooLarge",
            action="lambda:UpdateFunctionConfiguration",
            next_step="Take a variable away, or move long values to Parameter Store, then try again.",
        )
    try:
        call(
            target,
            "lambda",
            "UpdateFunctionConfiguration",
            FunctionName=name,
            Environment={"Variables": wanted},
            RevisionId=function.revision,
        )
    except Rejected as error:
        if error.code != "PreconditionFailedException":
            raise
        # A call that the SDK repeats after a broken connection meets the revision that it made itself.
        current = _variables(_configuration(target, name))
        if {one: current.get(one) for one in after} != dict(after):
            raise _changed_meanwhile(name) from error
    return True


def _changed_meanwhile(name: str) -> Rejected:
    return Rejected(
        f"The function {name} was changed by somebody else meanwhile.",
        code="ChangedMeanwhile",
        action="lambda:UpdateFunctionConfiguration",
        next_step="Look at the new difference and apply it again.",
    )

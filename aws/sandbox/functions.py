"""Lambda, the part of it that is about a function's configuration. No function here can be run.

moto's own would ask for Docker and cost a tenth of a second at every start, knows neither revisions nor the limit of
environment variables, and lists all functions on one page.
"""

import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from aws.sandbox.ids import ACCOUNT_ID, HOME_REGION
from aws.sandbox.own_calls import OwnCalls, start_of, token_of

LARGEST_PAGE = 50
LARGEST_VARIABLES = 4096
UPDATE_TAKES = 0.05
"""Seconds that an update is in progress, unless something else is asked for."""

_SETTINGS = ("Description", "Handler", "MemorySize", "Runtime", "Timeout", "KMSKeyArn")
_RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY"
    r"|SESSION_TOKEN)|AWS_LAMBDA_\w+"
)
_updating = threading.Lock()
"""A revision is compared and replaced in one step."""
_UNDECIPHERABLE = {
    "ErrorCode": "AccessDeniedException",
    "Message": "Lambda was unable to decrypt your environment variables because the KMS access was denied. Please "
    "check your KMS permissions.",
}


class ResourceNotFound(ServiceException):
    code = "ResourceNotFoundException"


class ResourceConflict(ServiceException):
    code = "ResourceConflictException"


class InvalidParameterValue(ServiceException):
    code = "InvalidParameterValueException"


class PreconditionFailed(ServiceException):
    code = "PreconditionFailedException"
    message = (
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
        "the latest Revision Id"
    )


@dataclass
class Function:
    """One function. An update is in progress until `settles`, in seconds since the epoch."""

    name: str
    arn: str
    role: str
    settings: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] | None = None
    packaged: str = "Zip"
    modified: Any = field(default_factory=utcnow)
    revision: str = field(default_factory=lambda: str(uuid.uuid4()))
    settles: float = 0.0
    in_progress: bool = False
    failure: str = ""
    failed: str = ""
    takes: float = UPDATE_TAKES
    undecipherable: bool = False

    def settle(self) -> None:
        """Ends an update whose time is over. Its end is a new revision, as on AWS."""
        if self.in_progress and time.time() >= self.settles:
            self.in_progress, self.failed, self.failure = False, self.failure, ""
            self.revision = str(uuid.uuid4())

    def touched(self) -> None:
        self.modified, self.revision = utcnow(), str(uuid.uuid4())
        self.in_progress, self.settles, self.failed = True, time.time() + self.takes, ""

    def listed(self) -> dict[str, Any]:
        """As lists show it: how the last update went is not among that."""
        self.settle()
        shown: dict[str, Any] = {
            "FunctionName": self.name,
            "FunctionArn": self.arn,
            "Role": self.role,
            "CodeSha256": "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
            "CodeSize": 262,
            "Version": "$LATEST",
            "PackageType": self.packaged,
            "Architectures": ["x86_64"],
            "TracingConfig": {"Mode": "PassThrough"},
            "EphemeralStorage": {"Size": 512},
            "LastModified": self.modified.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "RevisionId": self.revision,
            "Description": "",
            "MemorySize": 128,
            "Timeout": 3,
            **self.settings,
        }
        if self.undecipherable:
            shown["Environment"] = {"Error": _UNDECIPHERABLE}
        elif self.variables:
            shown["Environment"] = {"Variables": dict(self.variables)}
        return shown

    def shown(self) -> dict[str, Any]:
        status = {"State": "Active", "LastUpdateStatus": "Successful"}
        configuration = self.listed()
        if self.in_progress:
            status |= {
                "LastUpdateStatus": "InProgress",
                "LastUpdateStatusReason": "The function is being created.",
                "LastUpdateStatusReasonCode": "Creating",
            }
        elif self.failed:
            status |= {
                "LastUpdateStatus": "Failed",
                "LastUpdateStatusReason": self.failed,
                "LastUpdateStatusReasonCode": "InternalError",
            }
        return {**configuration, **status}


class FunctionBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.functions: dict[str, Function] = {}

    def arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region_name}:{self.account_id}:function:{name}"

    def create(self, name: str, role: str, variables: dict[str, str] | None = None, **settings: Any) -> Function:
        if name in self.functions:
            raise ResourceConflict(f"Function already exist: {name}")
        check_variables(variables or {})
        function = Function(name, self.arn(name), role, variables=variables, settings=settings)
        self.functions[name] = function
        return function

    def function(self, name_or_arn: str) -> Function:
        """By name, by ARN or by the part of one (`123456789012:function:name`)."""
        name = name_or_arn.rpartition("function:")[2]
        if name not in self.functions:
            raise ResourceNotFound(f"Function not found: {self.arn(name)}")
        return self.functions[name]


def check_variables(variables: dict[str, str]) -> None:
    """Raises InvalidParameterValueException for names that are Lambda's own, and for more than 4 KB together."""
    start = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
    )
    reserved = sorted(name for name in variables if _RESERVED.fullmatch(name))
    if reserved:
        raise InvalidParameterValue(
            f"{start}contains reserved keys that are currently not supported for modification. Reserved keys used in "
            f"this request: {', '.join(reserved)}"
        )
    text = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(text.encode()) > LARGEST_VARIABLES:
        raise InvalidParameterValue(f"{start}exceeded the 4KB limit. String measured: {text}")


function_backends = BackendDict(FunctionBackend, "lambda")


class FunctionCalls(OwnCalls[FunctionBackend]):
    def __init__(self) -> None:
        super().__init__("lambda", function_backends)

    def create_function(self) -> ActionResult:
        name = self._get_param("FunctionName")
        settings = {key: self._get_param(key) for key in _SETTINGS if self._get_param(key) is not None}
        function = self.backend.create(name, self._get_param("Role"), self._variables(), **settings)
        function.packaged = self._get_param("PackageType") or "Zip"
        return ActionResult(function.shown())

    def get_function(self) -> ActionResult:
        return ActionResult({"Configuration": self._named().shown()})

    def get_function_configuration(self) -> ActionResult:
        return ActionResult(self._named().shown())

    def list_functions(self) -> ActionResult:
        size = min(int(self._get_param("MaxItems") or LARGEST_PAGE), LARGEST_PAGE)
        try:
            start = start_of(self._get_param("Marker"))
        except ValueError as error:
            raise InvalidParameterValue("Invalid value for Marker") from error
        every = list(self.backend.functions.values())
        answer: dict[str, Any] = {"Functions": [one.listed() for one in every[start : start + size]]}
        if start + size < len(every):
            answer["NextMarker"] = token_of(start + size)
        return ActionResult(answer)

    def update_function_configuration(self) -> ActionResult:
        """What is not given stays; of what is given, the environment variables are replaced as one."""
        with _updating:
            return self._updated(self._named())

    def _updated(self, function: Function) -> ActionResult:
        function.settle()
        expected = self._get_param("RevisionId")
        if expected and expected != function.revision:
            raise PreconditionFailed()
        if function.in_progress:
            raise ResourceConflict(
                f"The operation cannot be performed at this time. An update is in progress for resource: {function.arn}"
            )
        variables = self._variables()
        check_variables(variables or {})
        function.role = self._get_param("Role") or function.role
        function.settings |= {key: self._get_param(key) for key in _SETTINGS if self._get_param(key) is not None}
        if variables is not None:
            function.variables, function.undecipherable = variables, False
        function.touched()
        return ActionResult(function.shown())

    def delete_function(self) -> EmptyResult:
        del self.backend.functions[self._named().name]
        return EmptyResult()

    def _named(self) -> Function:
        return self.backend.function(self._get_param("FunctionName"))

    def _variables(self) -> dict[str, str] | None:
        environment = self._get_param("Environment")
        return None if environment is None else dict(environment.get("Variables") or {})


def wish(asked: dict[str, Any]) -> None:
    """What `/sandbox/functions` takes. Raises ValueError for an unknown key or function."""
    unknown = sorted(set(asked) - {"function", "region", "takes_ms", "settle", "fails", "undecipherable"})
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}")
    try:
        backend: FunctionBackend = function_backends[ACCOUNT_ID][asked.get("region", HOME_REGION)]
        function = backend.function(asked["function"])
    except (KeyError, ServiceException) as error:
        raise ValueError(f"there is no such function: {error}") from error
    function.takes = float(asked.get("takes_ms", function.takes * 1000)) / 1000
    if asked.get("settle"):
        function.settles = 0.0
    function.failure = str(asked.get("fails", function.failure))
    function.undecipherable = bool(asked.get("undecipherable", function.undecipherable))

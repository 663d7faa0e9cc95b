"""Parameter Store, the part of Systems Manager that Amplify keeps an environment's parameters in.

moto's own would cost a second at every start, and takes pages and names as they come.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow

from aws.sandbox.own_calls import OwnCalls, start_of, token_of

_MOST_NAMES = 10
_MOST_BY_PATH = 10
_MOST_DESCRIBED = 50
_DEEPEST = 15
_LONGEST = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}
_NAME = re.compile(r"[a-zA-Z0-9_.-]+|(/[a-zA-Z0-9_.-]+)+")
_NAME_RULE = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 "
    "symbols .-_"
)


class ValidationException(ServiceException):
    code = "ValidationException"


class ParameterNotFound(ServiceException):
    code = "ParameterNotFound"
    message = ""


class ParameterAlreadyExists(ServiceException):
    code = "ParameterAlreadyExists"
    message = "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."


class HierarchyLevelLimitExceeded(ServiceException):
    code = "HierarchyLevelLimitExceededException"


class InvalidNextToken(ServiceException):
    code = "InvalidNextToken"
    message = "The specified token isn't valid."


@dataclass
class Parameter:
    name: str
    arn: str
    value: str
    type: str = "String"
    tier: str = "Standard"
    description: str = ""
    version: int = 1
    data_type: str = "text"
    changed: Any = field(default_factory=utcnow)

    def shown(self, *, decrypted: bool) -> dict[str, Any]:
        hidden = self.type == "SecureString" and not decrypted
        value = f"kms:alias/aws/ssm:{base64.b64encode(self.value.encode()).decode()}" if hidden else self.value
        return {
            "Name": self.name,
            "Type": self.type,
            "Value": value,
            "Version": self.version,
            "LastModifiedDate": self.changed,
            "ARN": self.arn,
            "DataType": self.data_type,
        }

    def described(self) -> dict[str, Any]:
        shown = self.shown(decrypted=False)
        del shown["Value"]
        return {**shown, "Tier": self.tier, "Description": self.description, "Policies": []}


class ParameterStoreBackend(BaseBackend):
    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.parameters: dict[str, Parameter] = {}

    def put(
        self, name: str, value: str, *, overwrite: bool, type_: str | None, tier: str, description: str = ""
    ) -> Parameter:
        """PutParameter. Raises what AWS documents for a name, a size or a parameter that is there already."""
        _check_name(name)
        longest = _LONGEST[tier]
        if not value:
            raise _broken("", "value", "have length greater than or equal to 1")
        if len(value) > longest:
            raise ValidationException(f"{tier} tier parameters support a maximum parameter value of {longest} characters.")  # fmt: skip  # noqa: E501
        existing = self.parameters.get(name)
        if existing is not None:
            if not overwrite:
                raise ParameterAlreadyExists()
            existing.value, existing.tier, existing.changed = value, tier, utcnow()
            existing.type, existing.version = type_ or existing.type, existing.version + 1
            existing.description = description or existing.description
            return existing
        if type_ is None:
            raise ValidationException("A parameter type is required when you create a parameter.")
        arn = f"arn:aws:ssm:{self.region_name}:{self.account_id}:parameter/{name.removeprefix('/')}"
        parameter = self.parameters[name] = Parameter(name, arn, value, type_, tier, description)
        return parameter

    def below(self, path: str, *, recursive: bool) -> list[Parameter]:
        prefix = path.rstrip("/") + "/"
        return [
            parameter
            for name, parameter in sorted(self.parameters.items())
            if name.startswith(prefix) and (recursive or "/" not in name[len(prefix) :])
        ]


def _check_name(name: str) -> None:
    bare = name.removeprefix("/").lower()
    if bare.startswith("aws"):
        raise ValidationException(f"No access to reserved parameter name: {name}.")
    if bare.startswith("ssm") or not _NAME.fullmatch(name):
        raise ValidationException(_NAME_RULE)
    if name.count("/") > _DEEPEST:
        raise HierarchyLevelLimitExceeded(
            f"The hierarchy depth must be within the limit of {_DEEPEST} levels. Name: {name}"
        )


def _broken(value: object, member: str, rule: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    )


parameter_store_backends = BackendDict(ParameterStoreBackend, "ssm")


class ParameterStoreCalls(OwnCalls[ParameterStoreBackend]):
    def __init__(self) -> None:
        super().__init__("ssm", parameter_store_backends)

    def put_parameter(self) -> ActionResult:
        overwrite = bool(self._get_param("Overwrite"))
        if overwrite and self._get_param("Tags"):
            raise ValidationException("Invalid request: tags and overwrite can't be used together.")
        parameter = self.backend.put(
            self._get_param("Name"),
            self._get_param("Value") or "",
            overwrite=overwrite,
            type_=self._get_param("Type"),
            tier=self._get_param("Tier") or "Standard",
            description=self._get_param("Description") or "",
        )
        return ActionResult({"Version": parameter.version, "Tier": parameter.tier})

    def get_parameter(self) -> ActionResult:
        parameter = self.backend.parameters.get(self._get_param("Name"))
        if parameter is None:
            raise ParameterNotFound()
        return ActionResult({"Parameter": parameter.shown(decrypted=bool(self._get_param("WithDecryption")))})

    def get_parameters(self) -> ActionResult:
        found, missing = self._named()
        decrypted = bool(self._get_param("WithDecryption"))
        shown = [parameter.shown(decrypted=decrypted) for parameter in found]
        return ActionResult({"Parameters": shown, "InvalidParameters": missing})

    def get_parameters_by_path(self) -> ActionResult:
        path = self._get_param("Path")
        if not path.startswith("/"):
            raise ValidationException(
                "The parameter path must begin with a forward slash. It may not begin with a parameter name."
            )
        if self._get_param("ParameterFilters"):
            raise NotImplementedError("filters of GetParametersByPath")
        decrypted = bool(self._get_param("WithDecryption"))
        found = self.backend.below(path, recursive=bool(self._get_param("Recursive")))
        return self._page((one.shown(decrypted=decrypted) for one in found), _MOST_BY_PATH)

    def describe_parameters(self) -> ActionResult:
        if self._get_param("ParameterFilters") or self._get_param("Filters"):
            raise NotImplementedError("filters of DescribeParameters")
        every = (parameter.described() for _, parameter in sorted(self.backend.parameters.items()))
        return self._page(every, _MOST_DESCRIBED)

    def delete_parameter(self) -> ActionResult:
        if self.backend.parameters.pop(self._get_param("Name"), None) is None:
            raise ParameterNotFound()
        return EmptyResult()

    def delete_parameters(self) -> ActionResult:
        found, missing = self._named()
        for parameter in found:
            del self.backend.parameters[parameter.name]
        return ActionResult(
            {"DeletedParameters": [parameter.name for parameter in found], "InvalidParameters": missing}
        )

    def _named(self) -> tuple[list[Parameter], list[str]]:
        names = list(self._get_param("Names"))
        if len(names) > _MOST_NAMES:
            raise _broken(names, "names", f"have length less than or equal to {_MOST_NAMES}")
        if len(set(names)) < len(names):
            raise ValidationException("The request contains duplicate parameter names.")
        parameters = self.backend.parameters
        return [parameters[name] for name in names if name in parameters], [
            name for name in names if name not in parameters
        ]

    def _page(self, items: Iterable[dict[str, Any]], most: int) -> ActionResult:
        size = int(self._get_param("MaxResults") or most)
        if not 1 <= size <= most:
            raise _broken(size, "maxResults", f"have value less than or equal to {most}")
        try:
            start = start_of(self._get_param("NextToken"))
        except ValueError as error:
            raise InvalidNextToken() from error
        every = list(items)
        answer: dict[str, Any] = {"Parameters": every[start : start + size]}
        if start + size < len(every):
            answer["NextToken"] = token_of(start + size)
        return ActionResult(answer)

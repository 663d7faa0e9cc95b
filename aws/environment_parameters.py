"""Parameters of SSM Parameter Store, where Amplify keeps the values of an environment that belong in no file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from aws.calls import call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.quotas import Quota
from aws.resources import Api, Page
from aws.target import AwsTarget

_PAGE = 10
"""The most parameters in one page, and the most that one call deletes."""


@dataclass(frozen=True, slots=True)
class StoredParameter:
    """One parameter by its full name. Values of an environment may be secrets, so no representation shows them.

    The value of an `encrypted` one is not the secret itself.
    """

    name: str
    value: str = field(repr=False)
    encrypted: bool = False

    @classmethod
    def from_api(cls, data: Api) -> Self:
        return cls(name=data["Name"], value=data["Value"], encrypted=data.get("Type") == "SecureString")


@uses("ssm:GetParametersByPath", quota=Quota.UNPUBLISHED)
def _page_of_parameters(target: AwsTarget, path: str, token: str) -> Page[StoredParameter]:
    more = {"NextToken": token} if token else {}
    parse = page_of("Parameters", StoredParameter.from_api, "NextToken")
    return fetch(target, "ssm", "GetParametersByPath", parse, Path=path, MaxResults=_PAGE, WithDecryption=False, **more)


@uses(_page_of_parameters)
def iter_parameters(target: AwsTarget, path: str) -> Iterator[StoredParameter]:
    """Every parameter directly below `path` (`/amplify/<app id>/<environment>`); none when there is no such path."""
    return to_the_end(lambda token: _page_of_parameters(target, path, token))


@uses("ssm:PutParameter", quota=Quota.PARAMETER_THROUGHPUT)
def put_parameter(target: AwsTarget, name: str, value: str) -> None:
    """Set a parameter, whether it exists or not. A repetition sets the same value again, which does no harm."""
    call(target, "ssm", "PutParameter", Name=name, Value=value, Type="String", Tier="Standard", Overwrite=True)


@uses("ssm:DeleteParameters", quota=Quota.UNPUBLISHED)
def delete_parameters(target: AwsTarget, names: Sequence[str]) -> None:
    """Delete parameters, ten at a time; those that are gone already are no error."""
    wanted = list(dict.fromkeys(names))
    for start in range(0, len(wanted), _PAGE):
        call(target, "ssm", "DeleteParameters", Names=wanted[start : start + _PAGE])

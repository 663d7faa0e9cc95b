"""What CloudFormation says in a stack's event when Cognito refuses a resource."""

from collections.abc import Iterator
from contextlib import contextmanager

from moto.core.exceptions import JsonRESTError, ServiceException

from aws.sandbox.cloudformation.errors import ResourceFailed

_NOT_FOUND = "ResourceNotFoundException"
_HANDLER_CODES = {
    _NOT_FOUND: "NotFound",
    "GroupExistsException": "AlreadyExists",
    "LimitExceededException": "ServiceLimitExceeded",
}


def refused(words: str, handler_code: str = "InvalidRequest") -> ResourceFailed:
    """The reason in the shape every resource handler gives it."""
    said = f"Invalid request provided: {words}" if handler_code == "InvalidRequest" else words
    return ResourceFailed(f'Resource handler returned message: "{said}" (HandlerErrorCode: {handler_code})')


#: moto has two families of errors, and Cognito raises both.
_REFUSALS = (JsonRESTError, ServiceException)


def _code(error: JsonRESTError | ServiceException) -> str:
    return str(error.error_type if isinstance(error, JsonRESTError) else error.code)


@contextmanager
def handled(service: str) -> Iterator[None]:
    """Turn the service's refusal into the reason of an event."""
    try:
        yield
    except _REFUSALS as error:
        words = f"{error.message} (Service: {service}, Status Code: 400)"
        raise refused(words, _HANDLER_CODES.get(_code(error), "InvalidRequest")) from error


@contextmanager
def gone_already() -> Iterator[None]:
    """Deleting what somebody deleted by other means succeeds."""
    try:
        yield
    except _REFUSALS as error:
        if _code(error) != _NOT_FOUND:
            raise

"""CloudFormation's own errors, in AWS's words."""

from moto.core.exceptions import ServiceException


class CloudFormationError(ServiceException):
    """An answer with HTTP 400."""


class ValidationError(CloudFormationError):
    code = "ValidationError"


class AlreadyExists(CloudFormationError):
    code = "AlreadyExistsException"


class ChangeSetNotFound(CloudFormationError):
    code = "ChangeSetNotFoundException"


class InvalidChangeSetStatus(CloudFormationError):
    code = "InvalidChangeSetStatusException"


class InsufficientCapabilities(CloudFormationError):
    code = "InsufficientCapabilitiesException"


class ResourceFailed(Exception):
    """A resource could not be made or changed; the text is the reason its event gives."""


def stack_not_found(name: str) -> ValidationError:
    return ValidationError(f"Stack with id {name} does not exist")


def cannot_be_updated(stack_id: str, status: str) -> ValidationError:
    return ValidationError(f"Stack:{stack_id} is in {status} state and can not be updated.")

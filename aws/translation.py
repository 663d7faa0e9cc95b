"""The SDK's and AWS's errors as the five kinds of `aws.errors`, in words without secrets."""

import re
from collections.abc import Mapping
from typing import Any

from botocore import exceptions as sdk
from botocore.parsers import ResponseParserError

from aws.errors import AccessDenied, AwsError, NotFound, Rejected, Throttled, Unavailable

NOT_FOUND = {
    "ChangeSetNotFound", "NoSuchBucket", "NoSuchEntity", "NoSuchEntityException", "NoSuchKey", "NotFoundException",
    "ParameterNotFound", "ResourceNotFoundException", "UserNotFoundException", "UserPoolNotFoundException",
}  # fmt: skip
BAD_CREDENTIALS = {
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
    "InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}  # fmt: skip
CLOCK = {"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"}
BAD_CREDENTIALS |= CLOCK
DENIED = {
    "AccessDenied", "AccessDeniedException", "ForbiddenException", "NotAuthorized", "NotAuthorizedException",
    "OptInRequired", "UnauthorizedException", "UnauthorizedOperation",
}  # fmt: skip
THROTTLED = {
    "BandwidthLimitExceeded", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
    "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
    "TooManyRequestsException", "TooManyUpdates",
}  # fmt: skip
QUOTA_OF_SOMETHING = {"LimitExceeded", "LimitExceededException", "ParameterLimitExceeded"}
BROKEN = {
    "DependentServiceFailureException", "ExternalServiceException", "InternalError", "InternalErrorException",
    "InternalFailure", "InternalServerError", "InternalServiceError", "RequestTimeout", "RequestTimeoutException",
    "ServiceFailure", "ServiceFailureException", "ServiceUnavailable", "ServiceUnavailableException",
}  # fmt: skip
CHANGED_MEANWHILE = {
    "ConcurrentModification", "ConcurrentModificationException", "ConditionalRequestConflict",
    "InvalidChangeSetStatus", "OperationAborted", "PreconditionFailed", "PreconditionFailedException",
    "ResourceConflictException",
}  # fmt: skip

FIX_CREDENTIALS = (
    "Give the console valid AWS credentials (a role of the machine, AWS_PROFILE, or AWS_ACCESS_KEY_ID and its"
    " companions), check the machine's clock, and start it again."
)
FIX_CLOCK = (
    "Set the clock of the console's machine (with NTP, for example timedatectl set-ntp true), then try again; the"
    " credentials themselves may well be right."
)
FIX_ROLE = (
    "Check the role's ARN and external id in the environment's settings, and that the role's trust policy lets the"
    " console's own identity assume it."
)
FIX_ENDPOINT = (
    "Check the console's network and, if AWS_ENDPOINT_URL is set, that what it names is running; then try again."
)

_IN_ANOTHER_REGION = {
    "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraint", "IllegalLocationConstraintException",
    "PermanentRedirect", "TemporaryRedirect",
}  # fmt: skip
# What an administrator's call hears about one user. IAM refuses with AccessDeniedException, and too many requests of
# the whole account are TooManyRequestsException, so neither of these is about the console.
_ABOUT_THE_USER = {
    "LimitExceededException": "Cognito limits this for each user and hour, and e-mails for each account and day: wait.",
    "NotAuthorizedException": "Look at the user's status: what was asked for does not go with it.",
}
_CLOCK_IS_OFF = re.compile(r"Signature (?:expired|not yet current)|too skewed", re.IGNORECASE)
_NO_SUCH_STACK = re.compile(r"^(?:Template for )?stack\b.*\bdoes not exist", re.IGNORECASE | re.DOTALL)
_BUSY_STACK = re.compile(r"\bis in (?!REVIEW_)\w+_IN_PROGRESS state\b")
_REFUSED_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)(?: on resource:? \"?([^\s\"]+)\"?)?")
_EXPLICIT_DENY = re.compile(r"with an explicit deny(?: in an? [\w -]+ policy)?")
_ACCESS_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_MEASURED = re.compile(r"\s*String measured:.*", re.DOTALL)
"""With these words Lambda repeats all environment variables, when there are too many of them."""
_PARAMETER_VALUE = re.compile(r"value: .*?, (?=type|valid)", re.DOTALL)
_SECRET_PARAMETER = re.compile("secret|password|token", re.IGNORECASE)
_SHORTEST_VARIABLE = 4
"""Characters; taking shorter values out of a message would take its words to pieces."""
_LONGEST = 600


def translate(exc: Exception, *, action: str, region: str = "", params: Mapping[str, Any] | None = None) -> AwsError:
    """The product's error for what the SDK raised during `action` (`service:Operation`) in `region`.

    `params` are the request's; values of parameters that hold secrets are taken out of the message. An
    error of ours, raised while the SDK was at work, comes back as it is.
    """
    if isinstance(exc, AwsError):
        return exc
    secrets = tuple(_secrets_in(params or {}))
    if isinstance(exc, sdk.ClientError):
        return _from_answer(exc, action, region, secrets)
    if isinstance(exc, sdk.NoCredentialsError | sdk.PartialCredentialsError | sdk.CredentialRetrievalError):
        return AccessDenied(
            "The console has no AWS credentials.", code=type(exc).__name__, action=action, next_step=FIX_CREDENTIALS
        )
    if isinstance(exc, sdk.ProfileNotFound | sdk.TokenRetrievalError | sdk.SSOError | sdk.ConfigParseError):
        return AccessDenied(
            "The console's AWS credentials could not be read.",
            code=type(exc).__name__,
            action=action,
            next_step=FIX_CREDENTIALS,
        )
    if isinstance(exc, sdk.NoRegionError | sdk.InvalidRegionError):
        return Rejected(
            "This is not the name of an AWS Region.",
            code=type(exc).__name__,
            action=action,
            next_step="Choose a Region such as us-east-1.",
        )
    if isinstance(exc, sdk.ParamValidationError):
        words = _clean(_PARAMETER_VALUE.sub("", str(exc)), secrets)
        return Rejected(words, code="ParamValidationError", action=action)
    if isinstance(exc, sdk.ReadTimeoutError | sdk.ConnectTimeoutError):
        return Unavailable("AWS did not answer in time.", code=type(exc).__name__, action=action)
    if isinstance(exc, sdk.EndpointConnectionError | sdk.ProxyConnectionError | sdk.SSLError):
        return Unavailable(
            "AWS could not be reached over the network.",
            code=type(exc).__name__,
            action=action,
            next_step=FIX_ENDPOINT,
        )
    if isinstance(exc, ResponseParserError | sdk.HTTPClientError | sdk.IncompleteReadError | sdk.FlexibleChecksumError):
        return Unavailable("The answer from AWS broke off or was damaged.", code=type(exc).__name__, action=action)
    if isinstance(exc, ValueError):
        return Unavailable(
            "The address of AWS is not valid.", code="InvalidEndpoint", action=action, next_step=FIX_ENDPOINT
        )
    return Unavailable("The request to AWS failed.", code=type(exc).__name__, action=action)


def region_elsewhere(answer: Mapping[str, Any], own: str) -> str | None:
    """The Region S3 names in an error because the bucket is there and not in `own`.

    "" when it does not tell which, None for other errors.
    """
    error = answer.get("Error", {})
    code = str(error.get("Code") or "")
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders") or {}
    region = str(headers.get("x-amz-bucket-region") or error.get("Region") or "")
    # An answer to HEAD has no body, and so no code besides its status.
    if code in _IN_ANOTHER_REGION and (region or code != "AuthorizationHeaderMalformed"):
        return region
    return region if code == "400" and region not in ("", own) else None


def _from_answer(exc: sdk.ClientError, action: str, region: str, secrets: tuple[str, ...]) -> AwsError:
    error = exc.response.get("Error", {})
    metadata: Mapping[str, Any] = exc.response.get("ResponseMetadata", {})
    code = str(error.get("Code") or "")
    status = int(metadata.get("HTTPStatusCode") or 0)
    assuming = exc.operation_name == "AssumeRole" and not action.endswith(":AssumeRole")
    if assuming:
        action = "sts:AssumeRole"
    message = _clean(str(error.get("Message") or ""), secrets) or f"AWS answered with the error {code or status}."
    known: dict[str, str] = {"code": code, "action": action, "request_id": str(metadata.get("RequestId") or "")}

    service = action.partition(":")[0]
    if service == "s3" and (elsewhere := region_elsewhere(exc.response, region)) is not None:
        words = f"The bucket is in the Region {elsewhere}." if elsewhere else "The bucket is in another Region."
        known["code"] = "WrongRegion"
        return Rejected(words, **known, next_step="Set the environment's Region to that of its deployment bucket.")
    if code in CLOCK or (code in BAD_CREDENTIALS and _CLOCK_IS_OFF.search(message)):
        words = "AWS refuses what the console signs, because the console's clock and AWS's differ by minutes."
        return AccessDenied(words, **known, next_step=FIX_CLOCK)
    if code in BAD_CREDENTIALS:
        # Such messages can quote what was signed, session token included.
        words = "AWS does not accept the console's credentials: they are expired, wrong, or the clock is off."
        return AccessDenied(words, **known, next_step=FIX_CREDENTIALS)
    if service == "cognito-idp" and action.partition(":")[2].startswith("Admin") and code in _ABOUT_THE_USER:
        return Rejected(message, **known, next_step=_ABOUT_THE_USER[code])
    if code in DENIED:
        words, refused = _refusal(message, action)
        known["action"] = refused
        return AccessDenied(words, **known, next_step=FIX_ROLE if assuming else "")
    if code in QUOTA_OF_SOMETHING:
        # Before the status: Amplify answers 429 as well when an account may have no more apps.
        return _over_a_limit(message, action, known)
    if code in THROTTLED or status == 429:
        return Throttled(message, **known)
    if code == "404":
        return NotFound("AWS does not know it.", **known)
    about_a_stack = code == "ValidationError" and service == "cloudformation"
    if code in NOT_FOUND or (about_a_stack and _NO_SUCH_STACK.search(message)):
        return NotFound(message, **known)
    if code in BROKEN or status >= 500:
        return Unavailable("AWS had an internal error." if status >= 500 else message, **known)
    if code in CHANGED_MEANWHILE:
        return Rejected(
            message, **known, next_step="Somebody else is changing this at the same moment; look again and repeat."
        )
    if about_a_stack and _BUSY_STACK.search(message):
        return Rejected(message, **known, next_step="Wait until the stack's present update has ended, then repeat.")
    if code == "InvalidObjectState":
        return Rejected(message, **known, next_step="Restore the object from the archive, then try again.")
    if code in ("401", "403"):
        return AccessDenied(f"Not authorized to perform {action}.", **known)
    if status in (401, 403):
        return AccessDenied(message, **known)
    return Rejected(message, **known)


def _over_a_limit(message: str, action: str, known: dict[str, str]) -> AwsError:
    """The same code means "too many requests" for reads, and "too many of these exist" where something is made."""
    service, _, operation = action.partition(":")
    if service == "iam" or operation.startswith(("Create", "Add", "Put", "Set", "Update")):
        return Rejected(
            message,
            **known,
            next_step="The account's quota of these is used up: remove one, or ask AWS to raise the quota.",
        )
    return Throttled(message, **known)


def _refusal(message: str, action: str) -> tuple[str, str]:
    """The words and the action of a refusal: what and on which resource, but not who we are in that account."""
    found = _REFUSED_ACTION.search(message)
    if found is None:
        return re.sub(r"\bUser: \S+ (?:is )?", "", message), action
    refused, resource = found[1], found[2]
    words = f"Not authorized to perform {refused}"
    if resource:
        words += f" on resource {resource.rstrip('.,')}"
    if _EXPLICIT_DENY.search(message):
        words += ", because a policy denies it explicitly"
    return words + ".", refused


def _secrets_in(value: Any, key: str = "") -> list[str]:
    if isinstance(value, Mapping):
        # Nobody knows which of a function's environment variables are secret, and Lambda repeats what it refuses.
        if key == "Variables":
            return [part for part in value.values() if isinstance(part, str) and len(part) >= _SHORTEST_VARIABLE]
        return [secret for name, part in value.items() for secret in _secrets_in(part, str(name))]
    if isinstance(value, list | tuple):
        return [secret for part in value for secret in _secrets_in(part, key)]
    secret = isinstance(value, str) and value and _SECRET_PARAMETER.search(key)
    return [value] if secret else []


def _clean(message: str, secrets: tuple[str, ...]) -> str:
    for secret in secrets:
        message = message.replace(secret, "(hidden)")
    message = _MEASURED.sub("", _ACCESS_KEY_ID.sub("(hidden)", message))
    return message if len(message) <= _LONGEST else message[: _LONGEST - 1] + "…"

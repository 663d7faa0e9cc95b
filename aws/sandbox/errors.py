"""Errors in the words AWS uses, raised where moto's own differ, and the bodies of errors the sandbox makes itself."""

import json
from xml.sax.saxutils import escape

from moto.core.exceptions import JsonRESTError


class InvalidParameter(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("InvalidParameterException", message)


class NotAuthorized(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("NotAuthorizedException", message)


class LimitExceeded(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("LimitExceededException", message)


class UserNotFound(JsonRESTError):
    def __init__(self) -> None:
        super().__init__("UserNotFoundException", "User does not exist.")


class ResourceNotFound(JsonRESTError):
    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


def constraint_broken(value: object, member: str, rule: str) -> InvalidParameter:
    """AWS's sentence for a parameter its service model forbids."""
    return InvalidParameter(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    )


def error_body(*, code: str, message: str, wants_xml: bool) -> tuple[bytes, list[tuple[str, str]]]:
    """The body and the headers of an error, for a JSON service or for one of the XML services (IAM, STS, S3)."""
    if wants_xml:
        inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        text = f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error><RequestId>sandbox</RequestId></ErrorResponse>"
        return text.encode(), [("Content-Type", "text/xml")]
    text = json.dumps({"__type": code, "message": message})
    return text.encode(), [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]

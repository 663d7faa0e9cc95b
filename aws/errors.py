"""Vendor errors as the handful the product knows, each with what a person can do about it."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["not-found", "denied", "rejected", "throttled", "unavailable"]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as a value, so that pure rules can judge what could not be read.

    `code` is AWS's own error code, `action` the IAM action of the call (`cognito-idp:DescribeUserPool`).
    """

    kind: FaultKind
    code: str
    message: str
    action: str


class AwsError(Exception):
    """Something AWS answered, or failed to answer.

    `code` is AWS's error code, `action` the IAM action of the call, `request_id` what AWS Support asks for.
    `next_step` replaces the words of the class where more is known about this one.
    """

    kind: FaultKind = "unavailable"
    retryable = False
    words = "AWS could not do this."
    next_step = "Try again; if it happens again, give the error code to whoever runs this console."

    def __init__(
        self, message: str, *, code: str = "", action: str = "", request_id: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.action = action
        self.request_id = request_id
        if next_step:
            self.next_step = next_step

    def fault(self) -> Fault:
        return Fault(kind=self.kind, code=self.code, message=self.message, action=self.action)


class NotFound(AwsError):
    kind: FaultKind = "not-found"
    words = "AWS says this does not exist."
    next_step = "Check the id and the Region, or choose another one; it may have been deleted meanwhile."


class AccessDenied(AwsError):
    kind: FaultKind = "denied"
    words = "The console's AWS credentials may not do this."
    next_step = "Allow the action named here in the policy of the console's role, then try again."


class Rejected(AwsError):
    """The input was refused: a name taken, a malformed id, a weak password, a quota of resources reached."""

    kind: FaultKind = "rejected"
    words = "AWS refused the request."
    next_step = "Change what AWS names in its message and try again."


class Throttled(AwsError):
    kind: FaultKind = "throttled"
    retryable = True
    words = "AWS asked the console to slow down: the account's request quota is used up at the moment."
    next_step = "Wait a minute and try again; the quota is shared with the live application."


class Unavailable(AwsError):
    kind: FaultKind = "unavailable"
    retryable = True
    words = "AWS could not be reached, or did not answer in time."
    next_step = "Check the console's network and credentials, then try again."

"""Answers that are broken off or never come, where the SDK's own way with them would do harm."""

import json
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError
from botocore.parsers import ResponseParserError

from aws.translation import region_elsewhere

_NEVER_SENT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)

_NAMED_AND_WITH_A_TOKEN = {"CreateChangeSet", "CreateStack"}
"""CloudFormation makes no second thing of the same name, and knows a repeated request by the token sent with it."""

_WRITES_TO_PEOPLE = {"AdminCreateUser", "AdminResetUserPassword"}
"""Repeated by the SDK, these would send somebody a second message."""


def refuse_half_an_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Handler of the SDK's `before-parse` event: a JSON answer of success must be whole JSON.

    The SDK by itself reads half a document as an empty one.
    Broken XML is already refused by the SDK. An empty body is a valid answer of updates; those who need
    something in it notice that it is missing.
    """
    protocol = operation_model.service_model.metadata.get("protocol", "")
    body = response_dict.get("body")
    if "json" not in protocol or response_dict.get("status_code", 0) >= 300 or not isinstance(body, bytes) or not body:
        return
    try:
        whole = isinstance(json.loads(body), dict)
    except ValueError as exc:
        raise ResponseParserError(f"The answer to {operation_model.name} is not whole JSON.") from exc
    if not whole:
        raise ResponseParserError(f"The answer to {operation_model.name} is not a JSON object.")


def never_make_twice(operation: Any, response: Any, caught_exception: Exception | None, **_: Any) -> None:
    """Handler of the SDK's `needs-retry` event: stop where repeating might make a second thing, or a second message.

    A call of these that timed out or met a broken server may have been carried out all the same. Refusals, throttling
    and connections that never came about are repeated as usual.
    """
    about_one_user = operation.name.startswith("Admin")
    if about_one_user and response is not None and _code_of(response[1]) == "LimitExceededException":
        # The SDK takes it for throttling; here it is a full group, or an hourly limit of this user.
        raise ClientError(response[1], operation.name)
    once = operation.name.startswith("Create") or operation.name in _WRITES_TO_PEOPLE
    if not once or operation.name in _NAMED_AND_WITH_A_TOKEN:
        return
    if caught_exception is not None and not isinstance(caught_exception, _NEVER_SENT):
        raise caught_exception
    if response is not None and response[0].status_code >= 500:
        raise ClientError(response[1], operation.name)


def _code_of(answer: Any) -> str:
    return str(answer.get("Error", {}).get("Code") or "")


def stay_in_the_region(operation: Any, response: Any, request_dict: dict[str, Any], **_: Any) -> None:
    """Handler of S3's `needs-retry` event: a bucket of another Region is an error.

    The SDK by itself would follow to where the bucket is, and read and write there unasked.
    """
    own = str(request_dict.get("context", {}).get("client_region") or "")
    if response is not None and region_elsewhere(response[1], own) is not None:
        raise ClientError(response[1], operation.name)

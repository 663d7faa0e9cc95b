"""Answers that arrive broken off. The SDK reads half a JSON document as an empty one; we must not."""

import json
from typing import Any

from botocore.parsers import ResponseParserError


def refuse_half_an_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Handler of the SDK's `before-parse` event: a JSON answer of success must be whole JSON.

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

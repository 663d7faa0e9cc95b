"""The payload of a headless import: `ImportAuthRequest`, version 1 (Amplify project format, section 1.3). Pure."""

import json
import unicodedata
from typing import Any, NoReturn

from auth_import.observation import Choice

VERSION = 1
LARGEST = 1_000_000
"""Bytes. A payload is a few hundred; more than this is another file by mistake."""
_REQUIRED = ("userPoolId", "webClientId", "nativeClientId")
_EXAMPLE = '{"version": 1, "userPoolId": "…", "webClientId": "…", "nativeClientId": "…", "identityPoolId": "…"}'


class InvalidRequest(ValueError):
    """The payload is not a valid request; the message says what is wrong with it."""


def read_request(payload: bytes) -> Choice:
    """The choice a payload asks for. Unknown keys are ignored; an empty identity pool means user pool only.

    Raises InvalidRequest.
    """
    data = _object(payload)
    _require_version(data)
    missing = [key for key in _REQUIRED if key not in data]
    if missing:
        raise InvalidRequest(f"The payload lacks {', '.join(missing)}.")
    return Choice(
        user_pool_id=_id(data, "userPoolId"),
        web_client_id=_id(data, "webClientId"),
        native_client_id=_id(data, "nativeClientId"),
        identity_pool_id=_id(data, "identityPoolId") if "identityPoolId" in data else "",
    )


def _object(payload: bytes) -> dict[str, Any]:
    if len(payload) > LARGEST:
        raise InvalidRequest("The payload is too long to be an import request.")
    if not payload.strip():
        raise InvalidRequest(f"The payload is empty. Give one JSON object on standard input: {_EXAMPLE}")
    try:
        data = json.loads(payload.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            raise InvalidRequest("The payload holds more than one JSON document. Give exactly one object.") from error
        raise InvalidRequest(
            f"The payload is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidRequest("The payload is not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"The payload is not JSON: {error}.") from error
    if not isinstance(data, dict):
        raise InvalidRequest(f"The payload must be one JSON object: {_EXAMPLE}")
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _require_version(data: dict[str, Any]) -> None:
    version = data.get("version")
    # True counts as a number in Python, not in JSON.
    if isinstance(version, bool) or not isinstance(version, int | float) or not version:
        raise InvalidRequest('The payload has no usable top-level version. Add "version": 1, as a number.')
    if version != VERSION:
        raise InvalidRequest(
            f"There is no schema for version {str(version)[:40]} of an import request. Use version {VERSION}."
        )


def _id(data: dict[str, Any], key: str) -> str:
    value = data[key]
    if not isinstance(value, str):
        raise InvalidRequest(f"{key} must be a string.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise InvalidRequest(f"{key} holds characters that no identifier has.")
    return value

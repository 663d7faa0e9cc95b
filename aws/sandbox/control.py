"""The control surface only the sandbox has, as JSON: `/sandbox/faults`, `calls`, `stacks` and `health`."""

import json
from typing import Any

from aws.sandbox.calls import CallLog
from aws.sandbox.cloudformation import control as stacks
from aws.sandbox.faults import BadFault, Fault, FaultBook

PREFIX = "/sandbox/"


def answer(environ: dict[str, Any], faults: FaultBook, calls: CallLog) -> tuple[str, Any]:
    """The HTTP status line and the JSON value for a request below `/sandbox/`."""
    path, method = environ["PATH_INFO"].rstrip("/"), environ["REQUEST_METHOD"]
    if path == "/sandbox/health" and method == "GET":
        return "200 OK", {"status": "ready"}
    if path == "/sandbox/calls" and method == "GET":
        return "200 OK", {"calls": calls.as_json()}
    if path == "/sandbox/calls" and method == "DELETE":
        calls.clear()
        return "200 OK", {"calls": []}
    if path == "/sandbox/stacks" and method in ("POST", "DELETE"):
        return _set_stacks(environ, method)
    if path == "/sandbox/faults" and method == "POST":
        return _set_faults(environ, faults)
    if path == "/sandbox/faults" and method == "DELETE":
        faults.clear()
    elif path != "/sandbox/faults" or method != "GET":
        known = "GET, POST, DELETE /sandbox/faults; GET, DELETE /sandbox/calls; POST, DELETE /sandbox/stacks"
        return "404 Not Found", {"error": f"known: {known}"}
    return "200 OK", {"faults": faults.as_json()}


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _set_stacks(environ: dict[str, Any], method: str) -> tuple[str, Any]:
    try:
        if method == "DELETE":
            stacks.forget()
        else:
            stacks.ask(json.loads(_body(environ)))
    except (ValueError, TypeError, AttributeError, stacks.BadWish) as error:
        return "400 Bad Request", {"error": str(error)}
    return "200 OK", {}


def _set_faults(environ: dict[str, Any], faults: FaultBook) -> tuple[str, Any]:
    body = _body(environ)
    try:
        posted = json.loads(body)
        asked = [Fault.from_json(item) for item in (posted if isinstance(posted, list) else [posted])]
    except (ValueError, TypeError, BadFault) as error:
        return "400 Bad Request", {"error": str(error)}
    for fault in asked:
        faults.add(fault)
    return "200 OK", {"faults": faults.as_json()}

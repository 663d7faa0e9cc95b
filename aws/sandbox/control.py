"""The control surface only the sandbox has: `/sandbox/faults`, `/sandbox/calls` and `/sandbox/health`, as JSON."""

import json
from typing import Any

from aws.sandbox.calls import CallLog
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
    if path == "/sandbox/faults" and method == "POST":
        return _set_faults(environ, faults)
    if path == "/sandbox/faults" and method == "DELETE":
        faults.clear()
    elif path != "/sandbox/faults" or method != "GET":
        return "404 Not Found", {"error": "known: GET, POST, DELETE /sandbox/faults; GET, DELETE /sandbox/calls"}
    return "200 OK", {"faults": faults.as_json()}


def _set_faults(environ: dict[str, Any], faults: FaultBook) -> tuple[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        posted = json.loads(body)
        asked = [Fault.from_json(item) for item in (posted if isinstance(posted, list) else [posted])]
    except (ValueError, TypeError, BadFault) as error:
        return "400 Bad Request", {"error": str(error)}
    for fault in asked:
        faults.add(fault)
    return "200 OK", {"faults": faults.as_json()}

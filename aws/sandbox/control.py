"""The control surface only the sandbox has, as JSON, below `/sandbox/`."""

import json
from typing import Any

from aws.sandbox import filling, functions, user_import_jobs
from aws.sandbox.calls import CallLog
from aws.sandbox.cloudformation import control as stacks
from aws.sandbox.direct_calls import one_at_a_time
from aws.sandbox.faults import BadFault, Fault, FaultBook

PREFIX = "/sandbox/"


def answer(environ: dict[str, Any], faults: FaultBook, calls: CallLog) -> tuple[str, Any]:
    """The HTTP status line and the JSON value for a request below `/sandbox/`."""
    path, method = environ["PATH_INFO"].rstrip("/"), environ["REQUEST_METHOD"]
    if path in ("/sandbox/users", "/sandbox/imports", "/sandbox/messages"):
        with one_at_a_time:
            return _about_users(environ, path, method)
    if path == "/sandbox/health" and method == "GET":
        return "200 OK", {"status": "ready"}
    if path == "/sandbox/calls" and method == "GET":
        return "200 OK", {"calls": calls.as_json()}
    if path == "/sandbox/calls" and method == "DELETE":
        calls.clear()
        return "200 OK", {"calls": []}
    if path == "/sandbox/stacks" and method in ("POST", "DELETE"):
        return _set_stacks(environ, method)
    if path == "/sandbox/functions" and method == "POST":
        return _set_function(environ)
    if path == "/sandbox/faults" and method == "POST":
        return _set_faults(environ, faults)
    if path == "/sandbox/faults" and method == "DELETE":
        faults.clear()
    elif path != "/sandbox/faults" or method != "GET":
        return _unknown()
    return "200 OK", {"faults": faults.as_json()}


def _unknown() -> tuple[str, Any]:
    known = (
        "GET, POST, DELETE /sandbox/faults; GET, DELETE /sandbox/calls; POST, DELETE /sandbox/stacks; "
        "POST /sandbox/functions; "
        "POST /sandbox/users; GET, DELETE /sandbox/messages; GET, POST, DELETE /sandbox/imports"
    )
    return "404 Not Found", {"error": f"known: {known}"}


def _about_users(environ: dict[str, Any], path: str, method: str) -> tuple[str, Any]:
    if path == "/sandbox/users" and method == "POST":
        return _fill(environ)
    if path == "/sandbox/imports" and method in ("GET", "POST", "DELETE"):
        return _imports(environ, method)
    if path == "/sandbox/messages" and method in ("GET", "DELETE"):
        return "200 OK", {"messages": _messages(forget=method == "DELETE")}
    return _unknown()


def _body(environ: dict[str, Any]) -> bytes:
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return body


def _fill(environ: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "200 OK", filling.asked(json.loads(_body(environ)))
    except (ValueError, TypeError) as error:
        return "400 Bad Request", {"error": str(error)}


def _imports(environ: dict[str, Any], method: str) -> tuple[str, Any]:
    try:
        if method == "POST":
            user_import_jobs.wish(json.loads(_body(environ)))
    except (ValueError, TypeError) as error:
        return "400 Bad Request", {"error": str(error)}
    return "200 OK", {"imports": user_import_jobs.logs(forget=method == "DELETE")}


def _messages(forget: bool) -> list[dict[str, Any]]:
    """What the pools would have sent, each pool's in order."""
    told = []
    for pool in filling.pools():
        if forget:
            pool.messages.clear()
        told += pool.messages
    return told


def _set_stacks(environ: dict[str, Any], method: str) -> tuple[str, Any]:
    try:
        if method == "DELETE":
            stacks.forget()
        else:
            stacks.ask(json.loads(_body(environ)))
    except (ValueError, TypeError, AttributeError, stacks.BadWish) as error:
        return "400 Bad Request", {"error": str(error)}
    return "200 OK", {}


def _set_function(environ: dict[str, Any]) -> tuple[str, Any]:
    try:
        functions.wish(json.loads(_body(environ)))
    except (ValueError, TypeError, AttributeError) as error:
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

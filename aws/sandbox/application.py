"""The WSGI application: control surface, faults, log, and then moto."""

import contextlib
import json
import re
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from aws.sandbox import amplify, control, direct_calls, functions, parameter_store
from aws.sandbox.calls import Call, CallLog, read_call
from aws.sandbox.cloudformation.calls import CloudFormationCalls
from aws.sandbox.errors import error_body
from aws.sandbox.faults import Fault, FaultBook
from aws.sandbox.gate import Gate
from aws.sandbox.own_service import own_service

type_start_response = Callable[..., Any]

_AMPLIFY = ("amplify", re.compile(r"https?://amplify\.(.+)\.amazonaws\.com"))

#: The services that are ours altogether, by their name in the signature.
_OURS: dict[str, Callable[..., Any]] = {
    "amplify": amplify.AmplifyCalls.dispatch,
    "cloudformation": CloudFormationCalls.dispatch,
    "lambda": functions.FunctionCalls.dispatch,
    "ssm": parameter_store.ParameterStoreCalls.dispatch,
}

#: Services by their name in the signature, found without matching two hundred addresses.
_KNOWN = {
    "cognito-idp": "cognitoidp",
    "cognito-identity": "cognitoidentity",
    "iam": "iam",
    "s3": "s3",
    "appsync": "appsync",
    **{name: name for name in _OURS},
}

#: How long a hanging call waits when nobody clears the faults, seconds.
_LONGEST_HANG = 300.0


def _create_app(service: Any) -> Flask:
    return own_service(service, _OURS[service]) if service in _OURS else create_backend_app(service)


class Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher with our own services and a short way to those the console uses."""

    def __init__(self) -> None:
        super().__init__(_create_app)
        self.backend_url_patterns = [_AMPLIFY, *self.backend_url_patterns]

    def get_backend_for_host(self, host: str | None) -> Any:
        """moto's own look-up, which prints a line and answers None for a service moto has not."""
        if host is None or host in ("moto_api", "instance_metadata"):
            return host
        for name, pattern in self.backend_url_patterns:
            if pattern.match(f"http://{host}"):
                return name
        if host in list_of_moto_modules():
            return host
        raise NotImplementedError(host)

    def application_for(self, call: Call, environ: dict[str, Any]) -> Flask:
        name = _KNOWN.get(call.service)
        # The first belongs to moto itself, the second to S3 Control, whose calls are signed as S3's are.
        if name is None or environ.get("PATH_INFO", "").startswith(("/moto-api", "/v20180820/")):
            return self.get_application(environ)
        application = self.app_instances.get(name)
        if application is None:
            with self.lock:
                application = self.app_instances.setdefault(name, _create_app(name))
        return application


class SandboxApplication:
    """One request after another goes: delay, fault, moto. Nothing is locked while a call is delayed or hangs."""

    def __init__(self) -> None:
        self.faults = FaultBook()
        self.calls = CallLog()
        self.gate = Gate()
        self.changed = False
        self._dispatcher = Dispatcher()

    def __call__(self, environ: dict[str, Any], start_response: type_start_response) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(control.PREFIX):
            with self.gate.passing():
                status, value = control.answer(environ, self.faults, self.calls)
            # A stack's status is part of the account; what else is set there is not, and one snapshot more is no harm.
            self.changed = self.changed or environ["REQUEST_METHOD"] != "GET"
            return _respond(start_response, status, json.dumps(value).encode(), [("Content-Type", "application/json")])
        call = read_call(environ)
        logged = self.calls.begin(call)
        address = f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}"
        effect = self.faults.effect(call.service, call.operation, address, environ["wsgi.input"].getvalue())
        if effect.delay:
            time.sleep(effect.delay)
        code = 0
        try:
            if effect.fault is not None and effect.fault.kind == "hang":
                effect.fault.released.wait(_LONGEST_HANG)
                _hang_up(environ)
            if effect.fault is not None and effect.fault.kind == "fail":
                line, headers, body = _injected(call, effect.fault)
            else:
                line, headers, body = self._answered(call, environ)
            if effect.fault is not None and effect.fault.kind == "half_body":
                _send_half(environ, start_response, line, headers, body)
            code = int(line.split()[0])
        finally:
            self.calls.end(logged, code)
        return _respond(start_response, line, body, headers)

    def _answered(self, call: Call, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        with self.gate.passing():
            try:
                return direct_calls.answer(call, environ) or self._from_moto(call, environ)
            except (NotImplementedError, ModuleNotFoundError):
                return _not_supplied(call)
            except Exception:  # Moto may fail in any way, and the caller must hear of it as from AWS
                traceback.print_exc(file=sys.stderr)
                body, headers = error_body(
                    code="InternalFailure", message="The sandbox failed; its log says why.", wants_xml=call.wants_xml
                )
                return "500 Internal Server Error", headers, body
            finally:
                if call.changes_state:
                    self.changed = True

    def _from_moto(self, call: Call, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        answered: list[Any] = []

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
            answered[:] = [line, headers]
            return lambda data: None

        application = self._dispatcher.application_for(call, environ)
        chunks = application(environ, start)
        body = b"".join(chunks)
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
        return answered[0], answered[1], body


def _not_supplied(call: Call) -> tuple[str, list[tuple[str, str]], bytes]:
    """moto answers an operation it lacks with HTTP 500 and an HTML page, which every SDK would retry."""
    missing = f"{call.service or 'this service'}:{call.operation}"
    message = f"The sandbox does not supply {missing}. docs/sandbox.md names what it supplies."
    body, headers = error_body(code="NotImplementedInSandbox", message=message, wants_xml=call.wants_xml)
    return "501 Not Implemented", headers, body


def _injected(call: Call, fault: Fault) -> tuple[str, list[tuple[str, str]], bytes]:
    body, headers = error_body(code=fault.code, message=fault.message, wants_xml=call.wants_xml)
    return f"{fault.status} Injected", headers, body


def _respond(
    start_response: type_start_response, line: str, body: bytes, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    if not any(name.lower() == "content-length" for name, _ in headers):
        headers = [*headers, ("Content-Length", str(len(body)))]
    start_response(line, headers)
    return [body]


def _hang_up(environ: dict[str, Any]) -> None:
    """Cut the connection. Raises ConnectionError, which the server takes for a caller that went away."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        # The caller may be gone before us.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("the sandbox hung up, as it was asked to")


def _send_half(
    environ: dict[str, Any],
    start_response: type_start_response,
    line: str,
    headers: list[tuple[str, str]],
    body: bytes,
) -> None:
    """Announce the whole body, send half of it, and cut the connection."""
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    write = start_response(line, [*kept, ("Content-Length", str(len(body)))])
    write(body[: len(body) // 2])
    _hang_up(environ)

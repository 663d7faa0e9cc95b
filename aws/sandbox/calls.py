"""What a request asks for, and the log of all requests, so that a test can say "no call was made twice"."""

import contextlib
import hashlib
import io
import json
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from moto.core.request import Request
from moto.core.routing import get_service_router

_REMEMBERED = 20_000
_READ_ONLY = ("Get", "List", "Describe", "Head", "Simulate", "Lookup", "AdminGet", "AdminList")


@dataclass(frozen=True)
class Call:
    """One request: `digest` is the same for two requests with the same parameters, whatever their order."""

    service: str
    region: str
    operation: str
    digest: str
    wants_xml: bool

    @property
    def changes_state(self) -> bool:
        return not self.operation.startswith(_READ_ONLY)


def read_call(environ: dict[str, Any]) -> Call:
    """Read the request's service, Region, operation and parameters, and leave its body as it was."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    service, region = _signed_for(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    if target:
        operation = target.rsplit(".", 1)[-1]
        service = service or ("cognito-idp" if "IdentityProvider" in target else "cognito-identity")
    elif form:
        operation = _form_action(body)
    else:
        operation = _routed(service, environ)
    return Call(
        service=service,
        region=region,
        operation=operation,
        digest=_digest(environ, body, bool(target)),
        wants_xml=form or service == "s3",
    )


def _signed_for(environ: dict[str, Any]) -> tuple[str, str]:
    try:
        _, _, region, service, _ = environ["HTTP_AUTHORIZATION"].split(",")[0].split()[1].split("/")
    except (KeyError, IndexError, ValueError):
        return "", ""
    return service.lower(), region


def _form_action(body: bytes) -> str:
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name == b"Action":
            return value.decode()
    return ""


def _routed(service: str, environ: dict[str, Any]) -> str:
    try:
        operation, _ = get_service_router(service).match(Request(dict(environ)))
        return str(operation.name)
    except Exception:  # A service or path without a model is still logged, by its address
        return f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"


def _digest(environ: dict[str, Any], body: bytes, is_json: bool) -> str:
    if is_json:
        with contextlib.suppress(ValueError):
            body = json.dumps(json.loads(body), sort_keys=True).encode()
    address = f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}\n"
    return hashlib.sha256(address.encode() + body).hexdigest()[:16]


@dataclass
class LoggedCall:
    """`start` and `end` are seconds since the epoch; `status` is 0 when the connection was cut."""

    service: str
    region: str
    operation: str
    digest: str
    start: float
    end: float = 0.0
    status: int = 0


class CallLog:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[LoggedCall] = deque(maxlen=_REMEMBERED)

    def begin(self, call: Call) -> LoggedCall:
        logged = LoggedCall(call.service, call.region, call.operation, call.digest, time.time())
        with self._lock:
            self._calls.append(logged)
        return logged

    def end(self, logged: LoggedCall, status: int) -> None:
        logged.end, logged.status = time.time(), status

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(logged) for logged in self._calls]

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()

"""Delays and failures on demand: what AWS does on a bad day and moto never does."""

import threading
from dataclasses import dataclass, field
from typing import Any

ANY = "*"
_KINDS = ("fail", "hang", "half_body")


class BadFault(Exception):
    """The fault asked for is not one the sandbox can make; the text says what is wrong."""


@dataclass
class Fault:
    """One rule: `operation` as AWS names it, or `*`; `times` is how often it still acts, None for always.

    `after` is how many calls it concerns are still let pass before it acts. `match` must stand in the request's path,
    query or body.
    """

    operation: str = ANY
    service: str = ANY
    delay_ms: float = 0.0
    kind: str = ""
    code: str = "InternalErrorException"
    message: str = "A fault set for this operation."
    status: int = 400
    times: int | None = None
    match: str = ""
    after: int = 0
    released: threading.Event = field(default_factory=threading.Event, repr=False)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Fault":
        """Read what was posted to `/sandbox/faults`.

        Raises BadFault for an unknown key or kind, or a value of the wrong type.
        """
        known = {"operation", "service", "delay_ms", "kind", "code", "message", "status", "times", "match", "after"}
        unknown = sorted(set(data) - known)
        if unknown:
            raise BadFault(f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
        try:
            fault = cls(**data)
            fault.delay_ms, fault.status, fault.after = float(fault.delay_ms), int(fault.status), int(fault.after)
            fault.times = None if fault.times is None else int(fault.times)
        except (TypeError, ValueError) as error:
            raise BadFault(str(error)) from error
        if fault.kind not in ("", *_KINDS):
            raise BadFault(f"kind must be one of {', '.join(_KINDS)}, or absent for a delay alone")
        if not fault.kind and not fault.delay_ms:
            raise BadFault("give delay_ms, or a kind")
        return fault

    def concerns(self, service: str, operation: str, address: str, body: bytes) -> bool:
        return (
            self.operation in (ANY, operation)
            and self.service in (ANY, service)
            and (not self.match or self.match in address or self.match.encode() in body)
        )

    def as_json(self) -> dict[str, Any]:
        shown = {
            key: getattr(self, key) for key in ("operation", "service", "delay_ms", "kind", "times", "match", "after")
        }
        if self.kind == "fail":
            shown.update(code=self.code, message=self.message, status=self.status)
        return shown


@dataclass(frozen=True)
class Effect:
    """What shall happen to one call: a delay in seconds, then perhaps a fault."""

    delay: float = 0.0
    fault: Fault | None = None


class FaultBook:
    """The faults now set. Looking one up takes a lock for a moment; waiting is done by the caller, without it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def effect(self, service: str, operation: str, address: str, body: bytes) -> Effect:
        """The longest delay of all rules that concern the call, and the first failing rule not used up.

        address: the request's path and query, decoded.
        """
        if not self._faults:
            return Effect()
        delay, chosen = 0.0, None
        with self._lock:
            for fault in self._faults:
                if not fault.concerns(service, operation, address, body) or fault.times == 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.kind and chosen is not None:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                delay = max(delay, fault.delay_ms / 1000)
                chosen = fault if fault.kind else chosen
        return Effect(delay, chosen)

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults if fault.times != 0]

    def clear(self) -> None:
        with self._lock:
            for fault in self._faults:
                fault.released.set()
            self._faults.clear()

"""Second factors, devices, sessions and sign-in history of one user, read at the same time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aws import user_security
from aws.errors import AwsError
from aws.resources import Page
from aws.side_by_side import Pending, Together
from aws.user_resources import AuthEvent, AuthFactors, CognitoUser, Device, UserSession
from user_management.place import Place

FACTOR_WORDS = {
    "SOFTWARE_TOKEN_MFA": "Authenticator app",
    "SMS_MFA": "Text message",
    "EMAIL_OTP": "E-mail",
    "WEB_AUTHN": "Passkey",
}
FIRST_FACTOR_WORDS = {
    "PASSWORD": "Password",
    "EMAIL_OTP": "Code by e-mail",
    "SMS_OTP": "Code by text message",
    "WEB_AUTHN": "Passkey",
    "SOFTWARE_TOKEN": "Authenticator app",
}
EVENT_WORDS = {
    "SignIn": "Sign-in",
    "SignUp": "Sign-up",
    "ForgotPassword": "Forgotten password",
    "PasswordChange": "Change of password",
    "ResendCode": "Code sent again",
}
RISK_WORDS = {"NoRisk": "None", "AccountTakeover": "Perhaps a takeover", "Block": "Blocked"}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four: what was read, why the pool does not offer it, or what went wrong."""

    value: Any = None
    absent: str = ""
    error: AwsError | None = None

    @property
    def is_known(self) -> bool:
        return not self.absent and self.error is None


@dataclass(frozen=True, slots=True)
class Security:
    factors: Part
    devices: Part
    sessions: Part
    history: Part

    @property
    def known_factors(self) -> AuthFactors | None:
        value = self.factors.value
        return value if isinstance(value, AuthFactors) else None


def security_of(place: Place, user: CognitoUser, events: str = "") -> Security:
    """All four at once; each stands for itself, so that one that fails hides none of the others.

    `events` is the token of an older page of the sign-in history.
    """
    asked = place.target, place.pool_id, user.username
    with Together() as together:
        factors = together.start(user_security.auth_factors, *asked)
        devices = together.start(user_security.list_devices, *asked)
        sessions = together.start(user_security.list_sessions, *asked)
        history = together.start(user_security.page_of_auth_events, *asked, token=events)
        return Security(_part(factors), _part(devices), _part(sessions), _part(history))


def older_history(place: Place, user: CognitoUser, events: str) -> Part:
    """The page of the sign-in history that the token leads to, alone."""
    with Together() as together:
        asked = place.target, place.pool_id, user.username
        return _part(together.start(user_security.page_of_auth_events, *asked, token=events))


def _part(pending: "Pending[Any]") -> Part:
    try:
        return Part(pending.result())
    except AwsError as error:
        absent = user_security.why_not_offered(error)
        return Part(absent=absent) if absent else Part(error=error)


def factor_words(factors: AuthFactors) -> list[str]:
    return [FACTOR_WORDS.get(one, one) for one in factors.mfa]


def first_factor_words(factors: AuthFactors) -> list[str]:
    return [FIRST_FACTOR_WORDS.get(one, one) for one in factors.first_factors]


def history_context(history: Part) -> dict[str, Any]:
    """A page of the sign-in history with what happened, and at which risk, in words; and the token of the next."""
    page: Page[AuthEvent] = history.value or Page(())
    rows = [(event, EVENT_WORDS.get(event.kind, event.kind), _risk(event)) for event in page.items]
    return {"history_part": history, "history": rows, "older": page.next_token}


def _risk(event: AuthEvent) -> str:
    words = RISK_WORDS.get(event.risk, event.risk)
    return f"{words} ({event.risk_level.lower()})" if event.risk_level else words


def security_report(found: Security) -> dict[str, Any]:
    """The same for scripts; what is absent says why."""
    return {
        "factors": _report(found.factors, _factors),
        "devices": _report(found.devices, lambda rows: [_device(row) for row in rows]),
        "sessions": _report(found.sessions, lambda rows: [_session(row) for row in rows]),
        "history": _report(found.history, lambda page: [_event(row) for row in page.items])
        | ({"next_token": found.history.value.next_token} if found.history.value else {}),
    }


def _report(part: Part, of: Callable[[Any], Any]) -> dict[str, Any]:
    if part.error is not None:
        return {"error": part.error.words, "code": part.error.code, "next_step": part.error.next_step}
    return {"not_offered": part.absent} if part.absent else {"value": of(part.value)}


def _factors(factors: AuthFactors) -> dict[str, Any]:
    return {"mfa": list(factors.mfa), "preferred": factors.preferred, "first_factors": list(factors.first_factors)}


def _device(device: Device) -> dict[str, Any]:
    return {
        "key": device.key,
        "name": device.name,
        "last_ip": device.last_ip,
        "status": device.status,
        "last_used": device.last_used.isoformat() if device.last_used else None,
    }


def _session(session: UserSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "kind": session.kind,
        "client_id": session.client_id,
        "created": session.created.isoformat() if session.created else None,
        "last_active": session.last_active.isoformat() if session.last_active else None,
        "device": session.device,
        "ip": session.ip,
        "city": session.city,
        "country": session.country,
    }


def _event(event: AuthEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "outcome": event.outcome,
        "at": event.at.isoformat() if event.at else None,
        "risk": event.risk,
        "ip": event.ip,
        "device": event.device,
        "city": event.city,
        "country": event.country,
    }

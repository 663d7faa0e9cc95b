"""Sign-ins of the sample shop's customers: sessions, remembered devices and history, the same at every seeding."""

import datetime
import hashlib
from typing import Any

from moto.cognitoidp.models import UserStatus

from aws.sandbox import ids
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

_NOW = datetime.datetime(2026, 6, 1, 7, 30, 0)

_DEVICES = (
    ("Safari on iOS 19", "203.0.113.24", "Berlin", "Germany"),
    ("Chrome on Windows 11", "198.51.100.7", "Lisboa", "Portugal"),
    ("Firefox on Ubuntu", "192.0.2.131", "Osaka", "Japan"),
    ("SampleShop 4.2 on Android 16", "203.0.113.201", "Lagos", "Nigeria"),
    ("unknown", "198.51.100.66", "", ""),
)
_RISKS: tuple[tuple[str, str | None], ...] = (
    ("NoRisk", None),
    ("NoRisk", None),
    ("NoRisk", None),
    ("AccountTakeover", "Medium"),
    ("Block", "High"),
)


def sign_in_everybody(pool: SandboxUserPool, people: list[SandboxUser], client_ids: list[str]) -> None:
    """Give some customers a phone, second factors, sessions, devices and a history; the first has most of all."""
    for number, user in enumerate(people):
        if user.status != UserStatus.CONFIRMED:
            continue
        if number % 3 == 0:
            verified = "true" if number % 6 == 0 else "false"
            user.change({"phone_number": f"+49309018{number:03}", "phone_number_verified": verified})
            user.sms_mfa_enabled = number % 6 == 0
        if number % 5 == 0:
            user.token_verified = user.software_token_mfa_enabled = True
        user.passkeys = 1 if number % 10 == 4 else 0
        factors = user.factors()
        user.preferred_mfa_setting = factors[0] if factors else None
        user.last_modified_date = user.create_date + datetime.timedelta(days=number % 40)
        seen = 6 if number == 0 else number % 4
        user.sessions = _sessions(user, seen, client_ids) if user.enabled else []
        user.devices = [_device(pool, user, place) for place in range(2 if number % 4 == 0 else 0)]
        user.auth_events = [_event(user, place) for place in range(75 if number == 0 else 3 * (number % 5))]


def _drawn(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _time(user: SandboxUser, place: int) -> datetime.datetime:
    spread = int(_drawn(user.id)[:4], 16) % 700
    return _NOW - datetime.timedelta(minutes=spread, hours=29 * place)


def _sessions(user: SandboxUser, count: int, client_ids: list[str]) -> list[dict[str, Any]]:
    """Every third is a sign-in through managed login: an SSO session, and the token session that came through it."""
    sessions: list[dict[str, Any]] = []
    for place in range(count):
        device, address, city, country = _DEVICES[(place + len(user.auth_events)) % len(_DEVICES)]
        last = _time(user, place)
        session: dict[str, Any] = {
            "SessionId": f"tkn{_drawn(f'{user.id} token {place}')[:25]}",
            "SessionType": "TOKEN",
            "ClientId": client_ids[place % len(client_ids)],
            "CreateDate": last - datetime.timedelta(days=3 + place),
            "LastActiveDate": last,
            "DeviceType": device,
            "LastIPAddress": address,
        }
        if city:
            session["LastLocation"] = {"City": city, "Country": country}
        sessions.append(session)
        if place % 3 == 0:
            parent = f"sso{_drawn(f'{user.id} sso {place}')[:25]}"
            session["OriginSessionId"] = parent
            same = {name: value for name, value in session.items() if name != "OriginSessionId"}
            sessions.append({**same, "SessionId": parent, "SessionType": "SSO"})
    return sessions


def _device(pool: SandboxUserPool, user: SandboxUser, place: int) -> dict[str, Any]:
    name, address, _, _ = _DEVICES[(place + int(user.id[:2], 16)) % len(_DEVICES)]
    last = _time(user, place)
    attributes = {
        "device_status": "valid",
        "device_name": name,
        "dev:device_remembered_status": "remembered" if place == 0 else "not_remembered",
        "last_ip_used": address,
    }
    return {
        "DeviceKey": f"{pool.region}_{ids.user_sub(f'device {user.id} {place}')}",
        "DeviceAttributes": [{"Name": key, "Value": value} for key, value in attributes.items()],
        "DeviceCreateDate": last - datetime.timedelta(days=40),
        "DeviceLastModifiedDate": last,
        "DeviceLastAuthenticatedDate": last,
    }


def _event(user: SandboxUser, place: int) -> dict[str, Any]:
    device, address, city, country = _DEVICES[place % len(_DEVICES)]
    decision, level = _RISKS[(place + int(user.id[:2], 16)) % len(_RISKS)]
    passed = decision == "NoRisk" and place % 7 != 6
    risk: dict[str, Any] = {"RiskDecision": decision, "CompromisedCredentialsDetected": place % 11 == 10}
    context = {"IpAddress": address, "DeviceName": device, "City": city, "Country": country}
    event: dict[str, Any] = {
        "EventId": ids.user_sub(f"event {user.id} {place}"),
        "EventType": ("SignIn", "SignIn", "SignIn", "PasswordChange", "ForgotPassword")[place % 5],
        "CreationDate": _time(user, place),
        "EventResponse": "Pass" if passed else "Fail",
        "EventRisk": {**risk, "RiskLevel": level} if level else risk,
        "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Success" if passed else "Failure"}],
        "EventContextData": {name: value for name, value in context.items() if value},
    }
    if place % 13 == 3:
        event["EventFeedback"] = {
            "FeedbackValue": "Invalid",
            "Provider": "Admin",
            "FeedbackDate": _time(user, place) + datetime.timedelta(hours=2),
        }
    return event

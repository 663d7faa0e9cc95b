"""Where users are signed in: tracked sessions, remembered devices, and the history of their sign-ins."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from aws.sandbox.errors import ResourceNotFound
from aws.sandbox.user_lists import page_token, place_of, size_of
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

_MOST_SESSIONS = 125


def get_session_configuration(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"UserPoolId": pool.id, **pool.session_tracking}


def set_session_configuration(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    if pool.extended_config.get("UserPoolTier") == "LITE":
        raise JsonRESTError(
            "FeatureUnavailableInTierException", "Session tracking is not available in the feature tier LITE."
        )
    pool.session_tracking = {name: parameters[name] for name in ("UserSessionTracking", "TokenSession")}
    return get_session_configuration(pool, parameters)


def _check_tracking(pool: SandboxUserPool) -> None:
    if pool.session_tracking["UserSessionTracking"] != "ENABLED":
        raise JsonRESTError("OperationNotEnabledException", "Session tracking is not enabled for the user pool.")


def admin_list_user_sessions(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """All in one page, the latest first."""
    _check_tracking(pool)
    user = pool.user(parameters["Username"])
    place_of(parameters.get("NextToken"), "AdminListUserSessions", pool.id, user.username)
    latest = sorted(user.sessions, key=lambda session: session["LastActiveDate"], reverse=True)
    return {"Sessions": [{**session, "IsCurrentSession": False} for session in latest[:_MOST_SESSIONS]]}


def admin_revoke_user_session(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """LINKED takes what is directly linked too: the parent of a token session, the children of an SSO session."""
    _check_tracking(pool)
    user = pool.user(parameters["Username"])
    wanted = next((session for session in user.sessions if session["SessionId"] == parameters["SessionId"]), None)
    if wanted is None:
        raise ResourceNotFound("Session does not exist.")
    gone = {wanted["SessionId"]}
    if parameters.get("RevokeAssociatedSessions") == "LINKED":
        if wanted["SessionType"] == "SSO":
            gone |= {
                session["SessionId"]
                for session in user.sessions
                if session.get("OriginSessionId") == wanted["SessionId"]
            }
        elif wanted.get("OriginSessionId"):
            gone.add(wanted["OriginSessionId"])
    user.sessions = [session for session in user.sessions if session["SessionId"] not in gone]
    return {}


# Devices


def _check_devices(pool: SandboxUserPool) -> None:
    if not pool.extended_config.get("DeviceConfiguration"):
        raise JsonRESTError("InvalidUserPoolConfigurationException", "User pool is not configured to remember devices.")


def _device(user: SandboxUser, key: str) -> dict[str, Any]:
    for device in user.devices:
        if device["DeviceKey"] == key:
            return device
    raise ResourceNotFound("Device does not exist.")


def admin_list_devices(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    _check_devices(pool)
    user = pool.user(parameters["Username"])
    return _part(user.devices, "Devices", parameters, "PaginationToken", "Limit", pool.id, user.username)


def admin_get_device(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    _check_devices(pool)
    return {"Device": _device(pool.user(parameters["Username"]), parameters["DeviceKey"])}


def admin_forget_device(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    _check_devices(pool)
    user = pool.user(parameters["Username"])
    user.devices.remove(_device(user, parameters["DeviceKey"]))
    return {}


def admin_update_device_status(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    _check_devices(pool)
    device = _device(pool.user(parameters["Username"]), parameters["DeviceKey"])
    status = parameters.get("DeviceRememberedStatus") or "not_remembered"
    for attribute in device["DeviceAttributes"]:
        if attribute["Name"] == "dev:device_remembered_status":
            attribute["Value"] = status
    device["DeviceLastModifiedDate"] = utcnow()
    return {}


# Sign-in history


def admin_list_user_auth_events(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """The latest first."""
    mode = (pool.extended_config.get("UserPoolAddOns") or {}).get("AdvancedSecurityMode")
    if mode not in ("AUDIT", "ENFORCED"):
        raise JsonRESTError("UserPoolAddOnNotEnabledException", "Threat protection is not enabled for the user pool.")
    user = pool.user(parameters["Username"])
    return _part(user.auth_events, "AuthEvents", parameters, "NextToken", "MaxResults", pool.id, user.username)


def _part(
    everything: list[dict[str, Any]], key: str, parameters: dict[str, Any], token: str, size: str, *request: str
) -> dict[str, Any]:
    start = place_of(parameters.get(token), key, *request)
    end = start + size_of(parameters, size)
    answer: dict[str, Any] = {key: everything[start:end]}
    if end < len(everything):
        answer[token] = page_token(end, key, *request)
    return answer

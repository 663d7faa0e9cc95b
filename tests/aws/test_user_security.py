"""Second factors, devices, sessions and history through the gateway. The sample account has people with all of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from aws import user_security, users
from aws.errors import AccessDenied, AwsError, NotFound, Rejected
from aws.user_resources import AuthFactors
from tests.aws.conftest import TARGET, Inject, Sandbox, answer

PASSWORD = "Correct-Horse-1"
ALL = {
    "AliasAttributes": ["email"],
    "DeviceConfiguration": {"DeviceOnlyRememberedOnUserPrompt": True},
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
    "UserPoolTier": "PLUS",
}


@pytest.fixture
def pool(sandbox: Sandbox) -> str:
    return _pool(sandbox, **ALL)


def _pool(sandbox: Sandbox, **settings: Any) -> str:
    client = sandbox.client("cognito-idp")
    made = str(client.create_user_pool(PoolName="People", **settings)["UserPool"]["Id"])
    users.create_user(TARGET, made, "ada", attributes={"email": "ada@example.com"}, silent=True)
    users.set_password(TARGET, made, "ada", PASSWORD, permanent=True)
    return made


@pytest.fixture
def tracking(sandbox: Sandbox, pool: str) -> str:
    sandbox.client("cognito-idp").set_user_pool_session_configuration(
        UserPoolId=pool, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 20}
    )
    return pool


def test_factors(inject: Inject, pool: str) -> None:
    assert user_security.auth_factors(TARGET, pool, "ada") == AuthFactors(first_factors=("PASSWORD",))
    body = {
        "Username": "ada",
        "UserMFASettingList": ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
        "PreferredMfaSetting": "SOFTWARE_TOKEN_MFA",
        "ConfiguredUserAuthFactors": ["PASSWORD", "WEB_AUTHN"],
    }
    inject("cognito-idp", "AdminGetUserAuthFactors", lambda: answer(200, json.dumps(body).encode()))
    found = user_security.auth_factors(TARGET, pool, "ada")
    assert found == AuthFactors(("SMS_MFA", "SOFTWARE_TOKEN_MFA"), "SOFTWARE_TOKEN_MFA", ("PASSWORD", "WEB_AUTHN"))


def test_preferences_change_only_what_is_named(sandbox: Sandbox, pool: str) -> None:
    users.update_attributes(TARGET, pool, "ada", {"phone_number": "+4930123456"})
    user_security.set_mfa_preference(TARGET, pool, "ada", {"SMS_MFA": True, "EMAIL_OTP": True}, preferred="SMS_MFA")
    found = user_security.auth_factors(TARGET, pool, "ada")
    assert (set(found.mfa), found.preferred) == ({"SMS_MFA", "EMAIL_OTP"}, "SMS_MFA")
    user_security.set_mfa_preference(TARGET, pool, "ada", {"SMS_MFA": False})
    assert user_security.auth_factors(TARGET, pool, "ada").mfa == ("EMAIL_OTP",)
    with pytest.raises(Rejected):
        user_security.set_mfa_preference(TARGET, pool, "ada", {"SOFTWARE_TOKEN_MFA": True})


def test_an_app_that_is_not_there_cannot_be_forgotten(pool: str) -> None:
    with pytest.raises(Rejected):
        user_security.delete_software_token(TARGET, pool, "ada")
    users.create_user(TARGET, pool, "bob", attributes={}, silent=True)
    with pytest.raises(Rejected) as early:
        user_security.delete_software_token(TARGET, pool, "bob")
    assert early.value.code == "UserNotConfirmedException"


def test_sessions(inject: Inject, tracking: str) -> None:
    assert user_security.tracks_sessions(TARGET, tracking)
    assert user_security.list_sessions(TARGET, tracking, "ada") == ()
    row = {
        "SessionId": "tkn" + "a" * 25,
        "SessionType": "TOKEN",
        "OriginSessionId": "sso" + "b" * 25,
        "ClientId": "web",
        "CreateDate": 1780000000,
        "LastActiveDate": 1780000100,
        "DeviceType": "Firefox on Ubuntu",
        "LastIPAddress": "192.0.2.1",
        "LastLocation": {"City": "Osaka", "Country": "Japan"},
    }
    inject("cognito-idp", "AdminListUserSessions", lambda: answer(200, json.dumps({"Sessions": [row]}).encode()))
    [found] = user_security.list_sessions(TARGET, tracking, "ada")
    assert (found.id, found.kind, found.origin_id) == (row["SessionId"], "TOKEN", row["OriginSessionId"])
    assert (found.city, found.country, found.ip, found.device) == ("Osaka", "Japan", "192.0.2.1", "Firefox on Ubuntu")
    assert found.last_active
    assert found.last_active.year == 2026


def test_a_session_that_is_not_there(tracking: str) -> None:
    with pytest.raises(NotFound):
        user_security.revoke_session(TARGET, tracking, "ada", "tkn" + "a" * 25, linked=True)
    with pytest.raises(NotFound) as nobody:
        user_security.list_sessions(TARGET, tracking, "nobody")
    assert nobody.value.code == "UserNotFoundException"


def test_devices(inject: Inject, pool: str) -> None:
    assert user_security.list_devices(TARGET, pool, "ada") == ()
    with pytest.raises(NotFound):
        user_security.forget_device(TARGET, pool, "ada", "eu-west-1_11111111-1111-4111-8111-111111111111")
    inject("cognito-idp", "AdminListDevices", _pages().__next__)
    first, second = user_security.list_devices(TARGET, pool, "ada")
    assert (first.name, first.last_ip, first.status) == ("Phone", "192.0.2.1", "remembered")
    assert (second.name, second.status) == ("", "valid")


def _pages() -> Iterator[Any]:
    def attributes(**values: str) -> list[dict[str, str]]:
        return [{"Name": name.replace("__", ":"), "Value": value} for name, value in values.items()]

    one = attributes(device_name="Phone", last_ip_used="192.0.2.1", dev__device_remembered_status="remembered")
    pages: list[dict[str, Any]] = [
        {"Devices": [{"DeviceKey": "eu-west-1_1", "DeviceAttributes": one}], "PaginationToken": "more"},
        {"Devices": [{"DeviceKey": "eu-west-1_2", "DeviceAttributes": attributes(device_status="valid")}]},
    ]
    return (answer(200, json.dumps(page).encode()) for page in pages)


def test_history(inject: Inject, pool: str) -> None:
    assert user_security.page_of_auth_events(TARGET, pool, "ada").items == ()
    row = {
        "EventId": "1",
        "EventType": "SignIn",
        "EventResponse": "Fail",
        "CreationDate": 1780000000,
        "EventRisk": {"RiskDecision": "Block", "RiskLevel": "High"},
        "ChallengeResponses": [{"ChallengeName": "Password", "ChallengeResponse": "Failure"}],
        "EventContextData": {"IpAddress": "192.0.2.1", "DeviceName": "Firefox", "City": "Osaka", "Country": "Japan"},
    }
    body = {"AuthEvents": [row, {"EventId": "2"}], "NextToken": "more"}
    inject("cognito-idp", "AdminListUserAuthEvents", lambda: answer(200, json.dumps(body).encode()))
    page = user_security.page_of_auth_events(TARGET, pool, "ada")
    assert page.next_token == "more"
    first, bare = page.items
    assert (first.kind, first.outcome, first.risk, first.risk_level) == ("SignIn", "Fail", "Block", "High")
    assert first.challenges == (("Password", "Failure"),)
    assert (bare.kind, bare.at, bare.challenges) == ("", None, ())


def test_what_a_pool_does_not_offer_is_told_from_what_fails(sandbox: Sandbox) -> None:
    bare = _pool(sandbox, UserPoolTier="LITE")
    assert not user_security.tracks_sessions(TARGET, bare)
    reasons = set()
    for call in (
        user_security.list_sessions,
        user_security.list_devices,
        user_security.page_of_auth_events,
    ):
        with pytest.raises(AwsError) as absent:
            call(TARGET, bare, "ada")
        reasons.add(user_security.why_not_offered(absent.value))
    assert "" not in reasons
    assert len(reasons) == 3
    assert user_security.why_not_offered(AccessDenied("no", code="AccessDeniedException")) == ""

"""Second factors, sessions, devices and sign-in history as Amazon Cognito documents them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aws.sandbox.catalogue import scenario
from tests.aws_sandbox.refusals import refused
from tests.aws_sandbox.user_pools_made import attributes, made_pool

SHOP = scenario("good").pool_id
FINANCE = scenario("mfa-on").pool_id
LOYAL = scenario("alias-attributes").pool_id
TRACKED = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5}}


@pytest.fixture(scope="module")
def fresh(connect: Callable[..., Any]) -> Iterator[str]:
    with made_pool(connect("cognito-idp")) as pool:
        connect("cognito-idp").admin_create_user(
            UserPoolId=pool, Username="one", UserAttributes=attributes(email="one@example.com")
        )
        yield pool


def customer(number: int) -> dict[str, str]:
    return {"UserPoolId": SHOP, "Username": ("ada.sample@example.org", "", "", "", "bruno.sample@example.org")[number]}


def factors(cognito: Any, pool: str, username: str) -> tuple[list[str], str | None]:
    answer = cognito.admin_get_user_auth_factors(UserPoolId=pool, Username=username)
    return answer.get("UserMFASettingList", []), answer.get("PreferredMfaSetting")


# Second factors


def test_factors_are_told_without_a_billed_call(cognito: Any) -> None:
    answer = cognito.admin_get_user_auth_factors(UserPoolId=LOYAL, Username="gold.member")
    assert answer["Username"] == "gold.member"
    assert answer["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA", "SMS_MFA"]
    assert answer["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
    assert answer["ConfiguredUserAuthFactors"] == ["PASSWORD", "SOFTWARE_TOKEN"]
    bare = cognito.admin_get_user_auth_factors(UserPoolId=LOYAL, Username="no.contact")
    assert "UserMFASettingList" not in bare
    with refused("UserNotFoundException"):
        cognito.admin_get_user_auth_factors(UserPoolId=LOYAL, Username="nobody")


def test_a_lost_authenticator_is_taken_away(cognito: Any) -> None:
    arguments = {"UserPoolId": FINANCE, "Username": "controller@example.com"}
    assert factors(cognito, **_snake(arguments)) == (["SOFTWARE_TOKEN_MFA"], "SOFTWARE_TOKEN_MFA")
    cognito.admin_delete_software_token(**arguments)
    assert factors(cognito, **_snake(arguments)) == ([], None)
    with refused("InvalidParameterException"):
        cognito.admin_set_user_mfa_preference(**arguments, SoftwareTokenMfaSettings={"Enabled": True})
    with refused("UserNotConfirmedException"):
        cognito.admin_delete_software_token(UserPoolId=FINANCE, Username="applicant@example.com")


def _snake(arguments: dict[str, str]) -> dict[str, str]:
    return {"pool": arguments["UserPoolId"], "username": arguments["Username"]}


def test_where_mfa_is_required_the_last_factor_stays_and_nothing_is_said(cognito: Any) -> None:
    sender = {"SnsCallerArn": "arn:aws:iam::123456789012:role/service-role/sms", "ExternalId": "sample"}
    on, off = {"Enabled": True, "PreferredMfa": True}, {"Enabled": False, "PreferredMfa": False}
    with made_pool(cognito) as pool:
        given = attributes(email="two@example.com", phone_number="+4930901820")
        cognito.admin_create_user(UserPoolId=pool, Username="two", UserAttributes=given)
        cognito.set_user_pool_mfa_config(
            UserPoolId=pool, MfaConfiguration="ON", SmsMfaConfiguration={"SmsConfiguration": sender}
        )
        arguments = {"UserPoolId": pool, "Username": "two"}
        cognito.admin_set_user_mfa_preference(**arguments, SMSMfaSettings=on, EmailMfaSettings={"Enabled": True})
        cognito.admin_set_user_mfa_preference(**arguments, EmailMfaSettings=off)
        answer = cognito.admin_set_user_mfa_preference(**arguments, SMSMfaSettings=off)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert factors(cognito, pool, "two") == (["SMS_MFA"], "SMS_MFA")


def test_the_preferred_factor_changes_and_goes_with_its_factor(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        given = attributes(email="two@example.com", phone_number="+4930901820")
        cognito.admin_create_user(UserPoolId=pool, Username="two", UserAttributes=given)
        arguments = {"UserPoolId": pool, "Username": "two"}
        on, preferred = {"Enabled": True}, {"Enabled": True, "PreferredMfa": True}
        cognito.admin_set_user_mfa_preference(**arguments, SMSMfaSettings=preferred, EmailMfaSettings=on)
        assert factors(cognito, pool, "two") == (["SMS_MFA", "EMAIL_OTP"], "SMS_MFA")
        cognito.admin_set_user_mfa_preference(**arguments, EmailMfaSettings=preferred)
        assert factors(cognito, pool, "two") == (["SMS_MFA", "EMAIL_OTP"], "EMAIL_OTP")
        cognito.admin_set_user_mfa_preference(**arguments, EmailMfaSettings={"Enabled": False})
        assert factors(cognito, pool, "two") == (["SMS_MFA"], None)
        with refused("InvalidParameterException", "Only one factor"):
            cognito.admin_set_user_mfa_preference(**arguments, SMSMfaSettings=preferred, EmailMfaSettings=preferred)
        with refused("InvalidParameterException", "not enabled"):
            cognito.admin_set_user_mfa_preference(**arguments, EmailMfaSettings={"PreferredMfa": True})


def test_a_factor_needs_what_it_is_sent_to(cognito: Any, fresh: str) -> None:
    arguments = {"UserPoolId": fresh, "Username": "one"}
    with refused("InvalidParameterException", "delivery config"):
        cognito.admin_set_user_mfa_preference(**arguments, SMSMfaSettings={"Enabled": True})


# Sessions


def test_tracking_is_off_with_twenty_sessions_until_it_is_set(cognito: Any) -> None:
    with made_pool(cognito) as pool:
        configuration = cognito.get_user_pool_session_configuration(UserPoolId=pool)
        assert (configuration["UserSessionTracking"], configuration["TokenSession"]) == ("DISABLED", {"MaxPerUser": 20})
        cognito.admin_create_user(UserPoolId=pool, Username="one")
        with refused("OperationNotEnabledException"):
            cognito.admin_list_user_sessions(UserPoolId=pool, Username="one")
        with refused("OperationNotEnabledException"):
            cognito.admin_revoke_user_session(UserPoolId=pool, Username="one", SessionId="tkn" + "0" * 25)
        assert cognito.set_user_pool_session_configuration(UserPoolId=pool, **TRACKED)["TokenSession"] == {
            "MaxPerUser": 5
        }
        assert cognito.get_user_pool_session_configuration(UserPoolId=pool)["UserSessionTracking"] == "ENABLED"
        assert cognito.admin_list_user_sessions(UserPoolId=pool, Username="one")["Sessions"] == []
        with refused("InvalidParameterException", "maxPerUser"):
            limits = {"UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 101}}
            cognito.set_user_pool_session_configuration(UserPoolId=pool, **limits)


def test_the_lite_tier_has_no_tracking(cognito: Any) -> None:
    with made_pool(cognito, UserPoolTier="LITE") as pool, refused("FeatureUnavailableInTierException"):
        cognito.set_user_pool_session_configuration(UserPoolId=pool, **TRACKED)


def test_a_customer_of_the_shop_has_sessions_and_one_is_revoked_with_what_is_linked(cognito: Any) -> None:
    def sessions() -> dict[str, dict[str, Any]]:
        listed = cognito.admin_list_user_sessions(**customer(0))["Sessions"]
        return {session["SessionId"]: session for session in listed}

    before = sessions()
    assert len(before) == 8
    active = [session["LastActiveDate"] for session in before.values()]
    assert active == sorted(active, reverse=True)
    first = next(iter(before.values()))
    assert set(first) > {"SessionType", "ClientId", "CreateDate", "LastActiveDate", "DeviceType", "LastIPAddress"}
    assert first["IsCurrentSession"] is False
    alone = next(s for s in before.values() if s["SessionType"] == "TOKEN" and "OriginSessionId" not in s)
    parents = [session["SessionId"] for session in before.values() if session["SessionType"] == "SSO"]
    child = next(session for session in before.values() if session.get("OriginSessionId") == parents[0])
    cognito.admin_revoke_user_session(**customer(0), SessionId=alone["SessionId"])
    assert set(sessions()) == set(before) - {alone["SessionId"]}
    cognito.admin_revoke_user_session(**customer(0), SessionId=parents[0], RevokeAssociatedSessions="LINKED")
    assert set(sessions()) == set(before) - {alone["SessionId"], parents[0], child["SessionId"]}
    cognito.admin_revoke_user_session(**customer(0), SessionId=parents[1])
    assert parents[1] not in sessions()
    assert any(session.get("OriginSessionId") == parents[1] for session in sessions().values())
    with refused("ResourceNotFoundException"):
        cognito.admin_revoke_user_session(**customer(0), SessionId=alone["SessionId"])
    with refused("InvalidParameterException", "sessionId"):
        cognito.admin_revoke_user_session(**customer(0), SessionId="x" * 28)


def test_a_global_sign_out_ends_token_sessions_but_not_managed_login(cognito: Any) -> None:
    cognito.admin_user_global_sign_out(**customer(0))
    left = cognito.admin_list_user_sessions(**customer(0))["Sessions"]
    assert {session["SessionType"] for session in left} <= {"SSO"}


# Devices


def test_devices_are_listed_forgotten_and_remembered(cognito: Any) -> None:
    devices = cognito.admin_list_devices(**customer(4))["Devices"]
    assert len(devices) == 2
    page = cognito.admin_list_devices(**customer(4), Limit=1)
    rest = cognito.admin_list_devices(**customer(4), Limit=1, PaginationToken=page["PaginationToken"])
    assert page["Devices"] + rest["Devices"] == devices
    key = devices[1]["DeviceKey"]

    def remembered() -> str:
        device = cognito.admin_get_device(**customer(4), DeviceKey=key)["Device"]
        values = {attribute["Name"]: attribute["Value"] for attribute in device["DeviceAttributes"]}
        return str(values["dev:device_remembered_status"])

    assert remembered() == "not_remembered"
    cognito.admin_update_device_status(**customer(4), DeviceKey=key, DeviceRememberedStatus="remembered")
    assert remembered() == "remembered"
    cognito.admin_forget_device(**customer(4), DeviceKey=key)
    assert len(cognito.admin_list_devices(**customer(4))["Devices"]) == 1
    for call in (cognito.admin_get_device, cognito.admin_forget_device):
        with refused("ResourceNotFoundException", "Device does not exist."):
            call(**customer(4), DeviceKey=key)


def test_a_pool_that_remembers_no_devices_has_none(cognito: Any, fresh: str) -> None:
    with refused("InvalidUserPoolConfigurationException"):
        cognito.admin_list_devices(UserPoolId=fresh, Username="one")


# History


def test_the_history_needs_threat_protection(cognito: Any, fresh: str) -> None:
    with refused("UserPoolAddOnNotEnabledException"):
        cognito.admin_list_user_auth_events(UserPoolId=fresh, Username="one")


def test_the_history_comes_in_pages_with_risks_the_latest_first(cognito: Any) -> None:
    page = cognito.admin_list_user_auth_events(**customer(0))
    rest = cognito.admin_list_user_auth_events(**customer(0), NextToken=page["NextToken"])
    events = page["AuthEvents"] + rest["AuthEvents"]
    assert (len(page["AuthEvents"]), len(events)) == (60, 75)
    dates = [event["CreationDate"] for event in events]
    assert dates == sorted(dates, reverse=True)
    assert {event["EventRisk"]["RiskDecision"] for event in events} == {"NoRisk", "AccountTakeover", "Block"}
    assert len(cognito.admin_list_user_auth_events(**customer(0), MaxResults=7)["AuthEvents"]) == 7
    with refused("InvalidParameterException", "Invalid pagination token."):
        cognito.admin_list_user_auth_events(**customer(0), NextToken="garbage")

"""Second factors: what a user has, which of them is preferred, and taking an authenticator away."""

from typing import Any

from moto.cognitoidp.models import UserStatus
from moto.core.exceptions import JsonRESTError

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

#: The parameter of AdminSetUserMFAPreference and the name of the factor in `UserMFASettingList`.
_SETTINGS = {
    "SoftwareTokenMfaSettings": "SOFTWARE_TOKEN_MFA",
    "SMSMfaSettings": "SMS_MFA",
    "EmailMfaSettings": "EMAIL_OTP",
}


def admin_get_user_auth_factors(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    policies = pool.extended_config["Policies"]
    allowed = (policies.get("SignInPolicy") or {}).get("AllowedFirstAuthFactors") or ["PASSWORD"]
    has = {
        "PASSWORD": user.has_password,
        "EMAIL_OTP": "email" in user.attribute_lookup,
        "SMS_OTP": "phone_number" in user.attribute_lookup,
        "WEB_AUTHN": user.passkeys > 0,
    }
    configured = [name for name, there in has.items() if there and name in allowed]
    if user.token_verified:
        configured.append("SOFTWARE_TOKEN")
    answer: dict[str, Any] = {"Username": user.username, "ConfiguredUserAuthFactors": configured}
    if factors := user.factors():
        answer["UserMFASettingList"] = factors
    if user.preferred_mfa_setting:
        answer["PreferredMfaSetting"] = user.preferred_mfa_setting
    return answer


def admin_delete_software_token(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    if user.status in (UserStatus.UNCONFIRMED, UserStatus.FORCE_CHANGE_PASSWORD):
        raise JsonRESTError("UserNotConfirmedException", "User is not confirmed.")
    if not user.token_verified:
        raise InvalidParameter("User does not have a software token.")
    user.token_verified = user.software_token_mfa_enabled = False
    if user.preferred_mfa_setting == "SOFTWARE_TOKEN_MFA":
        user.preferred_mfa_setting = None
    user.touch()
    return {}


def admin_set_user_mfa_preference(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    if user.status == UserStatus.UNCONFIRMED:
        raise JsonRESTError("UserNotConfirmedException", "User is not confirmed.")
    given = {factor: parameters[name] for name, factor in _SETTINGS.items() if parameters.get(name)}
    enabled, preferred = _wanted(user, given)
    for factor in enabled:
        if factor not in user.factors():
            _check_can_be_on(pool, user, factor)
    if pool.mfa_config == "ON" and not enabled and user.factors():
        # "You can't turn off [a factor] … when MFA is required in your user pool": AWS answers 200 all the same.
        return {}
    user.software_token_mfa_enabled = "SOFTWARE_TOKEN_MFA" in enabled
    user.sms_mfa_enabled = "SMS_MFA" in enabled
    user.email_mfa_enabled = "EMAIL_OTP" in enabled
    user.preferred_mfa_setting = preferred
    user.touch()
    return {}


def _wanted(user: SandboxUser, given: dict[str, dict[str, bool]]) -> tuple[set[str], str | None]:
    """The factors that shall be on, and the preferred one. What is not spoken of stays."""
    enabled = set(user.factors())
    for factor, settings in given.items():
        enabled.discard(factor)
        if settings.get("Enabled"):
            enabled.add(factor)
    asked = [factor for factor, settings in given.items() if settings.get("PreferredMfa")]
    if len(asked) > 1:
        raise InvalidParameter("Only one factor can be set as preferred.")
    if asked and asked[0] not in enabled:
        raise InvalidParameter("A factor that is not enabled cannot be set as preferred.")
    current = user.preferred_mfa_setting
    kept = current if current in enabled and current not in given else None
    return enabled, asked[0] if asked else kept


def _check_can_be_on(pool: SandboxUserPool, user: SandboxUser, factor: str) -> None:
    if factor == "SOFTWARE_TOKEN_MFA" and not user.token_verified:
        raise InvalidParameter("User has not verified software token mfa")
    if factor == "SMS_MFA" and "phone_number" not in user.attribute_lookup:
        raise InvalidParameter("User does not have delivery config set to turn on SMS_MFA")
    if factor == "EMAIL_OTP" and pool.extended_config.get("UserPoolTier") == "LITE":
        raise InvalidParameter("Email MFA is not available in the feature tier of the user pool.")
    if factor == "EMAIL_OTP" and "email" not in user.attribute_lookup:
        raise InvalidParameter("User does not have delivery config set to turn on EMAIL_OTP")

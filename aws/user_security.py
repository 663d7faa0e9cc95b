"""A user's second factors, devices, sessions and sign-in history. Much of it hangs on the pool's tier and settings."""

from collections.abc import Mapping

from aws.calls import PAGE, Answer, call, fetch, page_of, to_the_end
from aws.declarations import uses
from aws.errors import AwsError
from aws.quotas import Quota
from aws.resources import Page
from aws.target import AwsTarget
from aws.user_resources import AuthEvent, AuthFactors, Device, UserSession

NOT_OFFERED: Mapping[str, str] = {
    "FeatureUnavailableInTierException": "The pool's feature tier does not include this.",
    "InvalidUserPoolConfigurationException": "The pool's settings do not include this.",
    "NotImplementedInSandbox": "This AWS endpoint does not offer it.",
    "OperationNotEnabledException": "This is not turned on for the pool.",
    "UnknownOperationException": "This AWS endpoint does not offer it yet.",
    "UserPoolAddOnNotEnabledException": "Threat protection is not turned on for the pool.",
}
"""Error codes that say a feature is absent, rather than that something went wrong."""


def why_not_offered(error: AwsError) -> str:
    """Why the pool lacks the feature that was asked for, or "" when the error says something else."""
    return NOT_OFFERED.get(error.code, "")


@uses("cognito-idp:AdminGetUserAuthFactors", quota=Quota.USER_READ)
def auth_factors(target: AwsTarget, pool_id: str, username: str) -> AuthFactors:
    """The factors a user has set up. Unlike AdminGetUser's, AWS's page of this call speaks of no billing."""
    return fetch(
        target, "cognito-idp", "AdminGetUserAuthFactors", AuthFactors.from_api, UserPoolId=pool_id, Username=username
    )


@uses("cognito-idp:AdminDeleteSoftwareToken", quota=Quota.USER_RESOURCE_UPDATE)
def delete_software_token(target: AwsTarget, pool_id: str, username: str) -> None:
    """Forget the user's authenticator app, so that a new one can be set up at the next sign-in."""
    call(target, "cognito-idp", "AdminDeleteSoftwareToken", UserPoolId=pool_id, Username=username)


_SETTINGS = {
    "SMS_MFA": "SMSMfaSettings",
    "SOFTWARE_TOKEN_MFA": "SoftwareTokenMfaSettings",
    "EMAIL_OTP": "EmailMfaSettings",
}


@uses("cognito-idp:AdminSetUserMFAPreference", quota=Quota.USER_RESOURCE_UPDATE)
def set_mfa_preference(
    target: AwsTarget, pool_id: str, username: str, factors: Mapping[str, bool], *, preferred: str = ""
) -> None:
    """Turn factors (`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`) on or off for the user; unnamed ones stay.

    AWS answers success and changes nothing where a factor cannot be turned off, so read the factors afterwards.
    """
    settings = {
        _SETTINGS[name]: {"Enabled": on, "PreferredMfa": on and name == preferred} for name, on in factors.items()
    }
    call(target, "cognito-idp", "AdminSetUserMFAPreference", UserPoolId=pool_id, Username=username, **settings)


@uses("cognito-idp:AdminListDevices", quota=Quota.USER_RESOURCE_READ)
def page_of_devices(target: AwsTarget, pool_id: str, username: str, *, token: str = "") -> Page[Device]:
    more = {"PaginationToken": token} if token else {}
    parse = page_of("Devices", Device.from_api, "PaginationToken")
    return fetch(
        target, "cognito-idp", "AdminListDevices", parse, UserPoolId=pool_id, Username=username, Limit=PAGE, **more
    )


@uses(page_of_devices)
def list_devices(target: AwsTarget, pool_id: str, username: str) -> tuple[Device, ...]:
    return tuple(to_the_end(lambda token: page_of_devices(target, pool_id, username, token=token)))


@uses("cognito-idp:AdminForgetDevice", quota=Quota.USER_RESOURCE_UPDATE)
def forget_device(target: AwsTarget, pool_id: str, username: str, key: str) -> None:
    call(target, "cognito-idp", "AdminForgetDevice", UserPoolId=pool_id, Username=username, DeviceKey=key)


@uses("cognito-idp:GetUserPoolSessionConfiguration", quota=Quota.UNPUBLISHED)
def tracks_sessions(target: AwsTarget, pool_id: str) -> bool:
    """Whether the pool keeps a list of its users' sessions."""

    def parse(answer: Answer) -> bool:
        return bool(answer["UserSessionTracking"] == "ENABLED")

    return fetch(target, "cognito-idp", "GetUserPoolSessionConfiguration", parse, UserPoolId=pool_id)


@uses("cognito-idp:AdminListUserSessions", quota=Quota.UNPUBLISHED)
def list_sessions(target: AwsTarget, pool_id: str, username: str) -> tuple[UserSession, ...]:
    """The active sessions, seconds old. AWS answers all of them, at most 125, in one page."""
    parse = page_of("Sessions", UserSession.from_api, "NextToken")
    page = fetch(target, "cognito-idp", "AdminListUserSessions", parse, UserPoolId=pool_id, Username=username)
    return page.items


@uses("cognito-idp:AdminRevokeUserSession", quota=Quota.UNPUBLISHED)
def revoke_session(target: AwsTarget, pool_id: str, username: str, session_id: str, *, linked: bool = False) -> None:
    """End one session; with `linked` also those that came from it or that it came from."""
    call(
        target,
        "cognito-idp",
        "AdminRevokeUserSession",
        UserPoolId=pool_id,
        Username=username,
        SessionId=session_id,
        RevokeAssociatedSessions="LINKED" if linked else "NONE",
    )


@uses("cognito-idp:AdminListUserAuthEvents", quota=Quota.USER_RESOURCE_READ)
def page_of_auth_events(
    target: AwsTarget, pool_id: str, username: str, *, token: str = "", size: int = 20
) -> Page[AuthEvent]:
    """One page of the sign-in history, newest first."""
    more = {"NextToken": token} if token else {}
    parse = page_of("AuthEvents", AuthEvent.from_api, "NextToken")
    return fetch(
        target,
        "cognito-idp",
        "AdminListUserAuthEvents",
        parse,
        UserPoolId=pool_id,
        Username=username,
        MaxResults=size,
        **more,
    )

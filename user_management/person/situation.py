"""What decides whether a user can sign in, as plain facts. Pure: it asks nobody.

The sources are `cognito-idp`'s own texts: AdminResetUserPassword, AdminCreateUser, AdminSetUserPassword and
AccountRecoverySetting. Every fact that the tables compare is a word or a flag.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from aws.resources import MfaConfig
from aws.user_resources import AuthFactors, CognitoUser, PeopleRules

STATES = ("UNCONFIRMED", "CONFIRMED", "EXTERNAL_PROVIDER", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD")
OTHER = "OTHER"
"""Stands for the statuses that Cognito no longer uses: ARCHIVED, COMPROMISED, UNKNOWN."""

Reach = Literal["verified", "unverified", "nothing", "admin-only"]
App = Literal["yes", "no", "unknown"]

# Without a setting "Cognito uses the legacy behavior", which prefers the phone number (AccountRecoverySetting).
_LEGACY_RECOVERY = ("verified_phone_number", "verified_email")
_MEDIUMS = {"email": "EMAIL", "phone_number": "SMS"}


@dataclass(frozen=True, slots=True)
class Situation:
    """One user in one pool. `reach` and `medium` say how a recovery code would travel."""

    state: str
    """One of `STATES`, or `OTHER`."""
    enabled: bool = True
    reach: Reach = "verified"
    """`verified`: a code can be sent; `unverified`: there is an address, but nobody proved it; `nothing`: the user has
    no address that the pool sends codes to; `admin-only`: the pool leaves recovery to administrators."""
    medium: str = ""
    """`EMAIL` or `SMS` when `reach` is `verified`."""
    invitable: bool = True
    """Whether there is an address or number that an invitation can go to."""
    expired: bool = False
    """Whether a temporary password is probably too old."""
    app: App = "no"
    """Whether an authenticator app is asked for at sign-in."""
    locked: bool = False
    """Whether the pool requires a second factor that this user cannot have, for want of a phone number."""
    unverified: bool = False
    """Whether there is an address that could be marked as verified."""
    status: str = ""
    """Cognito's own word, for statuses that have no other name here."""
    expires: datetime | None = None
    """When the temporary password ends, as far as one can tell: from the last change of the user."""
    doubtful: bool = False
    """Whether it may have ended before: the last change need not have been a new invitation."""


def situation_of(
    user: CognitoUser, people: PeopleRules, mfa: MfaConfig | None, *, now: datetime, factors: AuthFactors | None = None
) -> Situation:
    """The facts about a user. `factors` is None while nobody has read them."""
    reach, medium = _reach(user, people)
    expires = _expires(user, people)
    return Situation(
        state=user.status if user.status in STATES else OTHER,
        enabled=user.enabled,
        reach=reach,
        medium=medium,
        invitable=bool(invitation_mediums(user, people)),
        expired=expires is not None and expires < now,
        app=_app(mfa, factors),
        locked=_is_locked(user, mfa, factors),
        unverified=any(user.attributes.get(name) and not user.is_verified(name) for name in _MEDIUMS),
        status=user.status,
        expires=expires,
        doubtful=_is_doubtful(user, people, now),
    )


def recovery_of(people: PeopleRules) -> tuple[str, ...]:
    """The pool's recovery mechanisms, best first."""
    return people.pool.recovery_mechanisms or _LEGACY_RECOVERY


def _reach(user: CognitoUser, people: PeopleRules) -> tuple[Reach, str]:
    mechanisms = recovery_of(people)
    if "admin_only" in mechanisms:
        return "admin-only", ""
    names = [one.removeprefix("verified_") for one in mechanisms]
    if not people.sends_sms:
        # A pool without a role for Amazon SNS texts to nobody.
        names = [name for name in names if name != "phone_number"]
    for name in names:
        if user.is_verified(name):
            return "verified", _MEDIUMS.get(name, "")
    return ("unverified" if any(user.attributes.get(name) for name in names) else "nothing"), ""


def invitation_mediums(user: CognitoUser, people: PeopleRules) -> tuple[str, ...]:
    """How an invitation can travel, e-mail first: it needs no verified address, and costs no text message."""
    by_email = ("EMAIL",) if user.email else ()
    by_sms = ("SMS",) if user.phone_number and people.sends_sms else ()
    return by_email + by_sms


def _expires(user: CognitoUser, people: PeopleRules) -> datetime | None:
    if user.status != "FORCE_CHANGE_PASSWORD" or user.modified is None:
        return None
    return user.modified + timedelta(days=people.temporary_password_days)


def _is_doubtful(user: CognitoUser, people: PeopleRules, now: datetime) -> bool:
    if user.status != "FORCE_CHANGE_PASSWORD" or user.created is None:
        return False
    return user.created + timedelta(days=people.temporary_password_days) < now


def _is_locked(user: CognitoUser, mfa: MfaConfig | None, factors: AuthFactors | None) -> bool:
    # An authenticator app and an e-mail address can be set up while signing in; "to set up SMS MFA, users need help
    # from an administrator to add a phone number to their account" (AWS, AdminInitiateAuth, MFA_SETUP).
    if mfa is None or mfa.configuration != "ON" or user.phone_number or (factors is not None and factors.mfa):
        return False
    return mfa.sms_present and not mfa.totp_enabled and not mfa.email_present


def _app(mfa: MfaConfig | None, factors: AuthFactors | None) -> App:
    if factors is not None:
        return "yes" if "SOFTWARE_TOKEN_MFA" in factors.mfa else "no"
    offered = mfa is not None and mfa.totp_enabled and mfa.configuration in ("ON", "OPTIONAL")
    return "unknown" if offered or mfa is None else "no"


def providers_of(user: CognitoUser) -> tuple[str, ...]:
    """The external identity providers that the user signs in through."""
    try:
        linked = json.loads(user.attributes.get("identities") or "[]")
        return tuple(str(one["providerName"]) for one in linked)
    except (ValueError, TypeError, KeyError):
        return ()


def sign_in_names(user: CognitoUser, people: PeopleRules) -> tuple[str, ...]:
    """What this user can type as name at sign-in. An alias counts only once it is verified."""
    pool = people.pool
    if user.status == "EXTERNAL_PROVIDER":
        return ()
    if pool.username_attributes:
        return tuple(user.attributes[name] for name in pool.username_attributes if user.attributes.get(name))
    names = [user.username]
    for alias in pool.alias_attributes or ():
        value = user.attributes.get(alias)
        if value and (alias == "preferred_username" or user.is_verified(alias)):
            names.append(value)
    return tuple(names)

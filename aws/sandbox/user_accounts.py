"""Making users, their passwords and their states: what an administrator may do to an account."""

import secrets
from typing import Any

from moto.cognitoidp.models import UserStatus
from moto.core.exceptions import JsonRESTError

from aws.sandbox.errors import InvalidParameter, NotAuthorized
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.user_rules import (
    alias_conflicts,
    check_new,
    check_password,
    set_password,
    username_values,
    values_of,
)
from aws.sandbox.users import SandboxUser

_CONTACT = {"EMAIL": "email", "SMS": "phone_number"}

#: Without a setting "legacy behavior" decides, "where SMS is preferred through email".
_LEGACY_RECOVERY = [{"Priority": 1, "Name": "verified_phone_number"}, {"Priority": 2, "Name": "verified_email"}]


def admin_create_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    if parameters.get("MessageAction") == "RESEND":
        return {"User": _invited_again(pool, parameters).listed()}
    username = parameters["Username"]
    given = values_of(parameters.get("UserAttributes"))
    values = {**given, **username_values(pool, username)}
    check_new(pool, values)
    _check_verified_are_there(values)
    if _name_is_taken(pool, username):
        raise JsonRESTError("UsernameExistsException", "User account already exists")
    password = parameters.get("TemporaryPassword") or ""
    if password:
        check_password(pool, password)
    mediums = _mediums(parameters, values)
    _settle_aliases(pool, values, force=bool(parameters.get("ForceAliasCreation")))
    own_name = None if pool.extended_config.get("UsernameAttributes") else username
    attributes = [{"Name": name, "Value": value} for name, value in values.items()]
    user = SandboxUser(pool.id, own_name, None, UserStatus.FORCE_CHANGE_PASSWORD, attributes)
    set_password(user, password or _made_up_password())
    pool.users[user.username] = user
    if parameters.get("MessageAction") != "SUPPRESS":
        for medium in mediums:
            pool.tell(user, medium, "invitation")
    return {"User": user.listed()}


def _invited_again(pool: SandboxUserPool, parameters: dict[str, Any]) -> SandboxUser:
    user = pool.user(parameters["Username"])
    if user.status != UserStatus.FORCE_CHANGE_PASSWORD:
        raise JsonRESTError(
            "UnsupportedUserStateException", f"Resend not possible. Current status is {user.status_name}"
        )
    password = parameters.get("TemporaryPassword") or ""
    if password:
        check_password(pool, password)
    mediums = _mediums(parameters, user.attribute_lookup)
    set_password(user, password or _made_up_password())
    user.touch()
    for medium in mediums:
        pool.tell(user, medium, "invitation")
    return user


def _made_up_password() -> str:
    return f"Aa1!{secrets.token_urlsafe(12)}"


def _name_is_taken(pool: SandboxUserPool, username: str) -> bool:
    # Not by looking the user up: somebody's sub or alias is no name.
    if pool.users.named(username) is not None:
        return True
    accepted = pool.extended_config.get("UsernameAttributes") or ()
    return any(pool.users.having(attribute, username) for attribute in accepted)


def _check_verified_are_there(values: dict[str, str]) -> None:
    for attribute in ("email", "phone_number"):
        if values.get(f"{attribute}_verified") == "true" and not values.get(attribute):
            raise InvalidParameter(f"{attribute} is required to set {attribute}_verified to true.")


def _mediums(parameters: dict[str, Any], values: dict[str, str]) -> list[str]:
    """Where the invitation goes. SMS when nothing is said; then a user without a number is just not told."""
    asked = parameters.get("DesiredDeliveryMediums")
    if not asked:
        return ["SMS"] if values.get("phone_number") else []
    for medium in asked:
        if not values.get(_CONTACT[medium]):
            raise InvalidParameter(f"{_CONTACT[medium]} is required when {medium} is a desired delivery medium.")
    return list(asked)


def _settle_aliases(pool: SandboxUserPool, values: dict[str, str], force: bool) -> None:
    for attribute, holder in alias_conflicts(pool, values):
        if not force or attribute == "preferred_username":
            # The service model of this operation has no AliasExistsException, though the text beside it names one.
            raise JsonRESTError("UsernameExistsException", f"An account with the {attribute} already exists.")
        holder.change({f"{attribute}_verified": "false"})


def admin_get_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    return pool.user(parameters["Username"]).described()


def admin_confirm_sign_up(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    if user.status != UserStatus.UNCONFIRMED:
        raise NotAuthorized(f"User cannot be confirmed. Current status is {user.status_name}")
    user.status = UserStatus.CONFIRMED
    user.touch()
    return {}


def admin_set_user_password(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    check_password(pool, parameters["Password"], user)
    set_password(user, parameters["Password"])
    user.status = UserStatus.CONFIRMED if parameters.get("Permanent") else UserStatus.FORCE_CHANGE_PASSWORD
    user.touch()
    return {}


def admin_reset_user_password(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    if not user.enabled:
        raise NotAuthorized("User is disabled.")
    if user.status not in (UserStatus.CONFIRMED, UserStatus.RESET_REQUIRED):
        raise NotAuthorized("User password cannot be reset in the current state.")
    pool.tell(user, _recovery_medium(pool, user), "password-reset")
    user.status = UserStatus.RESET_REQUIRED
    user.touch()
    return {}


def _recovery_medium(pool: SandboxUserPool, user: SandboxUser) -> str:
    setting = pool.extended_config.get("AccountRecoverySetting") or {}
    mechanisms = setting.get("RecoveryMechanisms") or _LEGACY_RECOVERY
    for mechanism in sorted(mechanisms, key=lambda mechanism: int(mechanism["Priority"])):
        if mechanism["Name"] == "admin_only":
            raise NotAuthorized("Contact administrator to reset password.")
        attribute = mechanism["Name"].removeprefix("verified_")
        if user.is_verified(attribute):
            return "EMAIL" if attribute == "email" else "SMS"
    raise InvalidParameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number"
    )


def admin_enable_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    user.enabled = True
    user.touch()
    return {}


def admin_disable_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    """ "Deactivates a user profile and revokes all access tokens for the user." """
    user = pool.user(parameters["Username"])
    user.enabled = False
    user.touch()
    _revoke(pool, user)
    return {}


def admin_user_global_sign_out(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    _revoke(pool, pool.user(parameters["Username"]))
    return {}


def _revoke(pool: SandboxUserPool, user: SandboxUser) -> None:
    if pool.access_tokens or pool.refresh_tokens:
        pool.sign_out(user.username)
    # The cookie of managed login, which an SSO session stands for, is not cleared.
    user.sessions = [session for session in user.sessions if session["SessionType"] == "SSO"]


def admin_delete_user(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    _revoke(pool, user)
    for group in user.groups:
        group.users.discard(user)
    del pool.users[user.username]
    return {}

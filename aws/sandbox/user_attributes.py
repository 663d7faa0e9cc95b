"""Changing and deleting the attributes of a user."""

from typing import Any

from moto.core.exceptions import JsonRESTError

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.user_rules import alias_conflicts, check_change, values_of
from aws.sandbox.users import SandboxUser

_ADDRESSES = {"email": "EMAIL", "phone_number": "SMS"}


def admin_update_user_attributes(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    values = values_of(parameters["UserAttributes"])
    check_change(pool, values)
    to_tell = _settle_addresses(pool, user, values)
    conflicts = alias_conflicts(pool, {**user.attribute_lookup, **values}, user)
    if conflicts:
        raise JsonRESTError("AliasExistsException", f"An account with the given {conflicts[0][0]} already exists.")
    user.change(values)
    for medium in to_tell:
        pool.tell(user, medium, "verification")
    return {}


def _settle_addresses(pool: SandboxUserPool, user: SandboxUser, values: dict[str, str]) -> list[str]:
    """A new address is unverified, or waits for its verification where the pool wants that; who is to be told."""
    settings = pool.extended_config.get("UserAttributeUpdateSettings") or {}
    before_update = settings.get("AttributesRequireVerificationBeforeUpdate") or ()
    to_tell = []
    for attribute, medium in _ADDRESSES.items():
        verified = f"{attribute}_verified"
        changed = attribute in values and values[attribute] != user.attribute_lookup.get(attribute, "")
        if changed and not values[attribute]:
            values[verified] = ""
        elif changed and verified not in values:
            if attribute in (pool.extended_config.get("AutoVerifiedAttributes") or ()):
                to_tell.append(medium)
            if attribute in before_update:
                del values[attribute]
            else:
                values[verified] = "false"
        elif values.get(verified) == "true" and not {**user.attribute_lookup, **values}.get(attribute):
            raise InvalidParameter(f"{attribute} is required to set {verified} to true.")
    return to_tell


def admin_delete_user_attributes(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    user = pool.user(parameters["Username"])
    values = dict.fromkeys(parameters["UserAttributeNames"], "")
    check_change(pool, values)
    for attribute in _ADDRESSES:
        if attribute in values:
            values[f"{attribute}_verified"] = ""
    user.change(values)
    return {}

"""What Cognito asks of attributes, user names and passwords."""

import re
from collections.abc import Callable, Iterable

from moto.cognitoidp.models import CognitoIdpUserPoolAttribute
from moto.core.exceptions import JsonRESTError

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

_LARGEST_VALUE = 2048
_SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_EMAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+[1-9][0-9]{3,14}")
_BIRTHDATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def is_email(text: str) -> bool:
    return _EMAIL.fullmatch(text) is not None and ".." not in text


def is_phone_number(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None


_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    "email": (is_email, "Invalid email address format."),
    "phone_number": (is_phone_number, "Invalid phone number format."),
    "birthdate": (
        lambda text: _BIRTHDATE.fullmatch(text) is not None,
        "Invalid birthdate format, please use YYYY-MM-DD.",
    ),
}


def values_of(attributes: Iterable[dict[str, str]] | None) -> dict[str, str]:
    return {attribute["Name"]: attribute.get("Value") or "" for attribute in attributes or ()}


def check_new(pool: SandboxUserPool, values: dict[str, str]) -> None:
    """The attributes of a user about to be made. Raises InvalidParameterException."""
    for name, value in values.items():
        attribute = pool.schema_attributes.get(name)
        if attribute is None:
            raise InvalidParameter(
                f"Attributes did not conform to the schema: Type for attribute {{{name}}} could not be determined\n"
            )
        if name == "sub":
            raise InvalidParameter("Attributes did not conform to the schema: sub: Attribute cannot be set.\n")
        problem = value and problem_of(attribute, value)
        if problem:
            raise InvalidParameter(problem)


def check_change(pool: SandboxUserPool, values: dict[str, str]) -> None:
    """The attributes of a change, an empty value taking one away. Raises InvalidParameterException."""
    for name, value in values.items():
        attribute = pool.schema_attributes.get(name)
        if attribute is None:
            raise InvalidParameter(f"user.{name}: Attribute does not exist in the schema.\n")
        if name == "sub" or not attribute.mutable:
            raise InvalidParameter(f"user.{name}: Attribute cannot be updated.\n")
        if not value and attribute.required:
            raise InvalidParameter(f"user.{name}: Attribute is required and cannot be deleted.\n")
        problem = value and problem_of(attribute, value)
        if problem:
            raise InvalidParameter(problem)


def problem_of(attribute: CognitoIdpUserPoolAttribute, value: str) -> str:
    """What is wrong with a value, in Cognito's words; nothing when all is well."""
    name = attribute.name
    if name in _FORMATS:
        fits, words = _FORMATS[name]
        if not fits(value):
            return words
    start = f"Attributes did not conform to the schema: {name}: "
    if len(value.encode()) > _LARGEST_VALUE:
        return f"{start}String must be no longer than {_LARGEST_VALUE} characters\n"
    if attribute.data_type == "Number":
        return _number_problem(attribute, value, start)
    if attribute.data_type == "Boolean" and value not in ("true", "false"):
        return f"{start}Boolean must be true or false\n"
    limits = attribute.string_constraints or {}
    if limits.get("MaxLength") and len(value) > int(limits["MaxLength"]):
        return f"{start}String must be no longer than {limits['MaxLength']} characters\n"
    if limits.get("MinLength") and len(value) < int(limits["MinLength"]):
        return f"{start}String must be at least {limits['MinLength']} characters\n"
    return ""


def _number_problem(attribute: CognitoIdpUserPoolAttribute, value: str, start: str) -> str:
    if re.fullmatch(r"-?\d{1,18}", value) is None:
        return f"{start}Number is not valid\n"
    limits = attribute.number_constraints or {}
    if limits.get("MaxValue") and int(value) > int(limits["MaxValue"]):
        return f"{start}Number must be no larger than {limits['MaxValue']}\n"
    if limits.get("MinValue") and int(value) < int(limits["MinValue"]):
        return f"{start}Number must be at least {limits['MinValue']}\n"
    return ""


def check_password(pool: SandboxUserPool, password: str, user: SandboxUser | None = None) -> None:
    """Raises InvalidPasswordException with the first rule of the policy the password breaks."""
    policy = pool.extended_config["Policies"]["PasswordPolicy"]
    broken = None
    if len(password) < policy.get("MinimumLength", 8):
        broken = "Password not long enough"
    elif policy.get("RequireUppercase", True) and not re.search(r"[A-Z]", password):
        broken = "Password must have uppercase characters"
    elif policy.get("RequireLowercase", True) and not re.search(r"[a-z]", password):
        broken = "Password must have lowercase characters"
    elif policy.get("RequireNumbers", True) and not re.search(r"[0-9]", password):
        broken = "Password must have numeric characters"
    elif policy.get("RequireSymbols", True) and not _SYMBOLS.intersection(password):
        broken = "Password must have symbol characters"
    if broken:
        raise JsonRESTError("InvalidPasswordException", f"Password did not conform with policy: {broken}")
    remembered = policy.get("PasswordHistorySize") or 0
    if user is not None and remembered and password in user.used_passwords[-remembered:]:
        raise JsonRESTError(
            "PasswordHistoryPolicyViolationException", "Password has previously been used and cannot be reused."
        )


def set_password(user: SandboxUser, password: str | None) -> None:
    user.password = password
    if password:
        user.used_passwords = [*user.used_passwords[-23:], password]


def username_values(pool: SandboxUserPool, username: str) -> dict[str, str]:
    """The attributes a user name stands for: its own address where that is the user name, else none.

    Raises InvalidParameterException for a name the pool cannot take.
    """
    accepted = pool.extended_config.get("UsernameAttributes") or ()
    if accepted:
        for attribute in accepted:
            if _FORMATS[attribute][0](username):
                return {attribute: username}
        words = {"email": "an email", "phone_number": "a phone number"}
        wanted = "either an email or a phone number" if len(accepted) > 1 else words[accepted[0]]
        raise InvalidParameter(f"Username should be {wanted}.")
    aliases = pool.extended_config.get("AliasAttributes") or ()
    if "email" in aliases and is_email(username):
        raise InvalidParameter("Username cannot be of email format, since user pool is configured for email alias.")
    if "phone_number" in aliases and is_phone_number(username):
        raise InvalidParameter(
            "Username cannot be of phone number format, since user pool is configured for phone number alias."
        )
    return {}


def alias_conflicts(
    pool: SandboxUserPool, values: dict[str, str], own: SandboxUser | None = None
) -> list[tuple[str, SandboxUser]]:
    """The aliases among the values that somebody else signs in with: as user name, or verified as alias."""
    conflicts: list[tuple[str, SandboxUser]] = []
    for attribute in pool.extended_config.get("UsernameAttributes") or ():
        others = pool.users.having(attribute, values[attribute]) if values.get(attribute) else []
        conflicts += [(attribute, other) for other in others if other is not own]
    for attribute in pool.extended_config.get("AliasAttributes") or ():
        counts = attribute == "preferred_username" or values.get(f"{attribute}_verified") == "true"
        holder = pool.alias_holder(attribute, values[attribute]) if values.get(attribute) and counts else None
        if holder is not None and holder is not own:
            conflicts.append((attribute, holder))
    return conflicts

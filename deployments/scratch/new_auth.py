"""What somebody wants new Cognito resources to be like, and what is wrong with it in words. Frozen, JSON. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit


class SignIn(StrEnum):
    """What people type to say who they are. It can never be changed for a pool that exists."""

    EMAIL = "email"
    PHONE = "phone"
    USERNAME = "username"


class Mfa(StrEnum):
    """Whether an authenticator app is asked for. Text messages need a role for Amazon SNS, and are not offered."""

    OFF = "OFF"
    OPTIONAL = "OPTIONAL"
    ON = "ON"


class AttributeType(StrEnum):
    STRING = "String"
    NUMBER = "Number"
    BOOLEAN = "Boolean"
    DATE_TIME = "DateTime"


STANDARD = (
    "address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name", "nickname",
    "phone_number", "picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo",
)  # fmt: skip
"""The standard attributes that a pool can require. Source: Amplify project format, section 2.2."""

MOST_CUSTOM = 50
MOST_URLS = 100
_LONGEST_URL = 1024
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_CUSTOM_NAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RESERVED = ("aws", "amazon", "cognito")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_CODES_BY_EMAIL = (
    "Codes for a new account and for a forgotten password go by e-mail here, for text messages would need a role for"
    " Amazon SNS: require email."
)


@dataclass(frozen=True, kw_only=True)
class CustomAttribute:
    """`custom:name` on the user. It can never be renamed or removed; one that is not `mutable` is set once."""

    name: str
    type: AttributeType = AttributeType.STRING
    mutable: bool = True


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """Amplify's defaults: eight characters with one of each kind. An invitation's password is good for some days."""

    minimum_length: int = 8
    lowercase: bool = True
    uppercase: bool = True
    numbers: bool = True
    symbols: bool = True
    temporary_days: int = 7


@dataclass(frozen=True, kw_only=True)
class NewAuth:
    """`name` begins the names of everything made. `sign_in` says what people type; with USERNAME among several, the
    others are aliases of the user name, and without it each of them is one.

    `required` are standard attributes that everybody must have. `domain` is the prefix of the hosted sign-in page's
    address, "" for none; the URLs belong to that page.
    """

    name: str
    sign_in: tuple[SignIn, ...] = (SignIn.EMAIL,)
    required: tuple[str, ...] = ("email",)
    custom: tuple[CustomAttribute, ...] = ()
    password: PasswordPolicy = field(default_factory=PasswordPolicy)
    mfa: Mfa = Mfa.OFF
    guests: bool = False
    domain: str = ""
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    deletion_protection: bool = True

    def to_dict(self) -> dict[str, Any]:
        """JSON: enumerations as their words, tuples as lists."""
        plain = asdict(self)
        listed = {name: list(value) for name, value in plain.items() if isinstance(value, tuple)}
        return {**plain, **listed}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """What `to_dict` gave. Raises KeyError, TypeError or ValueError for anything else."""
        custom = tuple(CustomAttribute(**{**one, "type": AttributeType(one["type"])}) for one in data["custom"])
        changed = {
            "sign_in": tuple(SignIn(one) for one in data["sign_in"]),
            "custom": custom,
            "password": PasswordPolicy(**data["password"]),
            "mfa": Mfa(data["mfa"]),
            **{name: tuple(data[name]) for name in ("required", "callback_urls", "logout_urls")},
        }
        return cls(**{**data, **changed})

    def problems(self) -> dict[str, str]:
        """What AWS would refuse, or what would lock people out, by the name of the field; {} when all is well.

        That a domain's prefix is taken in the Region is known only to AWS, which says so when the stack is made.
        """
        found = {
            "name": _problem_of_the_name(self.name),
            "sign_in": _problem_of_sign_in(self.sign_in),
            "required": _problem_of_required(self.required),
            "custom": _problem_of_custom(self.custom),
            "password": _problem_of_password(self.password),
            "domain": _problem_of_domain(self.domain),
            "callback_urls": _problem_of_urls(self.callback_urls, "callback", hosted=bool(self.domain)),
            "logout_urls": _problem_of_urls(self.logout_urls, "sign-out", hosted=bool(self.domain)),
        }
        return {name: words for name, words in found.items() if words}


def _problem_of_the_name(name: str) -> str:
    if _NAME.fullmatch(name):
        return ""
    return "Use 1 to 64 letters, digits, hyphens and underscores, and begin with a letter."


def _problem_of_sign_in(ways: tuple[SignIn, ...]) -> str:
    if not ways:
        return "Choose at least one way to sign in."
    return "Name each way to sign in once." if len(set(ways)) < len(ways) else ""


def _problem_of_required(names: tuple[str, ...]) -> str:
    unknown = [name for name in names if name not in STANDARD]
    if unknown:
        return f"Only standard attributes can be required, and {_listed(unknown)} is none of them."
    return "" if "email" in names else _CODES_BY_EMAIL


def _problem_of_custom(attributes: tuple[CustomAttribute, ...]) -> str:
    names = [one.name for one in attributes]
    bad = [name for name in names if not _CUSTOM_NAME.fullmatch(name)]
    if bad:
        return f"A custom attribute's name has 1 to 20 letters, digits and underscores: {_listed(bad)} has not."
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        return f"Name each custom attribute once: {_listed(twice)} stands there twice."
    return f"A user pool has at most {MOST_CUSTOM} custom attributes." if len(names) > MOST_CUSTOM else ""


def _problem_of_password(policy: PasswordPolicy) -> str:
    if not 6 <= policy.minimum_length <= 99:
        return "A password's least length is from 6 to 99 characters."
    if not 1 <= policy.temporary_days <= 365:
        return "An invitation's password is good for 1 to 365 days."
    return ""


def _problem_of_domain(prefix: str) -> str:
    if not prefix:
        return ""
    if not _DOMAIN.fullmatch(prefix):
        return "Use 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end."
    reserved = [word for word in _RESERVED if word in prefix]
    return f"AWS allows no prefix that contains “{reserved[0]}”." if reserved else ""


def _problem_of_urls(urls: tuple[str, ...], kind: str, *, hosted: bool) -> str:
    if not hosted:
        return "URLs belong to the hosted sign-in page: give it a prefix, or leave them out." if urls else ""
    if not urls:
        return f"The hosted sign-in page needs at least one {kind} URL."
    if len(set(urls)) < len(urls):
        return f"Give each {kind} URL once."
    if len(urls) > MOST_URLS:
        return f"An app client has at most {MOST_URLS} {kind} URLs."
    return next((words for words in map(_problem_of_url, urls) if words), "")


def _problem_of_url(url: str) -> str:
    """Cognito takes https, http for the own machine only, and an app's own scheme. Source: CreateUserPoolClient."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return f"{url} is not a URL."
    if not parts.scheme or len(url) > _LONGEST_URL or re.search(r"\s", url) or "://" not in url:
        return f"{url[:80]} is not a whole URL, such as https://app.example.com/ or myapp://signed-in/."
    if "#" in url:
        return f"{url} may not have a fragment (what follows #)."
    if parts.scheme == "https" and not host:
        return f"{url} names no host."
    if parts.scheme == "http" and host not in _LOCAL:
        return f"{url} must begin with https://; http is for localhost only."
    return ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)

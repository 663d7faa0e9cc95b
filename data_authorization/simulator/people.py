"""Users of the linked pool as the simulator takes them: found by a scrap of information, read with their groups.

Users themselves are another feature's; here they are but callers, so they are asked of AWS directly and never kept
longer than a few clicks take.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.cache import cache

from auth_import.models import CognitoLink
from auth_import.pickers import Unread
from auth_import.preflight import link_of
from aws import user_groups, users
from aws.errors import AwsError
from aws.side_by_side import Together
from aws.user_resources import CognitoUser
from aws.users import UserFilter
from data_authorization.groups import NOT_LINKED
from environments.models import Environment

SHOWN = 10
"""People of one search; who types one letter more finds the others."""
KEPT_SECONDS = 30
FEWEST_DIGITS = 4
_NUMBER = re.compile(r"\+?[\d\s().\-/]+")


@dataclass(frozen=True, slots=True)
class Person:
    """A user and the groups that the token would name."""

    username: str
    label: str
    sub: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    users: tuple[CognitoUser, ...]
    has_more: bool


def _linked(environment: Environment) -> CognitoLink | None:
    link = link_of(environment)
    if link is not None:
        link.environment = environment
    return link


def filters_for(text: str) -> Iterator[UserFilter]:
    """The ways to understand what somebody typed: always a user name, and whatever else it looks like.

    One ListUsers takes one condition (AWS, "Searching for and filtering users").
    """
    digits = re.sub(r"\D", "", text)
    if _NUMBER.fullmatch(text) and len(digits) >= FEWEST_DIGITS:
        yield UserFilter("phone_number", f"+{digits}", prefix=True)
    else:
        yield UserFilter("email", text, prefix=True)
    if re.fullmatch(r"[0-9a-fA-F-]{8,36}", text):
        yield UserFilter("sub", text, prefix=True)
    yield UserFilter("username", text, prefix=True)


def find(environment: Environment, text: str) -> Found | Unread:
    """People whose e-mail address, phone number, user name or sub begins so."""
    link = _linked(environment)
    if link is None:
        return NOT_LINKED
    target, pool = environment.target, link.user_pool_id
    try:
        with Together() as together:
            pending = [
                together.start(users.page_of_users, target, pool, where=one, size=SHOWN + 1)
                for one in filters_for(text)
            ]
            pages = [one.result() for one in pending]
    except AwsError as error:
        return Unread.of(error)
    found = {user.username: user for page in pages for user in page.items}
    return Found(tuple(found.values())[:SHOWN], len(found) > SHOWN or any(page.next_token for page in pages))


def person(environment: Environment, username: str) -> Person | Unread:
    """The user of exactly this name, with all groups: two calls side by side, remembered for half a minute."""
    link = _linked(environment)
    if link is None:
        return NOT_LINKED
    target, pool = environment.target, link.user_pool_id
    key = f"data:person:{target.role_arn}|{target.region}|{pool}|{username.encode().hex()[:400]}"
    known: Person | None = cache.get(key)
    if known is not None and known.username == username:
        return known
    try:
        with Together() as together:
            user = together.start(users.find_user, target, pool, username)
            groups = together.start(user_groups.groups_of, target, pool, username)
            one = user.result()
            names = tuple(sorted((group.name for group in groups.result()), key=str.casefold))
    except AwsError as error:
        return Unread.of(error)
    found = Person(one.username, one.label, one.sub, names)
    cache.set(key, found, KEPT_SECONDS)
    return found

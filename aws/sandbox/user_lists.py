"""ListUsers and ListUsersInGroup: pages that cost what is on them, however large the pool is."""

import base64
import hashlib
import re
from typing import Any

from aws.sandbox.errors import InvalidParameter
from aws.sandbox.user_filters import FILTERABLE, UserFilter
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

LARGEST_PAGE = 60
_OPAQUE = re.compile(r"([0-9a-f]{12})\.([0-9]{1,12})")


def page_token(place: int, *request: str) -> str:
    """The token of the page that begins at a place; it is good for the same request only, as AWS says."""
    return base64.urlsafe_b64encode(f"{_request_of(request)}.{place}".encode()).decode()


def place_of(token: str | None, *request: str) -> int:
    """Raises InvalidParameterException for a token that was not given for this request."""
    if token is None:
        return 0
    try:
        found = _OPAQUE.fullmatch(base64.urlsafe_b64decode(token).decode())
    except ValueError:
        found = None
    if found is None or found[1] != _request_of(request):
        raise InvalidParameter("Invalid pagination token.")
    return int(found[2])


def _request_of(request: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(request).encode()).hexdigest()[:12]


def size_of(parameters: dict[str, Any], name: str = "Limit") -> int:
    """The size of the page that is asked for; 0 is as good as none."""
    return parameters.get(name) or LARGEST_PAGE


def list_users(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    text = parameters.get("Filter") or ""
    request = ("ListUsers", pool.id, text)
    start = place_of(parameters.get("PaginationToken"), *request)
    size = size_of(parameters)
    users, following = _found(pool, UserFilter.parse(text) if text.strip() else None, start, size)
    answer: dict[str, Any] = {"Users": [_with_attributes(user, parameters.get("AttributesToGet")) for user in users]}
    if following is not None:
        answer["PaginationToken"] = page_token(following, *request)
    return answer


def _found(
    pool: SandboxUserPool, user_filter: UserFilter | None, start: int, size: int
) -> tuple[list[SandboxUser], int | None]:
    if user_filter is None:
        return pool.users.order.page(start, size)
    candidates = user_filter.candidates(pool.users)
    if candidates is None:
        return pool.users.order.page(start, size, user_filter.matches())
    matching = [user for user in candidates if user_filter.matches()(user)]
    return matching[start : start + size], start + size if len(matching) > start + size else None


def _with_attributes(user: SandboxUser, names: list[str] | None) -> dict[str, Any]:
    """A user as listed, with `sub` and what was asked for. What nobody can filter on must be there for everybody."""
    if not names:
        return user.listed()
    values = user.attribute_lookup
    for name in names:
        if name not in values and name not in FILTERABLE:
            raise InvalidParameter("One or more requested attributes do not exist.")
    shown = [name for name in dict.fromkeys(["sub", *names]) if name in values]
    return {**user.listed(), "Attributes": [{"Name": name, "Value": values[name]} for name in shown]}


def list_users_in_group(pool: SandboxUserPool, parameters: dict[str, Any]) -> dict[str, Any]:
    group = pool.group(parameters["GroupName"])
    request = ("ListUsersInGroup", pool.id, group.group_name)
    start = place_of(parameters.get("NextToken"), *request)
    users, following = group.users.page(start, size_of(parameters))
    answer: dict[str, Any] = {"Users": [user.listed() for user in users]}
    if following is not None:
        answer["NextToken"] = page_token(following, *request)
    return answer

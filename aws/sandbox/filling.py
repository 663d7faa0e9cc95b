"""Filling a pool with people in a moment, for benchmarks and for tests of long lists."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from moto.cognitoidp.models import UserStatus, cognitoidp_backends

from aws.sandbox import ids
from aws.sandbox.people import FAMILY_NAMES, GIVEN_NAMES
from aws.sandbox.user_pools import SandboxUserPool
from aws.sandbox.users import SandboxUser

MOST = 1_000_000


def pools() -> Iterator[SandboxUserPool]:
    """Every user pool of every Region."""
    for regions in list(cognitoidp_backends.values()):
        for backend in list(regions.values()):
            for pool in list(backend.user_pools.values()):
                yield cast(SandboxUserPool, pool)


def fill_pool(pool_id: str, count: int, prefix: str = "load", group: str | None = None) -> int:
    """Plant confirmed users `load-000000@example.com`… (named by their sub where the e-mail is the user name).

    In the server's own process; from another ask `POST /sandbox/users`. Those who are there already stay as they are.
    Returns how many were planted. Raises ValueError for an unknown pool or group, or a number that makes no sense.
    """
    pool = next((pool for pool in pools() if pool.id == pool_id), None)
    if pool is None:
        raise ValueError(f"there is no user pool {pool_id}")
    if group is not None and group not in pool.groups:
        raise ValueError(f"there is no group {group} in {pool_id}")
    if not 0 < count <= MOST:
        raise ValueError(f"count must be 1 to {MOST}")
    with _without_collecting():
        return _plant(pool, count, prefix, group)


@contextmanager
def _without_collecting() -> Iterator[None]:
    # Nothing is thrown away meanwhile, and looking for it again and again takes half of the time.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _plant(pool: SandboxUserPool, count: int, prefix: str, group: str | None) -> int:
    planted = 0
    for number in range(count):
        user = _person(pool, f"{prefix}-{number:06}", number)
        if user.username in pool.users:
            continue
        pool.users[user.username] = user
        planted += 1
        if group is not None:
            pool.groups[group].users.add(user)
            user.groups.add(pool.groups[group])
    return planted


def _person(pool: SandboxUserPool, name: str, number: int) -> SandboxUser:
    email = f"{name}@example.com"
    user = SandboxUser(
        pool.id,
        name,
        None,
        UserStatus.CONFIRMED,
        [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "given_name", "Value": GIVEN_NAMES[number % len(GIVEN_NAMES)]},
            {"Name": "family_name", "Value": FAMILY_NAMES[number // len(GIVEN_NAMES) % len(FAMILY_NAMES)]},
        ],
    )
    user.id = ids.user_sub(f"{pool.id} {email}")
    user.attribute_lookup["sub"] = user.id
    if pool.extended_config.get("UsernameAttributes"):
        user.username = user.id
    return user


def asked(posted: Any) -> dict[str, Any]:
    """What `POST /sandbox/users` asks for. Raises ValueError when it makes no sense."""
    known = {"pool", "count", "prefix", "group"}
    if not isinstance(posted, dict) or not {"pool", "count"} <= set(posted) <= known:
        raise ValueError("give pool and count, and perhaps prefix and group")
    planted = fill_pool(
        str(posted["pool"]), int(posted["count"]), str(posted.get("prefix", "load")), posted.get("group")
    )
    return {"planted": planted}

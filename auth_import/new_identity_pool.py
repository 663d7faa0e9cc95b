"""An identity pool for a user pool that has none, as it is shown first. A job makes it, for it takes several calls."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from auth_import.identity_pool_job import KINDS, clients_of, description_of, pool_name, role_name_of
from auth_import.identity_pool_job import create as create
from auth_import.observation import Choice
from auth_import.rules.trust import trust_policy
from auth_import.tasks import start_identity_pool as start
from aws import identity_pools, roles
from aws.changes import Change
from aws.errors import NotFound
from aws.side_by_side import in_time
from aws.target import AwsTarget
from environments.models import Environment

__all__ = ["Preview", "create", "pool_name", "preview", "start"]

UNKNOWN_ID = "(the id AWS gives it)"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be made. `digest` stands for exactly that."""

    name: str
    changes: tuple[Change, ...]

    @property
    def digest(self) -> str:
        text = "\0".join(part for change in self.changes for part in (change.action, change.resource, change.after))
        return hashlib.sha256(text.encode()).hexdigest()


def preview(*, environment: Environment, choice: Choice) -> Preview:
    """What would be created. The roles grant nothing by themselves; guests are not allowed. Raises AwsError."""
    target, wanted = environment.target, pool_name(environment)
    name = in_time(lambda: _free_name(target, wanted))
    pool = identity_pools.plan_identity_pool(
        name=name,
        user_pool_id=choice.user_pool_id,
        client_ids=clients_of(choice),
        allow_unauthenticated=False,
    )
    made = [
        roles.plan_role(
            name=role_name_of(name, kind), trust_policy=trust_policy(UNKNOWN_ID, kind), description=description_of(name)
        )
        for kind in KINDS
    ]
    return Preview(name=name, changes=(pool, *made))


def _free_name(target: AwsTarget, wanted: str) -> str:
    """The name, with a number where an identity pool or a role has it: what exists belongs to somebody."""
    taken = {row.name for row in identity_pools.iter_identity_pools(target)}
    return next(
        name
        for name in _numbered(wanted)
        if name not in taken and not any(_role_exists(target, role_name_of(name, kind)) for kind in KINDS)
    )


def _numbered(wanted: str) -> Iterator[str]:
    yield wanted
    for number in count(2):
        yield f"{wanted[:120]}_{number}"


def _role_exists(target: AwsTarget, name: str) -> bool:
    try:
        roles.get_role(target, name)
    except NotFound:
        return False
    return True

"""How the linked pool treats its users: schema, password policy, recovery, second factors. Asked once in a while."""

from dataclasses import dataclass

from django.core.cache import cache

from aws import user_pools, users
from aws.errors import AwsError
from aws.resources import MfaConfig
from aws.side_by_side import Together
from aws.user_resources import PeopleRules
from user_management.place import Place

KEPT_SECONDS = 300
"""Pools change rarely, and each page would otherwise cost two more calls of a quota of 15 a second."""


@dataclass(frozen=True, slots=True)
class Rules:
    people: PeopleRules
    mfa: MfaConfig | None
    """None where it could not be read."""


def rules_of(place: Place, *, fresh: bool = False) -> Rules:
    """The pool's rules, at most five minutes old; `fresh` asks AWS now. Raises AwsError."""
    key = f"pool-rules:{place.key}"
    known: Rules | None = None if fresh else cache.get(key)
    if known is None:
        with Together() as together:
            people = together.start(users.people_rules, place.target, place.pool_id)
            mfa = together.start(_mfa, place)
            known = Rules(people.result(), mfa.result())
        cache.set(key, known, KEPT_SECONDS)
    return known


def _mfa(place: Place) -> MfaConfig | None:
    try:
        return user_pools.mfa_config(place.target, place.pool_id)
    except AwsError:
        return None

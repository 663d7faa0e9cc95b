"""A model, not a measurement, of the calls the Amplify CLI makes for an import. Pure."""

from dataclasses import dataclass
from math import ceil

PAGE = 60
CLIENT_DESCRIBES_A_SECOND = 5


@dataclass(frozen=True, slots=True)
class Model:
    """`rounds` is how many calls wait for each other at least, if all others of a kind go at the same time."""

    calls: int
    rounds: int
    clients: int

    def seconds_within_quota(self, delay: float) -> float:
        """Seconds at least, each call taking `delay`: the app clients' descriptions go five a second on one pool."""
        waiting = ceil(self.clients / CLIENT_DESCRIBES_A_SECOND) - 1
        return self.rounds * delay + max(0, waiting) * 1.0


def cli_calls(*, user_pools: int, identity_pools: int, clients: int, providers: int) -> Model:
    """What section 1.4 of Amplify project format lists, for one chosen pool: all its clients and providers are
    described, and all identity pools of the Region."""
    pages_of_pools = max(1, ceil(user_pools / PAGE))
    pages_of_clients = max(1, ceil(clients / PAGE))
    pages_of_providers = max(1, ceil(providers / PAGE))
    pages_of_identity_pools = max(1, ceil(identity_pools / PAGE))
    steps = (
        # (calls, rounds) of each step; a step begins when the one before it has ended.
        (pages_of_pools, pages_of_pools),
        (1, 1),  # DescribeUserPool
        (pages_of_clients + clients, pages_of_clients + (1 if clients else 0)),
        (pages_of_providers + providers, pages_of_providers + (1 if providers else 0)),
        (1, 1),  # GetUserPoolMfaConfig
        (pages_of_identity_pools + identity_pools, pages_of_identity_pools + (1 if identity_pools else 0)),
        (1, 1),  # GetIdentityPoolRoles
    )
    return Model(calls=sum(calls for calls, _ in steps), rounds=sum(rounds for _, rounds in steps), clients=clients)

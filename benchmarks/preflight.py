"""The pre-flight of a chosen user pool, two clients and an identity pool, every AWS call delayed."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.conf import settings

from accounts.models import User
from audit.record import Actor
from auth_import.observation import Choice
from auth_import.preflight import preflight
from aws import session
from benchmarks.account import APP_CLIENTS, IDENTITY_POOLS, REGION, USER_POOLS, Account
from benchmarks.calls import Call, longest_chain, repeated, seconds_of
from benchmarks.cli_model import cli_calls
from benchmarks.report import Broken, Measurement, median
from environments import services
from environments.models import Environment

DELAY = 0.050
TARGET = 1.5
NEXT_SECOND = 1.1
"""Between two runs: Cognito allows five client describes a second on one pool, and a run makes two of them."""

NEEDS: dict[str, tuple[str, ...]] = {
    "DescribeUserPool": (),
    "DescribeUserPoolClient": (),
    "ListUserPoolClients": (),
    "GetUserPoolMfaConfig": (),
    "ListGroups": (),
    "ListIdentityProviders": (),
    # The names of the providers are known from the list alone.
    "DescribeIdentityProvider": ("ListIdentityProviders",),
    "DescribeIdentityPool": (),
    "GetIdentityPoolRoles": (),
    # The role's name is known from the identity pool's roles alone.
    "GetRole": ("GetIdentityPoolRoles",),
}
"""Whose answer a call's parameters come from. Everything not named here would stop the benchmark."""


@dataclass(frozen=True, slots=True)
class Run:
    """One pre-flight: its wall-clock in seconds and the account's record of it."""

    wall: float
    calls: list[Call]

    @property
    def chain(self) -> list[Call]:
        return longest_chain(self.calls, NEEDS)

    @property
    def ratio(self) -> float:
        return self.wall / seconds_of(self.chain)


def new_environment(name: str = "Sample shop") -> Environment:
    user = User.objects.create(username=f"{name} owner".replace(" ", "-").lower())
    actor = Actor(name=user.label, user_id=user.pk)
    project = services.create_project(name=name, actor=actor)
    return services.create_environment(project=project, actor=actor, name="dev", region=REGION)


def choice_of(account: Account) -> Choice:
    return Choice(**asdict(account.chosen))


def _run(account: Account, environment: Environment) -> Run:
    account.forget_calls()
    started = time.perf_counter()
    checked = preflight(environment=environment, choice=choice_of(account), sees=lambda other: True)
    wall = time.perf_counter() - started
    run = Run(wall=wall, calls=account.calls())
    refused = [finding.id for finding in checked.findings if finding.severity == "fail"]
    if refused or checked.observation.faults or checked.outputs is None:
        raise Broken(f"The pre-flight should pass on this account: {refused} {checked.observation.faults}")
    if twice := repeated(run.calls):
        raise Broken(f"Asked twice with the same parameters: {', '.join(twice)}")
    return run


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    environment = new_environment()
    account.delay_every_call(DELAY * 1000)
    cold = _run(account, environment)
    session.forget()
    session.warm(environment.target)
    runs = []
    for _ in range(4 if small else 20):
        time.sleep(NEXT_SECOND)
        runs.append(_run(account, environment))
    middle = sorted(runs, key=lambda run: run.ratio)[len(runs) // 2]
    walls = [run.wall for run in runs]
    links = len(middle.chain)
    yield Measurement(
        what="Pre-flight: wall-clock against the longest chain of calls that depend on each other",
        on=f"{USER_POOLS} user pools, {IDENTITY_POOLS} identity pools, {APP_CLIENTS} clients in the pool, hosted UI"
        f" and one social provider, each call delayed {DELAY * 1000:.0f} ms, {variant}, {len(runs)} runs",
        figure=median(run.ratio for run in runs),
        unit="times the chain (median)",
        target=TARGET,
        details={
            "worst run": max(run.ratio for run in runs),
            "calls": len(middle.calls),
            "made twice": 0,
            "chain": " → ".join(call.operation for call in middle.chain),
            "chain, ms": round(median(seconds_of(run.chain) for run in runs) * 1000),
            "wall, ms": {"median": round(median(walls) * 1000), "worst": round(max(walls) * 1000)},
            f"against {links} × {DELAY * 1000:.0f} ms, nothing else counted": median(walls) / (links * DELAY),
            "first run of a process, clients not made yet": {
                "ms": round(cold.wall * 1000),
                "times the chain": cold.ratio,
            },
        },
    )
    if not settings.REDIS_URL:
        # The number of calls does not depend on the limiter, so it is told once.
        yield _against_the_cli(middle, median(walls))


def _against_the_cli(run: Run, wall: float) -> Measurement:
    model = cli_calls(user_pools=USER_POOLS, identity_pools=IDENTITY_POOLS, clients=APP_CLIENTS, providers=1)
    kinds = Counter(call.operation for call in run.calls)
    return Measurement(
        what="Pre-flight: calls, against a model of what the Amplify CLI asks on the same account",
        on="the same; the CLI's calls are counted from Amplify project format, section 1.4, and not measured",
        figure=round(len(run.calls) / model.calls, 2),
        unit="of the CLI's calls",
        details={
            "ours": f"{len(run.calls)} calls: " + ", ".join(f"{times} {name}" for name, times in sorted(kinds.items())),
            "ours, ms": round(wall * 1000),
            "the CLI's, by the model": f"{model.calls} calls in {model.rounds} rounds that wait for each other",
            "the CLI's, one after another, ms": round(model.calls * DELAY * 1000),
            "the CLI's, as parallel as section 1.4 says, ms": round(model.rounds * DELAY * 1000),
            "the CLI's, within five client describes a second, ms": round(model.seconds_within_quota(DELAY) * 1000),
        },
    )

"""A pass of the drift watch over many environments, against looking at one after the other, each within its budgets."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import boto3
from django.conf import settings
from django.utils import timezone

from audit.record import Actor
from auth_import import rules, services
from auth_import.findings import RuleSet
from auth_import.models import CognitoLink, DriftWatch
from auth_import.observation import Choice
from auth_import.observe import observe
from auth_import.outputs import outputs_of
from auth_import.preflight import secret_digest, setting_of
from auth_import.records import baseline_of
from auth_import.watch.passing import Pass, run_pass
from aws import quotas, session
from aws.declarations import quota_of
from aws.sandbox.recipes import GOOD_CLIENT, GOOD_POOL, OAUTH, merged, trust_policy
from benchmarks.account import Account
from benchmarks.calls import most_in_window
from benchmarks.export import Unlimited
from benchmarks.preflight import DELAY, new_environment
from benchmarks.report import Broken, Measurement
from environments.models import Environment

REGIONS = (
    "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1",
    "us-east-1", "us-east-2", "us-west-2", "ap-southeast-2", "ap-northeast-1",
)  # fmt: skip
TARGET = 5
ACTOR = Actor(name="benchmark")


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    number = 30 if small else 100
    limiter = quotas._limiter
    quotas.use_limiter(Unlimited())
    environments = _plant(account, number)
    account.delay_every_call(DELAY * 1000)
    for one in environments:
        session.warm(one.target)
    quotas.use_limiter(limiter)
    one_by_one, alone, calls_alone = _pass(account, number, at_once=1, threads=1)
    share, settings.AWS_BACKGROUND_SHARE = settings.AWS_BACKGROUND_SHARE, 1.0
    greedy, _, _ = _pass(account, number, at_once=1, threads=1)
    settings.AWS_BACKGROUND_SHARE = share
    together, watched, calls = _pass(account, number)
    budget, most, where = _tightest(calls)
    kinds = Counter(str(call["operation"]) for call in calls)
    # What the page's own button costs: every call of a check at the same time, and not within the background share.
    button = None if small else _buttons(account, environments)
    on = (
        f"{number} linked environments with a user pool, two clients, an identity pool and two roles each, over"
        f" {len(REGIONS)} account-Regions, each call delayed {DELAY * 1000:.0f} ms, {variant or 'the file limiter'}"
    )
    yield Measurement(
        what="Drift pass: how much of the time of looking at one environment after the other it takes",
        on=on,
        figure=together / one_by_one,
        unit="of that time",
        target=1 / TARGET,
        details={
            "times as fast": one_by_one / together,
            "the pass, s": together,
            "one after the other, within the same budgets, s": one_by_one,
            "one after the other, with all of the quotas instead of the share, s": greedy,
            "calls for each environment": len(calls) / number,
            "which": ", ".join(f"{times / number:g} {name}" for name, times in sorted(kinds.items())),
            "checked": f"{watched.checked} and {alone.checked} of {number}",
            "calls one after the other": len(calls_alone),
            **({"the page's check one after the other, all of the quota used, s": button[0]} if button else {}),
            **({"calls of the page's check for each environment": button[1] / number} if button else {}),
        },
    )
    yield Measurement(
        what="Drift pass: most requests that counted against one budget of one account-Region in any second",
        on=f"the same; the tightest was {where}",
        figure=most,
        unit="requests",
        target=budget,
    )


def _plant(account: Account, number: int) -> list[Environment]:
    with ThreadPoolExecutor(4) as threads:
        choices = list(threads.map(lambda one: _resources(account, one), range(number)))
    project = new_environment("Watched shop").project
    environments = []
    for one, choice in enumerate(choices):
        environment = Environment.objects.create(project=project, name=f"e{one}", region=_region(one))
        setting = setting_of(environment, user_pool_id=choice.user_pool_id, sees=lambda _: True, relink=True)
        seen = observe(target=environment.target, choice=choice, setting=setting, seconds=30)
        outputs = outputs_of(seen)
        if outputs is None or outputs.identity_pool is None:
            raise Broken(f"The planted resources cannot be read: {seen.faults}")
        CognitoLink.objects.create(
            environment=environment,
            user_pool_id=choice.user_pool_id,
            user_pool_name=outputs.user_pool_name,
            web_client_id=choice.web_client_id,
            native_client_id=choice.native_client_id,
            identity_pool_id=choice.identity_pool_id,
            identity_pool_name=outputs.identity_pool.name,
            resource_name="watched",
            outputs=outputs.to_dict(),
            secret_digest=secret_digest(outputs),
            baseline=baseline_of(rules.run(seen, RuleSet.ADMIN_UI)),
            checked=timezone.now(),
            created_by_name=ACTOR.name,
        )
        environments.append(environment)
    return environments


def _region(number: int) -> str:
    return REGIONS[number % len(REGIONS)]


def _resources(account: Account, number: int) -> Choice:
    """What one environment is linked to, made over HTTP as anybody would."""
    region = _region(number)

    def client(service: Any) -> Any:
        made: Any = boto3.session.Session
        keys = {"aws_access_key_id": "benchmark", "aws_secret_access_key": "benchmark"}
        return made(**keys, region_name=region).client(service, endpoint_url=account.url)

    cognito, identity, iam = client("cognito-idp"), client("cognito-identity"), client("iam")
    pool = str(cognito.create_user_pool(PoolName=f"watched-{number}", **GOOD_POOL)["UserPool"]["Id"])
    wanted = merged(GOOD_CLIENT, OAUTH)
    clients = [
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, GenerateSecret=secret, **wanted)
        for name, secret in (("web", False), ("mobile", True))
    ]
    web, native = (str(one["UserPoolClient"]["ClientId"]) for one in clients)
    provider = f"cognito-idp.{region}.amazonaws.com/{pool}"
    identity_pool = str(
        identity.create_identity_pool(
            IdentityPoolName=f"watched_{number}",
            AllowUnauthenticatedIdentities=True,
            CognitoIdentityProviders=[
                {"ProviderName": provider, "ClientId": one, "ServerSideTokenCheck": True} for one in (web, native)
            ],
        )["IdentityPoolId"]
    )
    arns = {}
    for kind in ("authenticated", "unauthenticated"):
        policy = trust_policy(kind, "right", identity_pool, "")
        made = iam.create_role(RoleName=f"watched-{number}-{kind}", AssumeRolePolicyDocument=policy)
        arns[kind] = str(made["Role"]["Arn"])
    identity.set_identity_pool_roles(IdentityPoolId=identity_pool, Roles=arns)
    return Choice(pool, web, native, identity_pool)


def _pass(account: Account, number: int, **options: Any) -> tuple[float, Pass, list[dict[str, Any]]]:
    """Seconds, what the pass counted, and the account's own record. Those of one Region are not next to each other."""
    DriftWatch.objects.all().delete()
    long_ago = timezone.now() - timedelta(hours=2)
    rows = CognitoLink.objects.order_by("pk").values_list("environment_id", flat=True)
    DriftWatch.objects.bulk_create(
        [DriftWatch(environment_id=pk, due=long_ago + timedelta(seconds=one)) for one, pk in enumerate(rows)]
    )
    account.forget_calls()
    started = time.perf_counter()
    counted = run_pass(seconds=900, **options)
    wall = time.perf_counter() - started
    if counted.checked != number or CognitoLink.objects.exclude(drift=[]).exists():
        raise Broken(f"The pass should check everything and find nothing: {counted}")
    return wall, counted, list(account.control("GET", "calls")["calls"])


def _tightest(calls: Sequence[dict[str, Any]]) -> tuple[int, int, str]:
    """The budget that was used up most in any second: what it allows, the most requests, and its name."""
    starts: dict[tuple[str, str], list[float]] = defaultdict(list)
    allowed = {}
    for call in calls:
        if call["service"] != "cognito-idp":
            continue
        quota = quota_of(f"{call['service']}:{call['operation']}")
        figure = quotas.per_second(quota)
        if figure is not None:
            key = (str(call["region"]), quota.category)
            starts[key].append(float(call["start"]))
            allowed[key] = quotas.of_share(figure, settings.AWS_BACKGROUND_SHARE)
    most = {key: most_in_window(moments) for key, moments in starts.items()}
    worst = max(most, key=lambda key: most[key] / allowed[key])
    return allowed[worst], most[worst], f"{worst[1]} in {worst[0]}"


def _buttons(account: Account, environments: Sequence[Environment]) -> tuple[float, int]:
    account.forget_calls()
    started = time.perf_counter()
    for environment in environments:
        link = CognitoLink.objects.select_related("environment__project").get(environment=environment)
        services.check_link(link=link, actor=ACTOR, sees=lambda _: True)
    return time.perf_counter() - started, len(account.calls())

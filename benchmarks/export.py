"""What an export of users costs beside reading the pool: speed against a bare loop over its pages, and memory."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
from django.test import Client
from django.utils import timezone

from accounts.models import User
from auth_import.models import CognitoLink
from aws import quotas, session
from aws.budgets import Budget
from benchmarks.account import REGION, Account
from benchmarks.page import browser
from benchmarks.preflight import new_environment
from benchmarks.report import Broken, Measurement, median
from environments.models import Environment

PAGE = 60
COLUMNS = "username,email,phone_number,name,status,enabled,created,modified,sub,email_verified,given_name,family_name"
AT_ONCE = 50_000
"""Users planted by one request, so that it is answered in time."""


class Unlimited:
    """No quota for either side: a share of six calls a second would hide what is measured here."""

    def take(self, scope: str, budgets: Sequence[Budget]) -> float:
        return 0.0


def measure(account: Account, *, small: bool, variant: str) -> Iterator[Measurement]:
    users = 20_000 if small else 100_000
    quotas.use_limiter(Unlimited())
    environment = new_environment("Exporting shop")
    pool_id = _pool(account, users)
    _link(environment, pool_id)
    client = browser(User.objects.get(memberships__project=environment.project))
    url = f"/projects/{environment.project.slug}/{environment.name}/users/export.csv?columns={COLUMNS}"
    session.warm(environment.target)
    # The process's first download makes connections, which later ones have.
    client.get(f"/projects/{environment.project.slug}/{environment.name}/users/")
    bare, ours, busy, peaks = [], [], [], []
    for _ in range(2 if small else 3):
        before = time.process_time()
        bare.append(_bare_loop(pool_id, users))
        between = time.process_time()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        ours.append(_export(client, url, users))
        peaks.append(_resident("VmHWM"))
        busy.append((time.process_time() - between) / (between - before))
    yield Measurement(
        what=f"Export of {users:,} users: time against a bare ListUsers loop",
        on=f"{len(COLUMNS.split(','))} columns through the view, {len(ours)} times in turn, no quota for either",
        figure=median(ours) / median(bare),
        unit="times",
        target=1 / 0.9,
        details={
            "speed against the loop": f"{median(bare) / median(ours):.0%}",
            "export, s": median(ours),
            "bare loop, s": median(bare),
            "users a second": users / median(ours),
            # Other programs on the machine lengthen seconds, and this hardly.
            "processor time against the loop": f"{median(busy):.0%}",
        },
    )
    yield Measurement(
        what=f"Export of {users:,} users: peak memory of the whole process",
        on="the same downloads",
        figure=max(peaks),
        unit="MB",
        target=200,
    )


def _pool(account: Account, users: int) -> str:
    made = _cognito().create_user_pool(PoolName="exporting-customers", AliasAttributes=["email"])
    pool_id = str(made["UserPool"]["Id"])
    for first in range(0, users, AT_ONCE):
        number = min(AT_ONCE, users - first)
        account.control("POST", "users", {"pool": pool_id, "count": number, "prefix": f"load{first}"})
    return pool_id


def _cognito() -> Any:
    return boto3.Session(region_name=REGION).client("cognito-idp")


def _link(environment: Environment, pool_id: str) -> None:
    CognitoLink.objects.create(
        environment=environment,
        user_pool_id=pool_id,
        user_pool_name="exporting-customers",
        resource_name="exporting",
        outputs={},
        checked=timezone.now(),
        created_by_name="benchmark",
    )


def _bare_loop(pool_id: str, users: int) -> float:
    """The seconds of reading every page and doing nothing with it, by a client that knows nothing of the console."""
    client, token, found = _cognito(), "", 0
    started = time.perf_counter()
    while True:
        more = {"PaginationToken": token} if token else {}
        answer = client.list_users(UserPoolId=pool_id, Limit=PAGE, **more)
        found += len(answer["Users"])
        token = answer.get("PaginationToken", "")
        if not token:
            break
    seconds = time.perf_counter() - started
    if found != users:
        raise Broken(f"The loop read {found:,} of {users:,} users.")
    return seconds


def _export(client: Client, url: str, users: int) -> float:
    """The seconds from the request to the last byte; nothing of the file is kept."""
    started = time.perf_counter()
    answer: Any = client.get(url)
    if answer.status_code != 200:
        raise Broken(f"The export answered {answer.status_code}.")
    lines = sum(piece.count(b"\r\n") for piece in answer.streaming_content)
    seconds = time.perf_counter() - started
    if lines != users + 1:
        raise Broken(f"The export wrote {lines - 1:,} of {users:,} users.")
    return seconds


def _resident(name: str) -> float:
    """Memory of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise Broken("This system does not tell how much memory a process uses.")

